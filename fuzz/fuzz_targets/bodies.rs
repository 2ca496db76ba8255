//! The first byte picks a call that takes a body, the rest is the body.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((first, body)) = data.split_first() else { return };
    let calls: Vec<_> = local::routes().filter(|route| *route.method != "GET").collect();
    let call = &calls[usize::from(*first) % calls.len()];
    let authorization = format!("Bearer {}", fuzz::token());
    let event =
        fuzz::event(call.method.as_str(), call.path, Some(&authorization), &String::from_utf8_lossy(body));
    fuzz::answer(call.function, &event);
});
