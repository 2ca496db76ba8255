//! The users table: who a person is, under which number.
//!
//! Four kinds of items: `openid#<app>#<openid>`, `phone#<E.164>` and `unionid#<unionid>` name an account, `user#<id>` is one. An openid's
//! item repeats the account's number, so that a returning person is known by one read. An account may have no number: who
//! logs in with a reviewers' number has proved none, and a number that was proved by somebody else leaves its last account.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use shared::{
    aws::AwsFailure,
    identity::{Vouched, WechatIdentity},
    problem::{Failure, Problem, ProblemCode},
};
use tokio::time::timeout;

use crate::batch;

mod delete;
mod items;
mod numbers;
mod operated;
mod proof;
mod sessions;
mod unionids;
mod writes;

pub(crate) use delete::Deletion;
pub(crate) use items::{OpenidItem, UserItem, openid_key};
use items::{key, named, user_key};
pub(crate) use operated::{Change, Found, Whom};
pub(crate) use proof::{By, Person, Proof, keys};
pub(crate) use sessions::{Logout, Session};

/// Openids of one account. A change of number writes them all in one transaction.
const MOST_OPENIDS: usize = 50;

/// How often a lost race is run again before the client is asked to.
const ROUNDS: usize = 4;

/// All rounds together, whatever `DynamoDB` does.
const WHOLE: Duration = Duration::from_secs(5);

/// `PHONE_CONFLICT`: what happens when an openid proves a number that another account has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneConflict {
    /// `release`: an account whose people have not proved the number for so many seconds loses it; until then as `reject`.
    Release {
        /// `PHONE_RELEASE_AFTER_SECONDS`.
        after: u64,
    },
    /// `reject`: it is turned away; a number that has changed hands does not bring its last owner's account along.
    Reject,
    /// `link`: it joins the account.
    Link,
}

/// An account that somebody was let into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account's id.
    pub user_id: String,
    /// Which tokens are good from now on: those with this `sid`.
    pub sid: String,
    /// How this login came to it.
    pub entry: Entry,
    /// The account that has lost its number to this one.
    pub released: Option<String>,
}

/// How a login comes to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// It has created it.
    Created,
    /// It was the person's already, under this number.
    Returned,
    /// It was the person's already, under another number until now.
    NumberChanged,
    /// It was the number's already; the person has joined it.
    Joined,
    /// It has created it, for a person who had joined another account and has proved a number of their own.
    Left {
        /// That account.
        joined: String,
    },
}

impl Entry {
    /// Whether the login made the account.
    #[must_use]
    pub fn is_new(&self) -> bool {
        matches!(self, Self::Created | Self::Left { .. })
    }
}

/// Why there is no account to let somebody into.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The number belongs to another account.
    #[error("the number belongs to another account")]
    PhoneTaken,
    /// An operator has disabled the account.
    #[error("the account is disabled")]
    Disabled,
    /// The ticket has let the person in by its number, and they have logged out since.
    #[error("the ticket is from before the person's last logout")]
    TicketSpent,
    /// Others kept changing the same items, or `DynamoDB` throttled every round.
    #[error("the account could not be settled in {ROUNDS} rounds and {} seconds", WHOLE.as_secs())]
    Contended,
    /// The table could not be read or written.
    #[error("the account could not be read or written")]
    Storage(#[from] AwsFailure),
}

impl Failure for AccountError {
    fn problem(&self) -> Problem {
        match self {
            Self::PhoneTaken => ProblemCode::PhoneTaken.into(),
            Self::Disabled => ProblemCode::AccountDisabled.into(),
            Self::TicketSpent => ProblemCode::TicketExpired.into(),
            Self::Contended => ProblemCode::ServiceUnavailable.into(),
            Self::Storage(failure) => failure.problem(),
        }
    }
}

/// How one round ended.
enum Round {
    Settled(Account),
    /// Something changed between the read and the write: read again, decide again.
    LostRace,
}

/// The users table.
pub struct Accounts {
    client: Client,
    pub(crate) table: String,
    conflict: PhoneConflict,
}

impl Accounts {
    /// The table of this name.
    #[must_use]
    pub fn new(client: Client, table: String, conflict: PhoneConflict) -> Self {
        Self { client, table, conflict }
    }

    /// The account of a person who has proved a number, by what was known of them. Without a number it is the account that
    /// they have, or a new one that no number is bound to.
    pub(crate) async fn settle(
        &self,
        mut person: Person,
        proof: &Proof<'_>,
    ) -> Result<Account, AccountError> {
        in_time(async {
            for _ in 0..ROUNDS {
                let round = match (&person.openid, proof.number()) {
                    (None, _) => Box::pin(self.welcome(&person, proof)).await?,
                    (Some(known), _) if known.disabled => return Err(AccountError::Disabled),
                    (Some(known), _) if proof.is_spent(known) => return Err(AccountError::TicketSpent),
                    (Some(known), Some(number)) if known.phone.as_deref() != Some(number.as_e164()) => {
                        self.change_number(known, number, proof).await?
                    }
                    (Some(known), _) => self.log_in_again(known, &person, proof).await?,
                };
                match round {
                    Round::Settled(account) => return Ok(account),
                    Round::LostRace => person = self.look(proof.vouched).await?,
                }
            }
            Err(AccountError::Contended)
        })
        .await
    }

    /// What is known of a person within the mini program.
    pub(crate) async fn find(&self, person: &WechatIdentity) -> Result<Option<OpenidItem>, AwsFailure> {
        Ok(self.read(openid_key(&person.app_id, &person.openid)).await?.as_ref().and_then(OpenidItem::read))
    }

    /// What is known of a person, by one request.
    pub(crate) async fn look(&self, vouched: &Vouched) -> Result<Person, AwsFailure> {
        match &*keys(vouched) {
            [openid] => Ok(Person::read([self.read(openid.clone()).await?, None])),
            all => {
                let keys: Vec<_> = all.iter().map(|pk| (self.table.as_str(), pk.clone())).collect();
                Ok(Person::read(batch::read_all(&self.client, &keys).await?))
            }
        }
    }

    async fn user(&self, user_id: &str) -> Result<Option<UserItem>, AwsFailure> {
        Ok(self.read(user_key(user_id)).await?.as_ref().and_then(UserItem::read))
    }

    async fn read(&self, pk: String) -> Result<Option<items::Item>, AwsFailure> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key(pk))).consistent_read(true);
        get.send().await.map(|output| output.item).map_err(|error| AwsFailure::new(&error))
    }
}

impl Person {
    /// Reads what stands under [`keys`], in their order.
    pub(crate) fn read(items: impl IntoIterator<Item = Option<items::Item>>) -> Self {
        let mut items = items.into_iter().map(Option::unwrap_or_default);
        let openid = items.next().as_ref().and_then(OpenidItem::read);
        Self { openid, united_with: items.next().as_ref().and_then(named) }
    }
}

/// All rounds of a call end in time.
async fn in_time<T>(rounds: impl Future<Output = Result<T, AccountError>>) -> Result<T, AccountError> {
    timeout(WHOLE, rounds).await.unwrap_or(Err(AccountError::Contended))
}
