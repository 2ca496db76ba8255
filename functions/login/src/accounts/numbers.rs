//! Numbers and accounts: how an account is created with a number, moves to another, is joined or left, and loses its number.

use aws_sdk_dynamodb::types::{AttributeValue, builders::UpdateBuilder};
use shared::{aws::AwsFailure, clock::Timestamp, phone::PhoneNumber};

use super::{
    Account, AccountError, Accounts, Entry, OpenidItem, Person, PhoneConflict, Proof, Round, UserItem,
    items::{PhoneItem, at, phone_key, s, user_key},
    unionids::Joining,
    writes::{MOST_WRITES, Outcome, Write, change},
};

impl Accounts {
    /// A new person joins the account of their unionid, if it has this number, or gets an account of their own.
    pub(super) async fn welcome(&self, person: &Person, proof: &Proof<'_>) -> Result<Round, AccountError> {
        let united_with = person.united_with.as_deref();
        if let (Some(user_id), Some(number)) = (united_with, proof.number()) {
            match self.join(user_id, number, proof.unionid(), proof).await? {
                Joining::Joined(account) => return Ok(Round::Settled(account)),
                Joining::LostRace => return Ok(Round::LostRace),
                Joining::Elsewhere => {}
            }
        }
        self.create(proof.unionid().filter(|_| united_with.is_none()), proof).await
    }

    /// Creates an account for a new person, their number and their unionid, unless one of the three has an account by now.
    async fn create(&self, unionid: Option<&str>, proof: &Proof<'_>) -> Result<Round, AccountError> {
        let account = account(proof.new_user.clone(), proof.new_sid.clone(), Entry::Created);
        let mut writes =
            vec![self.put_new(proof.openid(), logged_in(&account, proof))?, self.put_user(unionid, proof)?];
        if let Some(unionid) = unionid {
            writes.push(self.bind(&account.user_id, unionid)?);
        }
        match proof.number() {
            Some(number) => self.with_number(number, account, writes, None, proof).await,
            None => Ok(match self.transact(writes).await? {
                Outcome::Written => Round::Settled(account),
                Outcome::Refused(_) | Outcome::Conflict => Round::LostRace,
            }),
        }
    }

    /// A known person has proved another number. If the account is theirs, it moves; if they joined it, they leave it.
    pub(super) async fn change_number(
        &self,
        known: &OpenidItem,
        number: &PhoneNumber,
        proof: &Proof<'_>,
    ) -> Result<Round, AccountError> {
        let Some(user) = self.user(&known.user_id).await? else { return Ok(Round::LostRace) };
        // The two were read one after the other and may differ.
        if (&user.phone, user.disabled) != (&known.phone, known.disabled) {
            return Ok(Round::LostRace);
        }
        let (account, writes) = if user.belongs_to(&proof.openid(), known) {
            self.moving(known, &user, number, proof)?
        } else {
            self.leaving(known, &user, number, proof)?
        };
        self.with_number(number, account, writes, Some(&known.user_id), proof).await
    }

    /// Moves the account to the number, with all its openids.
    fn moving(
        &self,
        known: &OpenidItem,
        user: &UserItem,
        number: &PhoneNumber,
        proof: &Proof<'_>,
    ) -> Result<(Account, Vec<Write>), AwsFailure> {
        let account = account(known.user_id.clone(), proof.sid(known), Entry::NumberChanged);
        let (mine, new) = (proof.openid(), || (":new", s(number.as_e164())));
        let move_user = change("SET phone = :new", [new()]);
        let mut writes = vec![self.update_user(&known.user_id, user, move_user)?];
        if let Some(old) = &known.phone {
            writes.push(self.delete_of(&known.user_id, phone_key(old))?);
        }
        for openid in &user.openids {
            writes.push(if *openid == mine {
                let values = [
                    new(),
                    (":now", at(proof.now)),
                    (":sid", s(&account.sid)),
                    (":user_id", s(&known.user_id)),
                ];
                let update = change("SET phone = :new, proved_at = :now, sid = :sid", values);
                self.update(mine.clone(), update.condition_expression(known.is_as_read()))?
            } else {
                self.update_of(&known.user_id, openid.clone(), change("SET phone = :new", [new()]))?
            });
        }
        Ok((account, writes))
    }

    /// A person who joined an account leaves it for one of their own. The old account stays as it is, with its number.
    fn leaving(
        &self,
        known: &OpenidItem,
        user: &UserItem,
        number: &PhoneNumber,
        proof: &Proof<'_>,
    ) -> Result<(Account, Vec<Write>), AwsFailure> {
        let entry = Entry::Left { joined: known.user_id.clone() };
        let account = account(proof.new_user.clone(), proof.new_sid.clone(), entry);
        let values = [
            (":new", s(&account.user_id)),
            (":phone", s(number.as_e164())),
            (":sid", s(&account.sid)),
            (":now", at(proof.now)),
        ];
        let leave = "SET user_id = :new, phone = :phone, sid = :sid, proved_at = :now REMOVE unionid";
        // With `unionid` removed, the next login binds the unionid to the new account.
        let leave = change(leave, values);
        let writes = vec![
            self.update_of(&known.user_id, proof.openid(), leave)?,
            self.update_user(&known.user_id, user, without(proof.openid()))?,
            self.put_user(None, proof)?,
        ];
        Ok((account, writes))
    }

