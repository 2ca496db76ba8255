//! The requests so far, for the console: each with its function's steps, the answer, and the items afterwards.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use axum::{body::Bytes, http::Response};
use serde::Serialize;
use serde_json::Value;
use shared::clock::Clock;
use tokio::sync::broadcast;

use crate::dynamodb::DynamoDb;

mod steps;

pub(crate) use steps::{noted, number};

/// How many exchanges are kept.
const KEPT: usize = 50;

/// How many items of a table an exchange shows.
const ITEMS: i32 = 20;

/// How much of a body is kept; the contract's bodies are shorter.
const BODY_BYTES: usize = 8 * 1024;

tokio::task_local! {
    /// The exchange that the running function answers.
    static EXCHANGE: u64;
}

/// A request, its steps and its answer.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Exchange {
    number: u64,
    at: String,
    method: String,
    path: String,
    /// The body as it was sent; parsing would change the order of members.
    request: String,
    status: u16,
    /// The same for the answer.
    answer: String,
    milliseconds: f64,
    steps: Vec<Step>,
    /// The tables afterwards; `None` if other requests were running.
    tables: Option<Value>,
}

/// A call to a service outside the function.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Step {
    service: &'static str,
    operation: String,
    /// Its subject: a table and a key, or a phone number.
    about: String,
    /// Milliseconds since the request.
    began: f64,
    /// `None` if the function answered before this step ended.
    ended: Option<f64>,
    /// The error's name; `None` after a success.
    error: Option<String>,
}

/// The exchanges so far, and new ones.
pub struct Timeline {
    clock: Arc<dyn Clock>,
    dynamodb: Arc<DynamoDb>,
    log: Mutex<Log>,
}

struct Log {
    last: u64,
    open: BTreeMap<u64, Open>,
    past: VecDeque<Exchange>,
    live: broadcast::Sender<Exchange>,
}

/// An exchange without its answer.
struct Open {
    began: Instant,
    request: String,
    steps: Vec<Step>,
}

impl Timeline {
    pub(crate) fn new(clock: Arc<dyn Clock>, dynamodb: Arc<DynamoDb>) -> Self {
        let live = broadcast::channel(64).0;
        let log = Log { last: 0, open: BTreeMap::new(), past: VecDeque::new(), live };
        Self { clock, dynamodb, log: Mutex::new(log) }
    }

    /// The exchanges so far, oldest first, then new ones.
    #[must_use]
    pub fn watch(&self) -> (Vec<Exchange>, broadcast::Receiver<Exchange>) {
        let log = self.log();
        (log.past.iter().cloned().collect(), log.live.subscribe())
    }

    /// Runs a function's answer to a request and records what it does.
    pub(crate) async fn follow(
        &self,
        (method, path, body): (&str, &str, &[u8]),
        answer: impl Future<Output = Response<Bytes>>,
    ) -> Response<Bytes> {
        let at = self.clock.now().to_rfc3339();
        let open = self.open(readable(body));
        let answer = EXCHANGE.scope(open.number, answer).await;
        let Some(Open { began, request, steps }) = open.close() else { return answer };
        let milliseconds = milliseconds_since(began);
        let tables = self.tables_if_quiet().await;
        let exchange = Exchange {
            number: open.number,
            at,
            method: method.to_owned(),
            path: path.to_owned(),
            request,
            status: answer.status().as_u16(),
            answer: readable(answer.body()),
            milliseconds,
            steps,
            tables,
        };
        let mut log = self.log();
        // Nobody may be watching.
        _ = log.live.send(exchange.clone());
        log.past.push_back(exchange);
        if log.past.len() > KEPT {
            log.past.pop_front();
        }
        answer
    }

    /// The items of both tables. `None` while other requests run: the items would show the changes of all of them, and
    /// reading them would slow down a flood.
    async fn tables_if_quiet(&self) -> Option<Value> {
        let quiet_since = || {
            let log = self.log();
            log.open.is_empty().then_some(log.last)
        };
        let before = quiet_since()?;
        let tables = self.dynamodb.first_items(ITEMS).await.ok()?;
        (quiet_since() == Some(before)).then_some(tables)
    }

    fn open(&self, request: String) -> Opened<'_> {
        let mut log = self.log();
        log.last += 1;
        let number = log.last;
        log.open.insert(number, Open { began: Instant::now(), request, steps: Vec::new() });
        Opened { timeline: self, number }
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An open exchange. It is dropped if the client disconnects before the answer.
struct Opened<'a> {
    timeline: &'a Timeline,
    number: u64,
}

impl Opened<'_> {
    fn close(&self) -> Option<Open> {
        self.timeline.log().open.remove(&self.number)
    }
}

impl Drop for Opened<'_> {
    fn drop(&mut self) {
        self.close();
    }
}

/// A body as text, or its length.
fn readable(body: &[u8]) -> String {
    if body.len() > BODY_BYTES {
        return format!("{} bytes", body.len());
    }
    String::from_utf8_lossy(body).into_owned()
}

fn milliseconds_since(began: Instant) -> f64 {
    (began.elapsed().as_secs_f64() * 1e6).round() / 1e3
}
