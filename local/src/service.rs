//! How the timeline reads the calls to a played service: each fake says it of its own.

use axum::http::request::Parts;

/// What is at the other end of a call, and how the call is read.
#[derive(Clone, Copy)]
pub(crate) struct Service {
    pub(crate) name: &'static str,
    /// The code of WeChat's that a call is about, by which it is told whose it is, where it has no number.
    pub(crate) code: fn(&Parts) -> Option<String>,
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
