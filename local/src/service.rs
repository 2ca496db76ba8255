//! How the timeline reads the calls to a simulated service; each service describes its own.

use axum::http::request::Parts;
use serde_json::Value;

/// A service, and how its calls are read.
#[derive(Clone, Copy)]
pub(crate) struct Service {
    pub(crate) name: &'static str,
    /// Whether a call without an exchange's number belongs to the exchange of this request.
    pub(crate) is_for: fn(&Parts, &[u8], &Value) -> bool,
    /// The operation and its subject.
    pub(crate) describe: fn(&Parts, &[u8]) -> (String, String),
    /// The error in an answer.
    pub(crate) error: fn(&[u8]) -> Option<String>,
}

/// A parameter of the request's query, or an empty text.
pub(crate) fn query(parts: &Parts, name: &str) -> String {
    form(parts.uri.query().unwrap_or_default().as_bytes(), name)
}

/// A field of a form, or an empty text.
pub(crate) fn form(fields: &[u8], name: &str) -> String {
    let mut fields = form_urlencoded::parse(fields);
    fields.find(|(field, _)| field == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}
