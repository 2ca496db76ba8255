//! The log line of a call.

use std::{
    sync::{Mutex, OnceLock, PoisonError},
    time::Instant,
};

use tracing::Level;

use crate::{phone::PhoneNumber, problem::ProblemCode};

/// The notes for a call's log line.
pub(super) struct Log {
    request_id: String,
    began: Instant,
    /// The path of the route. The path in the request is not logged: a stranger wrote it.
    route: OnceLock<&'static str>,
    /// The request's phone number, masked.
    number: OnceLock<String>,
    /// The steps that the flow waited for, each in milliseconds.
    steps: Mutex<Vec<(&'static str, u64)>>,
}

/// How a call ended.
pub(super) enum Outcome {
    Success,
    Refusal {
        code: ProblemCode,
        /// The cause, for operators.
        cause: String,
    },
}

impl Log {
    /// Starts the notes of a call that begins now.
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

    /// Writes the line; as an error where the fault is ours.
    pub(super) fn write(&self, outcome: &Outcome) {
        let (status, code, cause) = match outcome {
            Outcome::Success => (200, None, None),
            Outcome::Refusal { code, cause } => (code.status(), Some(code.name()), Some(cause.as_str())),
        };
        let steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let steps: Vec<_> = steps.iter().map(|(name, ms)| format!("{name}={ms}")).collect();
        macro_rules! write_at {
            ($level:expr) => {
                // Log queries filter by this target, so it is not a module's name.
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
