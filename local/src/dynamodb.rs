//! A proxy in front of `DynamoDB`: it records every call, so that a test can count them, and can inject faults.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{
        HeaderMap, StatusCode,
        header::{CONTENT_TYPE, HOST},
    },
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};

mod calls;
mod replica;
mod tables;

pub(crate) use calls::SERVICE;
use replica::Replica;
use tables::Tables;
pub use tables::{Store, TablesError};

use crate::broken::broken_off;

/// One call, and its place in the order of all starts and ends of calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableCall {
    /// `UpdateItem`, for example.
    pub operation: String,
    /// When it arrived.
    pub began: usize,
    /// When it was answered.
    pub ended: Option<usize>,
}

/// A fault of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Answers that there were too many requests.
    Throttle,
    /// Answers with status 500.
    ServerError,
    /// Breaks the connection before the call reaches the tables.
    LoseRequest,
    /// Breaks the connection after the call was carried out.
    LoseAnswer,
    /// Never answers; the call does not reach the tables.
    Hang,
    /// Leaves out the items of a batch.
    Unprocessed,
    /// Cancels a transaction, as if another one were running on the same item.
    Conflict,
    /// Delays the call.
    Slow(Duration),
}

/// Chooses the fault of a call, by its number since faults were set (from 0) and its operation.
type Disturbance = Box<dyn Fn(usize, &str) -> Option<Fault> + Send>;

/// The tables, behind the proxy.
pub struct DynamoDb {
    /// The tables' own address, without the proxy: no journal, no faults.
    pub endpoint: String,
    tables: Tables,
    client: reqwest::Client,
    journal: Mutex<Journal>,
    disturbance: Mutex<Option<(usize, Disturbance)>>,
    replica: Mutex<Option<Replica>>,
}

#[derive(Default)]
struct Journal {
    calls: Vec<TableCall>,
    moment: usize,
}

impl DynamoDb {
    /// Opens the store and creates missing tables. The first of them has a TTL.
    pub(crate) async fn start(
        store: Store,
        names: [String; 2],
        config: &aws_sdk_dynamodb::Config,
    ) -> Result<Self, TablesError> {
        let tables = Tables::open(store, names, config).await?;
        Ok(Self {
            endpoint: tables.endpoint.clone(),
            tables,
            client: reqwest::Client::builder().no_proxy().build()?,
            journal: Mutex::default(),
            disturbance: Mutex::default(),
            replica: Mutex::default(),
        })
    }

    /// The calls so far, in order of arrival.
    #[must_use]
    pub fn calls(&self) -> Vec<TableCall> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner).calls.clone()
    }

    /// Injects faults from now on.
    pub fn disturb(&self, disturbance: impl Fn(usize, &str) -> Option<Fault> + Send + 'static) {
        *self.disturbance.lock().unwrap_or_else(PoisonError::into_inner) = Some((0, Box::new(disturbance)));
    }

    /// Ends the faults.
    pub fn calm(&self) {
        *self.disturbance.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// From now on, reads that are not strongly consistent see the tables as they are now, without later writes.
    /// `DynamoDB` promises no more.
    pub async fn stop_replication(&self) -> Result<(), TablesError> {
        let replica = Replica::of(&self.tables).await?;
        *self.replica.lock().unwrap_or_else(PoisonError::into_inner) = Some(replica);
        Ok(())
    }

    /// The items of a table, as `DynamoDB`'s JSON.
    pub async fn items(&self, table: &str) -> Result<Value, TablesError> {
        self.tables.items(table).await
    }

    /// Removes attributes from all items of a table, as if an older release had written them.
    pub async fn forget(&self, table: &str, attributes: &[&str]) -> Result<(), TablesError> {
        self.tables.forget(table, attributes).await
    }

    /// The first `limit` items of each table, by table name.
    pub(crate) async fn first_items(&self, limit: i32) -> Result<Value, TablesError> {
        self.tables.first_items(limit).await
    }

    fn began(&self, operation: String) -> usize {
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal.moment += 1;
        let began = journal.moment;
        journal.calls.push(TableCall { operation, began, ended: None });
        journal.calls.len() - 1
    }

    fn ended(&self, call: usize) {
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal.moment += 1;
        journal.calls[call].ended = Some(journal.moment);
    }

    fn fault(&self, operation: &str) -> Option<Fault> {
        let mut disturbance = self.disturbance.lock().unwrap_or_else(PoisonError::into_inner);
        let (calls, fault) = disturbance.as_mut()?;
        *calls += 1;
        fault(*calls - 1, operation)
    }

    async fn answer(&self, operation: &str, headers: HeaderMap, body: Bytes) -> Response {
        match self.fault(operation) {
            None => self.reach(operation, headers, body).await,
            Some(Fault::Slow(by)) => {
                tokio::time::sleep(by).await;
                self.reach(operation, headers, body).await
            }
            Some(Fault::Throttle) => response(
                StatusCode::BAD_REQUEST,
                &json!({ "__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException" }),
            ),
            Some(Fault::ServerError) => response(
                StatusCode::INTERNAL_SERVER_ERROR,
                &json!({ "__type": "com.amazonaws.dynamodb.v20120810#InternalServerError" }),
            ),
            Some(Fault::Unprocessed) => {
                let batch: Value = serde_json::from_slice(&body).unwrap_or_default();
                let left = json!({ "Responses": {}, "UnprocessedKeys": batch["RequestItems"] });
                response(StatusCode::OK, &left)
            }
            Some(Fault::Conflict) => {
                let reasons =
                    json!([{ "Code": "TransactionConflict", "Message": "simulated" }, { "Code": "None" }]);
                response(
                    StatusCode::BAD_REQUEST,
                    &json!({
                        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
                        "CancellationReasons": reasons,
                    }),
                )
            }
            Some(Fault::LoseRequest) => broken_off(""),
            Some(Fault::LoseAnswer) => {
                self.reach(operation, headers, body).await;
                broken_off("")
            }
            Some(Fault::Hang) => std::future::pending().await,
        }
    }

    /// The answer of the tables or of their replica.
    async fn reach(&self, operation: &str, headers: HeaderMap, body: Bytes) -> Response {
        let stale = {
            let replica = self.replica.lock().unwrap_or_else(PoisonError::into_inner);
            replica.as_ref().and_then(|replica| replica.answer(operation, &body))
        };
        if let Some(answer) = stale {
            return response(StatusCode::OK, &answer);
        }
        self.forward(headers, body).await
    }

    async fn forward(&self, mut headers: HeaderMap, body: Bytes) -> Response {
        headers.remove(HOST);
        let answer = async {
            let answer = self.client.post(&self.endpoint).headers(headers).body(body).send().await?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            Ok::<_, reqwest::Error>((status, headers, Body::from(answer.bytes().await?)).into_response())
        };
        answer.await.unwrap_or_else(|_| StatusCode::BAD_GATEWAY.into_response())
    }
}

fn response(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, "application/x-amz-json-1.0")], body.to_string()).into_response()
}

pub(crate) fn router(dynamodb: Arc<DynamoDb>) -> Router {
    Router::new()
        .route("/_local/dynamodb", post(answer))
        .route("/_local/dynamodb/", post(answer))
        .with_state(dynamodb)
}

async fn answer(State(dynamodb): State<Arc<DynamoDb>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    let call = dynamodb.began(operation.clone());
    let answer = dynamodb.answer(&operation, headers, body).await;
    dynamodb.ended(call);
    answer
}
