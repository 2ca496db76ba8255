//! What the log says of a panic: where, and nothing else (docs/adr/0005-panics.md).

use std::panic;

use tracing::dispatcher::has_been_set;

/// From now on a panic of this process is logged by its place alone: its message may hold anything, a code or a key say.
///
/// For a process of a function, first of all. It would take other tests' messages from a process of tests.
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
