//! The first byte picks the call, the rest is its body.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|data: &[u8]| {
    let Some((first, body)) = data.split_first() else { return };
    let function = fuzz::FUNCTIONS[usize::from(*first) % 3];
    let event = json!({
        "rawPath": format!("/{function}"),
        "requestContext": { "http": { "method": "POST", "sourceIp": "192.0.2.1" } },
        "body": String::from_utf8_lossy(body),
    });
    fuzz::answer(function, &event.to_string());
});
