//! The logs of the whole test run, and the search for secrets in them.

use std::{
    io,
    sync::{Mutex, Once},
};

use shared::telemetry;
use tracing::level_filters::LevelFilter;

static LOG: Mutex<String> = Mutex::new(String::new());

struct Captured;

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap().push_str(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Captures the functions' logs from now on, at the most detailed level.
pub fn capture() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let settings = telemetry::Settings { level: LevelFilter::TRACE, namespace: "Tests".to_owned() };
        let subscriber = telemetry::subscriber(settings, &local::CRATES, || Captured);
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
}

/// How many bytes have been logged.
#[must_use]
pub fn length() -> usize {
    LOG.lock().unwrap().len()
}

/// The lines after the first `start` bytes.
#[must_use]
pub fn since(start: usize) -> Vec<String> {
    LOG.lock().unwrap()[start..].lines().map(str::to_owned).collect()
}

/// Whether a log line contains `secret` as a whole word: a timestamp's microseconds may equal a code.
#[must_use]
pub fn holds(line: &str, secret: &str) -> bool {
    let line = line.split_once(",\"level\"").map_or(line, |(_timestamp, rest)| rest);
    line.match_indices(secret).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + secret.len()..]);
        !before.ends_with(|c: char| c.is_ascii_alphanumeric())
            && !after.starts_with(|c: char| c.is_ascii_alphanumeric())
    })
}
