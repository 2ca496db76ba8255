//! The writes of the users table: each one transaction, each conditional on what was read before.

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

/// What `DynamoDB` takes in one transaction.
pub(super) const MOST_WRITES: usize = 100;

/// One write of a transaction.
pub(super) type Write = TransactWriteItem;

/// How a transaction ended.
pub(super) enum Outcome {
    Written,
    /// Cancelled; for each item, in order, whether its condition failed, and the item that failed it.
    Refused(Vec<Option<Item>>),
    /// Cancelled for what passes: another transaction on the same items, or throttling.
    Conflict,
}

impl Accounts {
    /// An item that is not there yet.
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

    /// A change of an item that names this account: an openid's, or a number's.
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

    /// A change of an account that is as it was read: the same number, the same openids, disabled or not.
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

    /// The end of an item that names this account.
    pub(super) fn delete_of(&self, user_id: &str, pk: String) -> Result<Write, AwsFailure> {
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key(pk)))
            .condition_expression("user_id = :user_id")
            .expression_attribute_values(":user_id", s(user_id));
        built(delete.build(), |delete| TransactWriteItem::builder().delete(delete))
    }

    /// The end of an account that is as it was read.
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
    /// The condition that an account still has the openids, the number and the unionid that were read, and is disabled if it was.
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

/// A change of an item, to be given its key and condition.
pub(super) fn change(
    expression: impl Into<String>,
    values: impl IntoIterator<Item = (&'static str, AttributeValue)>,
) -> UpdateBuilder {
    let values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Item>();
    let values = (!values.is_empty()).then_some(values);
    Update::builder().update_expression(expression).set_expression_attribute_values(values)
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
