//! Sessions: which tokens of a person are valid, and when the person last proved a number.

use aws_sdk_dynamodb::{operation::update_item::UpdateItemError, types::builders::UpdateBuilder};
use shared::{
    aws::AwsFailure,
    clock::{SECONDS_PER_DAY, Timestamp},
    token::Claims,
};

use crate::batch;

use super::{
    Account, AccountError, Accounts, Entry, OpenidItem, Person, Proof, ROUNDS, Round, UserItem, in_time,
    items::{at, key, openid_key_of, phone_key, s, user_key},
    numbers::proved,
    writes::{Outcome, Write, change},
};

/// The condition that a session is valid.
const SESSION: &str = "user_id = :user_id AND sid = :sid";

/// Ends an openid's session at `:ended`.
const END: &str = "REMOVE sid, proved_at SET ended_at = :ended";

/// A token's session: the key of its openid, the account, and the `sid`.
pub(crate) struct Session<'token> {
    pub(crate) openid: String,
    pub(crate) user_id: &'token str,
    pub(crate) sid: &'token str,
}

/// The outcome of a logout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Logout {
    Done,
    /// The token of the request is no longer valid.
    Revoked,
}

impl Accounts {
    /// A known person returns to their account. Usually nothing is written: they have a session already, and a proof is
    /// recorded once a day.
    pub(super) async fn log_in_again(
        &self,
        known: &OpenidItem,
        person: &Person,
        proof: &Proof<'_>,
    ) -> Result<Round, AccountError> {
        let account = Account {
            user_id: known.user_id.clone(),
            sid: proof.sid(known),
            entry: Entry::Returned,
            released: None,
        };
        let new_unionid = proof.unionid().filter(|unionid| known.unionid.as_deref() != Some(*unionid));
        let is_noted = known.sid.is_some() && known.is_proved_within(SECONDS_PER_DAY, proof.now);
        if is_noted && new_unionid.is_none() {
            return Ok(Round::Settled(account));
        }
        let mut values =
            vec![(":now", at(proof.now)), (":sid", s(&account.sid)), (":user_id", s(&known.user_id))];
        values.extend(new_unionid.map(|unionid| (":unionid", s(unionid))));
        let unionid = if new_unionid.is_some() { ", unionid = :unionid" } else { "" };
        let openid = change(format!("SET proved_at = :now, sid = :sid{unionid}"), values)
            .condition_expression(known.is_as_read());
        let mut writes = vec![self.update(proof.openid(), openid)?];
        if let Some(number) = proof.number() {
            writes.push(self.update_of(&known.user_id, phone_key(number.as_e164()), proved(proof.now))?);
        }
        let binding = match new_unionid.filter(|_| person.united_with.is_none()) {
            Some(unionid) => self.rebind(known, unionid, proof)?,
            None => Vec::new(),
        };
        let mut outcome = self.transact(writes.iter().cloned().chain(binding)).await?;
        if matches!(&outcome, Outcome::Refused(reasons) if reasons.iter().take(writes.len()).all(Option::is_none))
        {
            // The unionid cannot be bound: the account belongs to somebody else or has another unionid.
            outcome = self.transact(writes).await?;
        }
        Ok(match outcome {
            Outcome::Written => Round::Settled(account),
            Outcome::Refused(_) | Outcome::Conflict => Round::LostRace,
        })
    }

    /// Ends the session of `sid`: the openid's tokens are revoked, and renewal needs a new login.
    pub(crate) async fn log_out(&self, session: &Session<'_>, now: Timestamp) -> Result<Logout, AwsFailure> {
        let end = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(session.openid.clone())))
            .update_expression(END)
            .condition_expression(SESSION)
            .expression_attribute_values(":user_id", s(session.user_id))
            .expression_attribute_values(":sid", s(session.sid))
            .expression_attribute_values(":ended", at(now));
        match end.send().await {
            Ok(_) => Ok(Logout::Done),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(Logout::Revoked),
                _ => Err(AwsFailure::new(&error)),
            },
        }
    }

    /// The same for all openids of the account.
    pub(crate) async fn log_out_everywhere(
        &self,
        session: &Session<'_>,
        now: Timestamp,
    ) -> Result<Logout, AccountError> {
        in_time(async {
            for _ in 0..ROUNDS {
                let Some(user) = self.user(session.user_id).await? else { return Ok(Logout::Revoked) };
                match self.transact(self.endings(session, user, now)?).await? {
                    Outcome::Written => return Ok(Logout::Done),
                    Outcome::Refused(reasons) if reasons.first().is_some_and(Option::is_some) => {
                        return Ok(Logout::Revoked);
                    }
                    // The account has changed since the read.
                    Outcome::Refused(_) | Outcome::Conflict => {}
                }
            }
            Err(AccountError::Contended)
        })
        .await
    }

    /// The items of a session's person and account, in one request.
    pub(crate) async fn of_session(
        &self,
        session: &Session<'_>,
    ) -> Result<(Option<OpenidItem>, Option<UserItem>), AwsFailure> {
        let items = [session.openid.clone(), user_key(session.user_id)].map(|pk| (self.table.as_str(), pk));
        let [openid, user] = batch::read(&self.client, items).await?;
        Ok((openid.as_ref().and_then(OpenidItem::read), user.as_ref().and_then(UserItem::read)))
    }

    /// The writes of a logout everywhere. The request's own session comes first and must be valid.
    fn endings(
        &self,
        session: &Session<'_>,
        user: UserItem,
        now: Timestamp,
    ) -> Result<Vec<Write>, AwsFailure> {
        let mine = end(now)
            .condition_expression(SESSION)
            .expression_attribute_values(":user_id", s(session.user_id))
            .expression_attribute_values(":sid", s(session.sid));
        let others = user.openids.into_iter().filter(|openid| *openid != session.openid);
        let others = others.map(|openid| self.update_of(session.user_id, openid, end(now)));
        std::iter::once(self.update(session.openid.clone(), mine)).chain(others).collect()
    }
}

/// Ends an openid's session.
pub(super) fn end(now: Timestamp) -> UpdateBuilder {
    change(END, [(":ended", at(now))])
}

impl<'token> Session<'token> {
    /// From a token's claims.
    pub(crate) fn of(claims: &'token Claims) -> Self {
        let openid = openid_key_of(&claims.azp, &claims.openid);
        Self { openid, user_id: &claims.sub, sid: &claims.sid }
    }
}

impl OpenidItem {
    /// The condition of a login that continues the session that was read. If a logout comes between read and write, the
    /// login must not restore the `sid`.
    pub(super) fn is_as_read(&self) -> &'static str {
        if self.sid.is_some() {
            "user_id = :user_id AND attribute_not_exists(disabled) AND sid = :sid"
        } else {
            "user_id = :user_id AND attribute_not_exists(disabled) AND attribute_not_exists(sid)"
        }
    }

    /// Whether a session belongs to this person and is valid.
    pub(crate) fn is_of(&self, session: &Session<'_>) -> bool {
        self.user_id == session.user_id && self.sid.as_deref() == Some(session.sid)
    }

    /// Whether the person has logged in by a code or one tap within so many seconds, and not logged out since.
    pub(crate) fn is_proved_within(&self, seconds: u64, now: Timestamp) -> bool {
        self.proved_at.is_some_and(|proved_at| now < proved_at.plus(seconds))
    }
}