    /// Writes a new account's items and binds the number to it: a free number, or one that its account loses.
    async fn with_number(
        &self,
        number: &PhoneNumber,
        account: Account,
        writes: Vec<Write>,
        mine: Option<&str>,
        proof: &Proof<'_>,
    ) -> Result<Round, AccountError> {
        let attributes = [("user_id", s(&account.user_id)), ("proved_at", at(proof.now))];
        let bind = self.put_new(phone_key(number.as_e164()), attributes)?;
        let reasons = match self.transact(writes.iter().cloned().chain([bind])).await? {
            Outcome::Written => return Ok(Round::Settled(account)),
            Outcome::Conflict => return Ok(Round::LostRace),
            Outcome::Refused(reasons) => reasons,
        };
        let Some((Some(phone), others)) = reasons.split_last() else { return Ok(Round::LostRace) };
        let holder = PhoneItem::read(phone).filter(|phone| Some(phone.user_id.as_str()) != mine);
        let Some(holder) = holder.filter(|_| others.iter().all(Option::is_none)) else {
            return Ok(Round::LostRace);
        };
        match self.conflict {
            PhoneConflict::Link if mine.is_none() => {
                match Box::pin(self.join(&holder.user_id, number, None, proof)).await? {
                    Joining::Joined(account) => Ok(Round::Settled(account)),
                    Joining::Elsewhere | Joining::LostRace => Ok(Round::LostRace),
                }
            }
            PhoneConflict::Release { after } if holder.is_silent(after, proof.now) => {
                Box::pin(self.release(&holder, number, account, writes, proof)).await
            }
            _ => Err(AccountError::PhoneTaken),
        }
    }

    /// An account whose people have not proved the number for long loses it to this one, and keeps its openids.
    async fn release(
        &self,
        holder: &PhoneItem,
        number: &PhoneNumber,
        account: Account,
        mut writes: Vec<Write>,
        proof: &Proof<'_>,
    ) -> Result<Round, AccountError> {
        let Some(user) = self.user(&holder.user_id).await? else { return Ok(Round::LostRace) };
        // If a disabled account lost its number, its person could create a new account with it.
        if user.disabled || writes.len() + user.openids.len() + 2 > MOST_WRITES {
            return Err(AccountError::PhoneTaken);
        }
        let taken = [(":new", s(&account.user_id)), (":now", at(proof.now))];
        let take = change("SET user_id = :new, proved_at = :now", taken)
            .condition_expression("user_id = :user_id AND proved_at = :seen")
            .expression_attribute_values(":user_id", s(&holder.user_id))
            .expression_attribute_values(":seen", at(holder.proved_at.unwrap_or(proof.now)));
        writes.push(self.update(phone_key(number.as_e164()), take)?);
        writes.push(self.update_user(&holder.user_id, &user, change("REMOVE phone", []))?);
        for openid in user.openids {
            writes.push(self.update_of(&holder.user_id, openid, change("REMOVE phone", []))?);
        }
        Ok(match self.transact(writes).await? {
            Outcome::Written => Round::Settled(Account { released: Some(holder.user_id.clone()), ..account }),
            Outcome::Refused(_) | Outcome::Conflict => Round::LostRace,
        })
    }

    /// A new account of one openid.
    fn put_user(&self, unionid: Option<&str>, proof: &Proof<'_>) -> Result<Write, AwsFailure> {
        let attributes = [
            ("openids", AttributeValue::Ss(vec![proof.openid()])),
            ("owner", s(proof.openid())),
            ("created_at", at(proof.now)),
        ];
        let phone = proof.number().map(|number| ("phone", s(number.as_e164())));
        let unionid = unionid.map(|unionid| ("unionid", s(unionid)));
        self.put_new(user_key(&proof.new_user), attributes.into_iter().chain(phone).chain(unionid))
    }
}

impl PhoneItem {
    /// Whether nobody has proved the number for so many seconds. Unknown for items from before this was recorded.
    fn is_silent(&self, seconds: u64, now: Timestamp) -> bool {
        self.proved_at.is_some_and(|proved_at| proved_at.plus(seconds) <= now)
    }
}

fn account(user_id: String, sid: String, entry: Entry) -> Account {
    Account { user_id, sid, entry, released: None }
}

/// The fields of an openid that has just logged in to the account.
pub(super) fn logged_in(
    account: &Account,
    proof: &Proof<'_>,
) -> impl Iterator<Item = (&'static str, AttributeValue)> {
    let phone = proof.number().map(|number| ("phone", s(number.as_e164())));
    let unionid = proof.unionid().map(|unionid| ("unionid", s(unionid)));
    let attributes =
        [("user_id", s(&account.user_id)), ("sid", s(&account.sid)), ("proved_at", at(proof.now))];
    attributes.into_iter().chain(phone).chain(unionid)
}

/// Removes the openid from the account.
pub(super) fn without(openid: String) -> UpdateBuilder {
    change("DELETE openids :openid", [(":openid", AttributeValue::Ss(vec![openid]))])
}

/// Records that the number was proved now.
pub(super) fn proved(now: Timestamp) -> UpdateBuilder {
    change("SET proved_at = :now", [(":now", at(now))])
}
