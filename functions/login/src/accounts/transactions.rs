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
    items::{self, Item, OpenidItem, key, openid_key, phone_key, user_key},
    s,
};

/// Openids of one account. A change of number writes them all in one transaction, which `DynamoDB` limits to 100 items.
const MOST_OPENIDS: usize = 50;

/// How a transaction ended.
enum Outcome {
    Written,
    /// Cancelled; for each item, in order, whether its condition failed, and the item that failed it.
    Refused(Vec<Option<Item>>),
    /// Cancelled for what passes: another transaction on the same items, or throttling.
    Conflict,
}

impl Accounts {
    /// A new person with a number: an account for both, unless one of them has got one meanwhile.
    pub(super) async fn create(
        &self,
        user_id: String,
        person: &WechatIdentity,
        number: &PhoneNumber,
        now: Timestamp,
    ) -> Result<Round, AccountError> {
        let (openid, phone) = (openid_key(person), s(number.as_e164()));
        let user = [
            ("phone", phone.clone()),
            ("openids", AttributeValue::Ss(vec![openid.clone()])),
            ("created_at", AttributeValue::N(now.as_unix().to_string())),
        ];
        let writes = [
            self.put_new(openid, [("user_id", s(&user_id)), ("phone", phone)]),
            self.put_new(phone_key(number.as_e164()), [("user_id", s(&user_id))]),
            self.put_new(user_key(&user_id), user),
        ];
        match self.transact(writes).await? {
            Outcome::Written => Ok(Round::Settled(Account { user_id, entry: Entry::Created })),
            Outcome::Conflict => Ok(Round::LostRace),
            Outcome::Refused(reasons) => match &reasons[..] {
                [None, Some(phone), None] => match self.conflict {
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

    /// A known person has proved another number: the account moves to it, with all its openids.
    pub(super) async fn change_number(
        &self,
        known: &OpenidItem,
        number: &PhoneNumber,
    ) -> Result<Round, AccountError> {
        let OpenidItem { user_id, phone: old } = known;
        let Some(user) = self.user(user_id).await? else { return Ok(Round::LostRace) };
        let new = s(number.as_e164());
        let move_user = Update::builder()
            .update_expression("SET phone = :new")
            .condition_expression("phone = :old AND openids = :openids")
            .expression_attribute_values(":new", new.clone())
            .expression_attribute_values(":old", s(old))
            .expression_attribute_values(":openids", AttributeValue::Ss(user.openids.clone()));
        let let_go = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key(phone_key(old))))
            .condition_expression("user_id = :user_id")
            .expression_attribute_values(":user_id", s(user_id));
        let move_openid = || {
            Update::builder()
                .update_expression("SET phone = :new")
                .condition_expression("user_id = :user_id")
                .expression_attribute_values(":new", new.clone())
                .expression_attribute_values(":user_id", s(user_id))
        };
        let writes = [
            self.put_new(phone_key(number.as_e164()), [("user_id", s(user_id))]),
            self.update(user_key(user_id), move_user),
            let_go.build().map(|delete| TransactWriteItem::builder().delete(delete).build()),
        ];
        let openids = user.openids.iter().map(|openid| self.update(openid.clone(), move_openid()));
        match self.transact(writes.into_iter().chain(openids)).await? {
            Outcome::Written => {
                Ok(Round::Settled(Account { user_id: user_id.clone(), entry: Entry::NumberChanged }))
            }
            Outcome::Refused(reasons) => match reasons.first() {
                Some(Some(phone)) if items::user_id(phone).as_ref() != Some(user_id) => {
                    Err(AccountError::PhoneTaken)
                }
                _ => Ok(Round::LostRace),
            },
            Outcome::Conflict => Ok(Round::LostRace),
        }
    }

    fn put_new<const N: usize>(
        &self,
        pk: String,
        attributes: [(&str, AttributeValue); N],
    ) -> Result<TransactWriteItem, BuildError> {
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value));
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

fn is_full(item: &Item) -> bool {
    items::UserItem::read(item).is_some_and(|user| user.openids.len() >= MOST_OPENIDS)
}
