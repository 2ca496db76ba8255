//! The parts of a signed request that Tencent Cloud and Aliyun share: both schemes derive from Amazon's Signature Version 4
//! and have the same parts in the same order.
//!
//! This verifies requests. It shares no code with the functions' signers, which it checks.

use aws_lc_rs::{
    digest::{SHA256, digest},
    hmac,
};
use axum::http::{HeaderMap, header::AUTHORIZATION, request::Parts};

/// `ALGORITHM Credential=…, SignedHeaders=…;…, Signature=…`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Authorization<'a> {
    pub(crate) credential: &'a str,
    /// The names, joined by `;`.
    pub(crate) signed_headers: &'a str,
    pub(crate) signature: &'a str,
}

impl<'a> Authorization<'a> {
    /// Parses it; `None` where it is missing or malformed.
    pub(crate) fn read(headers: &'a HeaderMap, algorithm: &str) -> Option<Self> {
        let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
        let fields = value.strip_prefix(algorithm)?.strip_prefix(' ')?;
        let field = |name: &str| {
            let mut fields = fields.split(',').filter_map(|field| field.trim().split_once('='));
            fields.find(|(field, _)| *field == name).map(|(_, value)| value)
        };
        Some(Self {
            credential: field("Credential")?,
            signed_headers: field("SignedHeaders")?,
            signature: field("Signature")?,
        })
    }

    /// Whether a header is signed; its name is in lower case.
    pub(crate) fn signs(&self, name: &str) -> bool {
        self.signed_headers.split(';').any(|signed| signed == name)
    }
}

/// The canonical request. `None` where a signed header is missing.
pub(crate) fn canonical_request(
    parts: &Parts,
    query: &str,
    signed_headers: &str,
    write: fn(&str) -> String,
    payload_hash: &str,
) -> Option<String> {
    let header = |name: &str| {
        let value = parts.headers.get(name)?.to_str().ok()?;
        Some(format!("{name}:{}\n", write(value.trim())))
    };
    let headers: String = signed_headers.split(';').map(header).collect::<Option<_>>()?;
    let (method, path) = (&parts.method, parts.uri.path());
    Some(format!("{method}\n{path}\n{query}\n{headers}\n{signed_headers}\n{payload_hash}"))
}

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

/// HMAC-SHA-256.
pub(crate) fn hmac_sha256(key: &[u8], message: &str) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message.as_bytes())
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

/// A header's text, or an empty text.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
