//! A failing `DynamoDB`: whichever call fails, and however, the answer is in the contract and comes within the function's
//! time-out, and the same request succeeds afterwards.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use local::dynamodb::Fault;
use serde_json::{Value, json};
use tests::{Answer, TestApp};

use crate::apps::SECOND_APP;

/// The template's time-out of a function.
const TIME_OUT: Duration = Duration::from_secs(10);

const FIRST: &str = "13800138000";
const SECOND: &str = "13900139000";

const FAULTS: [Fault; 5] =
    [Fault::Throttle, Fault::ServerError, Fault::LoseRequest, Fault::LoseAnswer, Fault::Hang];

/// Requests that use the tables in different ways.
#[derive(Debug, Clone, Copy)]
enum Flow {
    Send,
    Resend,
    NewLogin,
    KnownLogin,
    NewTap,
    KnownTap,
    NumberChange,
    Link,
    Unite,
    Release,
    Renew,
    LogOut,
    LogOutEverywhere,
    Delete,
}

const FLOWS: [Flow; 14] = [
    Flow::Send,
    Flow::Resend,
    Flow::NewLogin,
    Flow::KnownLogin,
    Flow::NewTap,
    Flow::KnownTap,
    Flow::NumberChange,
    Flow::Link,
    Flow::Unite,
    Flow::Release,
    Flow::Renew,
    Flow::LogOut,
    Flow::LogOutEverywhere,
    Flow::Delete,
];

/// A request: its method and path, its token, its body.
struct Request {
    call: (&'static str, &'static str),
    token: String,
    body: Value,
}

impl Request {
    fn post(path: &'static str, body: Value) -> Self {
        Self { call: ("POST", path), token: String::new(), body }
    }

    fn by(answer: &Value, call: (&'static str, &'static str), body: Value) -> Self {
        Self { call, token: answer["token"].as_str().unwrap().to_owned(), body }
    }

    async fn send(&self, app: &TestApp) -> Answer {
        app.by_token(self.call.0, self.call.1, &self.token, Some(&self.body)).await
    }
}

impl Flow {
    /// How many places for a fault are tried: one for each call to `DynamoDB` that the request makes, and its retries.
    fn calls(self) -> usize {
        match self {
            Self::KnownTap | Self::Renew | Self::LogOut | Self::LogOutEverywhere | Self::Delete => 3,
            _ => 5,
        }
    }

    /// Prepares the system for the request, and returns the request.
    async fn prepare(self, app: &TestApp) -> Request {
        let login = async |name: &str, number: &str| {
            app.clock.turn(60);
            let code = app.texted(number).await;
            json!({ "ticket": app.ticket(name).await, "phoneNumber": number, "verifyCode": code })
        };
        let logged_in = async |name: &str, number: &str| {
            let answer = app.post("/login", &login(name, number).await).await;
            assert_eq!(answer.status, 200);
            answer.body
        };
        let tap = async |name: &str| json!({ "ticket": app.exchange_with(name, FIRST).await.ticket() });
        let ticket = async || json!({ "ticket": app.ticket("alice").await });
        match self {
            Self::Send => Request::post(
                "/send-code",
                json!({ "phoneNumber": FIRST, "ticket": app.ticket("alice").await }),
            ),
            Self::Resend => {
                app.texted(FIRST).await;
                app.clock.turn(60);
                Request::post("/send-code", json!({ "phoneNumber": FIRST }))
            }
            Self::NewLogin => Request::post("/login", login("alice", FIRST).await),
            Self::KnownLogin => {
                logged_in("alice", FIRST).await;
                Request::post("/login", login("alice", FIRST).await)
            }
            Self::NewTap => Request::post("/login", tap("alice").await),
            Self::KnownTap => {
                logged_in("alice", FIRST).await;
                Request::post("/login", tap("alice").await)
            }
            Self::Unite => {
                app.local.wechat.bind_to_open_platform();
                logged_in("alice", FIRST).await;
                Request::post("/login", tap("alice@wx2222222222222222").await)
            }
            Self::NumberChange => {
                logged_in("alice", FIRST).await;
                Request::post("/login", login("alice", SECOND).await)
            }
            Self::Link => {
                logged_in("alice", FIRST).await;
                Request::post("/login", login("bob", FIRST).await)
            }
            Self::Release => {
                logged_in("alice", FIRST).await;
                app.clock.turn(90 * 24 * 60 * 60);
                Request::post("/login", login("bob", FIRST).await)
            }
            Self::Renew => {
                logged_in("alice", FIRST).await;
                Request::post("/renew", ticket().await)
            }
            Self::LogOut => Request::by(&logged_in("alice", FIRST).await, ("POST", "/logout"), json!({})),
            Self::LogOutEverywhere => {
                let answer = logged_in("alice", FIRST).await;
                Request::by(&answer, ("POST", "/logout"), json!({ "everywhere": true }))
            }
            Self::Delete => {
                let answer = logged_in("alice", FIRST).await;
                Request::by(&answer, ("DELETE", "/account"), ticket().await)
            }
        }
    }
}

