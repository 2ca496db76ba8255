//! Simulated SNS: the query protocol of `Publish` (<https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>) in front
//! of the phone network, and the account's attributes.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
};
use shared::random::{SystemRandom, uuid};

use crate::{
    phones::{Carrier, PhoneNetwork},
    service::{Service, form},
};

mod account;

use account::Account;

/// How the timeline reads its calls.
pub(crate) const SERVICE: Service = Service {
    name: "SNS",
    is_for: |_, _, _| false,
    describe: |_, body| (form(body, "Action"), form(body, "PhoneNumber")),
    error: |body| {
        let text = String::from_utf8_lossy(body);
        let (_, rest) = text.split_once("<Code>")?;
        rest.split_once("</Code>").map(|(code, _)| code.to_owned())
    },
};

/// An error of SNS's.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The error code, such as `OptedOut`.
    pub code: &'static str,
    /// The error message.
    pub message: &'static str,
}

/// A failure of a request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The answer is an error.
    Refusal(Refusal),
    /// The answer has status 200 and is not SNS's.
    Garbage,
    /// A proxy answers with status 502 and a page.
    Page,
    /// There is no answer, and nothing is sent.
    Hang,
    /// The message is sent, but there is no answer.
    SentUnanswered,
    /// The request is refused after a second.
    Late(Refusal),
}

/// SNS.
pub struct Sns {
    phones: Arc<PhoneNetwork>,
    faults: Mutex<VecDeque<Fault>>,
    account: Account,
}

impl Sns {
    pub(crate) fn new(phones: Arc<PhoneNetwork>) -> Self {
        Self { phones, faults: Mutex::default(), account: Account::default() }
    }

    /// Refuses the next request.
    pub fn refuse_next(&self, refusal: Refusal) {
        self.fail_next(Fault::Refusal(refusal));
    }

    /// Fails the next request. The SDK retries temporary failures, so such a fault may be needed several times.
    pub fn fail_next(&self, fault: Fault) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).push_back(fault);
    }

    /// Ends all failures.
    pub fn recover(&self) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Puts the account into the SMS sandbox.
    pub fn put_into_sandbox(&self) {
        self.account.put_into_sandbox();
    }

    /// Sets an SMS attribute of the account, such as `MonthlySpendLimit`, or removes it.
    pub fn set_attribute(&self, attribute: &str, value: Option<&str>) {
        self.account.set(attribute, value);
    }

    /// The inner element of the answer.
    fn answer(&self, body: &[u8]) -> Result<String, Refusal> {
        match self.account.answer(&form(body, "Action")) {
            Some(told) => Ok(told),
            None => self.publish(body).map(|message| format!("<MessageId>{message}</MessageId>")),
        }
    }

    fn publish(&self, body: &[u8]) -> Result<String, Refusal> {
        let invalid = |message| Refusal { status: 400, code: "InvalidParameter", message };
        let fields: BTreeMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
        let field = |name: &str| fields.get(name).filter(|value| !value.is_empty());
        if field("Action").is_none_or(|action| action != "Publish") {
            return Err(Refusal {
                status: 400,
                code: "InvalidAction",
                message: "this action is not simulated",
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
        self.phones.deliver(Carrier::Sns, to, text, attributes);
        Ok(uuid(&SystemRandom).to_string())
    }
}

fn is_e164(number: &str) -> bool {
    number
        .strip_prefix('+')
        .is_some_and(|digits| (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
}

pub(crate) fn router(sns: Arc<Sns>) -> Router {
    Router::new().route("/_local/sns", post(publish)).route("/_local/sns/", post(publish)).with_state(sns)
}

async fn publish(State(sns): State<Arc<Sns>>, body: Bytes) -> Response {
    const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";
    let request = uuid(&SystemRandom);
    let fault = sns.faults.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let outcome = match fault {
        None => sns.answer(&body),
        Some(Fault::Refusal(refusal)) => Err(refusal),
        Some(Fault::Garbage) => return "<html>".into_response(),
        Some(Fault::Page) => return (StatusCode::BAD_GATEWAY, "<html>").into_response(),
        Some(Fault::Hang) => std::future::pending().await,
        Some(Fault::SentUnanswered) => {
            _ = sns.publish(&body);
            std::future::pending().await
        }
        Some(Fault::Late(refusal)) => {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Err(refusal)
        }
    };
    let (status, body) = match outcome {
        Ok(told) => {
            let action = form(&body, "Action");
            let answer = format!(
                "<{action}Response xmlns=\"{NAMESPACE}\"><{action}Result>{told}</{action}Result>\
                 <ResponseMetadata><RequestId>{request}</RequestId></ResponseMetadata></{action}Response>"
            );
            (StatusCode::OK, answer)
        }
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
