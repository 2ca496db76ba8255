//! Any text as an event, for each function.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|event: &str| {
    for function in fuzz::FUNCTIONS {
        fuzz::answer(function, event);
    }
});
