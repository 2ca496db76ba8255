//! What a failing client is told: the contract's errors as RFC 9457 problems, in the language that it prefers.

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

/// One answer that is an error: which, and what applies to it.
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

/// An error that knows what its client may see of it. The rest, its `Display` and sources, goes to the log.
pub trait Failure: std::error::Error {
    /// What the client sees.
    fn problem(&self) -> Problem;
}

/// What cannot fail has no problem.
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
    /// Says when to come back, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Where the service is busy, says when to come back: in two to nine seconds, drawn for each, so that those who were turned
    /// away together do not come back together.
    #[must_use]
    pub fn spread(mut self, random: &dyn Random) -> Self {
        if self.code == ProblemCode::ServiceUnavailable && self.retry_after.is_none() {
            let mut drawn = [0];
            random.fill(&mut drawn);
            self.retry_after = Some(2 + u64::from(drawn[0] % 8));
        }
        self
    }

    /// Says how many attempts the code has left.
    #[must_use]
    pub fn attempts_left(mut self, attempts: usize) -> Self {
        self.attempts_left = Some(attempts);
        self
    }

    /// Says which methods would have been answered, separated by commas.
    #[must_use]
    pub fn allow(mut self, methods: String) -> Self {
        self.allow = Some(methods);
        self
    }

    /// Says which field of the request it is about, for programs and those who write them.
    #[must_use]
    pub fn field(mut self, name: &'static str) -> Self {
        self.field = Some(name);
        self
    }

    /// Says more precisely what is wrong than the catalogue does.
    #[must_use]
    pub fn detail(mut self, chinese: String, english: String) -> Self {
        self.detail = Some([chinese, english]);
        self
    }

    /// Which problem it is.
    #[must_use]
    pub fn code(&self) -> ProblemCode {
        self.code
    }

    /// The headers that go with it: `Retry-After` in seconds, `Allow`, `WWW-Authenticate` (RFC 6750, section 3).
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
    /// What to show to a person: in Chinese, or in English where `Accept-Language` prefers it.
    detail: String,
    /// Stable: what a program goes by.
    code: &'static str,
    /// For the log.
    request_id: String,
    /// Seconds until another try makes sense; also the header `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    retry_after: Option<u64>,
    /// How many attempts the code has left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    attempts_left: Option<usize>,
    /// Which field of the request is missing, empty or of another form.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    field: Option<&'static str>,
}
