//! The login as a state machine: random histories, one request after another against a model that says what each is
//! answered, and many at once against what must hold in any order.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures_util::future::join_all;
use local::{dynamodb::Fault, sns::Refusal};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::Value;
use shared::clock::Clock;
use tests::{Answer, TestApp, wrong};

mod model;

use model::{Model, Settled};

const NUMBERS: [&str; 3] = ["13800138000", "13900139000", "13700137000"];
const PEOPLE: [&str; 3] = ["alice", "bob", "carol"];

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
    /// A number asks for a code.
    Send { number: usize },
    /// The same, and the provider fails.
    FailedSend { number: usize },
    /// A person logs in with the number's code, or with another one.
    LogIn { person: usize, number: usize, right: bool },
    /// A person logs in with the right code, and the function dies between its two writes.
    Crash { person: usize, number: usize },
    /// A person's token is renewed by WeChat's word.
    Renew { person: usize },
    /// A person logs out by the last token that they got.
    LogOut { person: usize, everywhere: bool },
    /// A person deletes their account by the last token that they got.
    Delete { person: usize },
    /// Time goes by.
    Turn { seconds: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let (number, person) = (0..NUMBERS.len(), 0..PEOPLE.len());
    prop_oneof![
        4 => number.clone().prop_map(|number| Step::Send { number }),
        1 => number.clone().prop_map(|number| Step::FailedSend { number }),
        6 => (person.clone(), number.clone(), prop::bool::weighted(0.7))
            .prop_map(|(person, number, right)| Step::LogIn { person, number, right }),
        1 => (person.clone(), number).prop_map(|(person, number)| Step::Crash { person, number }),
        2 => person.clone().prop_map(|person| Step::Renew { person }),
        1 => (person.clone(), any::<bool>())
            .prop_map(|(person, everywhere)| Step::LogOut { person, everywhere }),
        1 => person.prop_map(|person| Step::Delete { person }),
        3 => prop::sample::select(vec![1, 59, 60, 240, 299, 300, 43_200, 86_400, 150_000]).prop_map(|seconds| Step::Turn { seconds }),
    ]
}

/// The accounts as they stand in the table, after a look at whether its items contradict each other.
pub(crate) async fn accounts(app: &TestApp) -> BTreeSet<(String, BTreeSet<String>)> {
    let items = app.local.dynamodb.items("users").await.unwrap();
    let items: BTreeMap<&str, &Value> =
        items.as_array().unwrap().iter().map(|item| (item["pk"]["S"].as_str().unwrap(), item)).collect();
    let text = |item: &Value, name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
    let of_kind = |kind: &str| items.iter().filter(|(pk, _)| pk.starts_with(kind)).collect::<Vec<_>>();

    let mut accounts: BTreeSet<(String, BTreeSet<String>)> = BTreeSet::new();
    for (pk, user) in of_kind("user#") {
        let id = pk.trim_start_matches("user#");
        let phone = text(user, "phone");
        if !phone.is_empty() {
            let owner = text(items[format!("phone#{phone}").as_str()], "user_id");
            assert_eq!(owner, id, "a number is its account's");
        }
        let openids = user["openids"]["SS"].as_array().unwrap().iter().map(|pk| pk.as_str().unwrap());
        for openid in openids.clone() {
            assert_eq!(text(items[openid], "user_id"), id, "an openid is its account's");
            assert_eq!(text(items[openid], "phone"), phone, "an openid knows its account's number");
        }
        accounts.insert((phone, openids.map(str::to_owned).collect()));
    }
    let openids: usize = accounts.iter().map(|(_, openids)| openids.len()).sum();
    assert_eq!(of_kind("openid#").len(), openids, "each openid has one account");
    let numbers = accounts.iter().filter(|(phone, _)| !phone.is_empty()).count();
    assert_eq!(of_kind("phone#").len(), numbers, "each number has one account");
    accounts
}

/// A token is for an account that is stored, and for a person in it.
async fn assert_token_is_for_a_stored_account(app: &TestApp, person: &str, answer: &Answer) {
    let items = app.local.dynamodb.items("users").await.unwrap();
    let user = format!("user#{}", answer.body["userId"].as_str().unwrap());
    let user = items.as_array().unwrap().iter().find(|item| item["pk"]["S"] == user.as_str()).unwrap();
    assert!(user["openids"].to_string().contains(&app.local.wechat.openid(person)));
}

fn token(answer: &Answer) -> String {
    answer.body["token"].as_str().unwrap().to_owned()
}

