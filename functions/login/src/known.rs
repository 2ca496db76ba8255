//! What is known of a person before a login: their account and their wrong guesses of the day, by one request.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use shared::{aws::AwsFailure, clock::Timestamp, identity::WechatIdentity};

use crate::{
    accounts::{OpenidItem, openid_key},
    function::Login,
    guesses::Guessed,
};

/// How often what `DynamoDB` has left out of its answer is asked for.
const ROUNDS: usize = 3;

/// What the tables hold of a person.
pub struct Known {
    pub(crate) account: Option<OpenidItem>,
    pub(crate) guessed: Guessed,
}

impl Login {
    /// Reads it from both tables in one round trip.
    pub(crate) async fn known(&self, person: &WechatIdentity, now: Timestamp) -> Result<Known, AwsFailure> {
        let (users, codes) = (&self.accounts.table, &self.guesses.table);
        let mut keys: HashMap<_, _> = [(users, openid_key(person)), (codes, self.guesses.key(person, now))]
            .into_iter()
            .map(|(table, pk)| Ok((table.clone(), one(pk)?)))
            .collect::<Result<_, _>>()
            .map_err(AwsFailure::not_built)?;
        let mut items: HashMap<String, Vec<_>> = HashMap::new();
        for _ in 0..ROUNDS {
            let request = self.dynamodb.batch_get_item().set_request_items(Some(keys));
            let answer = request.send().await.map_err(|error| AwsFailure::new(&error))?;
            items.extend(
                answer.responses.unwrap_or_default().into_iter().filter(|(_, found)| !found.is_empty()),
            );
            keys = answer.unprocessed_keys.unwrap_or_default();
            if keys.is_empty() {
                let item = |table| items.get(table).and_then(|found| found.first());
                return Ok(Known {
                    account: item(users).and_then(OpenidItem::read),
                    guessed: Guessed::read(item(codes)),
                });
            }
        }
        Err(AwsFailure::throttled())
    }
}

/// One item of a table, as it is and not as it was a moment ago.
fn one(pk: String) -> Result<KeysAndAttributes, aws_sdk_dynamodb::error::BuildError> {
    let key = [("pk".to_owned(), AttributeValue::S(pk))].into();
    KeysAndAttributes::builder().keys(key).consistent_read(true).build()
}
