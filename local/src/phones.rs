//! The phone network: all phones and the messages sent to them, by any provider.

use std::{
    collections::BTreeMap,
    fmt::{self, Display, Formatter},
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Serialize;
use shared::clock::Clock;
use tokio::sync::broadcast;

/// The provider of a message: serialised as in `SMS_ROUTES`, displayed by its full name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Carrier {
    /// Amazon SNS.
    Sns,
    /// Tencent Cloud.
    Tencent,
    /// Aliyun.
    Aliyun,
}

impl Display for Carrier {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Sns => "SNS",
            Self::Tencent => "Tencent Cloud 腾讯云",
            Self::Aliyun => "Aliyun 阿里云",
        })
    }
}

/// A message that was sent.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    /// Its provider.
    pub carrier: Carrier,
    /// The number in E.164.
    pub to: String,
    /// The text.
    pub text: String,
    /// When, in RFC 3339.
    pub at: String,
    /// The other parameters that the provider got, by name.
    #[serde(skip)]
    pub attributes: BTreeMap<String, String>,
}

/// All phones.
pub struct PhoneNetwork {
    clock: Arc<dyn Clock>,
    sent: Mutex<Vec<Message>>,
    live: broadcast::Sender<Message>,
}

impl PhoneNetwork {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, sent: Mutex::default(), live: broadcast::channel(64).0 }
    }

    /// The messages so far, oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<Message> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// New messages.
    #[must_use]
    pub fn live(&self) -> broadcast::Receiver<Message> {
        self.live.subscribe()
    }

    /// The messages so far, then new ones: each exactly once.
    pub(crate) fn watch(&self) -> (Vec<Message>, broadcast::Receiver<Message>) {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        (sent.clone(), self.live())
    }

    /// Delivers a message.
    pub(crate) fn deliver(
        &self,
        carrier: Carrier,
        to: String,
        text: String,
        attributes: BTreeMap<String, String>,
    ) {
        let message = Message { carrier, to, text, at: self.clock.now().to_rfc3339(), attributes };
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody may be listening.
        _ = self.live.send(message.clone());
        sent.push(message);
    }
}

pub(crate) fn router(phones: Arc<PhoneNetwork>) -> Router {
    Router::new().route("/_local/sms", get(list)).with_state(phones)
}

async fn list(State(phones): State<Arc<PhoneNetwork>>) -> Response {
    let body = serde_json::to_string(&phones.sent()).unwrap_or_default();
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}
