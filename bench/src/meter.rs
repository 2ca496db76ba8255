//! A relay in front of `DynamoDB` that records each call and its capacity units, and hides the units from the caller.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method},
    response::IntoResponse,
};
use serde_json::{Value, from_slice, json};

use crate::relay;

/// The totals of the calls so far.
#[derive(Debug, Default, Clone)]
pub struct Metered {
    pub calls: u64,
    pub write_units: f64,
    pub read_units: f64,
    /// Of all bodies, sent and received.
    pub bytes: u64,
    pub exchanges: Vec<Exchange>,
}

/// One call.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Such as `UpdateItem`.
    pub operation: String,
    pub request: Value,
    pub answer: Value,
}

/// The relay.
pub struct Meter {
    /// Where it listens.
    pub url: String,
    metered: Arc<Mutex<Metered>>,
}

#[derive(Clone)]
struct Line {
    dynamodb: String,
    client: reqwest::Client,
    metered: Arc<Mutex<Metered>>,
}

impl Meter {
    /// Starts it in front of the system at this address.
    pub async fn start(system: SocketAddr) -> Self {
        let metered = Arc::<Mutex<Metered>>::default();
        let line = Line {
            dynamodb: format!("http://{system}/_local/dynamodb"),
            client: relay::client(),
            metered: metered.clone(),
        };
        let url = relay::serve(Router::new().fallback(answer).with_state(line)).await;
        Self { url, metered }
    }

    /// Starts again from zero.
    pub fn reset(&self) {
        *self.metered.lock().unwrap() = Metered::default();
    }

    /// The totals since the last reset.
    pub fn read(&self) -> Metered {
        self.metered.lock().unwrap().clone()
    }
}

async fn answer(State(line): State<Line>, headers: HeaderMap, body: Bytes) -> impl IntoResponse {
    let asked: Value = from_slice(&body).unwrap();
    let mut request = asked.clone();
    request["ReturnConsumedCapacity"] = json!("TOTAL");
    let call = (Method::POST, line.dynamodb.as_str());
    let (status, answer) = relay::forward(&line.client, call, &headers, request.to_string()).await;
    let mut answer: Value = from_slice(&answer).unwrap();

    let consumed = answer.as_object_mut().and_then(|answer| answer.remove("ConsumedCapacity"));
    let target = headers["x-amz-target"].to_str().unwrap();
    let operation = target.rsplit('.').next().unwrap().to_owned();
    let text = answer.to_string();
    let mut metered = line.metered.lock().unwrap();
    metered.calls += 1;
    metered.bytes += (body.len() + text.len()) as u64;
    let units = units(consumed.unwrap_or_default());
    let reads = operation.ends_with("GetItem");
    *(if reads { &mut metered.read_units } else { &mut metered.write_units }) += units;
    metered.exchanges.push(Exchange { operation, request: asked, answer });
    (status, text)
}

/// The units of one table, or of a list of tables.
fn units(consumed: Value) -> f64 {
    match consumed {
        Value::Array(tables) => tables.into_iter().map(units).sum(),
        table => table["CapacityUnits"].as_f64().unwrap_or_default(),
    }
}
