//! A failed call to AWS: the parts that are safe to log, and the problem that a client sees.

use std::{fmt, iter::successors};

use aws_sdk_dynamodb::{
    config::http::HttpResponse,
    error::{BuildError, ProvideErrorMetadata, SdkError},
    operation::RequestId,
};
use hyper_util::client::legacy;

use crate::problem::{Failure, Problem, ProblemCode};

/// A failed call to AWS, without the service's message, which may repeat what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsFailure {
    kind: &'static str,
    code: Option<String>,
    request_id: Option<String>,
    /// Whether the service was unreachable or overloaded, so that a retry may succeed.
    transient: bool,
    /// Whether the request may have been carried out anyway.
    in_doubt: bool,
    unanswered: bool,
}

impl AwsFailure {
    /// Keeps the parts of `error` that are safe to log.
    pub fn new<E: ProvideErrorMetadata + std::error::Error + 'static>(
        error: &SdkError<E, HttpResponse>,
    ) -> Self {
        const THROTTLED: [&str; 6] = [
            "ThrottlingException",
            "Throttling",
            "Throttled",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "TransactionInProgressException",
        ];
        let (kind, status) = match error {
            SdkError::ConstructionFailure(_) => ("request not built", None),
            SdkError::TimeoutError(_) => ("timed out", None),
            SdkError::DispatchFailure(_) => ("not reached", None),
            SdkError::ResponseError(response) => {
                ("answer unreadable", Some(response.raw().status().as_u16()))
            }
            SdkError::ServiceError(response) => ("refused", Some(response.raw().status().as_u16())),
            _ => ("failed", None),
        };
        let code = error.code().map(str::to_owned);
        // A success that cannot be read is not a refusal.
        let unreadable = status.is_some_and(|status| status < 300);
        let unreached = unreadable
            || matches!(
                error,
                SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_)
            );
        let in_doubt = unreached || status.is_some_and(|status| status >= 500);
        let transient =
            in_doubt || status == Some(429) || code.as_deref().is_some_and(|code| THROTTLED.contains(&code));
        Self {
            kind,
            code,
            request_id: error.request_id().map(str::to_owned),
            transient,
            in_doubt,
            // An error without a code is not the service's own: a proxy in front of it answered.
            unanswered: (unreached || status.is_some() && error.code().is_none()) && !never_left(error),
        }
    }

    /// A request that lacks a required field; it was never sent.
    #[must_use]
    pub fn not_built(_: BuildError) -> Self {
        Self {
            kind: "request not built",
            code: None,
            request_id: None,
            transient: false,
            in_doubt: false,
            unanswered: false,
        }
    }

    /// An answer without the requested items, because the table had no capacity for them.
    #[must_use]
    pub fn throttled() -> Self {
        Self {
            kind: "left unprocessed",
            code: None,
            request_id: None,
            transient: true,
            in_doubt: false,
            unanswered: false,
        }
    }

    /// The service's error code, such as `ThrottlingException`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// Whether the service was unreachable or overloaded, so that a retry may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.transient
    }

    /// Whether the request may have been carried out anyway: its answer was lost or never came.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        self.in_doubt
    }

    /// Whether the request probably reached the service without an answer from it: time-out, broken connection, garbage.
    /// Of several attempts, this describes the last.
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        self.unanswered
    }
}

/// Whether the last attempt found no connection.
fn never_left(error: &(dyn std::error::Error + 'static)) -> bool {
    let sources = successors(Some(error), |error| error.source());
    sources.filter_map(|source| source.downcast_ref::<legacy::Error>()).any(legacy::Error::is_connect)
}

impl fmt::Display for AwsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind)?;
        if let Some(code) = &self.code {
            write!(f, ", {code}")?;
        }
        if let Some(request_id) = &self.request_id {
            write!(f, ", AWS request {request_id}")?;
        }
        Ok(())
    }
}

impl std::error::Error for AwsFailure {}

impl Failure for AwsFailure {
    /// `service_unavailable` where a retry may help, otherwise `internal`.
    fn problem(&self) -> Problem {
        if self.transient { ProblemCode::ServiceUnavailable } else { ProblemCode::Internal }.into()
    }
}
