//! Who WeChat says a person is.

use std::fmt;

/// A person's id within one mini program, as `code2Session` answers it. It identifies; it proves nothing.
///
/// `Debug` shows its ends only: an openid is personal data and stays out of logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Openid(String);

impl Openid {
    /// Reads an openid: 1 to 128 characters of `A–Z a–z 0–9 _ -`, WeChat's alphabet (28 characters as of 2026).
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let valid = (1..=128).contains(&raw.len())
            && raw.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        valid.then(|| Self(raw.to_owned()))
    }

    /// The whole openid, for WeChat's answer, tickets, tokens and keys.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Openid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = self.0.get(..4).filter(|_| self.0.len() >= 16).unwrap_or_default();
        write!(f, "{head}****")
    }
}
