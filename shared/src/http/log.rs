//! The log's line of a call.

use std::{
    sync::{Mutex, OnceLock, PoisonError},
    time::Instant,
};

use tracing::Level;

use crate::{phone::PhoneNumber, problem::ProblemCode};

/// What is noted of a call while it is under way.
pub(super) struct Log {
    request_id: String,
    began: Instant,
    /// Where the request turned out to be for: what a stranger wrote in a path is not repeated.
    route: OnceLock<&'static str>,
    /// The number that it is about, masked.
    number: OnceLock<String>,
    /// What the flow waited for, and how many milliseconds each took.
    steps: Mutex<Vec<(&'static str, u64)>>,
}

/// How a call ended.
pub(super) enum Outcome {
    Success,
    Refusal {
        code: ProblemCode,
        /// Why, for whoever reads the log.
        cause: String,
    },
}

impl Log {
    /// Of the call that begins now.
    pub(super) fn new(request_id: String) -> Self {
        Self {
            request_id,
            began: Instant::now(),
            route: OnceLock::new(),
            number: OnceLock::new(),
            steps: Mutex::default(),
        }
    }

    pub(super) fn request_id(&self) -> &str {
        &self.request_id
    }

    pub(super) fn route(&self, path: &'static str) {
        self.route.get_or_init(|| path);
    }

    pub(super) fn number(&self, number: &PhoneNumber) {
        self.number.get_or_init(|| format!("{number:?}"));
    }

    pub(super) fn step(&self, name: &'static str, began: Instant) {
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        steps.push((name, milliseconds_since(began)));
    }

    /// Writes the line: an error where we have failed.
    pub(super) fn write(&self, outcome: &Outcome) {
        let (status, code, cause) = match outcome {
            Outcome::Success => (200, None, None),
            Outcome::Refusal { code, cause } => (code.status(), Some(code.name()), Some(cause.as_str())),
        };
        let steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let steps: Vec<_> = steps.iter().map(|(name, ms)| format!("{name}={ms}")).collect();
        macro_rules! write_at {
            ($level:expr) => {
                // The target is what queries of the log go by: no name of a module.
                tracing::event!(
                    target: "shared::http",
                    $level,
                    request_id = self.request_id,
                    route = self.route.get().copied(),
                    number = self.number.get().map(String::as_str),
                    status,
                    code,
                    cause,
                    ms = milliseconds_since(self.began),
                    steps = steps.join(" "),
                    "answered"
                )
            };
        }
        if status >= 500 { write_at!(Level::ERROR) } else { write_at!(Level::INFO) }
    }
}

fn milliseconds_since(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}
