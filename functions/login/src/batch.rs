//! Several items in one consistent read.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, KeysAndAttributes},
};
use shared::aws::AwsFailure;
use tokio::time::{sleep, timeout};

/// `DynamoDB` may leave items out. They are requested in this many rounds at most, with a longer pause before each.
const ROUNDS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(50);

/// The time limit of all rounds together (docs/adr/0008-time-outs.md).
const WHOLE: Duration = Duration::from_millis(1800);

pub(crate) type Item = HashMap<String, AttributeValue>;

/// Reads the items of these tables and keys, in their order.
pub(crate) async fn read<const N: usize>(
    client: &Client,
    items: [(&str, String); N],
) -> Result<[Option<Item>; N], AwsFailure> {
    let mut found = read_all(client, &items).await?.into_iter();
    Ok(std::array::from_fn(|_| found.next().flatten()))
}

/// The same for any number of items up to a hundred.
pub(crate) async fn read_all(
    client: &Client,
    items: &[(&str, String)],
) -> Result<Vec<Option<Item>>, AwsFailure> {
    let mut wanted: HashMap<String, Vec<Item>> = HashMap::new();
    for (table, pk) in items {
        let key = [("pk".to_owned(), AttributeValue::S(pk.clone()))].into();
        wanted.entry((*table).to_owned()).or_default().push(key);
    }
    let of_table = |(table, keys)| {
        let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build()?;
        Ok((table, keys))
    };
    let wanted: HashMap<_, _> =
        wanted.into_iter().map(of_table).collect::<Result<_, _>>().map_err(AwsFailure::not_built)?;
    let answered = timeout(WHOLE, answered(client, wanted)).await;
    let mut found = answered.unwrap_or_else(|_| Err(AwsFailure::throttled()))?;
    let in_order = items.iter().map(|(table, pk)| {
        let is_it = |item: &Item| item.get("pk") == Some(&AttributeValue::S(pk.clone()));
        let items = found.get_mut(*table)?;
        items.iter().position(is_it).map(|nth| items.swap_remove(nth))
    });
    Ok(in_order.collect())
}

/// The items found, by table.
async fn answered(
    client: &Client,
    mut wanted: HashMap<String, KeysAndAttributes>,
) -> Result<HashMap<String, Vec<Item>>, AwsFailure> {
    let mut found: HashMap<String, Vec<Item>> = HashMap::new();
    for round in 0..ROUNDS {
        // Even a sleep of no time lasts until the timer's next millisecond.
        if round > 0 {
            sleep(PAUSE * round).await;
        }
        let request = client.batch_get_item().set_request_items(Some(wanted));
        let answer = request.send().await.map_err(|error| AwsFailure::new(&error))?;
        for (table, items) in answer.responses.unwrap_or_default() {
            found.entry(table).or_default().extend(items);
        }
        wanted = answer.unprocessed_keys.unwrap_or_default();
        if wanted.is_empty() {
            return Ok(found);
        }
    }
    Err(AwsFailure::throttled())
}
