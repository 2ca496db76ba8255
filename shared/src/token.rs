//! Tokens: how an API of others checks what a login ends in.
//!
//! Its users are not in this repository: whoever writes an API in Rust depends on this crate for [`Verifier`] (README, "The
//! three calls"). Who issues takes [`Claims`] from here, so that both agree on what a token says; the tests are such an API.

use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    jwk::{Jwk, JwkSet, KeyAlgorithm},
};
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// What a token says (RFC 7519, section 4.1, and the openid). No phone number: it is not the token's business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it: `TOKEN_ISSUER`.
    pub iss: String,
    /// Whom it is for: `TOKEN_AUDIENCE`.
    pub aud: String,
    /// The account.
    pub sub: String,
    /// The mini program that the openid is of, by its `AppID`: the party that the token was issued to (`OpenID` Connect Core,
    /// section 2). Empty in a token from before there were several.
    #[serde(default)]
    pub azp: String,
    /// The person who logged in to it.
    pub openid: String,
    /// The session that the token is of (`OpenID` Connect Front-Channel Logout, section 3): a logout ends it, which
    /// `GET /account` tells. Empty in a token from before there were sessions.
    #[serde(default)]
    pub sid: String,
    /// When it was issued.
    pub iat: Timestamp,
    /// From when on it is good no more.
    pub exp: Timestamp,
    /// The token's own id.
    pub jti: String,
}

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a token, or not one that these keys have signed for this audience.
    #[error("the token is not one of this issuer's for this audience")]
    Invalid,
    /// A good token, too late.
    #[error("the token has expired")]
    Expired,
}

/// Checks tokens by the public keys of `GET /.well-known/jwks.json`.
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

    /// What the token says, if one of the keys has signed it and `now` is before its end.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        let header = decode_header(token).map_err(|_| TokenError::Invalid)?;
        let jwk = header.kid.and_then(|kid| self.jwks.find(&kid)).ok_or(TokenError::Invalid)?;
        // The key says which algorithm it is for; what the token says is only compared with it.
        let mut validation = Validation::new(algorithm(jwk).ok_or(TokenError::Invalid)?);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // The library would ask the system's clock.
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
