//! `{"operator": "check"}`: a function checks its deployment, from inside and with its own permissions.
//!
//! It changes nothing. It reads settings and secrets again, as a cold start does, and works even if the function cannot
//! start: a bad secret is one of the faults that it reports (docs/adr/0019-check.md).

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

/// The time limit of one check. They run at once, after the secrets (1.8 s), so a function's ten seconds are enough.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The name of the setting or service that was checked.
    pub name: String,
    /// Whether it is as required.
    pub ok: bool,
    /// The finding and, if it is not ok, advice. It contains no secret.
    pub detail: String,
}

/// A check that is running.
pub type Checking = Pin<Box<dyn Future<Output = Check> + Send>>;

impl Check {
    /// The check with this finding. An error is advice on what to do.
    #[must_use]
    pub fn of(name: impl Into<String>, found: Result<String, String>) -> Self {
        let ok = found.is_ok();
        Self { name: name.into(), ok, detail: found.unwrap_or_else(|detail| detail) }
    }

    /// Runs `look` for [`PATIENCE`] at most.
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

/// All results, in order.
pub async fn all(mut done: Vec<Check>, under_way: Vec<Checking>) -> Vec<Check> {
    done.extend(join_all(under_way).await);
    done
}

/// Answers an operator's event with the results of `check`, and logs it. Any other act is refused.
pub async fn answer(
    event: &OperatorEvent,
    request_id: &str,
    check: impl Future<Output = Vec<Check>>,
) -> Value {
    if !event.is_check() {
        return json!({ "error": "operator: use check; nothing else is possible here now" });
    }
    let checks = check.await;
    let failed: Vec<_> = checks.iter().filter(|check| !check.ok).map(|check| check.name.as_str()).collect();
    let (ok, failed) = (failed.is_empty(), failed.join(", "));
    tracing::info!(target: AUDIT, audit = "operator_check",
        request_id,
        ok,
        failed,
        "an operator ran the check"
    );
    json!({ "ok": ok, "checks": checks })
}
