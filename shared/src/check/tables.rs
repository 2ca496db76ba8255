//! A table: whether it exists, has the right key, and deletes expired items.

use aws_sdk_dynamodb::{
    Client,
    types::{KeyType, ScalarAttributeType, TableDescription, TableStatus, TimeToLiveStatus},
};

use super::{Check, Checking, Examined};
use crate::{aws::AwsFailure, config::Setting};

/// The key of every table, a string.
const KEY: &str = "pk";
/// The TTL attribute.
const TTL: &str = "ttl";

/// Whether a table's items expire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ttl {
    /// Items are deleted by their attribute `ttl`.
    Needed,
    /// Items stay.
    None,
}

/// Checks the table that `setting` names. `None` without a name or an AWS configuration: the settings' check reports that.
#[must_use]
pub fn table(examined: &Examined, setting: Setting, ttl: Ttl) -> Option<Checking> {
    let name = examined.part(|env| env.required(&setting))?;
    let client = Client::new(&examined.aws.as_ref()?.of("DYNAMODB"));
    Some(Check::begin(setting.name, async move {
        let (described, ends) = futures_util::future::join(describe(&client, &name), async {
            if ttl == Ttl::Needed { ends(&client, &name).await } else { Ok(String::new()) }
        })
        .await;
        let described = described?;
        Ok(described + &ends?)
    }))
}

async fn describe(client: &Client, name: &str) -> Result<String, String> {
    let answer = client.describe_table().table_name(name).send().await;
    let answer = answer.map_err(|error| refused(name, "dynamodb:DescribeTable", &AwsFailure::new(&error)))?;
    let table = answer.table.ok_or_else(|| format!("DynamoDB did not describe the table {name}"))?;
    if !has_key(&table) {
        return Err(format!(
            "the key of the table {name} is not the single string {KEY}: create the table as template.yaml does"
        ));
    }
    match table.table_status {
        Some(TableStatus::Active | TableStatus::Updating) => {}
        status => {
            let status = status.map(|status| status.as_str().to_owned()).unwrap_or_default();
            return Err(format!("the table {name} is in the state {status}: wait until it is ACTIVE"));
        }
    }
    let stream = table.stream_specification.is_some_and(|stream| stream.stream_enabled);
    let protected = table.deletion_protection_enabled.unwrap_or_default();
    let is = |is: bool| if is { "on" } else { "off" };
    Ok(format!(
        "the table {name} exists and has the right key; stream {}, deletion protection {}",
        is(stream),
        is(protected)
    ))
}

fn has_key(table: &TableDescription) -> bool {
    let is_key =
        matches!(table.key_schema(), [key] if key.attribute_name == KEY && key.key_type == KeyType::Hash);
    let mut attributes = table.attribute_definitions().iter();
    is_key && attributes.any(|it| it.attribute_name == KEY && it.attribute_type == ScalarAttributeType::S)
}

async fn ends(client: &Client, name: &str) -> Result<String, String> {
    let answer = client.describe_time_to_live().table_name(name).send().await;
    let answer =
        answer.map_err(|error| refused(name, "dynamodb:DescribeTimeToLive", &AwsFailure::new(&error)))?;
    let ttl = answer.time_to_live_description;
    let status = ttl.as_ref().and_then(|ttl| ttl.time_to_live_status.as_ref());
    let attribute = ttl.as_ref().and_then(|ttl| ttl.attribute_name.as_deref()).unwrap_or_default();
    let turn_on = format!(
        "aws dynamodb update-time-to-live --table-name {name} --time-to-live-specification Enabled=true,AttributeName={TTL}"
    );
    match status {
        Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling) if attribute == TTL => {
            Ok(format!("; items expire by {TTL}"))
        }
        Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling) => Err(format!(
            "the items of the table {name} expire by {attribute:?} and not by {TTL}: turn that off, and then {turn_on}"
        )),
        _ => Err(format!("the table {name} never deletes items, since its TTL is off: {turn_on}")),
    }
}

fn refused(name: &str, right: &str, failure: &AwsFailure) -> String {
    match failure.code() {
        Some("ResourceNotFoundException") => {
            format!(
                "this account has no table {name} in this region: deploy again, or give the name of an existing table"
            )
        }
        Some("AccessDeniedException") => {
            format!("the function's role lacks {right} on the table {name}: deploy the current template.yaml")
        }
        _ => format!(
            "DynamoDB did not describe the table {name} ({failure}): try again; in a VPC, check its route to AWS"
        ),
    }
}
