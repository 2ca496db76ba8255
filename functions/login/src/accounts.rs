//! The users table: people, their accounts and their numbers.
//!
//! Four kinds of items: `openid#<app>#<openid>`, `phone#<E.164>` and `unionid#<unionid>` name an account, `user#<id>` is one. An
//! openid's item repeats the account's number, so that one read recognises a returning person. An account may have no number:
//! a login with a reviewers' number proves none, and an account loses its number when somebody else proves it.

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

/// The most openids of one account. One transaction writes them all when the number changes.
const MOST_OPENIDS: usize = 50;

/// How often a login that lost a race is retried before the client is asked to retry.
const ROUNDS: usize = 4;

/// The time limit of all rounds together.
const WHOLE: Duration = Duration::from_secs(5);

/// `PHONE_CONFLICT`: what happens when an openid proves a number that belongs to another account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneConflict {
    /// `release`: the other account loses the number if nobody has proved it there for so many seconds; before that, as `reject`.
    Release {
        /// `PHONE_RELEASE_AFTER_SECONDS`.
        after: u64,
    },
    /// `reject`: the login is refused, so that a number that changed hands does not open its last owner's account.
    Reject,
    /// `link`: the openid joins the account.
    Link,
}

/// The account that a login led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account's id.
    pub user_id: String,
    /// The session: tokens with this `sid` are valid from now on.
    pub sid: String,
    /// How this login led to it.
    pub entry: Entry,
    /// The account that lost its number to this one.
    pub released: Option<String>,
}

/// How a login leads to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// The login created it.
    Created,
    /// It was already the person's, under this number.
    Returned,
    /// It was already the person's, under another number.
    NumberChanged,
    /// It belonged to the number; the person joined it.
    Joined,
    /// The login created it, for a person who had joined another account and now proved their own number.
    Left {
        /// The account that they left.
        joined: String,
    },
}

impl Entry {
    /// Whether the login created the account.
    #[must_use]
    pub fn is_new(&self) -> bool {
        matches!(self, Self::Created | Self::Left { .. })
    }
}

/// Why a login leads to no account.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The number belongs to another account.
    #[error("the number belongs to another account")]
    PhoneTaken,
    /// An operator has disabled the account.
    #[error("the account is disabled")]
    Disabled,
    /// The ticket with the number has been used to log in, and the person has logged out since.
    #[error("the ticket is from before the person's last logout")]
    TicketSpent,
    /// Others kept changing the same items, or `DynamoDB` throttled every round.
    #[error("the account could not be decided in {ROUNDS} rounds and {} seconds", WHOLE.as_secs())]
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

/// The outcome of one round.
enum Round {
    Settled(Account),
    /// Something changed between the read and the write: read and decide again.
    LostRace,
}

/// The users table.
pub struct Accounts {
    client: Client,
    pub(crate) table: String,
    conflict: PhoneConflict,
}

impl Accounts {
    /// The table with this name.
    #[must_use]
    pub fn new(client: Client, table: String, conflict: PhoneConflict) -> Self {
        Self { client, table, conflict }
    }

    /// Finds or creates the account of a person who has proved a number. `person` is what was read before. Without a
    /// proved number, it is the person's account, or a new one without a number.
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

    /// Reads a person's item within the mini program.
    pub(crate) async fn find(&self, person: &WechatIdentity) -> Result<Option<OpenidItem>, AwsFailure> {
        Ok(self.read(openid_key(&person.app_id, &person.openid)).await?.as_ref().and_then(OpenidItem::read))
    }

    /// Reads a person's items, in one request.
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
    /// Reads the items of [`keys`], in order.
    pub(crate) fn read(items: impl IntoIterator<Item = Option<items::Item>>) -> Self {
        let mut items = items.into_iter().map(Option::unwrap_or_default);
        let openid = items.next().as_ref().and_then(OpenidItem::read);
        Self { openid, united_with: items.next().as_ref().and_then(named) }
    }
}

/// Limits the time of all rounds of a call.
async fn in_time<T>(rounds: impl Future<Output = Result<T, AccountError>>) -> Result<T, AccountError> {
    timeout(WHOLE, rounds).await.unwrap_or(Err(AccountError::Contended))
}
