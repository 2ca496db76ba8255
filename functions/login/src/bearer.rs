//! Who a call is by: the token that came along (RFC 6750, section 2.1).

use shared::{
    clock::Timestamp,
    http::Call,
    problem::{Failure, Problem, ProblemCode},
    token::{Claims, TokenError},
};

use crate::function::Login;

/// Why a call is by nobody.
#[derive(Debug, thiserror::Error)]
pub enum BearerError {
    /// There is no `Authorization: Bearer`.
    #[error("there is no token")]
    Required,
    /// It is none of our tokens, or it is good no more.
    #[error(transparent)]
    Invalid(#[from] TokenError),
    /// It was one: its person has logged out since, or their account is another.
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
    /// What the call's token says. Whether it was revoked is for a read to tell.
    pub(crate) fn bearer(&self, call: &Call, now: Timestamp) -> Result<Claims, BearerError> {
        let token = call.bearer().ok_or(BearerError::Required)?;
        let claims = self.tokens.verify(token, now)?;
        // Tokens from before there were sessions name none: nobody can revoke them, so they are good for APIs alone.
        if claims.sid.is_empty() { Err(BearerError::Revoked) } else { Ok(claims) }
    }
}
