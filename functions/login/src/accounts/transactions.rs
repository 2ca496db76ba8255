//! The writes of the users table: each one transaction, each conditional on what the login had read.

use aws_sdk_dynamodb::{
    error::BuildError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        AttributeValue, CancellationReason, Delete, Put, ReturnValuesOnConditionCheckFailure,
        TransactWriteItem, Update,
    },
};
use shared::{aws::AwsFailure, clock::Timestamp, identity::WechatIdentity, phone::PhoneNumber};

use super::{
    Account, AccountError, Accounts, Entry, PhoneConflict, Round,
    items::{self, Item, OpenidItem, UserItem, key, openid_key, phone_key, user_key},
    s,
};

/// Openids of one account. A change of number writes them all in one transaction, which `DynamoDB` limits to 100 items.
const MOST_OPENIDS: usize = 50;

/// The condition on an account that no number is bound to.
const NO_PHONE: &str = "attribute_not_exists(phone)";

/// How a transaction ended.
enum Outcome {
    Written,
    /// Cancelled; for each item, in order, whether its condition failed, and the item that failed it.
    Refused(Vec<Option<Item>>),
    /// Cancelled for what passes: another transaction on the same items, or throttling.
    Conflict,
}

impl Accounts {
    /// A new person: an account for them and for their number, unless one of both has got one meanwhile.
    pub(super) async fn create(
        &self,
        user_id: String,
        person: &WechatIdentity,
        number: Option<&PhoneNumber>,
        now: Timestamp,
    ) -> Result<Round, AccountError> {
        let openid = openid_key(person);
        let phone = number.map(|number| ("phone", s(number.as_e164())));
        let writes = [
            self.put_new(openid.clone(), [("user_id", s(&user_id))].into_iter().chain(phone.clone())),
            self.put_user(&user_id, openid, phone, now),
        ];
        let bind = number.map(|number| self.bind(number, &user_id));
        match self.transact(writes.into_iter().chain(bind)).await? {
            Outcome::Written => Ok(Round::Settled(Account { user_id, entry: Entry::Created })),
            Outcome::Conflict => Ok(Round::LostRace),
            Outcome::Refused(reasons) => match (&reasons[..], number) {
                ([None, None, Some(phone)], Some(number)) => match self.conflict {
                    PhoneConflict::Reject => Err(AccountError::PhoneTaken),
                    PhoneConflict::Link => self.link(items::user_id(phone), person, number).await,
                },
                _ => Ok(Round::LostRace),
            },
        }
    }

    /// A new person joins the account that the number belongs to.
    async fn link(
        &self,
        owner: Option<String>,
        person: &WechatIdentity,
        number: &PhoneNumber,
    ) -> Result<Round, AccountError> {
        let Some(user_id) = owner else { return Ok(Round::LostRace) };
        let (openid, phone) = (openid_key(person), s(number.as_e164()));
        let join = Update::builder()
            .update_expression("ADD openids :openid")
            .condition_expression("phone = :phone AND size(openids) < :most")
            .expression_attribute_values(":openid", AttributeValue::Ss(vec![openid.clone()]))
            .expression_attribute_values(":phone", phone.clone())
            .expression_attribute_values(":most", AttributeValue::N(MOST_OPENIDS.to_string()));
        let writes = [
            self.put_new(openid, [("user_id", s(&user_id)), ("phone", phone)]),
            self.update(user_key(&user_id), join),
        ];
        match self.transact(writes).await? {
            Outcome::Written => Ok(Round::Settled(Account { user_id, entry: Entry::Joined })),
            Outcome::Refused(reasons) if reasons.iter().flatten().any(is_full) => {
                Err(AccountError::PhoneTaken)
            }
            Outcome::Refused(_) | Outcome::Conflict => Ok(Round::LostRace),
        }
    }

    /// A known person has proved another number: the account moves to it if it is theirs; if they had joined it, they leave.
    pub(super) async fn change_number(
        &self,
        known: &OpenidItem,
        person: &WechatIdentity,
        number: &PhoneNumber,
        new_id: String,
        now: Timestamp,
    ) -> Result<Round, AccountError> {
        let Some(user) = self.user(&known.user_id).await? else { return Ok(Round::LostRace) };
        if user.belongs_to(&openid_key(person)) {
            self.move_account(known, &user, number).await
        } else {
            self.leave(known, &user, person, number, new_id, now).await
        }
    }

    /// The account moves to the number, with all its openids.
    async fn move_account(
        &self,
        OpenidItem { user_id, phone: old }: &OpenidItem,
        user: &UserItem,
        number: &PhoneNumber,
    ) -> Result<Round, AccountError> {
        let new = s(number.as_e164());
        let is_as_read =
            format!("openids = :openids AND {}", if old.is_some() { "phone = :old" } else { NO_PHONE });
        let move_user = Update::builder()
            .update_expression("SET phone = :new")
            .condition_expression(is_as_read)
            .expression_attribute_values(":new", new.clone())
            .expression_attribute_values(":openids", AttributeValue::Ss(user.openids.clone()));
        let move_user = match old {
            Some(old) => move_user.expression_attribute_values(":old", s(old)),
            None => move_user,
        };
        let let_go = old.as_ref().map(|old| {
            let delete = Delete::builder()
                .table_name(&self.table)
                .set_key(Some(key(phone_key(old))))
                .condition_expression("user_id = :user_id")
                .expression_attribute_values(":user_id", s(user_id));
            delete.build().map(|delete| TransactWriteItem::builder().delete(delete).build())
        });
        let move_openid = || {
            Update::builder()
                .update_expression("SET phone = :new")
                .condition_expression("user_id = :user_id")
                .expression_attribute_values(":new", new.clone())
                .expression_attribute_values(":user_id", s(user_id))
        };
        let writes = [self.bind(number, user_id), self.update(user_key(user_id), move_user)];
        let openids = user.openids.iter().map(|openid| self.update(openid.clone(), move_openid()));
        let outcome = self.transact(writes.into_iter().chain(let_go).chain(openids)).await?;
        let account = Account { user_id: user_id.clone(), entry: Entry::NumberChanged };
        with_a_number(outcome, account, user_id)
    }

