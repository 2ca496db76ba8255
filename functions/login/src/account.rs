//! `GET /account`: shows the token's account, and whether the token is still valid.

use serde::Serialize;
use shared::{
    aws::AwsFailure,
    clock::Timestamp,
    http::{Call, Reply},
    phone::masked,
    problem::{Failure, Problem, ProblemCode},
};

use crate::{accounts::Session, bearer::BearerError, function::Login};

/// The answer to a client.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AccountAnswer<'a> {
    /// The account; the token's `sub`.
    user_id: &'a str,
    /// The account's number, masked: `+86138****8000`. An account may have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    phone_number: Option<String>,
    /// When the account was made (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    created_at: Option<String>,
    /// When the person last logged in with a code or one tap (RFC 3339). Logins within a day of it are not recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    proved_at: Option<String>,
}

/// Why no account is shown.
#[derive(Debug, thiserror::Error)]
pub enum AccountCallError {
    /// The request is not authenticated.
    #[error(transparent)]
    Bearer(#[from] BearerError),
    /// The token is valid, but an operator has disabled the account.
    #[error("the account is disabled")]
    Disabled,
    /// The account could not be read.
    #[error("the account could not be read")]
    Storage(#[from] AwsFailure),
}

impl Failure for AccountCallError {
    fn problem(&self) -> Problem {
        match self {
            Self::Bearer(error) => error.problem(),
            Self::Disabled => ProblemCode::AccountDisabled.into(),
            Self::Storage(failure) => failure.problem(),
        }
    }
}

impl Login {
    pub(crate) async fn account(&self, call: &Call) -> Result<Reply, AccountCallError> {
        let claims = self.bearer(call, self.clock.now())?;
        let session = Session::of(&claims);
        let (person, user) = call.step("account", self.accounts.of_session(&session)).await?;
        let person = person.filter(|person| person.is_of(&session)).ok_or(BearerError::Revoked)?;
        if person.disabled {
            return Err(AccountCallError::Disabled);
        }
        let user = user.ok_or(BearerError::Revoked)?;
        Ok(Reply::json(&AccountAnswer {
            user_id: session.user_id,
            phone_number: user.phone.as_deref().map(masked),
            created_at: user.created_at.map(Timestamp::to_rfc3339),
            proved_at: person.proved_at.map(Timestamp::to_rfc3339),
        }))
    }
}
