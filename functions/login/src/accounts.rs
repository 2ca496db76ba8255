//! The users table: who a person is, under which number.
//!
//! Three kinds of items: `openid#<app>#<openid>` and `phone#<E.164>` name an account, `user#<id>` is one. An openid's
//! item repeats the account's number, so that a returning person is known by one read. An account may have no number: who
//! logs in with a reviewers' number has proved none.

use std::{str::FromStr, time::Duration};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use shared::{
    aws::AwsFailure,
    clock::Timestamp,
    identity::WechatIdentity,
    phone::PhoneNumber,
    problem::{Failure, Problem, ProblemCode},
    random::{self, Random},
};
use tokio::time::timeout;

mod items;
mod transactions;

pub(crate) use items::{OpenidItem, openid_key};
use items::{UserItem, key, user_key};

/// How often a lost race is run again before the client is asked to.
const ROUNDS: usize = 4;

/// All rounds together, whatever `DynamoDB` does.
const WHOLE: Duration = Duration::from_secs(5);

/// `PHONE_CONFLICT`: what happens when a new openid proves a number that has an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneConflict {
    /// `reject`: it is turned away; a number that has changed hands does not bring its last owner's account along.
    Reject,
    /// `link`: it joins the account.
    Link,
}

impl FromStr for PhoneConflict {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "reject" => Ok(Self::Reject),
            "link" => Ok(Self::Link),
            _ => Err("must be reject or link"),
        }
    }
}

/// An account that somebody was let into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account's id.
    pub user_id: String,
    /// How this login came to it.
    pub entry: Entry,
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

    /// The account of a person who has proved `number`, by what was known of them. Without a number, which a reviewers' code
    /// does not prove, it is the account that they have, or a new one that no number is bound to.
    pub async fn settle(
        &self,
        known: Option<OpenidItem>,
        person: &WechatIdentity,
        number: Option<&PhoneNumber>,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<Account, AccountError> {
        let rounds = self.rounds(known, person, number, now, random);
        timeout(WHOLE, rounds).await.unwrap_or(Err(AccountError::Contended))
    }

    async fn rounds(
        &self,
        mut known: Option<OpenidItem>,
        person: &WechatIdentity,
        number: Option<&PhoneNumber>,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<Account, AccountError> {
        for _ in 0..ROUNDS {
            let user_id = || random::uuid(random).to_string();
            let round = match (&known, number) {
                (Some(known), Some(number)) if known.phone.as_deref() != Some(number.as_e164()) => {
                    self.change_number(known, person, number, user_id(), now).await?
                }
                (Some(known), _) => {
                    return Ok(Account { user_id: known.user_id.clone(), entry: Entry::Returned });
                }
                (None, number) => self.create(user_id(), person, number, now).await?,
            };
            match round {
                Round::Settled(account) => return Ok(account),
                Round::LostRace => known = self.find(person).await?,
            }
        }
        Err(AccountError::Contended)
    }

    async fn find(&self, person: &WechatIdentity) -> Result<Option<OpenidItem>, AwsFailure> {
        Ok(self.read(openid_key(person)).await?.as_ref().and_then(OpenidItem::read))
    }

    async fn user(&self, user_id: &str) -> Result<Option<UserItem>, AwsFailure> {
        Ok(self.read(user_key(user_id)).await?.as_ref().and_then(UserItem::read))
    }

    async fn read(&self, pk: String) -> Result<Option<items::Item>, AwsFailure> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key(pk))).consistent_read(true);
        get.send().await.map(|output| output.item).map_err(|error| AwsFailure::new(&error))
    }
}

fn s(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}
