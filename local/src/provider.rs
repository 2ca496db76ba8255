//! The simulated failures of Tencent Cloud and Aliyun, set by a test or by a person with curl.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::Value;

use crate::broken::{broken_off, drip, page};

/// A refusal in the provider's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The error code, such as `isv.BUSINESS_LIMIT_CONTROL`.
    pub code: String,
    /// The error message.
    pub message: String,
}

/// A code, then a space and the message: `isv.BUSINESS_LIMIT_CONTROL 触发小时级流控Permits:5`.
impl From<&str> for Refusal {
    fn from(text: &str) -> Self {
        let (code, message) = text.split_once(' ').unwrap_or((text, "simulated"));
        Self { code: code.to_owned(), message: message.to_owned() }
    }
}

/// A failure of a request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// A valid request is refused; an invalid one gets its own error.
    Refusal(Refusal),
    /// A valid request is refused after a second.
    Late(Refusal),
    /// The answer is this JSON with status 200, and nothing is sent.
    Answer(Value),
    /// The answer is cut off, with status 200.
    Garbage,
    /// The answer is a page, with status 502.
    Html,
    /// The answer comes a byte every 200 ms, without end.
    Drip,
    /// There is no answer, and nothing is sent.
    Hang,
    /// The connection breaks before the answer, and nothing is sent.
    Close,
    /// The message is sent, but there is no answer.
    SentUnanswered,
}

/// The failures of a provider's next requests.
#[derive(Default)]
pub(crate) struct Faults(Mutex<Told>);

#[derive(Default)]
struct Told {
    next: VecDeque<Fault>,
    always: Option<Fault>,
}

impl Faults {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fails the next request.
    pub(crate) fn at_next(&self, fault: Fault) {
        self.told().next.push_back(fault);
    }

    /// Fails each request, until failures end.
    pub(crate) fn at_each(&self, fault: Fault) {
        self.told().always = Some(fault);
    }

    pub(crate) fn clear(&self) {
        *self.told() = Told::default();
    }

    fn take(&self) -> Option<Fault> {
        let mut told = self.told();
        told.next.pop_front().or_else(|| told.always.clone())
    }

    /// Answers a request or plays its failure. `answer` is the provider's own answer: a refusal, if it gets one.
    pub(crate) async fn play(&self, answer: impl Fn(Option<&Refusal>) -> Response) -> Response {
        match self.take() {
            None => answer(None),
            Some(Fault::Refusal(refusal)) => answer(Some(&refusal)),
            Some(Fault::Late(refusal)) => {
                tokio::time::sleep(Duration::from_secs(1)).await;
                answer(Some(&refusal))
            }
            Some(Fault::Answer(body)) => json(StatusCode::OK, &body),
            Some(Fault::Garbage) => ([(CONTENT_TYPE, "application/json")], "{\"").into_response(),
            Some(Fault::Html) => page(StatusCode::BAD_GATEWAY),
            Some(Fault::Drip) => drip(),
            Some(Fault::Hang) => std::future::pending().await,
            Some(Fault::Close) => broken_off(""),
            Some(Fault::SentUnanswered) => {
                _ = answer(None);
                std::future::pending().await
            }
        }
    }
}

pub(crate) fn json(status: StatusCode, body: &Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// A provider whose failures a person can set.
pub(crate) trait Provider: Send + Sync + 'static {
    /// The path that sets them.
    const PATH: &'static str;
    /// Its answer to each request while it is down: nothing is sent, and the next provider of the route is tried.
    const DOWN: &'static str;

    fn faults(&self) -> &Faults;

    /// An answer that says nothing about the message.
    fn empty(&self) -> Value;
}

/// A word that sets a failure, and its meaning.
pub struct Word {
    /// The word, or an example of its kind.
    pub word: &'static str,
    /// Its meaning.
    pub en: &'static str,
}

const fn word(word: &'static str, en: &'static str) -> Word {
    Word { word, en }
}

/// All words, as `--help` lists them.
pub const WORDS: [Word; 12] = [
    word(
        "LimitExceeded.PhoneNumberDailyLimit",
        "this error code for the next message; any code of the provider works",
    ),
    word(
        "isv.BUSINESS_LIMIT_CONTROL Permits:10",
        "the same with this error message; 触发天级流控 in it means a day's limit",
    ),
    word("late InternalError.Timeout", "the same after a second"),
    word("empty", "JSON that says nothing about the message"),
    word("garbage", "half an answer, with status 200"),
    word("html", "a page, with status 502"),
    word("drip", "a byte every 200 ms, without end"),
    word("hang", "no answer"),
    word("close", "no answer, the connection breaks"),
    word("sent", "the message is sent, but there is no answer"),
    word("down", "no message is sent until `recover`"),
    word("recover", "ends all failures"),
];

/// The effect of a word.
#[derive(Debug)]
enum Order {
    Next(Fault),
    Down,
    Recover,
}

impl Order {
    fn read(text: &str, empty: Value) -> Option<Self> {
        let fault = match text {
            "down" => return Some(Self::Down),
            "recover" => return Some(Self::Recover),
            "empty" => Fault::Answer(empty),
            "garbage" => Fault::Garbage,
            "html" => Fault::Html,
            "drip" => Fault::Drip,
            "hang" => Fault::Hang,
            "close" => Fault::Close,
            "sent" => Fault::SentUnanswered,
            _ => match text.strip_prefix("late ") {
                Some(text) => Fault::Late(refusal(text)?),
                None => Fault::Refusal(refusal(text)?),
            },
        };
        Some(Self::Next(fault))
    }
}

/// A provider's code has a dot or begins with a capital letter; anything else is a misspelt word.
fn refusal(text: &str) -> Option<Refusal> {
    let refusal = Refusal::from(text);
    let is_code =
        refusal.code.contains('.') || refusal.code.starts_with(|first: char| first.is_ascii_uppercase());
    is_code.then_some(refusal)
}

/// The route that sets a provider's failures.
pub(crate) fn prompt<P: Provider>(provider: Arc<P>) -> Router {
    Router::new().route(P::PATH, post(tell::<P>)).with_state(provider)
}

async fn tell<P: Provider>(State(provider): State<Arc<P>>, text: String) -> Response {
    match Order::read(text.trim(), provider.empty()) {
        Some(Order::Next(fault)) => provider.faults().at_next(fault),
        Some(Order::Down) => provider.faults().at_each(Fault::Refusal(P::DOWN.into())),
        Some(Order::Recover) => provider.faults().clear(),
        None => {
            let words: Vec<_> = WORDS.iter().map(|known| known.word).collect();
            let said = format!("neither a word nor an error code; the words are: {}\n", words.join(", "));
            return (StatusCode::BAD_REQUEST, said).into_response();
        }
    }
    StatusCode::NO_CONTENT.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_that_is_listed_is_understood() {
        for word in WORDS {
            assert!(Order::read(word.word, Value::Null).is_some(), "{}", word.word);
        }
    }

    #[test]
    fn a_code_may_come_with_its_message_and_a_misspelt_word_is_no_code() {
        let Some(Order::Next(Fault::Refusal(refusal))) = Order::read("isv.X 触发 1", Value::Null) else {
            panic!("a refusal");
        };
        assert_eq!((&*refusal.code, &*refusal.message), ("isv.X", "触发 1"));
        for text in ["", "hnag", "late", "late hang"] {
            assert!(Order::read(text, Value::Null).is_none(), "{text}");
        }
    }
}
