//! Logs where a panic happened, and nothing else (docs/adr/0005-panics.md).

use std::panic;

use tracing::dispatcher::has_been_set;

/// Makes every panic of this process log only its place: the message may contain a code or a key.
///
/// Only for a function's process: in a process of tests it would hide the messages of all tests.
pub fn log_panics() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        if has_been_set() {
            tracing::error!(place, "panicked");
        } else {
            eprintln!("panicked at {place}");
        }
    }));
}
