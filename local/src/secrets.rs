//! Secrets and keys of one run.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use pem::{LineEnding, Pem};
use shared::random::{Random, SystemRandom};

/// The variables that a deployment must set, with new secrets.
#[must_use]
pub fn made_up() -> Vec<(String, String)> {
    [
        ("CODE_PEPPER", secret()),
        ("TICKET_KEY", secret()),
        ("TOKEN_SIGNING_KEY", signing_key()),
        ("TOKEN_AUDIENCE", "local".to_owned()),
        ("WECHAT_APP_ID", "wx0000000000000000".to_owned()),
        // The simulated services know these; functions that other tools run use the same.
        ("WECHAT_APP_SECRET", "for-development-only".to_owned()),
        ("TENCENT_SMS_SECRET_ID", "AKIDlocal".to_owned()),
        ("TENCENT_SMS_SECRET_KEY", "tencent-for-development-only".to_owned()),
        ("TENCENT_SMS_APP_ID", "1400000000".to_owned()),
        ("TENCENT_SMS_SIGN_NAME", "手机登录".to_owned()),
        ("TENCENT_SMS_TEMPLATE_ID", "1000000".to_owned()),
        ("ALIYUN_SMS_ACCESS_KEY_ID", "LTAIlocal".to_owned()),
        ("ALIYUN_SMS_ACCESS_KEY_SECRET", "aliyun-for-development-only".to_owned()),
        ("ALIYUN_SMS_SIGN_NAME", "手机登录".to_owned()),
        ("ALIYUN_SMS_TEMPLATE_CODE", "SMS_100000000".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// 32 random bytes in base64url, which needs no escaping in a URL, a log or a shell.
#[must_use]
pub fn secret() -> String {
    let mut bytes = [0; 32];
    SystemRandom.fill(&mut bytes);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// A new P-256 key, PKCS#8 in PEM.
///
/// # Panics
/// Without memory or randomness.
#[must_use]
#[expect(clippy::expect_used, reason = "generating a key fails without memory or randomness only")]
pub fn signing_key() -> String {
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a new key");
    pkcs8_pem(key.to_pkcs8v1().expect("a key in PKCS#8").as_ref())
}

/// A new RSA key of 2048 bits, PKCS#8 in PEM.
///
/// # Panics
/// Without memory or randomness.
#[must_use]
#[expect(clippy::expect_used, reason = "generating a key fails without memory or randomness only")]
pub fn rsa_signing_key() -> String {
    let key = rsa::KeyPair::generate(rsa::KeySize::Rsa2048).expect("a new key");
    pkcs8_pem(AsDer::<Pkcs8V1Der<'_>>::as_der(&key).expect("a key in PKCS#8").as_ref())
}

fn pkcs8_pem(der: &[u8]) -> String {
    pem::encode_config(
        &Pem::new("PRIVATE KEY", der),
        pem::EncodeConfig::new().set_line_ending(LineEnding::LF),
    )
}
