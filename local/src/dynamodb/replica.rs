//! What a read may see that is not strongly consistent: the state before writes that were answered long ago.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.ReadConsistency.html>

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Tables, TablesError};

/// The items of each table at one moment.
pub(super) struct Replica(BTreeMap<String, Value>);

impl Replica {
    pub async fn of(tables: &Tables) -> Result<Self, TablesError> {
        let mut items = BTreeMap::new();
        for name in &tables.names {
            items.insert(name.clone(), tables.items(name).await?);
        }
        Ok(Self(items))
    }

    /// What it answers to a `GetItem`, unless that asks for a strongly consistent read.
    pub fn answer(&self, get_item: &[u8]) -> Option<Value> {
        let get_item: Value = serde_json::from_slice(get_item).ok()?;
        if get_item["ConsistentRead"] == true {
            return None;
        }
        let key = get_item["Key"].as_object()?;
        let items = self.0.get(get_item["TableName"].as_str()?)?.as_array()?;
        let item = items.iter().find(|item| key.iter().all(|(name, value)| item[name] == *value));
        Some(item.map_or_else(|| json!({}), |item| json!({ "Item": item })))
    }
}
