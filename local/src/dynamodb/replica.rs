//! The state that an eventually consistent read may see: without recent writes.
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

    /// The answer to a read, unless it asks for strong consistency.
    pub fn answer(&self, operation: &str, read: &[u8]) -> Option<Value> {
        let read: Value = serde_json::from_slice(read).ok()?;
        match operation {
            "GetItem" if read["ConsistentRead"] != true => {
                let item = self.item(read["TableName"].as_str()?, &read["Key"]);
                Some(item.map_or_else(|| json!({}), |item| json!({ "Item": item })))
            }
            "BatchGetItem" => {
                let tables = read["RequestItems"].as_object()?;
                if tables.values().all(|table| table["ConsistentRead"] == true) {
                    return None;
                }
                let found = |(name, table): (&String, &Value)| {
                    let keys = table["Keys"].as_array().into_iter().flatten();
                    (name.clone(), keys.filter_map(|key| self.item(name, key).cloned()).collect())
                };
                let items: serde_json::Map<String, Value> = tables.iter().map(found).collect();
                Some(json!({ "Responses": items, "UnprocessedKeys": {} }))
            }
            _ => None,
        }
    }

    fn item(&self, table: &str, key: &Value) -> Option<&Value> {
        let key = key.as_object()?;
        let mut items = self.0.get(table)?.as_array()?.iter();
        items.find(|item| key.iter().all(|(name, value)| item[name] == *value))
    }
}
