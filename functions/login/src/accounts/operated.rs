//! Operators' changes to accounts: each is one transaction, which requires that the account is as it was read.

use aws_sdk_dynamodb::types::AttributeValue;
use shared::{aws::AwsFailure, clock::Timestamp, identity::Openid, phone::PhoneNumber};

use crate::batch;

use super::{
    AccountError, Accounts, OpenidItem, ROUNDS, UserItem, in_time,
    items::{PhoneItem, openid_key, openid_of_key, phone_key},
    sessions::end,
    writes::{Outcome, Write, change},
};

/// How an operator names an account.
#[derive(Debug)]
pub(crate) enum Whom {
    User(String),
    Number(PhoneNumber),
    Openid { app_id: String, openid: Openid },
}

/// An operator's change to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// Nobody can log in to it or renew.
    Disable,
    /// Undoes [`Change::Disable`].
    Enable,
    /// Logs out all its openids.
    SignOut,
    /// Deletes it, with its number and its openids.
    Delete,
}

/// An account that an operator looked up or changed.
pub(crate) struct Found {
    pub(crate) user_id: String,
    /// In E.164, unmasked.
    pub(crate) phone: Option<String>,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) disabled: bool,
    pub(crate) openids: Vec<FoundOpenid>,
}

/// One of its openids.
pub(crate) struct FoundOpenid {
    pub(crate) app_id: String,
    pub(crate) openid: String,
    pub(crate) proved_at: Option<Timestamp>,
}

impl Accounts {
    /// The account that an operator names, if it exists.
    pub(crate) async fn look_up(&self, whom: &Whom) -> Result<Option<Found>, AccountError> {
        in_time(async {
            for _ in 0..ROUNDS {
                let Some(user_id) = self.named_by(whom).await? else { return Ok(None) };
                match self.user(&user_id).await? {
                    Some(user) => return Ok(Some(self.found(user_id, user).await?)),
                    None if matches!(whom, Whom::User(_)) => return Ok(None),
                    // It was deleted between the two reads.
                    None => {}
                }
            }
            Err(AccountError::Contended)
        })
        .await
    }

    /// Changes an account. Returns how many openids it has or had; `None` if there is no such account.
    pub(crate) async fn operate(
        &self,
        change: Change,
        user_id: &str,
        now: Timestamp,
    ) -> Result<Option<usize>, AccountError> {
        in_time(async {
            for _ in 0..ROUNDS {
                let Some(user) = self.user(user_id).await? else { return Ok(None) };
                let openids = user.openids.len();
                match self.transact(self.changes(change, user_id, user, now)?).await? {
                    Outcome::Written => return Ok(Some(openids)),
                    Outcome::Refused(_) | Outcome::Conflict => {}
                }
            }
            Err(AccountError::Contended)
        })
        .await
    }

    /// The account that a number's or openid's item names.
    async fn named_by(&self, whom: &Whom) -> Result<Option<String>, AwsFailure> {
        Ok(match whom {
            Whom::User(user_id) => Some(user_id.clone()),
            Whom::Number(number) => {
                let phone = self.read(phone_key(number.as_e164())).await?;
                phone.as_ref().and_then(PhoneItem::read).map(|phone| phone.user_id)
            }
            Whom::Openid { app_id, openid } => {
                let person = self.read(openid_key(app_id, openid)).await?;
                person.as_ref().and_then(OpenidItem::read).map(|person| person.user_id)
            }
        })
    }

    async fn found(&self, user_id: String, user: UserItem) -> Result<Found, AwsFailure> {
        let keys: Vec<_> = user.openids.into_iter().map(|pk| (self.table.as_str(), pk)).collect();
        let items = batch::read_all(&self.client, &keys).await?;
        let openids = std::iter::zip(&keys, &items).filter_map(|((_, pk), item)| {
            let person = OpenidItem::read(item.as_ref()?).filter(|person| person.user_id == user_id)?;
            let (app_id, openid) = openid_of_key(pk)?;
            Some(FoundOpenid {
                app_id: app_id.to_owned(),
                openid: openid.to_owned(),
                proved_at: person.proved_at,
            })
        });
        let openids = openids.collect();
        Ok(Found {
            user_id,
            phone: user.phone,
            created_at: user.created_at,
            disabled: user.disabled,
            openids,
        })
    }

    fn changes(
        &self,
        act: Change,
        user_id: &str,
        user: UserItem,
        now: Timestamp,
    ) -> Result<Vec<Write>, AwsFailure> {
        let update = || match act {
            Change::Disable => change("SET disabled = :true", [(":true", AttributeValue::Bool(true))]),
            Change::Enable => change("REMOVE disabled", []),
            Change::SignOut | Change::Delete => end(now),
        };
        if act == Change::Delete {
            return self.whole(user_id, user);
        }
        let mut writes = Vec::with_capacity(1 + user.openids.len());
        // The session is stored with the openids, not with the account.
        if act != Change::SignOut {
            writes.push(self.update_user(user_id, &user, update())?);
        }
        for openid in user.openids {
            writes.push(self.update_of(user_id, openid, update())?);
        }
        Ok(writes)
    }
}
