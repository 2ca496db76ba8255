//! The tables: where they are stored, how they are created, and their items.

use std::{net::Ipv4Addr, path::PathBuf};

use aws_sdk_dynamodb::{
    Client,
    config::{Config, retry::RetryConfig, timeout::TimeoutConfig},
    error::{BuildError, DisplayErrorContext},
    operation::create_table::CreateTableError,
    types::{
        AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
        TimeToLiveSpecification,
    },
};
use base64::{Engine, prelude::BASE64_STANDARD};
use dynoxide::Database;
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

/// Where the tables are.
#[derive(Debug, Clone, Default)]
pub enum Store {
    /// In an embedded `DynamoDB`, lost when the process ends.
    #[default]
    Memory,
    /// In an embedded `DynamoDB`, stored in a file.
    File(PathBuf),
    /// In the `DynamoDB` at this URL, with the functions' access key.
    At(String),
}

/// Why the tables are not available.
#[derive(Debug, thiserror::Error)]
pub enum TablesError {
    /// The file belongs to another program, for example.
    #[error("the tables could not be opened: {0}")]
    Database(#[from] dynoxide::DynoxideError),
    /// A request lacks a required field.
    #[error("the tables could not be described: {0}")]
    Request(#[from] BuildError),
    /// The store refused, or nothing answers at its URL.
    #[error("the tables could not be created or read: {}", DisplayErrorContext(.0))]
    Refused(Box<aws_sdk_dynamodb::Error>),
    /// No free port.
    #[error("no port for the tables: {0}")]
    Port(#[from] std::io::Error),
    /// The HTTP client could not be created.
    #[error("no HTTP client for the tables: {0}")]
    Client(#[from] reqwest::Error),
}

/// Both tables, without the proxy.
pub(super) struct Tables {
    pub endpoint: String,
    pub names: [String; 2],
    client: Client,
    server: Option<JoinHandle<()>>,
}

impl Tables {
    /// Opens the store and creates missing tables.
    pub async fn open(store: Store, names: [String; 2], config: &Config) -> Result<Self, TablesError> {
        let (endpoint, server) = match store {
            Store::Memory => serve(Database::memory()?).await?,
            Store::File(file) => serve(Database::new(&file.to_string_lossy())?).await?,
            Store::At(url) => (url, None),
        };
        // A retry after a time-out would find the table of the first attempt.
        let config = config
            .to_builder()
            .endpoint_url(&endpoint)
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled());
        let tables = Self { client: Client::from_conf(config.build()), endpoint, names, server };
        let [codes, users] = &tables.names;
        if tables.create(codes).await? {
            tables.enable_ttl(codes).await?;
        }
        tables.create(users).await?;
        Ok(tables)
    }

    /// Creates a table like those of the template; `false` if it exists.
    async fn create(&self, name: &str) -> Result<bool, TablesError> {
        let key = KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash);
        let attribute =
            AttributeDefinition::builder().attribute_name("pk").attribute_type(ScalarAttributeType::S);
        let create = self
            .client
            .create_table()
            .table_name(name)
            .billing_mode(BillingMode::PayPerRequest)
            .key_schema(key.build()?)
            .attribute_definitions(attribute.build()?);
        match create.send().await {
            Ok(_) => Ok(true),
            Err(error)
                if error.as_service_error().is_some_and(CreateTableError::is_resource_in_use_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(refused(error)),
        }
    }

    async fn enable_ttl(&self, name: &str) -> Result<(), TablesError> {
        let ttl = TimeToLiveSpecification::builder().attribute_name("ttl").enabled(true).build()?;
        let update = self.client.update_time_to_live().table_name(name).time_to_live_specification(ttl);
        update.send().await.map_err(refused)?;
        Ok(())
    }

    /// The items of a table, as `DynamoDB`'s JSON.
    pub async fn items(&self, name: &str) -> Result<Value, TablesError> {
        let scan = self.client.scan().table_name(name).consistent_read(true).into_paginator().items().send();
        let items: Vec<_> = scan.collect::<Result<_, _>>().await.map_err(refused)?;
        Ok(items.iter().map(item_json).collect())
    }

    /// Removes attributes from all items of a table, as if an older release had written them.
    pub async fn forget(&self, name: &str, attributes: &[&str]) -> Result<(), TablesError> {
        let scan = self.client.scan().table_name(name).consistent_read(true).into_paginator().items().send();
        let items: Vec<_> = scan.collect::<Result<_, _>>().await.map_err(refused)?;
        for mut item in items {
            item.retain(|name, _| !attributes.contains(&name.as_str()));
            self.client.put_item().table_name(name).set_item(Some(item)).send().await.map_err(refused)?;
        }
        Ok(())
    }

    /// The first `limit` items of each table, by table name.
    pub async fn first_items(&self, limit: i32) -> Result<Value, TablesError> {
        let table = async |name: &String| {
            let scan = self.client.scan().table_name(name).consistent_read(true).limit(limit);
            let items: Value = scan.send().await.map_err(refused)?.items().iter().map(item_json).collect();
            Ok::<_, TablesError>(json!({ "name": name, "items": items }))
        };
        Ok(try_join_all(self.names.iter().map(table)).await?.into())
    }
}

impl Drop for Tables {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            server.abort();
        }
    }
}

fn refused(error: impl Into<aws_sdk_dynamodb::Error>) -> TablesError {
    TablesError::Refused(Box::new(error.into()))
}

/// Serves an embedded `DynamoDB` and returns its address.
async fn serve(database: Database) -> Result<(String, Option<JoinHandle<()>>), TablesError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    Ok((endpoint, Some(tokio::spawn(dynoxide::server::serve_on(listener, database)))))
}

fn item_json<'a>(item: impl IntoIterator<Item = (&'a String, &'a AttributeValue)>) -> Value {
    item.into_iter().map(|(name, value)| (name.clone(), value_json(value))).collect()
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html>
fn value_json(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::B(bytes) => json!({ "B": BASE64_STANDARD.encode(bytes) }),
        AttributeValue::Bool(is) => json!({ "BOOL": is }),
        AttributeValue::Null(is) => json!({ "NULL": is }),
        AttributeValue::L(list) => json!({ "L": list.iter().map(value_json).collect::<Value>() }),
        AttributeValue::M(map) => json!({ "M": item_json(map) }),
        AttributeValue::Ss(texts) => json!({ "SS": texts }),
        AttributeValue::Ns(numbers) => json!({ "NS": numbers }),
        AttributeValue::Bs(all) => {
            json!({ "BS": all.iter().map(|bytes| BASE64_STANDARD.encode(bytes)).collect::<Value>() })
        }
        _ => Value::Null,
    }
}
