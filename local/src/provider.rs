//! What goes wrong at Tencent Cloud and at Aliyun, and how they are told to: by a test, or by a person at the prompt.

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

/// A refusal, in the provider's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The code, `isv.BUSINESS_LIMIT_CONTROL` say.
    pub code: String,
    /// What the provider says to it.
    pub message: String,
}

/// A code, and after a space what the provider says to it: `isv.BUSINESS_LIMIT_CONTROL 触发小时级流控Permits:5`.
impl From<&str> for Refusal {
    fn from(text: &str) -> Self {
        let (code, message) = text.split_once(' ').unwrap_or((text, "played"));
        Self { code: code.to_owned(), message: message.to_owned() }
    }
}

/// What goes wrong with a request.
#[derive(Debug, Clone)]
pub enum Fault {
    /// It is refused, if it is a good one: a bad one is refused for what it is.
    Refusal(Refusal),
    /// It is refused after a second.
    Late(Refusal),
    /// The provider answers with status 200 and this JSON, and sends nothing.
    Answer(Value),
    /// The provider answers with status 200 and half an answer.
    Garbage,
    /// The provider answers with status 502 and a page.
    Html,
    /// The provider answers a byte every 200 ms, without end.
    Drip,
    /// The provider never answers, and sends nothing.
    Hang,
    /// The connection breaks before the answer, and nothing is sent.
    Close,
    /// The provider sends the message and never answers.
    SentUnanswered,
}

/// What is still to go wrong at a provider.
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

    /// At the next request.
    pub(crate) fn at_next(&self, fault: Fault) {
        self.told().next.push_back(fault);
    }

    /// At each request, until nothing goes wrong any more.
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

    /// Answers a request; `answer` is the provider's, to a good request with this refusal in place of a message.
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

/// A provider that a person can tell what goes wrong.
pub(crate) trait Provider: Send + Sync + 'static {
    /// Where it is told.
    const PATH: &'static str;
    /// What it answers at each request while it is down: nothing is sent, and the next provider of a route has its turn.
    const DOWN: &'static str;

    fn faults(&self) -> &Faults;

    /// An answer that says nothing of the message.
    fn empty(&self) -> Value;
}

/// A word that tells a provider what goes wrong, and what that is.
pub struct Word {
    /// The word, or an example of its kind.
    pub word: &'static str,
    /// What happens.
    pub en: &'static str,
}

const fn word(word: &'static str, en: &'static str) -> Word {
    Word { word, en }
}

/// Every word: what `--help` lists.
pub const WORDS: [Word; 12] = [
    word(
        "LimitExceeded.PhoneNumberDailyLimit",
        "this code in place of the next message; so with any code of the provider's",
    ),
    word(
        "isv.BUSINESS_LIMIT_CONTROL Permits:10",
        "the same with this message; 触发天级流控 in it tells of a day's limit",
    ),
    word("late InternalError.Timeout", "the same after a second"),
    word("empty", "JSON that says nothing of the message"),
    word("garbage", "half an answer, with status 200"),
    word("html", "a page, with status 502"),
    word("drip", "a byte every 200 ms, without end"),
    word("hang", "never an answer"),
    word("close", "no answer, the connection breaks"),
    word("sent", "the message is sent, and never an answer"),
    word("down", "no message is sent until it is told to recover"),
    word("recover", "nothing goes wrong any more"),
];

/// What a word does.
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

/// A provider's code has a dot, or begins with a capital letter; what has neither is a word that was misspelt.
fn refusal(text: &str) -> Option<Refusal> {
    let refusal = Refusal::from(text);
    let is_code =
        refusal.code.contains('.') || refusal.code.starts_with(|first: char| first.is_ascii_uppercase());
    is_code.then_some(refusal)
}

/// Where a person tells the provider.
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
            let said = format!("this is no word and no code; words are: {}\n", words.join(", "));
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
