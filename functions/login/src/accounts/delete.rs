//! Deletes an account: the account, its number, its unionid and its openids go in one transaction.

use shared::aws::AwsFailure;

use super::{
    AccountError, Accounts, ROUNDS, UserItem, in_time,
    items::{phone_key, unionid_key},
    numbers::without,
    sessions::Session,
    writes::{Outcome, Write},
};

/// The outcome of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deletion {
    /// The account was deleted.
    Deleted,
    /// The person had joined another person's account. They have left it; the account stays.
    Left,
    /// Nothing of this person was left.
    Gone,
    /// The token of the request is no longer valid.
    Revoked,
}

impl Accounts {
    /// Deletes a session's account.
    pub(crate) async fn delete(&self, session: &Session<'_>) -> Result<Deletion, AccountError> {
        in_time(async {
            for _ in 0..ROUNDS {
                let (openid, user) = self.of_session(session).await?;
                let Some(openid) = openid else { return Ok(Deletion::Gone) };
                if !openid.is_of(session) {
                    return Ok(Deletion::Revoked);
                }
                // Something changed between the two reads.
                let Some(user) = user else { continue };
                // Otherwise a disabled person could delete the account and create a new one at once.
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

    /// Deletes all items of the account, if it is still as it was read.
    pub(super) fn whole(&self, user_id: &str, user: UserItem) -> Result<Vec<Write>, AwsFailure> {
        let mut writes = vec![self.delete_user(user_id, &user)?];
        let phone = user.phone.iter().map(|phone| phone_key(phone));
        let unionid = user.unionid.iter().map(|unionid| unionid_key(unionid));
        for pk in phone.chain(unionid).chain(user.openids) {
            writes.push(self.delete_of(user_id, pk)?);
        }
        Ok(writes)
    }

    /// Deletes the person's item only.
    fn part(&self, session: &Session<'_>, user: &UserItem) -> Result<Vec<Write>, AwsFailure> {
        let out = without(session.openid.clone());
        Ok(vec![
            self.delete_of(session.user_id, session.openid.clone())?,
            self.update_user(session.user_id, user, out)?,
        ])
    }
}