async fn app(conflict: Conflict) -> TestApp {
    TestApp::with(&[
        ("PHONE_CONFLICT", &format!("{conflict:?}").to_lowercase()),
        ("PHONE_RELEASE_AFTER_SECONDS", &RELEASE.to_string()),
        ("LOGIN_LASTS_SECONDS", &LASTS.to_string()),
        // Tokens are good for as long as no logout ends them.
        ("TOKEN_TTL_SECONDS", "31449600"),
        ("PHONE_DAILY_LIMIT", &DAILY.to_string()),
        ("OPENID_DAILY_GUESSES", &DAILY_GUESSES.to_string()),
        ("OPEN_SHARE_PERCENT", "100"),
    ])
    .await
}

async fn play(conflict: Conflict, steps: &[Step]) {
    let app = app(conflict).await;
    let mut model = Model::new(conflict);
    // The last token of each person.
    let mut tokens: BTreeMap<usize, String> = BTreeMap::new();
    for step in steps {
        let now = app.clock.now().as_unix();
        match *step {
            Step::Turn { seconds } => app.clock.turn(seconds),
            Step::Send { number } => {
                let expected = model.send(number, now);
                assert_eq!(app.send_code(NUMBERS[number]).await.outcome(), expected, "{step:?}");
                if expected == "200" {
                    model.sent(number, app.last_code(), now);
                }
            }
            Step::FailedSend { number } => {
                let expected = match model.send(number, now) {
                    "200" => {
                        app.local.sns.refuse_next(Refusal { status: 400, code: "OptedOut", message: "" });
                        "sms_rejected"
                    }
                    refused => refused,
                };
                assert_eq!(app.send_code(NUMBERS[number]).await.outcome(), expected, "{step:?}");
            }
            Step::LogIn { person, number, right } => {
                let code = model.codes.get(&number).map_or_else(|| "000000".into(), |live| live.code.clone());
                let guess = if right { code } else { wrong(&code) };
                let expected = match model.guess(person, number, right, now) {
                    "200" => model.log_in(person, number, now),
                    refused => refused,
                };
                let answer = app.log_in(PEOPLE[person], NUMBERS[number], &guess).await;
                assert_eq!(answer.outcome(), expected, "{step:?}");
                if answer.status == 200 {
                    assert_token_is_for_a_stored_account(&app, PEOPLE[person], &answer).await;
                    tokens.insert(person, token(&answer));
                }
            }
            Step::Renew { person } => {
                let answer = app.renew(PEOPLE[person]).await;
                assert_eq!(answer.outcome(), model.renew(person, now), "{step:?}");
                if answer.status == 200 {
                    assert_token_is_for_a_stored_account(&app, PEOPLE[person], &answer).await;
                    tokens.insert(person, token(&answer));
                }
            }
            Step::LogOut { person, everywhere } => {
                let Some(token) = tokens.get(&person) else { continue };
                let is_good = model.is_logged_in(person);
                assert_eq!(app.account(token).await.status == 200, is_good, "before {step:?}");
                let body = serde_json::json!({ "everywhere": everywhere });
                let answer = app.by_token("POST", "/logout", token, Some(&body)).await;
                let expected = if is_good || !everywhere { "204" } else { "token_invalid" };
                assert_eq!(answer.outcome(), expected, "{step:?}");
                assert_eq!(app.account(token).await.outcome(), "token_invalid", "{step:?}");
                if is_good {
                    model.log_out(person, everywhere);
                }
            }
            Step::Delete { person } => {
                let Some(token) = tokens.get(&person) else { continue };
                let is_good = model.is_logged_in(person);
                assert_eq!(app.account(token).await.status == 200, is_good, "before {step:?}");
                let answer = app.delete_account(token, PEOPLE[person]).await;
                let expected = if is_good || model.of(person).is_none() { "204" } else { "token_invalid" };
                assert_eq!(answer.outcome(), expected, "{step:?}");
                if is_good {
                    model.delete(person);
                }
            }
            Step::Crash { person, number } => {
                let code = model.codes.get(&number).map_or_else(|| "000000".into(), |live| live.code.clone());
                let expected = match model.guess(person, number, true, now) {
                    "200" if matches!(model.settle(person, number, now), Settled::Known) => "200",
                    "200" => "service_unavailable",
                    refused => refused,
                };
                app.local
                    .dynamodb
                    .disturb(|_, operation| (operation == "TransactWriteItems").then_some(Fault::Throttle));
                let answer = app.log_in(PEOPLE[person], NUMBERS[number], &code).await;
                app.local.dynamodb.calm();
                assert_eq!(answer.outcome(), expected, "{step:?}");
            }
        }
        let name = |number: Option<(usize, u64)>| {
            number.map_or_else(String::new, |(number, _)| format!("+86{}", NUMBERS[number]))
        };
        let key = |person: &usize| {
            format!("openid#wx0000000000000000#{}", app.local.wechat.openid(PEOPLE[*person]))
        };
        let expected = model
            .accounts
            .iter()
            .map(|account| (name(account.number), account.people.keys().map(key).collect()));
        assert_eq!(accounts(&app).await, expected.collect(), "after {step:?}");
    }
}

