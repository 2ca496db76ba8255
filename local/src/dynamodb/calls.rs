//! How the timeline reads a call to `DynamoDB`.

use serde_json::{Value, json};

use crate::service::Service;

pub(crate) const SERVICE: Service = Service {
    name: "DynamoDB",
    is_for: |_, _, _| false,
    describe: |parts, body| {
        let target = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        let operation = target.and_then(|target| target.rsplit('.').next()).unwrap_or_default();
        let call: Value = serde_json::from_slice(body).unwrap_or_default();
        (operation.to_owned(), items_of(&call))
    },
    error: |body| {
        let answer: Value = serde_json::from_slice(body).ok()?;
        answer["__type"].as_str().and_then(|kind| kind.rsplit('#').next()).map(str::to_owned)
    },
};

/// `codes 3f2a…`: the table and key of each item that a call names.
fn items_of(call: &Value) -> String {
    let of_one = |item: &Value| {
        let key = [&item["Key"]["pk"]["S"], &item["Item"]["pk"]["S"]].into_iter().find_map(Value::as_str);
        format!("{} {}", item["TableName"].as_str().unwrap_or_default(), key.unwrap_or_default())
    };
    let items: Vec<_> = if let Some(writes) = call["TransactItems"].as_array() {
        let named = writes.iter().flat_map(|item| item.as_object().into_iter().flatten());
        named.map(|(_, item)| of_one(item)).collect()
    } else if let Some(tables) = call["RequestItems"].as_object() {
        let keys = |table: &Value| table["Keys"].as_array().cloned().unwrap_or_default();
        let named =
            tables.iter().flat_map(|(name, table)| keys(table).into_iter().map(move |key| (name, key)));
        named.map(|(name, key)| of_one(&json!({ "TableName": name, "Key": key }))).collect()
    } else {
        vec![of_one(call)]
    };
    items.join(", ")
}
