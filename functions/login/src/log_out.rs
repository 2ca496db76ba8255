//! `POST /logout`: revokes the openid's tokens, or all of the account's; renewal then needs a new login.

use shared::{
    http::{Call, Reply, RequestError},
    problem::{Failure, Problem},
};

use crate::{
    accounts::{AccountError, Logout, Session},
    audit,
    bearer::BearerError,
    function::Login,
};

/// Why a logout failed.
#[derive(Debug, thiserror::Error)]
pub enum LogoutError {
    /// The request is invalid.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The call is not authenticated.
    #[error(transparent)]
    Bearer(#[from] BearerError),
    /// The table could not be written.
    #[error(transparent)]
    Account(#[from] AccountError),
}

impl Failure for LogoutError {
    fn problem(&self) -> Problem {
        match self {
            Self::Request(error) => error.problem(),
            Self::Bearer(error) => error.problem(),
            Self::Account(error) => error.problem(),
        }
    }
}

impl Login {
    pub(crate) async fn log_out(&self, call: &Call) -> Result<Reply, LogoutError> {
        let now = self.clock.now();
        let claims = self.bearer(call, now)?;
        let everywhere = call.optional_fields()?.flag("everywhere")?;
        let session = Session::of(&claims);
        let logout = if everywhere {
            call.step("sessions", self.accounts.log_out_everywhere(&session, now)).await?
        } else {
            call.step("session", self.accounts.log_out(&session, now)).await.map_err(AccountError::from)?
        };
        match logout {
            Logout::Done => audit::logged_out(&claims, everywhere),
            // This session has ended already, as requested. An old token must not end the other sessions.
            Logout::Revoked if everywhere => return Err(BearerError::Revoked.into()),
            Logout::Revoked => {}
        }
        Ok(Reply::nothing())
    }
}
