//! The line: a proxy between the functions and the services. It records the items that each call touches and their
//! capacity units, and can enforce the limits of `DynamoDB`.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::{Value, from_slice, json};
use shared::clock::{Clock, Timestamp};
use tokio::time::sleep;

use super::called::Called;
use crate::relay;

/// Capacity units.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub struct Units {
    pub writes: f64,
    pub reads: f64,
}

impl Units {
    pub fn add(&mut self, other: Self) {
        self.writes += other.writes;
        self.reads += other.reads;
    }

    pub fn times(self, factor: f64) -> Self {
        Self { writes: self.writes * factor, reads: self.reads * factor }
    }

    /// The used share of a limit, of writes or of reads, whichever is larger; 1 is all.
    pub fn share_of(self, limit: Self) -> f64 {
        (self.writes / limit.writes).max(self.reads / limit.reads)
    }
}

/// An item that a call touched.
#[derive(Debug, Clone)]
pub struct Touch {
    pub table: String,
    pub key: String,
    pub units: Units,
}

/// A function's call. `began` and `ended` are its places in the order of all starts and ends of calls.
#[derive(Debug, Clone)]
pub struct Noted {
    /// Such as `UpdateItem`; for other services than `DynamoDB`, the path.
    pub operation: String,
    /// Empty for other services, and for calls that the line refused.
    pub touches: Vec<Touch>,
    pub began: usize,
    pub ended: usize,
}

/// How the line passes calls on.
pub enum Manner {
    /// At once.
    Fast,
    /// After this delay, so that concurrent calls overlap.
    Slow(Duration),
    /// Within these limits of `DynamoDB`.
    Bounded(Bounds),
}

/// The limits of `DynamoDB` for each second of the clock, without bursts. They apply while `on` is true.
pub struct Bounds {
    pub item: Units,
    pub table: Units,
    pub clock: Arc<dyn Clock>,
    pub on: Arc<AtomicBool>,
}

/// The line.
#[derive(Clone)]
pub struct Line {
    services: SocketAddr,
    client: reqwest::Client,
    notes: Arc<Mutex<Notes>>,
    slow: Duration,
    gate: Option<Arc<Gate>>,
}

#[derive(Default)]
struct Notes {
    calls: Vec<Noted>,
    moment: usize,
}

/// The second, and its units by table and key; the empty key is the whole table.
type Spent = (Option<Timestamp>, HashMap<(String, String), Units>);

/// Lets one call pass after another, so that the units of each are known before the next one.
struct Gate {
    bounds: Bounds,
    spent: tokio::sync::Mutex<Spent>,
}

impl Line {
    /// Starts it in front of the services at this address. Returns it and its URL.
    pub async fn start(services: SocketAddr, manner: Manner) -> (Self, String) {
        let (slow, bounds) = match manner {
            Manner::Fast => (Duration::ZERO, None),
            Manner::Slow(slow) => (slow, None),
            Manner::Bounded(bounds) => (Duration::ZERO, Some(bounds)),
        };
        let line = Self {
            services,
            client: relay::client(),
            notes: Arc::default(),
            slow,
            gate: bounds.map(|bounds| Arc::new(Gate { bounds, spent: tokio::sync::Mutex::default() })),
        };
        let url = relay::serve(Router::new().fallback(answer).with_state(line.clone())).await;
        (line, url)
    }

    /// Takes the calls since the last time.
    pub fn take(&self) -> Vec<Noted> {
        std::mem::take(&mut self.notes.lock().unwrap().calls)
    }

    fn moment(&self) -> usize {
        let mut notes = self.notes.lock().unwrap();
        notes.moment += 1;
        notes.moment
    }

    async fn forward(
        &self,
        method: Method,
        path: &str,
        headers: &HeaderMap,
        body: impl Into<reqwest::Body>,
    ) -> (StatusCode, Bytes) {
        // Even a sleep of no time lasts until the timer's next millisecond.
        if !self.slow.is_zero() {
            sleep(self.slow).await;
        }
        let url = format!("http://{}{path}", self.services);
        relay::forward(&self.client, (method, &url), headers, body).await
    }

    /// Passes a call to `DynamoDB`. Returns the answer without its `ConsumedCapacity`, and the items that it touched.
    async fn reach(
        &self,
        path: &str,
        headers: &HeaderMap,
        called: Called,
        mut body: Value,
    ) -> (Response, Vec<Touch>) {
        body["ReturnConsumedCapacity"] = json!("TOTAL");
        let (status, answer) = self.forward(Method::POST, path, headers, body.to_string()).await;
        let mut answer: Value = from_slice(&answer).unwrap();
        let consumed = answer.as_object_mut().and_then(|answer| answer.remove("ConsumedCapacity"));
        let touches = called.touches(&consumed.unwrap_or_default());
        ((status, answer.to_string()).into_response(), touches)
    }

    async fn dynamodb(
        &self,
        operation: &str,
        path: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> (Response, Vec<Touch>) {
        let body: Value = from_slice(body).unwrap();
        let called = Called::read(operation, &body);
        let Some(gate) = self.gate.as_ref().filter(|gate| gate.bounds.on.load(Ordering::Relaxed)) else {
            return self.reach(path, headers, called, body).await;
        };
        let mut spent = gate.spent.lock().await;
        let now = gate.bounds.clock.now();
        if spent.0 != Some(now) {
            *spent = (Some(now), HashMap::new());
        }
        let is_used_up = |(table, key): &(String, String)| {
            let of = |key: &str| spent.1.get(&(table.clone(), key.to_owned())).copied().unwrap_or_default();
            let share = |key: &str, bound| called.of_its_kind(of(key)).share_of(bound);
            share(key, gate.bounds.item) >= 1.0 || share("", gate.bounds.table) >= 1.0
        };
        if called.items.iter().any(is_used_up) {
            return (throttled(), Vec::new());
        }
        let (answer, touches) = self.reach(path, headers, called, body).await;
        for Touch { table, key, units } in &touches {
            for key in [key.as_str(), ""] {
                spent.1.entry((table.clone(), key.to_owned())).or_default().add(*units);
            }
        }
        (answer, touches)
    }
}

async fn answer(
    State(line): State<Line>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let began = line.moment();
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let (operation, (answer, touches)) = if target.starts_with("DynamoDB") {
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let answered = line.dynamodb(&operation, path, &headers, &body).await;
        (operation, answered)
    } else {
        let (status, answer) = line.forward(method, path, &headers, body).await;
        (uri.path().to_owned(), ((status, answer).into_response(), Vec::new()))
    };
    let ended = line.moment();
    line.notes.lock().unwrap().calls.push(Noted { operation, touches, began, ended });
    answer
}

fn throttled() -> Response {
    let error =
        json!({ "__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException" });
    (StatusCode::BAD_REQUEST, [("content-type", "application/x-amz-json-1.0")], error.to_string())
        .into_response()
}
