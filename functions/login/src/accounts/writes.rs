//! The writes of the users table: each is one transaction, on the condition that nothing has changed since the read.

use aws_sdk_dynamodb::{
    error::BuildError,
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        AttributeValue, CancellationReason, Delete, Put, ReturnValuesOnConditionCheckFailure,
        TransactWriteItem, Update,
        builders::{TransactWriteItemBuilder, UpdateBuilder},
    },
};
use shared::aws::AwsFailure;

use super::{
    Accounts, UserItem,
    items::{Item, key, s, user_key},
};

/// The most items of one transaction in `DynamoDB`.
pub(super) const MOST_WRITES: usize = 100;

/// One write of a transaction.
pub(super) type Write = TransactWriteItem;

/// The outcome of a transaction.
pub(super) enum Outcome {
    Written,
    /// Cancelled; for each item, in order, whether its condition failed, and the item as it is.
    Refused(Vec<Option<Item>>),
    /// Cancelled for a temporary reason: another transaction on the same items, or throttling.
    Conflict,
}

impl Accounts {
    /// Creates an item that does not exist yet.
    pub(super) fn put_new(
        &self,
        pk: String,
        attributes: impl IntoIterator<Item = (&'static str, AttributeValue)>,
    ) -> Result<Write, AwsFailure> {
        let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value));
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(key(pk).into_iter().chain(attributes).collect()))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        built(put.build(), |put| TransactWriteItem::builder().put(put))
    }

    pub(super) fn update(&self, pk: String, update: UpdateBuilder) -> Result<Write, AwsFailure> {
        let update = update
            .table_name(&self.table)
            .set_key(Some(key(pk)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        built(update.build(), |update| TransactWriteItem::builder().update(update))
    }

    /// Changes an item that names this account: an openid's, or a number's.
    pub(super) fn update_of(
        &self,
        user_id: &str,
        pk: String,
        update: UpdateBuilder,
    ) -> Result<Write, AwsFailure> {
        let update = update
            .condition_expression("user_id = :user_id")
            .expression_attribute_values(":user_id", s(user_id));
        self.update(pk, update)
    }

    /// Changes an account that is as it was read: the same number, the same openids, disabled or not.
    pub(super) fn update_user(
        &self,
        user_id: &str,
        user: &UserItem,
        update: UpdateBuilder,
    ) -> Result<Write, AwsFailure> {
        let (condition, values) = user.is_as_read();
        let update =
            values.into_iter().fold(update.condition_expression(condition), |update, (name, value)| {
                update.expression_attribute_values(name, value)
            });
        self.update(user_key(user_id), update)
    }

    /// Deletes an item that names this account.
    pub(super) fn delete_of(&self, user_id: &str, pk: String) -> Result<Write, AwsFailure> {
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key(pk)))
            .condition_expression("user_id = :user_id")
            .expression_attribute_values(":user_id", s(user_id));
        built(delete.build(), |delete| TransactWriteItem::builder().delete(delete))
    }

    /// Deletes an account that is as it was read.
    pub(super) fn delete_user(&self, user_id: &str, user: &UserItem) -> Result<Write, AwsFailure> {
        let (condition, values) = user.is_as_read();
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key(user_key(user_id))))
            .condition_expression(condition)
            .set_expression_attribute_values(Some(values));
        built(delete.build(), |delete| TransactWriteItem::builder().delete(delete))
    }

    pub(super) async fn transact(
        &self,
        writes: impl IntoIterator<Item = Write>,
    ) -> Result<Outcome, AwsFailure> {
        let writes = writes.into_iter().collect();
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

impl UserItem {
    /// The condition that an account still has the openids, number, unionid and disabled flag that were read.
    fn is_as_read(&self) -> (String, Vec<(&'static str, AttributeValue)>) {
        let mut conditions = vec!["openids = :openids".to_owned()];
        let mut values = vec![(":openids", AttributeValue::Ss(self.openids.clone()))];
        for (name, placeholder, read) in
            [("phone", ":phone_read", &self.phone), ("unionid", ":unionid_read", &self.unionid)]
        {
            conditions.push(match read {
                Some(_) => format!("{name} = {placeholder}"),
                None => format!("attribute_not_exists({name})"),
            });
            values.extend(read.as_ref().map(|read| (placeholder, s(read))));
        }
        let disabled = if self.disabled { "attribute_exists" } else { "attribute_not_exists" };
        conditions.push(format!("{disabled}(disabled)"));
        (conditions.join(" AND "), values)
    }
}

fn built<T>(
    part: Result<T, BuildError>,
    item: impl FnOnce(T) -> TransactWriteItemBuilder,
) -> Result<Write, AwsFailure> {
    part.map(|part| item(part).build()).map_err(AwsFailure::not_built)
}

/// Changes an item; the caller adds key and condition.
pub(super) fn change(
    expression: impl Into<String>,
    values: impl IntoIterator<Item = (&'static str, AttributeValue)>,
) -> UpdateBuilder {
    let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Item>();
    let values = (!values.is_empty()).then_some(values);
    Update::builder().update_expression(expression).set_expression_attribute_values(values)
}

/// The reasons of a cancellation; `None` if one is unexpected.
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
