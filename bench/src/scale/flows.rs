//! The flows: what people do. Each flow is played against the functions, and their calls are recorded. To find the
//! owner of each item, the flow is played again with another address, number or person, or with other random numbers,
//! and the keys are compared.

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use futures_util::future::join_all;
use serde_json::Value;
use tokio::sync::OnceCell;

use super::{
    line::{Manner, Noted, Touch, Units},
    stage::{Asker, Luck, Stage, Turned},
};

/// One thing that a person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flow {
    /// A new person logs in by a code.
    NewBySms,
    /// A known person logs in by a code; the last proof is older than a day.
    KnownBySms,
    /// A new person logs in by one tap.
    NewByTap,
    /// A known person logs in by one tap; the last proof is older than a day.
    KnownByTap,
    /// The first code did not arrive; the person asks for another one.
    Resend,
    /// A person types a wrong code.
    WrongCode,
    /// A renewal, with the exchange before it.
    Renewal,
    /// Somebody without a ticket asks for one more code than an address may have.
    Pumping,
}

pub const FLOWS: [Flow; 8] = [
    Flow::NewBySms,
    Flow::KnownBySms,
    Flow::NewByTap,
    Flow::KnownByTap,
    Flow::Resend,
    Flow::WrongCode,
    Flow::Renewal,
    Flow::Pumping,
];

/// Who owns an item: its key depends on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// Everybody at one address.
    Address,
    Number,
    /// One openid.
    Person,
    /// One account; its id is random.
    Account,
    /// Each request picks one of several items at random.
    Shard,
    /// Everybody.
    All,
}

impl Owner {
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "an address",
            Self::Number => "a number",
            Self::Person => "a person",
            Self::Account => "an account",
            Self::Shard => "a shard of all",
            Self::All => "all",
        }
    }
}

/// A request of a flow.
#[derive(Debug, Clone)]
pub struct Request {
    /// Such as `login`.
    pub function: &'static str,
    pub calls: Vec<Noted>,
    /// Bytes of the function's own log lines.
    pub logged: usize,
    /// Bytes of the answer's body.
    pub answered: usize,
}

/// A recorded flow.
pub struct Recorded {
    pub requests: Vec<Request>,
    /// Units by table and owner.
    pub units: BTreeMap<(String, Owner), Units>,
}

/// Settings that refuse nobody. [`Flow::Pumping`] lowers the address limit.
pub const OPEN: [(&str, &str); 5] = [
    ("RESEND_COOLDOWN_SECONDS", "0"),
    ("IP_HOURLY_LIMIT", "1000000"),
    ("OPENID_DAILY_LIMIT", "1000"),
    ("PHONE_DAILY_LIMIT", "1000"),
    ("SMS_DAILY_BUDGET", "1000000000"),
];

pub fn settings(settings: &[(&str, &str)]) -> Vec<(String, String)> {
    settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

impl Flow {
    pub fn name(self) -> &'static str {
        match self {
            Self::NewBySms => "a new person, by SMS",
            Self::KnownBySms => "a known person, by SMS",
            Self::NewByTap => "a new person, by one tap",
            Self::KnownByTap => "a known person, by one tap",
            Self::Resend => "a second code",
            Self::WrongCode => "a wrong code",
            Self::Renewal => "a renewal",
            Self::Pumping => "a code too many for an address",
        }
    }
}

/// All recorded flows.
pub type Recordings = BTreeMap<Flow, Recorded>;

/// All flows, played once in this process.
pub async fn recorded() -> &'static Recordings {
    static RECORDED: OnceCell<Recordings> = OnceCell::const_new();
    RECORDED.get_or_init(record).await
}

/// How long the line delays a call, so that concurrent calls overlap.
const SLOW: Duration = Duration::from_millis(20);

/// Plays every flow, and finds the owner of each item.
async fn record() -> Recordings {
    tests::logs::capture();
    let secrets = secrets().await;
    let mut recorded = BTreeMap::new();
    for flow in FLOWS {
        let base = Asker::nth(1);
        let luck = || Luck::of(0, 0);
        let requests = flow.play(&base, luck(), Manner::Slow(SLOW), &secrets).await;
        let others = [
            (Owner::Address, Asker { address: "192.0.2.1".into(), ..base.clone() }, luck()),
            (Owner::Number, Asker { number: "+8613900000000".into(), ..base.clone() }, luck()),
            (Owner::Person, Asker { name: "somebody".into(), ..base.clone() }, luck()),
            (Owner::Account, base.clone(), Luck::of(0, 1_000_000)),
            (Owner::Shard, base.clone(), Luck::of(1, 0)),
        ];
        let changed = join_all(others.map(async |(owner, asker, luck)| {
            (owner, keys(&flow.play(&asker, luck, Manner::Fast, &secrets).await))
        }));
        let changed = changed.await;
        let mut units: BTreeMap<(String, Owner), Units> = BTreeMap::new();
        for touch in touches(&requests) {
            let owner = changed.iter().find(|(_, keys)| !keys.contains(&touch.key));
            let owner = owner.map_or(Owner::All, |(owner, _)| *owner);
            units.entry((touch.table.clone(), owner)).or_default().add(touch.units);
        }
        recorded.insert(flow, Recorded { requests, units });
    }
    recorded
}

fn touches(requests: &[Request]) -> impl Iterator<Item = &Touch> {
    requests.iter().flat_map(|request| &request.calls).flat_map(|call| &call.touches)
}

fn keys(requests: &[Request]) -> HashSet<String> {
    touches(requests).map(|touch| touch.key.clone()).collect()
}

async fn secrets() -> Vec<(String, String)> {
    Stage::start(&[], Turned::at_noon(), Luck::of(0, 0), Manner::Fast).await.secrets()
}

/// How many items share the count of a budget. Tries one random number after another until an item is touched again.
pub async fn shards(budget: u64) -> u32 {
    let luck = Luck::of(0, 0);
    let budget = budget.to_string();
    let mut variables = settings(&OPEN);
    variables.retain(|(name, _)| name != "SMS_DAILY_BUDGET");
    variables.extend(settings(&[("SMS_DAILY_BUDGET", &budget)]));
    let stage = Stage::start(&variables, Turned::at_noon(), luck.clone(), Manner::Fast).await;
    let mut before = HashSet::new();
    for chance in 0.. {
        luck.set(chance);
        // Each time by another number and address, so an item that is touched again is a shard.
        let answer = stage.send(&Asker::nth(chance.into()), &Value::Null).await;
        assert_eq!(answer.outcome(), "200", "{answer:?}");
        let calls = stage.line.take();
        for touch in calls.iter().flat_map(|call| &call.touches) {
            if !before.insert(touch.key.clone()) {
                return chance;
            }
        }
    }
    u32::MAX
}
