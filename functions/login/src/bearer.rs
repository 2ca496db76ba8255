//! Authenticates a call by its token (RFC 6750, section 2.1).

use shared::{
    clock::Timestamp,
    http::Call,
    problem::{Failure, Problem, ProblemCode},
    token::{Claims, TokenError},
};

use crate::function::Login;

/// Why a call is not authenticated.
#[derive(Debug, thiserror::Error)]
pub enum BearerError {
    /// There is no `Authorization: Bearer`.
    #[error("there is no token")]
    Required,
    /// Not a token of ours, or an expired one.
    #[error(transparent)]
    Invalid(#[from] TokenError),
    /// The person has logged out since, or has another account now.
    #[error("the token was revoked")]
    Revoked,
}

impl Failure for BearerError {
    fn problem(&self) -> Problem {
        match self {
            Self::Required => ProblemCode::TokenRequired,
            Self::Invalid(_) | Self::Revoked => ProblemCode::TokenInvalid,
        }
        .into()
    }
}

impl Login {
    /// The claims of the call's token. The caller still has to read whether it was revoked.
    pub(crate) fn bearer(&self, call: &Call, now: Timestamp) -> Result<Claims, BearerError> {
        let token = call.bearer().ok_or(BearerError::Required)?;
        let claims = self.tokens.verify(token, now)?;
        // Tokens from older releases name no session. They cannot be revoked, so they are refused here.
        if claims.sid.is_empty() { Err(BearerError::Revoked) } else { Ok(claims) }
    }
}
