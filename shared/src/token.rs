//! Tokens: how other APIs verify the tokens of a login.
//!
//! Its users are outside this repository: an API in Rust depends on this crate for [`Verifier`] (README, "The three
//! calls"). The issuer uses the same [`Claims`], so both sides agree on them; the tests act as such an API.

use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    jwk::{Jwk, JwkSet, KeyAlgorithm},
};
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// A token's claims (RFC 7519, section 4.1, and the openid). It has no phone number: no API needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The issuer: `TOKEN_ISSUER`.
    pub iss: String,
    /// The audience: `TOKEN_AUDIENCE`.
    pub aud: String,
    /// The account.
    pub sub: String,
    /// The `AppID` of the mini program that the openid belongs to: the party that the token was issued to (`OpenID` Connect
    /// Core, section 2). Empty in tokens from releases that had only one mini program.
    #[serde(default)]
    pub azp: String,
    /// The person who logged in.
    pub openid: String,
    /// The token's session (`OpenID` Connect Front-Channel Logout, section 3). A logout ends it, which `GET /account` reports.
    /// Empty in tokens from releases without sessions.
    #[serde(default)]
    pub sid: String,
    /// When it was issued.
    pub iat: Timestamp,
    /// When it expires.
    pub exp: Timestamp,
    /// The token's own id.
    pub jti: String,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a token, or not one that these keys signed for this audience.
    #[error("the token is not from this issuer for this audience")]
    Invalid,
    /// A valid token that has expired.
    #[error("the token has expired")]
    Expired,
}

/// Verifies tokens with the public keys of `GET /.well-known/jwks.json`.
pub struct Verifier {
    jwks: JwkSet,
    issuer: String,
    audience: String,
}

impl Verifier {
    /// For the tokens of this issuer and this audience.
    #[must_use]
    pub fn new(jwks: JwkSet, issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self { jwks, issuer: issuer.into(), audience: audience.into() }
    }

    /// The claims of a valid token: signed by one of the keys and not expired at `now`.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        let header = decode_header(token).map_err(|_| TokenError::Invalid)?;
        let jwk = header.kid.and_then(|kid| self.jwks.find(&kid)).ok_or(TokenError::Invalid)?;
        // The key determines the algorithm; the token's header is only compared with it.
        let mut validation = Validation::new(algorithm(jwk).ok_or(TokenError::Invalid)?);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // The library would read the system's clock.
        validation.validate_exp = false;
        let key = DecodingKey::from_jwk(jwk).map_err(|_| TokenError::Invalid)?;
        let claims = decode::<Claims>(token, &key, &validation).map_err(|_| TokenError::Invalid)?.claims;
        if now >= claims.exp { Err(TokenError::Expired) } else { Ok(claims) }
    }
}

fn algorithm(jwk: &Jwk) -> Option<Algorithm> {
    match jwk.common.key_algorithm? {
        KeyAlgorithm::ES256 => Some(Algorithm::ES256),
        KeyAlgorithm::RS256 => Some(Algorithm::RS256),
        KeyAlgorithm::EdDSA => Some(Algorithm::EdDSA),
        _ => None,
    }
}