/// Which calls fail: only the one at this place, or all from there on.
#[derive(Debug, Clone, Copy)]
enum Hit {
    Once(usize),
    From(usize),
}

impl Hit {
    fn hits(self, call: usize) -> bool {
        match self {
            Self::Once(nth) => call == nth,
            Self::From(nth) => call >= nth,
        }
    }
}

async fn strike(flow: Flow, fault: Fault, hit: Hit) {
    let conflict = if matches!(flow, Flow::Release) { "release" } else { "link" };
    let app = TestApp::with(&[("PHONE_CONFLICT", conflict), SECOND_APP]).await;
    let request = flow.prepare(&app).await;
    let texted = app.local.phones.sent().len();

    app.local.dynamodb.disturb(move |call, _| hit.hits(call).then_some(fault));
    let started = Instant::now();
    let answer = request.send(&app).await;
    let took = started.elapsed();
    app.local.dynamodb.calm();

    let what = format!("{flow:?}, {fault:?}, {hit:?}: {answer:?} in {took:?}");
    assert!(took < TIME_OUT, "{what}");
    match answer.status {
        200 | 204 => return,
        503 => {
            assert_eq!(answer.outcome(), "service_unavailable", "{what}");
            assert!(matches!(answer.body["retryAfter"].as_u64(), Some(2..=9)), "{what}");
        }
        // The answer to a logout everywhere was lost, and the SDK's retry finds everybody logged out already.
        401 if matches!(flow, Flow::LogOutEverywhere) => return,
        _ => panic!("{what}"),
    }
    assert_eq!(app.local.phones.sent().len(), texted, "nobody is texted a code that does not count: {what}");
    let again = request.send(&app).await;
    let is_done =
        [200, 204].contains(&again.status) || (again.status == 401 && matches!(flow, Flow::LogOutEverywhere));
    assert!(is_done, "{what}, then {again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_to_a_call_the_answer_is_the_contracts_and_a_retry_succeeds() {
    let mut strikes = Vec::new();
    for flow in FLOWS {
        for fault in FAULTS {
            for nth in 0..flow.calls() {
                strikes.push(strike(flow, fault, Hit::Once(nth)));
                strikes.push(strike(flow, fault, Hit::From(nth)));
            }
        }
    }
    assert_eq!(strikes.len(), 600);
    stream::iter(strikes).buffer_unordered(16).collect::<Vec<()>>().await;
}

#[tokio::test]
async fn a_code_that_someone_holds_outlives_a_resend_that_fails() {
    for fault in [Fault::Throttle, Fault::LoseAnswer, Fault::LoseRequest] {
        let app = TestApp::start().await;
        let code = app.texted(FIRST).await;
        app.clock.turn(60);
        app.local.dynamodb.disturb(move |call, _| (call >= 2).then_some(fault));
        assert_eq!(app.send_code(FIRST).await.outcome(), "service_unavailable");
        app.local.dynamodb.calm();
        assert_eq!(app.log_in("alice", FIRST, &code).await.status, 200, "{fault:?}");
    }
}

#[tokio::test]
async fn a_conflicting_transaction_is_retried_but_not_for_ever() {
    let app = TestApp::start().await;
    let request = Flow::NewLogin.prepare(&app).await;
    let conflicts = |times: usize| {
        let met = AtomicUsize::new(0);
        move |_: usize, operation: &str| {
            let meets = operation == "TransactWriteItems" && met.fetch_add(1, Ordering::Relaxed) < times;
            meets.then_some(Fault::Conflict)
        }
    };
    app.local.dynamodb.disturb(conflicts(usize::MAX));
    assert_eq!(request.send(&app).await.outcome(), "service_unavailable");
    app.local.dynamodb.disturb(conflicts(3));
    assert_eq!(request.send(&app).await.body["isNewUser"], true);
}

#[tokio::test]
async fn a_write_that_is_repeated_after_a_lost_answer_is_one_send() {
    for cooldown in ["60", "0"] {
        let app = TestApp::with(&[
            ("PHONE_DAILY_LIMIT", "2"),
            ("OPEN_SHARE_PERCENT", "100"),
            ("RESEND_COOLDOWN_SECONDS", cooldown),
        ])
        .await;
        // The counters are calls 0 and 1; the number's item is call 2.
        app.local.dynamodb.disturb(|call, _| (call == 2).then_some(Fault::LoseAnswer));
        let code = app.texted(FIRST).await;
        app.local.dynamodb.calm();
        assert_eq!(app.log_in("alice", FIRST, &code).await.status, 200);
        app.clock.turn(60);
        assert_eq!(app.send_code(FIRST).await.status, 200, "the day has counted one");
    }
}
