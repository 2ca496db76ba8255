//! The login as a state machine, with random histories. Requests one after another are compared with a model; parallel
//! requests must keep the rules that hold in any order.

use proptest::{prelude::*, test_runner::TestRunner};
use tests::{
    Answer, TestApp,
    accounts::{self, Accounts},
};

use crate::apps::SECOND_APP;

mod at_once;
mod model;
mod one_by_one;

const NUMBERS: [&str; 3] = ["13800138000", "13900139000", "13700137000"];
/// Alice and Bob also use a second mini program, where they have other openids.
const PEOPLE: [&str; 5] = ["alice", "bob", "carol", "alice@wx2222222222222222", "bob@wx2222222222222222"];

const TTL: u64 = 300;
const COOLDOWN: u64 = 60;
const ATTEMPTS: usize = 5;
const DAILY: u64 = 4;
const DAILY_GUESSES: u64 = 3;
const LASTS: u64 = 200_000;
const RELEASE: u64 = 150_000;

/// `PHONE_CONFLICT`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Conflict {
    #[default]
    Release,
    Reject,
    Link,
}

impl Conflict {
    fn any() -> impl Strategy<Value = Self> {
        prop::sample::select(vec![Self::Release, Self::Reject, Self::Link])
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    /// A number requests a code.
    Send { number: usize },
    /// The same, but the provider fails.
    FailedSend { number: usize },
    /// A person logs in with the number's code, or with a wrong one.
    LogIn { person: usize, number: usize, right: bool },
    /// A person logs in by one tap, and again with the same ticket, as if the first answer was lost.
    Tap { person: usize, number: usize },
    /// The mini programs move to another Open Platform account: every unionid changes.
    Rebind,
    /// A person logs in with the right code, and the function dies between its two writes.
    Crash { person: usize, number: usize },
    /// A person's token is renewed.
    Renew { person: usize },
    /// A person logs out with their last token.
    LogOut { person: usize, everywhere: bool },
    /// A person deletes their account with their last token.
    Delete { person: usize },
    /// An operator changes a person's account.
    Operate { person: usize, act: Act },
    /// Time passes.
    Turn { seconds: u64 },
}

/// An operator's act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Disable,
    Enable,
    SignOut,
    Delete,
}

impl Act {
    fn any() -> impl Strategy<Value = Self> {
        prop_oneof![
            3 => Just(Self::Disable),
            3 => Just(Self::Enable),
            1 => Just(Self::SignOut),
            1 => Just(Self::Delete),
        ]
    }

    fn name(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::SignOut => "sign-out",
            Self::Delete => "delete",
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    let (number, person) = (0..NUMBERS.len(), 0..PEOPLE.len());
    prop_oneof![
        4 => number.clone().prop_map(|number| Step::Send { number }),
        1 => number.clone().prop_map(|number| Step::FailedSend { number }),
        6 => (person.clone(), number.clone(), prop::bool::weighted(0.7))
            .prop_map(|(person, number, right)| Step::LogIn { person, number, right }),
        3 => (person.clone(), number.clone()).prop_map(|(person, number)| Step::Tap { person, number }),
        1 => (person.clone(), number).prop_map(|(person, number)| Step::Crash { person, number }),
        2 => person.clone().prop_map(|person| Step::Renew { person }),
        1 => (person.clone(), any::<bool>())
            .prop_map(|(person, everywhere)| Step::LogOut { person, everywhere }),
        1 => person.clone().prop_map(|person| Step::Delete { person }),
        2 => (person, Act::any()).prop_map(|(person, act)| Step::Operate { person, act }),
        1 => Just(Step::Rebind),
        3 => prop::sample::select(vec![1, 59, 60, 240, 299, 300, 43_200, 86_400, 150_000]).prop_map(|seconds| Step::Turn { seconds }),
    ]
}

/// The accounts in the table, after a check that its items do not contradict each other.
pub(crate) async fn accounts(app: &TestApp) -> Accounts {
    accounts::judged(&app.local.dynamodb.items("users").await.unwrap())
}

/// How many unionids name an account.
pub(crate) async fn unionids(app: &TestApp) -> usize {
    let items = app.local.dynamodb.items("users").await.unwrap();
    let keys = items.as_array().unwrap().iter().map(|item| item["pk"]["S"].as_str().unwrap());
    keys.filter(|pk| pk.starts_with("unionid#")).count()
}

/// A token must be for an account that is stored, and for a person in it.
async fn assert_token_is_for_a_stored_account(app: &TestApp, person: &str, answer: &Answer) {
    let items = app.local.dynamodb.items("users").await.unwrap();
    let user = format!("user#{}", answer.body["userId"].as_str().unwrap());
    let user = items.as_array().unwrap().iter().find(|item| item["pk"]["S"] == user.as_str()).unwrap();
    assert!(user["openids"].to_string().contains(&app.openid(person)));
}

fn token(answer: &Answer) -> String {
    answer.body["token"].as_str().unwrap().to_owned()
}

/// The system, without an Open Platform account until the first [`Step::Rebind`].
async fn app(conflict: Conflict) -> TestApp {
    TestApp::with(&[
        SECOND_APP,
        ("PHONE_CONFLICT", &format!("{conflict:?}").to_lowercase()),
        ("PHONE_RELEASE_AFTER_SECONDS", &RELEASE.to_string()),
        ("LOGIN_LASTS_SECONDS", &LASTS.to_string()),
        // Tokens stay valid until a logout ends them.
        ("TOKEN_TTL_SECONDS", "31449600"),
        ("PHONE_DAILY_LIMIT", &DAILY.to_string()),
        ("OPENID_DAILY_GUESSES", &DAILY_GUESSES.to_string()),
        ("OPEN_SHARE_PERCENT", "100"),
    ])
    .await
}

fn run<S: Strategy>(cases: u32, strategy: &S, play: impl AsyncFn(S::Value)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config)
        .run(strategy, |value| {
            runtime.block_on(play(value));
            Ok(())
        })
        .unwrap();
}

#[test]
fn one_request_after_another_is_answered_as_the_model_says() {
    let strategy = (Conflict::any(), prop::collection::vec(step(), 1..40));
    run(64, &strategy, async |(conflict, steps)| one_by_one::play(conflict, &steps).await);
}

#[test]
fn parallel_requests_never_break_the_rules() {
    let round = prop::collection::vec(step(), 2..12);
    let strategy =
        (Conflict::any(), prop::collection::vec(round, 1..8), prop::collection::vec(0..20_u8, 1..30));
    run(48, &strategy, async |(conflict, rounds, delays)| at_once::play(conflict, &rounds, delays).await);
}
