//! `POST /renew`: a new token for a person with a fresh ticket and a recent enough login.

use serde::Serialize;
use shared::{
    aws::AwsFailure,
    http::{Call, Reply, RequestError},
    identity::TicketError,
    problem::{Failure, Problem, ProblemCode},
    random,
    telemetry::Metric,
};

use crate::function::Login;

/// Counts renewals.
const RENEWALS: Metric = Metric::named("Renewals");

/// The answer to a client.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RenewAnswer<'a> {
    /// A JWT like that of a login.
    token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds until the token expires.
    expires_in: u64,
    /// The account; the token's `sub`.
    user_id: &'a str,
}

/// Why there is no new token.
#[derive(Debug, thiserror::Error)]
pub enum RenewError {
    /// The request is invalid.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The ticket is missing or invalid.
    #[error(transparent)]
    Ticket(#[from] TicketError),
    /// The person has no account, has logged out, or last logged in too long ago.
    #[error("the person has to log in again")]
    LoginRequired,
    /// An operator has disabled the account.
    #[error("the account is disabled")]
    Disabled,
    /// The account could not be read.
    #[error("the account could not be read")]
    Storage(#[from] AwsFailure),
    /// The token could not be signed.
    #[error("the token could not be signed")]
    Token(#[from] jsonwebtoken::errors::Error),
}

impl Failure for RenewError {
    fn problem(&self) -> Problem {
        match self {
            Self::Request(error) => error.problem(),
            Self::Ticket(error) => error.problem(),
            Self::LoginRequired => ProblemCode::LoginRequired.into(),
            Self::Disabled => ProblemCode::AccountDisabled.into(),
            Self::Storage(failure) => failure.problem(),
            Self::Token(_) => ProblemCode::Internal.into(),
        }
    }
}

impl Login {
    pub(crate) async fn renew(&self, call: &Call) -> Result<Reply, RenewError> {
        let now = self.clock.now();
        let person = self.vouched_for(call.fields()?.optional_text("ticket")?, now)?.person;
        let known = call.step("person", self.accounts.find(&person)).await?;
        if known.as_ref().is_some_and(|known| known.disabled) {
            return Err(RenewError::Disabled);
        }
        let known = known.filter(|known| known.is_proved_within(self.renewable_for, now));
        let known = known.ok_or(RenewError::LoginRequired)?;
        let sid = known.sid.as_deref().ok_or(RenewError::LoginRequired)?;
        let token = self.tokens.issue(&known.user_id, &person, sid, now, random::uuid(&*self.random))?;
        Ok(Reply::json(&RenewAnswer {
            token,
            token_type: "Bearer",
            expires_in: self.tokens.ttl(),
            user_id: &known.user_id,
        })
        .counted(RENEWALS))
    }
}
