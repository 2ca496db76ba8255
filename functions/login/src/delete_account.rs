//! `DELETE /account`: deletes the account, its number and its openids. It needs a fresh ticket, too: a stolen token alone deletes
//! nothing.

use shared::{
    http::{Call, Reply, RequestError},
    identity::TicketError,
    problem::{Failure, Problem, ProblemCode},
};

use crate::{
    accounts::{AccountError, Deletion, Session, openid_key},
    audit,
    bearer::BearerError,
    function::Login,
};

/// Why nothing was deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteError {
    /// The request is invalid.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The call is not authenticated.
    #[error(transparent)]
    Bearer(#[from] BearerError),
    /// The ticket is missing or invalid.
    #[error(transparent)]
    Ticket(#[from] TicketError),
    /// Token and ticket belong to different people.
    #[error("the token's openid is not the ticket's")]
    OpenidMismatch,
    /// The account could not be deleted.
    #[error(transparent)]
    Account(#[from] AccountError),
}

impl Failure for DeleteError {
    fn problem(&self) -> Problem {
        match self {
            Self::Request(error) => error.problem(),
            Self::Bearer(error) => error.problem(),
            Self::Ticket(error) => error.problem(),
            Self::OpenidMismatch => ProblemCode::OpenidMismatch.into(),
            Self::Account(error) => error.problem(),
        }
    }
}

impl Login {
    pub(crate) async fn delete_account(&self, call: &Call) -> Result<Reply, DeleteError> {
        let now = self.clock.now();
        let claims = self.bearer(call, now)?;
        let person = self.vouched_for(call.fields()?.optional_text("ticket")?, now)?.person;
        let session = Session::of(&claims);
        if openid_key(&person.app_id, &person.openid) != session.openid {
            return Err(DeleteError::OpenidMismatch);
        }
        match call.step("account", self.accounts.delete(&session)).await? {
            Deletion::Deleted => audit::deleted(&claims, "account_deleted"),
            Deletion::Left => audit::deleted(&claims, "account_left"),
            // For example, the call is repeated because its first answer was lost.
            Deletion::Gone => {}
            Deletion::Revoked => return Err(BearerError::Revoked.into()),
        }
        Ok(Reply::nothing())
    }
}
