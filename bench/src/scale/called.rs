//! The items that a call of `DynamoDB` names, and the capacity units that it uses for each.

use serde_json::{Value, json};

use super::line::{Touch, Units};

/// A call.
pub struct Called {
    /// Table and key of each item.
    pub items: Vec<(String, String)>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Read,
    Write,
    Transaction,
}

impl Called {
    /// Reads a call from its operation and its body.
    pub fn read(operation: &str, body: &Value) -> Self {
        let item = |table: &Value, named: &Value| {
            let key = if named["Item"].is_object() { &named["Item"] } else { &named["Key"] };
            (table.as_str().unwrap().to_owned(), key["pk"]["S"].as_str().unwrap().to_owned())
        };
        let items = if let Some(writes) = body["TransactItems"].as_array() {
            let writes = writes.iter().flat_map(|write| write.as_object().unwrap().values());
            writes.map(|write| item(&write["TableName"], write)).collect()
        } else if let Some(tables) = body["RequestItems"].as_object() {
            let keys = tables.iter().flat_map(|(name, table)| {
                table["Keys"].as_array().unwrap().iter().map(move |key| (json!(name), json!({ "Key": key })))
            });
            keys.map(|(name, key)| item(&name, &key)).collect()
        } else {
            vec![item(&body["TableName"], body)]
        };
        let kind = match operation {
            "GetItem" | "BatchGetItem" => Kind::Read,
            "TransactWriteItems" => Kind::Transaction,
            _ => Kind::Write,
        };
        Self { items, kind }
    }

    /// The part of the spent units that counts against this call: reads and writes have separate limits.
    pub fn of_its_kind(&self, spent: Units) -> Units {
        if self.kind == Kind::Read { Units { writes: 0.0, ..spent } } else { Units { reads: 0.0, ..spent } }
    }

    /// The items that it touched, with the units of its answer's `ConsumedCapacity`. A table's units are divided
    /// equally among the call's items in it: all of ours are small, so each costs the same.
    ///
    /// There is no `ConsumedCapacity` for a write that its condition refused. It costs as much as the write:
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>.
    pub fn touches(self, consumed: &Value) -> Vec<Touch> {
        let Self { items, kind } = self;
        let of_tables = consumed.as_array().cloned().unwrap_or_else(|| vec![consumed.clone()]);
        let units = |table: &str| {
            let said = of_tables.iter().find(|consumed| consumed["TableName"] == table);
            let in_it = items.iter().filter(|(of, _)| of == table).count() as f64;
            let said =
                said.and_then(|consumed| consumed["CapacityUnits"].as_f64()).map(|units| units / in_it);
            match kind {
                Kind::Read => Units { writes: 0.0, reads: said.unwrap_or(1.0) },
                Kind::Write => Units { writes: said.unwrap_or(1.0), reads: 0.0 },
                Kind::Transaction => Units { writes: said.unwrap_or(2.0), reads: 0.0 },
            }
        };
        let units: Vec<_> = items.iter().map(|(table, _)| units(table)).collect();
        items.into_iter().zip(units).map(|((table, key), units)| Touch { table, key, units }).collect()
    }
}
