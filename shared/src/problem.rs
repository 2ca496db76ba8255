//! The contract's errors as RFC 9457 problems, in the language that the client prefers.

use std::convert::Infallible;

use lambda_http::http::{
    HeaderName, HeaderValue,
    header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde::Serialize;

use crate::random::Random;

mod catalogue;
mod language;

pub use catalogue::{Entry, ProblemCode};
pub use language::Language;

/// An error answer: its code and extra members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    code: ProblemCode,
    retry_after: Option<u64>,
    attempts_left: Option<usize>,
    allow: Option<String>,
    field: Option<&'static str>,
    /// Chinese and English, in place of the catalogue's detail.
    detail: Option<[String; 2]>,
}

/// An error with a problem for the client. Its `Display` and sources go only to the log.
pub trait Failure: std::error::Error {
    /// The problem that the client sees.
    fn problem(&self) -> Problem;
}

/// A call that cannot fail has no problem.
impl Failure for Infallible {
    fn problem(&self) -> Problem {
        match *self {}
    }
}

impl From<ProblemCode> for Problem {
    fn from(code: ProblemCode) -> Self {
        Self { code, retry_after: None, attempts_left: None, allow: None, field: None, detail: None }
    }
}

impl Problem {
    /// Adds when to retry, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// If the service is busy, adds when to retry: a random two to nine seconds, so that clients that were refused together do
    /// not retry together.
    #[must_use]
    pub fn spread(mut self, random: &dyn Random) -> Self {
        if self.code == ProblemCode::ServiceUnavailable && self.retry_after.is_none() {
            let mut drawn = [0];
            random.fill(&mut drawn);
            self.retry_after = Some(2 + u64::from(drawn[0] % 8));
        }
        self
    }

    /// Adds how many attempts the code has left.
    #[must_use]
    pub fn attempts_left(mut self, attempts: usize) -> Self {
        self.attempts_left = Some(attempts);
        self
    }

    /// Adds the supported methods, separated by commas.
    #[must_use]
    pub fn allow(mut self, methods: String) -> Self {
        self.allow = Some(methods);
        self
    }

    /// Adds the field of the request that is at fault, for programs and their authors.
    #[must_use]
    pub fn field(mut self, name: &'static str) -> Self {
        self.field = Some(name);
        self
    }

    /// Replaces the catalogue's text with a more precise one.
    #[must_use]
    pub fn detail(mut self, chinese: String, english: String) -> Self {
        self.detail = Some([chinese, english]);
        self
    }

    /// The problem's code.
    #[must_use]
    pub fn code(&self) -> ProblemCode {
        self.code
    }

    /// Its headers: `Retry-After` in seconds, `Allow`, `WWW-Authenticate` (RFC 6750, section 3).
    pub fn headers(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        let retry_after = self.retry_after.map(|seconds| (RETRY_AFTER, seconds.into()));
        let allow = self.allow.as_ref().and_then(|methods| HeaderValue::from_str(methods).ok());
        let challenge = match self.code {
            ProblemCode::TokenRequired => Some("Bearer"),
            ProblemCode::TokenInvalid => Some("Bearer error=\"invalid_token\""),
            _ => None,
        };
        let challenge = challenge.map(|challenge| (WWW_AUTHENTICATE, HeaderValue::from_static(challenge)));
        retry_after.into_iter().chain(allow.map(|methods| (ALLOW, methods))).chain(challenge)
    }

    /// The body of the answer, `application/problem+json`.
    #[must_use]
    pub fn body(&self, language: Language, request_id: &str) -> Body {
        let entry = self.code.entry();
        let [chinese, english] =
            self.detail.clone().unwrap_or([entry.chinese.to_owned(), entry.english.to_owned()]);
        let detail = match language {
            Language::Chinese => chinese,
            Language::English => english,
        };
        let number = |of: Option<String>| of.unwrap_or_default();
        Body {
            kind: format!("urn:problem-type:{}", entry.name),
            title: entry.title,
            status: entry.status,
            detail: detail
                .replace("{retryAfter}", &number(self.retry_after.map(|n| n.to_string())))
                .replace("{attemptsLeft}", &number(self.attempts_left.map(|n| n.to_string()))),
            code: entry.name,
            request_id: request_id.to_owned(),
            retry_after: self.retry_after,
            attempts_left: self.attempts_left,
            field: self.field,
        }
    }
}

/// RFC 9457, section 3, with the contract's extension members.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Body {
    /// `urn:problem-type:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// What kind of problem it is, in English.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// The text to show to people: in Chinese, or in English if `Accept-Language` prefers it.
    detail: String,
    /// Stable: programs read this.
    code: &'static str,
    /// The request's id, which the logs have.
    request_id: String,
    /// Seconds until a retry makes sense; also the header `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    retry_after: Option<u64>,
    /// How many attempts the code has left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    attempts_left: Option<usize>,
    /// The field of the request that is missing, empty or malformed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    field: Option<&'static str>,
}
