//! The phone network: an SNS that speaks the query protocol of `Publish`
//! (<https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>) and keeps what it was given.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Serialize;
use shared::{
    clock::Clock,
    random::{SystemRandom, uuid},
};
use tokio::sync::broadcast;

/// A message that was sent.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    /// The number in E.164.
    pub to: String,
    /// The text.
    pub text: String,
    /// When, in RFC 3339.
    pub at: String,
    /// The message attributes, by name.
    #[serde(skip)]
    pub attributes: BTreeMap<String, String>,
}

/// An error of SNS's.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The error code, `OptedOut` say.
    pub code: &'static str,
    /// What SNS says to it.
    pub message: &'static str,
}

/// What goes wrong with a request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// SNS answers with an error.
    Refusal(Refusal),
    /// SNS answers with status 200 and something else than an answer.
    Garbage,
    /// SNS never answers.
    Hang,
}

/// Every phone there is.
pub struct PhoneNetwork {
    clock: Arc<dyn Clock>,
    sent: Mutex<Vec<Message>>,
    faults: Mutex<VecDeque<Fault>>,
    live: broadcast::Sender<Message>,
}

impl PhoneNetwork {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, sent: Mutex::default(), faults: Mutex::default(), live: broadcast::channel(64).0 }
    }

    /// The messages so far, the oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<Message> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The messages from now on.
    #[must_use]
    pub fn live(&self) -> broadcast::Receiver<Message> {
        self.live.subscribe()
    }

    /// The messages so far and those from then on: none is missing, none comes twice.
    pub(crate) fn watch(&self) -> (Vec<Message>, broadcast::Receiver<Message>) {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        (sent.clone(), self.live())
    }

    /// Refuses the next request so.
    pub fn refuse_next(&self, refusal: Refusal) {
        self.fail_next(Fault::Refusal(refusal));
    }

    /// Fails the next request so. The SDK repeats what may pass: such a fault takes several to be felt.
    pub fn fail_next(&self, fault: Fault) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push_back(fault);
    }

    /// Fails no more.
    pub fn recover(&self) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn publish(&self, body: &[u8]) -> Result<String, Refusal> {
        let invalid = |message| Refusal { status: 400, code: "InvalidParameter", message };
        let fields: BTreeMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
        let field = |name: &str| fields.get(name).filter(|value| !value.is_empty());
        if field("Action").is_none_or(|action| action != "Publish") {
            return Err(Refusal {
                status: 400,
                code: "InvalidAction",
                message: "only Publish is played here",
            });
        }
        let to = field("PhoneNumber").filter(|number| is_e164(number));
        let to = to.ok_or(invalid("Invalid parameter: PhoneNumber Reason: not in E.164"))?.clone();
        let text = field("Message").ok_or(invalid("Invalid parameter: Empty message"))?.clone();
        let attributes = (1..)
            .map_while(|nth| {
                let entry = format!("MessageAttributes.entry.{nth}");
                Some((
                    field(&format!("{entry}.Name"))?.clone(),
                    field(&format!("{entry}.Value.StringValue"))?.clone(),
                ))
            })
            .collect();
        let message = Message { to, text, at: self.clock.now().to_rfc3339(), attributes };
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody may be listening.
        _ = self.live.send(message.clone());
        sent.push(message);
        Ok(uuid(&SystemRandom).to_string())
    }
}

fn is_e164(number: &str) -> bool {
    number
        .strip_prefix('+')
        .is_some_and(|digits| (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
}

pub(crate) fn router(phones: Arc<PhoneNetwork>) -> Router {
    Router::new()
        .route("/_local/sns", post(publish))
        .route("/_local/sns/", post(publish))
        .route("/_local/sms", get(list))
        .with_state(phones)
}

async fn publish(State(phones): State<Arc<PhoneNetwork>>, body: Bytes) -> Response {
    const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";
    let request = uuid(&SystemRandom);
    let fault = phones.faults.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let outcome = match fault {
        None => phones.publish(&body),
        Some(Fault::Refusal(refusal)) => Err(refusal),
        Some(Fault::Garbage) => return "<html>".into_response(),
        Some(Fault::Hang) => std::future::pending().await,
    };
    let (status, body) = match outcome {
        Ok(message) => (
            StatusCode::OK,
            format!(
                "<PublishResponse xmlns=\"{NAMESPACE}\"><PublishResult><MessageId>{message}</MessageId></PublishResult>\
                 <ResponseMetadata><RequestId>{request}</RequestId></ResponseMetadata></PublishResponse>"
            ),
        ),
        Err(Refusal { status, code, message }) => (
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            format!(
                "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>{}</Type><Code>{code}</Code>\
                 <Message>{message}</Message></Error><RequestId>{request}</RequestId></ErrorResponse>",
                if status < 500 { "Sender" } else { "Receiver" }
            ),
        ),
    };
    (status, [(CONTENT_TYPE, "text/xml")], body).into_response()
}

async fn list(State(phones): State<Arc<PhoneNetwork>>) -> Response {
    let body = serde_json::to_string(&phones.sent()).unwrap_or_default();
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}
