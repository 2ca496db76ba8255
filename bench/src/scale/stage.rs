//! The functions behind the line. Everything that differs between runs is a parameter: the person, the address, the
//! random numbers, the time.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
};

use local::{Local, Options, phones::Message, routes};
use serde_json::{Value, from_slice, json};
use shared::{
    clock::{Clock, Timestamp},
    random::Random,
};
use tests::{NOON, events::with_body};
use tokio::sync::broadcast;

use super::line::{Line, Manner};

/// A clock that stands still until it is turned.
pub struct Turned(AtomicU64);

impl Turned {
    pub fn at_noon() -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(NOON.as_unix())))
    }

    pub fn turn(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for Turned {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.load(Ordering::Relaxed))
    }
}

/// Random numbers that can be repeated. Four bytes, which pick a shard or a code, are `chance` itself. All others, such
/// as ids, are new each time, but the same in each run with the same `ids`.
pub struct Luck {
    chance: AtomicU32,
    is_drawn: bool,
    ids: AtomicU64,
}

impl Luck {
    pub fn of(chance: u32, ids: u64) -> Arc<Self> {
        Arc::new(Self { chance: chance.into(), is_drawn: false, ids: AtomicU64::new(ids) })
    }

    /// The four bytes differ each time.
    pub fn drawn(seed: u32) -> Arc<Self> {
        Arc::new(Self { chance: seed.into(), is_drawn: true, ids: AtomicU64::new(0) })
    }

    pub fn set(&self, chance: u32) {
        self.chance.store(chance, Ordering::Relaxed);
    }
}

impl Random for Luck {
    fn fill(&self, bytes: &mut [u8]) {
        if let Ok(four) = <&mut [u8; 4]>::try_from(&mut *bytes) {
            let chance = self.chance.fetch_add(self.is_drawn.into(), Ordering::Relaxed);
            let chance = if self.is_drawn {
                mixed(chance.into()).to_le_bytes()
            } else {
                u64::from(chance).to_le_bytes()
            };
            four.copy_from_slice(&chance[..4]);
            return;
        }
        for part in bytes.chunks_mut(8) {
            let drawn = mixed(self.ids.fetch_add(1, Ordering::Relaxed)).to_le_bytes();
            part.copy_from_slice(&drawn[..part.len()]);
        }
    }
}

/// A number that looks random: <https://prng.di.unimi.it/splitmix64.c>.
pub fn mixed(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

/// A person, with a number and an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asker {
    pub name: String,
    pub number: String,
    pub address: String,
}

impl Asker {
    /// The nth person.
    pub fn nth(nth: u64) -> Self {
        let [low, middle, high, ..] = nth.to_le_bytes();
        let address = format!("10.{high}.{middle}.{low}");
        Self { name: format!("person{nth}"), number: format!("+86138{nth:08}"), address }
    }
}

/// A function's answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    /// `200`, or the problem's code.
    pub fn outcome(&self) -> String {
        self.body["code"].as_str().map_or_else(|| self.status.to_string(), str::to_owned)
    }
}

/// The functions, the line, and the services.
pub struct Stage {
    pub line: Line,
    services: Local,
    functions: Local,
    inbox: Mutex<(broadcast::Receiver<Message>, HashMap<String, String>)>,
}

impl Stage {
    /// `variables` override those that the services generate at each start.
    pub async fn start(
        variables: &[(String, String)],
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        manner: Manner,
    ) -> Self {
        let services = Options {
            services_only: true,
            clock: clock.clone(),
            variables: variables.to_vec(),
            ..Options::default()
        };
        let services = Local::start(services).await.unwrap();
        let (line, at_line) = Line::start(services.address, manner).await;
        let endpoints = [
            ("AWS_ENDPOINT_URL_DYNAMODB", "dynamodb"),
            ("AWS_ENDPOINT_URL_SNS", "sns"),
            ("WECHAT_API_BASE", "wechat"),
        ];
        let endpoints = endpoints.map(|(name, at)| (name.to_owned(), format!("{at_line}/_local/{at}")));
        let mut all = services.variables.clone();
        all.retain(|(name, _)| variables.iter().chain(&endpoints).all(|(own, _)| own != name));
        all.extend(variables.iter().cloned().chain(endpoints));
        let functions = Options { variables: all, clock, random, ..Options::default() };
        let inbox = Mutex::new((services.phones.live(), HashMap::new()));
        Self { line, functions: Local::start(functions).await.unwrap(), services, inbox }
    }

    /// The variables that give another stage the same secrets.
    pub fn secrets(&self) -> Vec<(String, String)> {
        let secrets = ["CODE_PEPPER", "TICKET_KEY", "TOKEN_SIGNING_KEY"];
        self.services.variables.iter().filter(|(name, _)| secrets.contains(&name.as_str())).cloned().collect()
    }

    pub async fn post(&self, asker: &Asker, path: &str, body: &Value) -> Answer {
        invoke(&self.functions, asker, ("POST", path), None, body).await
    }

    /// The answer of an exchange; for one tap, with a code of WeChat's button.
    pub async fn exchanged(&self, asker: &Asker, taps: bool) -> Answer {
        let phone_code = taps.then_some(&asker.number);
        self.post(asker, "/exchange-code", &json!({ "code": asker.name, "phoneCode": phone_code })).await
    }

    /// The ticket of an exchange.
    pub async fn exchange(&self, asker: &Asker, taps: bool) -> Value {
        let answer = self.exchanged(asker, taps).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body["ticket"].clone()
    }

    pub async fn send(&self, asker: &Asker, ticket: &Value) -> Answer {
        let answer =
            self.post(asker, "/send-code", &json!({ "phoneNumber": asker.number, "ticket": ticket })).await;
        let mut inbox = self.inbox.lock().unwrap();
        while let Ok(message) = inbox.0.try_recv() {
            let code = message.text.chars().filter(char::is_ascii_digit).take(6).collect();
            inbox.1.insert(message.to, code);
        }
        answer
    }

    /// Takes the code that was sent to the person's number.
    pub fn code(&self, asker: &Asker) -> String {
        self.inbox.lock().unwrap().1.remove(&asker.number).unwrap()
    }

    pub async fn log_in(&self, asker: &Asker, ticket: &Value, code: Option<&str>) -> Answer {
        let number = code.map(|_| &asker.number);
        self.post(asker, "/login", &json!({ "ticket": ticket, "phoneNumber": number, "verifyCode": code }))
            .await
    }

    pub async fn renew(&self, asker: &Asker, ticket: &Value) -> Answer {
        self.post(asker, "/renew", &json!({ "ticket": ticket })).await
    }
}

/// A function's answer to a method at a path, with a token if there is one.
pub async fn invoke(
    local: &Local,
    asker: &Asker,
    (method, path): (&str, &str),
    token: Option<&str>,
    body: &Value,
) -> Answer {
    let function = routes().find(|route| route.path == path).unwrap().function;
    let mut event = with_body(function, body);
    event["rawPath"] = path.into();
    event["requestContext"]["http"]["method"] = method.into();
    event["requestContext"]["http"]["sourceIp"] = asker.address.clone().into();
    if let Some(token) = token {
        event["headers"]["authorization"] = format!("Bearer {token}").into();
    }
    let answer = local.functions.invoke(function, &event.to_string()).await.unwrap();
    let answer = answer.unwrap().http().unwrap();
    let body: &[u8] = answer.body();
    Answer { status: answer.status().as_u16(), body: from_slice(body).unwrap_or_default() }
}
