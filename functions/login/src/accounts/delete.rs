//! An account's end: itself, its number, its unionid and its openids go in one transaction.

use shared::aws::AwsFailure;

use super::{
    AccountError, Accounts, ROUNDS, UserItem, in_time,
    items::{phone_key, unionid_key},
    numbers::without,
    sessions::Session,
    writes::{Outcome, Write},
};

/// How a deletion ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deletion {
    /// The account is gone.
    Deleted,
    /// The person had joined the account of another. They are out of it; it stays.
    Left,
    /// There was nothing of this person any more.
    Gone,
    /// The token that asked for it was not good any more.
    Revoked,
}

impl Accounts {
    /// Deletes the account that a session is of.
    pub(crate) async fn delete(&self, session: &Session<'_>) -> Result<Deletion, AccountError> {
        in_time(async {
            for _ in 0..ROUNDS {
                let (openid, user) = self.of_session(session).await?;
                let Some(openid) = openid else { return Ok(Deletion::Gone) };
                if !openid.is_of(session) {
                    return Ok(Deletion::Revoked);
                }
                // Something was changed between the reads of the two.
                let Some(user) = user else { continue };
                // Who could delete it could make a new one at once.
                if openid.disabled || user.disabled {
                    return Err(AccountError::Disabled);
                }
                let is_owner = user.belongs_to(&session.openid, &openid);
                let writes =
                    if is_owner { self.whole(session.user_id, user)? } else { self.part(session, &user)? };
                match self.transact(writes).await? {
                    Outcome::Written if is_owner => return Ok(Deletion::Deleted),
                    Outcome::Written => return Ok(Deletion::Left),
                    Outcome::Refused(_) | Outcome::Conflict => {}
                }
            }
            Err(AccountError::Contended)
        })
        .await
    }

    /// All items of the account, on condition that it is as it was read.
    pub(super) fn whole(&self, user_id: &str, user: UserItem) -> Result<Vec<Write>, AwsFailure> {
        let mut writes = vec![self.delete_user(user_id, &user)?];
        let phone = user.phone.iter().map(|phone| phone_key(phone));
        let unionid = user.unionid.iter().map(|unionid| unionid_key(unionid));
        for pk in phone.chain(unionid).chain(user.openids) {
            writes.push(self.delete_of(user_id, pk)?);
        }
        Ok(writes)
    }

    /// The person's item alone.
    fn part(&self, session: &Session<'_>, user: &UserItem) -> Result<Vec<Write>, AwsFailure> {
        let out = without(session.openid.clone());
        Ok(vec![
            self.delete_of(session.user_id, session.openid.clone())?,
            self.update_user(session.user_id, user, out)?,
        ])
    }
}
