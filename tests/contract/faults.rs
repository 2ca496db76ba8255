//! A failing `DynamoDB`: whatever happens to whichever call, the answer is one of the contract's, it comes within the
//! function's time-out, and the same request afterwards succeeds.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use local::dynamodb::Fault;
use serde_json::{Value, json};
use tests::TestApp;

/// What the template gives a function.
const TIME_OUT: Duration = Duration::from_secs(10);

const FIRST: &str = "13800138000";
const SECOND: &str = "13900139000";

const FAULTS: [Fault; 5] =
    [Fault::Throttle, Fault::ServerError, Fault::LoseRequest, Fault::LoseAnswer, Fault::Hang];

/// Requests that take different ways through the tables.
#[derive(Debug, Clone, Copy)]
enum Flow {
    Send,
    Resend,
    NewLogin,
    KnownLogin,
    NumberChange,
    Link,
}

const FLOWS: [Flow; 6] =
    [Flow::Send, Flow::Resend, Flow::NewLogin, Flow::KnownLogin, Flow::NumberChange, Flow::Link];

impl Flow {
    /// Brings the system to where the request is due; the request.
    async fn prepare(self, app: &TestApp) -> (&'static str, Value) {
        let login = async |name: &str, number: &str| {
            app.clock.turn(60);
            let code = app.texted(number).await;
            json!({ "ticket": app.ticket(name).await, "phoneNumber": number, "verifyCode": code })
        };
        let logged_in = async |name: &str, number: &str| {
            assert_eq!(app.post("/login", &login(name, number).await).await.status, 200);
        };
        match self {
            Self::Send => {
                ("/send-code", json!({ "phoneNumber": FIRST, "ticket": app.ticket("alice").await }))
            }
            Self::Resend => {
                app.texted(FIRST).await;
                app.clock.turn(60);
                ("/send-code", json!({ "phoneNumber": FIRST }))
            }
            Self::NewLogin => ("/login", login("alice", FIRST).await),
            Self::KnownLogin => {
                logged_in("alice", FIRST).await;
                ("/login", login("alice", FIRST).await)
            }
            Self::NumberChange => {
                logged_in("alice", FIRST).await;
                ("/login", login("alice", SECOND).await)
            }
            Self::Link => {
                logged_in("alice", FIRST).await;
                ("/login", login("bob", FIRST).await)
            }
        }
    }
}

/// Which calls are hit: the one at this place alone, or from there on all.
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
    let app = TestApp::with(&[("PHONE_CONFLICT", "link")]).await;
    let (path, request) = flow.prepare(&app).await;
    let texted = app.local.phones.sent().len();

    app.local.dynamodb.disturb(move |call, _| hit.hits(call).then_some(fault));
    let started = Instant::now();
    let answer = app.post(path, &request).await;
    let took = started.elapsed();
    app.local.dynamodb.calm();

    let what = format!("{flow:?}, {fault:?}, {hit:?}: {answer:?} in {took:?}");
    assert!(took < TIME_OUT, "{what}");
    match answer.status {
        200 => return,
        503 => assert_eq!(answer.outcome(), "service_unavailable", "{what}"),
        _ => panic!("{what}"),
    }
    assert_eq!(app.local.phones.sent().len(), texted, "nobody is texted a code that does not count: {what}");
    let again = app.post(path, &request).await;
    assert_eq!(again.status, 200, "{what}, then {again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_to_a_call_the_answer_is_the_contracts_and_a_retry_succeeds() {
    let mut strikes = Vec::new();
    for flow in FLOWS {
        for fault in FAULTS {
            for nth in 0..5 {
                strikes.push(strike(flow, fault, Hit::Once(nth)));
                strikes.push(strike(flow, fault, Hit::From(nth)));
            }
        }
    }
    assert_eq!(strikes.len(), 300);
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
async fn a_transaction_that_meets_another_one_is_decided_again_and_not_for_ever() {
    let app = TestApp::start().await;
    let (path, request) = Flow::NewLogin.prepare(&app).await;
    let conflicts = |times: usize| {
        let met = AtomicUsize::new(0);
        move |_: usize, operation: &str| {
            let meets = operation == "TransactWriteItems" && met.fetch_add(1, Ordering::Relaxed) < times;
            meets.then_some(Fault::Conflict)
        }
    };
    app.local.dynamodb.disturb(conflicts(usize::MAX));
    assert_eq!(app.post(path, &request).await.outcome(), "service_unavailable");
    app.local.dynamodb.disturb(conflicts(3));
    assert_eq!(app.post(path, &request).await.body["isNewUser"], true);
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
