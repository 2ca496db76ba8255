//! `OPENID_DAILY_GUESSES`: limits a person's wrong guesses per UTC day, over all numbers.
//!
//! The count is an item of the codes table, removed by TTL. It is read with the person's own item and written only after a
//! wrong guess, so each parallel request may make one guess more.

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use shared::{aws::AwsFailure, clock::Timestamp, codes::Pepper, identity::WechatIdentity};

/// The counts of wrong guesses.
pub struct Guesses {
    client: Client,
    /// The table that holds them.
    pub(crate) table: String,
    pepper: Pepper,
    allowed: u64,
}

/// A person's guesses of today.
#[derive(Debug, Clone, Copy)]
pub struct Guessed(u64);

impl Guesses {
    /// The counts in this table.
    #[must_use]
    pub fn new(client: Client, table: String, pepper: Pepper, allowed: u64) -> Self {
        Self { client, table, pepper, allowed }
    }

    /// The key of a person's count of today; an HMAC, like every key of the table.
    pub(crate) fn key(&self, person: &WechatIdentity, now: Timestamp) -> String {
        let subject = format!("{}#{}", person.app_id, person.openid.as_str());
        self.pepper.counter_key("Guesses", &subject, now.day())
    }

    /// Whether the person may guess again.
    pub(crate) fn allow(&self, Guessed(count): Guessed) -> bool {
        count < self.allowed
    }

    /// Counts a wrong guess.
    pub(crate) async fn count(&self, person: &WechatIdentity, now: Timestamp) -> Result<(), AwsFailure> {
        let number = |number: u64| AttributeValue::N(number.to_string());
        let count = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(self.key(person, now)))
            .update_expression("ADD #count :one SET #ttl = :ends")
            .expression_attribute_names("#count", "count")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":ends", number(now.next_day().as_unix()));
        count.send().await.map(drop).map_err(|error| AwsFailure::new(&error))
    }
}

impl Guessed {
    /// Reads a count; a missing one is zero.
    pub(crate) fn read(item: Option<&HashMap<String, AttributeValue>>) -> Self {
        let count = || item?.get("count")?.as_n().ok()?.parse().ok();
        Self(count().unwrap_or_default())
    }
}