/// Who was let into which accounts.
fn let_in<'a>(
    round: &'a [Step],
    answers: &'a [Option<Answer>],
) -> impl Iterator<Item = (usize, String)> + use<'a> {
    std::iter::zip(round, answers).filter_map(|(step, answer)| match (step, answer) {
        (Step::LogIn { person, .. } | Step::Renew { person }, Some(answer)) if answer.status == 200 => {
            Some((*person, answer.body["userId"].to_string()))
        }
        _ => None,
    })
}

/// All steps of a round at once, each call to `DynamoDB` slowed down by chance.
async fn play_together(conflict: Conflict, rounds: &[Vec<Step>], delays: Vec<u8>) {
    let app = app(conflict).await;
    app.local.dynamodb.disturb(move |call, _| {
        Some(Fault::Slow(Duration::from_millis(u64::from(delays[call % delays.len()]))))
    });
    let mut codes: BTreeMap<usize, String> = BTreeMap::new();
    let mut tokens: BTreeMap<usize, String> = BTreeMap::new();
    for round in rounds {
        let sent_before = app.local.phones.sent().len();
        let answers = join_all(round.iter().map(async |step| {
            Some(match *step {
                Step::Send { number } | Step::FailedSend { number } => app.send_code(NUMBERS[number]).await,
                Step::LogIn { person, number, right } => {
                    let code = codes.get(&number).map_or("000000", String::as_str);
                    let guess = if right { code.to_owned() } else { wrong(code) };
                    app.log_in(PEOPLE[person], NUMBERS[number], &guess).await
                }
                Step::Renew { person } => app.renew(PEOPLE[person]).await,
                Step::LogOut { person, everywhere } => {
                    let body = serde_json::json!({ "everywhere": everywhere });
                    app.by_token("POST", "/logout", tokens.get(&person)?, Some(&body)).await
                }
                Step::Delete { person } => app.delete_account(tokens.get(&person)?, PEOPLE[person]).await,
                Step::Crash { .. } | Step::Turn { .. } => return None,
            })
        }))
        .await;
        accounts(&app).await;

        let deletes = round.iter().any(|step| matches!(step, Step::Delete { .. }));
        let mut winners: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        let mut judged: BTreeMap<usize, usize> = BTreeMap::new();
        let mut sent: BTreeMap<usize, usize> = BTreeMap::new();
        for (step, answer) in std::iter::zip(round, &answers) {
            let Some(answer) = answer else { continue };
            assert!(answer.status < 500, "{step:?}: {answer:?}");
            if let (Step::LogIn { person, .. } | Step::Renew { person }, 200) = (step, answer.status) {
                tokens.insert(*person, token(answer));
                // Who leaves an account at the same time was let into both.
                let accounts = let_in(round, &answers).filter(|(other, _)| other == person);
                if !deletes && accounts.map(|(_, account)| account).collect::<BTreeSet<_>>().len() == 1 {
                    assert_token_is_for_a_stored_account(&app, PEOPLE[*person], answer).await;
                }
            }
            match *step {
                Step::Send { number } | Step::FailedSend { number } if answer.status == 200 => {
                    *sent.entry(number).or_default() += 1;
                }
                Step::LogIn { person, number, .. } => match answer.outcome().as_str() {
                    "200" | "phone_taken" => _ = winners.entry(number).or_default().insert(person),
                    "code_incorrect" => *judged.entry(number).or_default() += 1,
                    _ => {}
                },
                _ => {}
            }
        }
        assert!(sent.values().all(|sent| *sent == 1), "one code within the cooldown");
        for (number, judged) in judged {
            let codes = 1 + sent.get(&number).copied().unwrap_or_default();
            assert!(judged <= ATTEMPTS * codes, "{judged} guesses at {codes} codes were judged");
        }
        assert!(winners.values().all(|winners| winners.len() == 1), "a code lets one openid in: {winners:?}");
        for message in &app.local.phones.sent()[sent_before..] {
            let number = NUMBERS.iter().position(|number| message.to.ends_with(number)).unwrap();
            codes.insert(number, message.text.chars().filter(char::is_ascii_digit).take(6).collect());
        }
        app.clock.turn(COOLDOWN);
    }
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
    run(64, &strategy, async |(conflict, steps)| play(conflict, &steps).await);
}

#[test]
fn requests_at_once_never_break_what_must_hold() {
    let round = prop::collection::vec(step(), 2..12);
    let strategy =
        (Conflict::any(), prop::collection::vec(round, 1..8), prop::collection::vec(0..20_u8, 1..30));
    run(48, &strategy, async |(conflict, rounds, delays)| play_together(conflict, &rounds, delays).await);
}
