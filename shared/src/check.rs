//! `{"operator": "check"}`: what a function can know of its deployment from its own place and with its own rights.
//!
//! It asks and changes nothing. It reads the settings and secrets anew, as a start would, and does not need a function that
//! has started: a bad secret, which keeps one from starting, is what it is there to tell (docs/adr/0019-check.md).

use std::{pin::Pin, time::Duration};

use futures_util::future::join_all;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{http::operator::OperatorEvent, telemetry::AUDIT};

mod secrets;
mod tables;

pub use secrets::Examined;
pub use tables::{Ttl, table};

/// The longest that one of them waits. All wait at once, after the secrets (1.8 s), so that a function's ten seconds are enough.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What: a setting's name, or that of a service.
    pub name: String,
    /// Whether it is as it has to be.
    pub ok: bool,
    /// What was found; where it is not ok, what to do. No secret is in it.
    pub detail: String,
}

/// A check under way.
pub type Checking = Pin<Box<dyn Future<Output = Check> + Send>>;

impl Check {
    /// What was found; an error says what to do.
    #[must_use]
    pub fn of(name: impl Into<String>, found: Result<String, String>) -> Self {
        let ok = found.is_ok();
        Self { name: name.into(), ok, detail: found.unwrap_or_else(|detail| detail) }
    }

    /// Looks, for [`PATIENCE`] at most.
    pub fn begin(
        name: impl Into<String>,
        look: impl Future<Output = Result<String, String>> + Send + 'static,
    ) -> Checking {
        let name = name.into();
        Box::pin(async move {
            let found = timeout(PATIENCE, look).await;
            let late = || Err(format!("no answer within {} seconds", PATIENCE.as_secs()));
            Self::of(name, found.unwrap_or_else(|_| late()))
        })
    }
}

/// All of them, in their order.
pub async fn all(mut done: Vec<Check>, under_way: Vec<Checking>) -> Vec<Check> {
    done.extend(join_all(under_way).await);
    done
}

/// Answers an operator where nothing else can be asked for: by what `check` finds. The log has a line of it.
pub async fn answer(
    event: &OperatorEvent,
    request_id: &str,
    check: impl Future<Output = Vec<Check>>,
) -> Value {
    if !event.is_check() {
        return json!({ "error": "operator: use check and nothing else; no other act is possible here now" });
    }
    let checks = check.await;
    let failed: Vec<_> = checks.iter().filter(|check| !check.ok).map(|check| check.name.as_str()).collect();
    let (ok, failed) = (failed.is_empty(), failed.join(", "));
    tracing::info!(target: AUDIT, audit = "operator_check",
        request_id,
        ok,
        failed,
        "an operator has had the function checked"
    );
    json!({ "ok": ok, "checks": checks })
}
