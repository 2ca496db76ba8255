//! The hash of a canonical request, which both Tencent Cloud and Aliyun sign.

use std::fmt::Write;

use aws_lc_rs::{
    digest::{SHA256, digest},
    hmac,
};

/// The signed parts of a `POST`.
pub(super) struct Signed<'a> {
    pub(super) path: &'a str,
    /// As in the URL: encoded, sorted by name.
    pub(super) query: &'a str,
    /// Names in lower case, sorted.
    pub(super) headers: &'a [(&'static str, &'a str)],
    pub(super) body: &'a str,
}

impl Signed<'_> {
    /// SHA-256 of the canonical form, in hexadecimal.
    pub(super) fn hash(&self) -> String {
        let Self { path, query, headers, body } = self;
        let mut text = format!("POST\n{path}\n{query}\n");
        for (name, value) in *headers {
            _ = writeln!(text, "{name}:{value}");
        }
        _ = write!(text, "\n{}\n{}", self.header_names(), sha256(body));
        sha256(&text)
    }

    /// The headers' names, separated by semicolons.
    pub(super) fn header_names(&self) -> String {
        self.headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";")
    }
}

/// SHA-256 of a text, in hexadecimal.
pub(super) fn sha256(text: &str) -> String {
    hex(digest(&SHA256, text.as_bytes()).as_ref())
}

/// HMAC-SHA-256 of a text.
pub(super) fn hmac_sha256(key: &[u8], text: &str) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes())
}

/// Bytes in hexadecimal, in lower case.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}

/// Percent-encodes a text for a query, except for RFC 3986's unreserved characters.
pub(super) fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(byte.into()),
            _ => _ = write!(encoded, "%{byte:02X}"),
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_has_no_character_that_is_read_in_two_ways() {
        assert_eq!(encoded("aZ0-_.~"), "aZ0-_.~");
        assert_eq!(encoded("阿 +*{\"/"), "%E9%98%BF%20%2B%2A%7B%22%2F");
    }
}
