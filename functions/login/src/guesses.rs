//! `OPENID_DAILY_GUESSES`: how often one person may guess wrong on one UTC day, over all numbers.
//!
//! The count is an item of the codes table that the TTL removes. It is read with the person's own item and written after a
//! wrong guess only, so that requests at once may each make one more.

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use shared::{aws::AwsFailure, clock::Timestamp, codes::Pepper, identity::WechatIdentity};

/// The counts of wrong guesses.
pub struct Guesses {
    client: Client,
    /// The table that they stand in.
    pub(crate) table: String,
    pepper: Pepper,
    allowed: u64,
}

/// What a person has guessed today.
#[derive(Debug, Clone, Copy)]
pub struct Guessed(u64);

impl Guesses {
    /// The counts in this table.
    #[must_use]
    pub fn new(client: Client, table: String, pepper: Pepper, allowed: u64) -> Self {
        Self { client, table, pepper, allowed }
    }

    /// The key of a person's count of today; like every key of the table an HMAC.
    pub(crate) fn key(&self, person: &WechatIdentity, now: Timestamp) -> String {
        let subject = format!("{}#{}", person.app_id, person.openid.as_str());
        self.pepper.counter_key("Guesses", &subject, now.day())
    }

    /// Whether a person who has guessed so often may guess once more.
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
    /// Reads a count; where there is none, nothing was guessed.
    pub(crate) fn read(item: Option<&HashMap<String, AttributeValue>>) -> Self {
        let count = || item?.get("count")?.as_n().ok()?.parse().ok();
        Self(count().unwrap_or_default())
    }
}
