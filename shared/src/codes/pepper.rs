//! HMACs under `CODE_PEPPER`: the codes table holds them in place of numbers, codes and openids.

use aws_lc_rs::{constant_time, hmac};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};

use super::VerifyCode;
use crate::{
    config::{Env, Setting},
    identity::Openid,
    phone::PhoneNumber,
};

/// The key of every HMAC.
pub const CODE_PEPPER: Setting = Setting::secret("CODE_PEPPER", 16).about(
    "The key of the HMACs in the codes table; 16 bytes or more.",
    "验证码表中 HMAC 的密钥，至少 16 字节。",
);

/// The key of every HMAC in the codes table. A bare hash of six digits is reversed in a second; without this key, an HMAC
/// cannot be.
#[derive(Clone)]
pub struct Pepper(hmac::Key);

/// An HMAC-SHA-256, compared in constant time.
#[derive(Debug, Clone)]
pub struct Tag(Vec<u8>);

impl Pepper {
    /// Reads it from the settings.
    pub fn read(env: &mut Env) -> Option<Self> {
        Some(Self::new(&env.secret(&CODE_PEPPER)?))
    }

    /// From the secret's text, unchanged.
    #[must_use]
    pub fn new(secret: &SecretString) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes()))
    }

    /// The partition key of a number's item.
    #[must_use]
    pub fn number_key(&self, number: &PhoneNumber) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.tag(&["number", number.as_e164()]).0)
    }

    /// The partition key of a counter: what it counts, for whom, and in which window of time.
    #[must_use]
    pub fn counter_key(&self, what: &str, whom: &str, window: u64) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.tag(&["counter", what, whom, &window.to_string()]).0)
    }

    /// The tag of a code for a number; the same code has a different tag for each number.
    #[must_use]
    pub fn code(&self, number: &PhoneNumber, code: &VerifyCode) -> Tag {
        self.tag(&["code", number.as_e164(), code.as_str()])
    }

    /// The tag of the person who makes an attempt.
    #[must_use]
    pub fn person(&self, app_id: &str, openid: &Openid) -> Tag {
        self.tag(&["person", app_id, openid.as_str()])
    }

    fn tag(&self, parts: &[&str]) -> Tag {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            // The length prefix keeps ("ab", "c") and ("a", "bc") apart.
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        Tag(context.sign().as_ref().to_vec())
    }
}

impl Tag {
    /// Reads a stored tag.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The tag as it is stored.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl PartialEq for Tag {
    fn eq(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl Eq for Tag {}
