//! One person in several mini programs: beside the openids, a unionid names its owner's account.
//!
//! A unionid is bound to the account of its owner. A new openid with that unionid joins the account once it has proved the
//! account's number. It never keeps anybody out: where it cannot be bound, the login continues without it (ADR 16).

use aws_sdk_dynamodb::types::AttributeValue;
use shared::{aws::AwsFailure, phone::PhoneNumber};

use super::{
    Account, AccountError, Accounts, Entry, MOST_OPENIDS, OpenidItem, Proof, UserItem,
    items::{phone_key, s, unionid_key, user_key},
    numbers::{logged_in, proved},
    writes::{Outcome, Write, change},
};

/// The outcome of an attempt to join an account.
pub(super) enum Joining {
    Joined(Account),
    /// The account has another number or belongs to another person.
    Elsewhere,
    LostRace,
}

impl Accounts {
    /// A new person joins an account that has this number and, if given, this `unionid`.
    pub(super) async fn join(
        &self,
        user_id: &str,
        number: &PhoneNumber,
        unionid: Option<&str>,
        proof: &Proof<'_>,
    ) -> Result<Joining, AccountError> {
        let (user_id, sid) = (user_id.to_owned(), proof.new_sid.clone());
        let account = Account { user_id, sid, entry: Entry::Joined, released: None };
        let openid = AttributeValue::Ss(vec![proof.openid()]);
        let mut values = vec![
            (":openid", openid),
            (":phone", s(number.as_e164())),
            (":most", AttributeValue::N(MOST_OPENIDS.to_string())),
        ];
        values.extend(unionid.map(|unionid| (":unionid", s(unionid))));
        let mut condition =
            "phone = :phone AND size(openids) < :most AND attribute_not_exists(disabled)".to_owned();
        if unionid.is_some() {
            condition += " AND unionid = :unionid";
        }
        let join = change("ADD openids :openid", values).condition_expression(condition);
        let writes = [
            self.put_new(proof.openid(), logged_in(&account, proof))?,
            self.update(user_key(&account.user_id), join)?,
            self.update_of(&account.user_id, phone_key(number.as_e164()), proved(proof.now))?,
        ];
        let reasons = match self.transact(writes).await? {
            Outcome::Written => return Ok(Joining::Joined(account)),
            Outcome::Refused(reasons) => reasons,
            Outcome::Conflict => return Ok(Joining::LostRace),
        };
        match reasons.iter().flatten().find_map(UserItem::read) {
            // A person who is disabled in one mini program is disabled in the others, whatever the number.
            Some(user) if user.disabled => Err(AccountError::Disabled),
            Some(user) if user.phone.as_deref() != Some(number.as_e164()) => Ok(Joining::Elsewhere),
            Some(user) if unionid.is_some() && user.unionid.as_deref() != unionid => Ok(Joining::Elsewhere),
            Some(user) if user.openids.len() >= MOST_OPENIDS => Err(AccountError::PhoneTaken),
            _ => Ok(Joining::LostRace),
        }
    }

    /// Binds the unionid, which named no account, to this one.
    pub(super) fn bind(&self, user_id: &str, unionid: &str) -> Result<Write, AwsFailure> {
        self.put_new(unionid_key(unionid), [("user_id", s(user_id))])
    }

    /// A known person brings a unionid that was not recorded and names no account. It is bound to their account, in place of the
    /// recorded one. The account has to be theirs.
    pub(super) fn rebind(
        &self,
        known: &OpenidItem,
        unionid: &str,
        proof: &Proof<'_>,
    ) -> Result<Vec<Write>, AwsFailure> {
        let user_id = &known.user_id;
        let update = change("SET unionid = :new", [(":new", s(unionid))]);
        let update = match &known.unionid {
            Some(noted) => update
                .condition_expression("unionid = :noted")
                .expression_attribute_values(":noted", s(noted)),
            None => update
                .condition_expression(
                    "attribute_not_exists(unionid) AND (#owner = :owner OR openids = :alone)",
                )
                .expression_attribute_names("#owner", "owner")
                .expression_attribute_values(":owner", s(proof.openid()))
                .expression_attribute_values(":alone", AttributeValue::Ss(vec![proof.openid()])),
        };
        let old = known.unionid.iter().map(|noted| self.delete_of(user_id, unionid_key(noted)));
        let new = [self.bind(user_id, unionid), self.update(user_key(user_id), update)];
        new.into_iter().chain(old).collect()
    }
}
