//! How the timeline reads the calls to a played service: each fake says it of its own.

use axum::http::request::Parts;
use serde_json::Value;

/// What is at the other end of a call, and how the call is read.
#[derive(Clone, Copy)]
pub(crate) struct Service {
    pub(crate) name: &'static str,
    /// Whether a call without a number of its exchange is for the one that this request began.
    pub(crate) is_for: fn(&Parts, &[u8], &Value) -> bool,
    /// The operation and what it is about.
    pub(crate) describe: fn(&Parts, &[u8]) -> (String, String),
    /// The error that an answer names.
    pub(crate) error: fn(&[u8]) -> Option<String>,
}

/// A parameter of the request's query, or nothing.
pub(crate) fn query(parts: &Parts, name: &str) -> String {
    form(parts.uri.query().unwrap_or_default().as_bytes(), name)
}

/// A field of a form, or nothing.
pub(crate) fn form(fields: &[u8], name: &str) -> String {
    let mut fields = form_urlencoded::parse(fields);
    fields.find(|(field, _)| field == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}
