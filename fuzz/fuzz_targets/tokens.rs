//! No text is a valid token unless the key's holder signed it; the same for other `Authorization` headers.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for authorization in [text, &format!("Bearer {text}")] {
        let answer = fuzz::answer("login", &fuzz::event("GET", "/account", Some(authorization), ""));
        assert!(answer.is_none_or(|(status, _)| status == 401), "{authorization} is somebody");
    }
});
