//! WeChat's ids of a person.

use std::fmt;

/// A person's id within one mini program, as `code2Session` returns it. It identifies a person but proves nothing.
///
/// `Debug` shows only its start: an openid is personal data and stays out of logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Openid(String);

/// A person's id in all apps of one Open Platform account. `Debug` shows only its start.
#[derive(Clone, PartialEq, Eq)]
pub struct Unionid(String);

impl Openid {
    /// Reads an openid: 1 to 128 characters of `A–Z a–z 0–9 _ -`, WeChat's alphabet (28 characters as of 2026).
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        is_id(raw).then(|| Self(raw.to_owned()))
    }

    /// The whole openid, for WeChat's answer, tickets, tokens and keys.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Unionid {
    /// Reads a unionid, which has the same form as an openid.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        is_id(raw).then(|| Self(raw.to_owned()))
    }

    /// The whole unionid, for WeChat's answer, tickets and keys.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Openid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        mask(&self.0, f)
    }
}

impl fmt::Debug for Unionid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        mask(&self.0, f)
    }
}

fn is_id(raw: &str) -> bool {
    (1..=128).contains(&raw.len())
        && raw.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

fn mask(id: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let head = id.get(..4).filter(|_| id.len() >= 16).unwrap_or_default();
    write!(f, "{head}****")
}