    /// Who has joined an account leaves it for one of their own. The account stays as it is, with its number.
    async fn leave(
        &self,
        OpenidItem { user_id: joined, .. }: &OpenidItem,
        user: &UserItem,
        person: &WechatIdentity,
        number: &PhoneNumber,
        user_id: String,
        now: Timestamp,
    ) -> Result<Round, AccountError> {
        let (openid, phone) = (openid_key(person), s(number.as_e164()));
        let change = Update::builder()
            .update_expression("SET user_id = :new, phone = :phone")
            .condition_expression("user_id = :joined")
            .expression_attribute_values(":new", s(&user_id))
            .expression_attribute_values(":phone", phone.clone())
            .expression_attribute_values(":joined", s(joined));
        let let_go = Update::builder()
            .update_expression("DELETE openids :openid")
            .condition_expression("openids = :openids")
            .expression_attribute_values(":openid", AttributeValue::Ss(vec![openid.clone()]))
            .expression_attribute_values(":openids", AttributeValue::Ss(user.openids.clone()));
        let writes = [
            self.bind(number, &user_id),
            self.update(openid.clone(), change),
            self.update(user_key(joined), let_go),
            self.put_user(&user_id, openid, Some(("phone", phone)), now),
        ];
        let outcome = self.transact(writes).await?;
        let entry = Entry::Left { joined: joined.clone() };
        with_a_number(outcome, Account { user_id, entry }, joined)
    }

    /// A new account, of the openid that makes it.
    fn put_user(
        &self,
        user_id: &str,
        owner: String,
        phone: Option<(&'static str, AttributeValue)>,
        now: Timestamp,
    ) -> Result<TransactWriteItem, BuildError> {
        let attributes = [
            ("openids", AttributeValue::Ss(vec![owner.clone()])),
            ("owner", s(owner)),
            ("created_at", AttributeValue::N(now.as_unix().to_string())),
        ];
        self.put_new(user_key(user_id), attributes.into_iter().chain(phone))
    }

    /// A number that no account has becomes this one's.
    fn bind(&self, number: &PhoneNumber, user_id: &str) -> Result<TransactWriteItem, BuildError> {
        self.put_new(phone_key(number.as_e164()), [("user_id", s(user_id))])
    }

    fn put_new(
        &self,
        pk: String,
        attributes: impl IntoIterator<Item = (&'static str, AttributeValue)>,
    ) -> Result<TransactWriteItem, BuildError> {
        let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value));
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(key(pk).into_iter().chain(attributes).collect()))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        put.build().map(|put| TransactWriteItem::builder().put(put).build())
    }

    fn update(
        &self,
        pk: String,
        update: aws_sdk_dynamodb::types::builders::UpdateBuilder,
    ) -> Result<TransactWriteItem, BuildError> {
        let update = update
            .table_name(&self.table)
            .set_key(Some(key(pk)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        update.build().map(|update| TransactWriteItem::builder().update(update).build())
    }

    async fn transact(
        &self,
        writes: impl IntoIterator<Item = Result<TransactWriteItem, BuildError>>,
    ) -> Result<Outcome, AwsFailure> {
        let writes = writes.into_iter().collect::<Result<Vec<_>, _>>().map_err(AwsFailure::not_built)?;
        let Err(error) = self.client.transact_write_items().set_transact_items(Some(writes)).send().await
        else {
            return Ok(Outcome::Written);
        };
        let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error()
        else {
            return Err(AwsFailure::new(&error));
        };
        outcome(cancelled.cancellation_reasons()).ok_or_else(|| AwsFailure::new(&error))
    }
}

/// What a cancellation means; `None` if it is none of what a login can run into.
fn outcome(reasons: &[CancellationReason]) -> Option<Outcome> {
    let mut refused = Vec::with_capacity(reasons.len());
    let mut conflict = false;
    for reason in reasons {
        refused.push(match reason.code() {
            None | Some("None") => None,
            Some("ConditionalCheckFailed") => Some(reason.item().cloned().unwrap_or_default()),
            Some("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded") => {
                conflict = true;
                None
            }
            Some(_) => return None,
        });
    }
    Some(if conflict { Outcome::Conflict } else { Outcome::Refused(refused) })
}

/// How a transaction that begins by taking a number ended, for an openid that is of the account `mine` now.
fn with_a_number(outcome: Outcome, account: Account, mine: &str) -> Result<Round, AccountError> {
    match outcome {
        Outcome::Written => Ok(Round::Settled(account)),
        Outcome::Refused(reasons) => match reasons.first() {
            Some(Some(phone)) if items::user_id(phone).as_deref() != Some(mine) => {
                Err(AccountError::PhoneTaken)
            }
            _ => Ok(Round::LostRace),
        },
        Outcome::Conflict => Ok(Round::LostRace),
    }
}

fn is_full(item: &Item) -> bool {
    UserItem::read(item).is_some_and(|user| user.openids.len() >= MOST_OPENIDS)
}
