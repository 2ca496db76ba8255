//! Overload: `DynamoDB` throttles calls. Only the requests of these calls fail, retries are few, and clients are told
//! to retry at different times.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use local::dynamodb::Fault;
use serde_json::json;
use tests::TestApp;

const PEOPLE: usize = 60;

/// Limits that the tests, which use one address, do not reach.
const ROOM: [(&str, &str); 2] = [("IP_HOURLY_LIMIT", "1000"), ("RESEND_COOLDOWN_SECONDS", "0")];

/// Throttles one call in ten, chosen by its number.
fn a_tenth(call: usize, _: &str) -> Option<Fault> {
    let drawn = (call as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    drawn.is_multiple_of(10).then_some(Fault::Throttle)
}

fn number(nth: usize) -> String {
    format!("138{nth:08}")
}

/// Requests a code and logs in with it. Returns whether the login succeeded.
async fn logs_in(app: &TestApp, nth: usize) -> bool {
    let number = number(nth);
    if app.send_code(&number).await.status != 200 {
        return false;
    }
    let code = app.last_code();
    app.log_in(&format!("person{nth}"), &number, &code).await.status == 200
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_tenth_of_the_calls_throttled_nine_tenths_of_the_people_log_in_with_a_tenth_more_calls() {
    let app = TestApp::with(&ROOM).await;
    for nth in 0..PEOPLE {
        assert!(logs_in(&app, nth).await);
    }
    let calm = app.local.dynamodb.calls().len();

    app.local.dynamodb.disturb(a_tenth);
    let mut are_in = 0;
    for nth in PEOPLE..2 * PEOPLE {
        are_in += usize::from(logs_in(&app, nth).await);
    }
    let disturbed = app.local.dynamodb.calls().len() - calm;
    assert!(are_in * 10 >= PEOPLE * 9, "{are_in} of {PEOPLE} are in");
    assert!(disturbed * 10 <= calm * 12, "{disturbed} calls in place of {calm}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_every_call_throttled_a_request_makes_few_calls_and_ends() {
    let app = TestApp::with(&ROOM).await;
    let code = app.texted("13800138000").await;
    let ticket = app.ticket("alice").await;
    let tap = app.exchange_with("bob", "13900139000").await.ticket();
    let send = json!({ "phoneNumber": "13900139000", "ticket": ticket });
    let login = json!({ "ticket": ticket, "phoneNumber": "13800138000", "verifyCode": code });
    let (tap, renewal) = (json!({ "ticket": tap }), json!({ "ticket": ticket }));
    for (fault, operation, path, body, most) in [
        (Fault::Throttle, "", "/send-code", &send, 9),
        (Fault::Throttle, "", "/login", &login, 6),
        (Fault::Throttle, "", "/login", &tap, 3),
        (Fault::Throttle, "", "/renew", &renewal, 3),
        // The SDK does not retry items that an answer left out, nor a cancelled transaction: the function does.
        (Fault::Unprocessed, "BatchGetItem", "/login", &login, 4),
        (Fault::Conflict, "TransactWriteItems", "/login", &tap, 9),
    ] {
        app.local.dynamodb.disturb(move |_, called| called.contains(operation).then_some(fault));
        let before = app.local.dynamodb.calls().len();
        assert_eq!(app.post(path, body).await.outcome(), "service_unavailable");
        let calls = app.local.dynamodb.calls().len() - before;
        assert!(calls <= most, "{path}, {fault:?}: {calls} calls, {most} at most");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_are_refused_together_are_told_to_retry_at_different_times() {
    let app = TestApp::with(&ROOM).await;
    app.local.dynamodb.disturb(|_, _| Some(Fault::Throttle));
    let answers = join_all((0..PEOPLE).map(async |nth| app.send_code(&number(nth)).await)).await;
    let mut told = BTreeSet::new();
    for answer in answers {
        assert_eq!(answer.outcome(), "service_unavailable");
        let seconds = answer.body["retryAfter"].as_u64().unwrap();
        assert_eq!(answer.headers["retry-after"], seconds.to_string());
        assert!(answer.body["detail"].as_str().unwrap().contains(&seconds.to_string()), "{answer:?}");
        told.insert(seconds);
    }
    assert!(told.first() >= Some(&2) && told.last() <= Some(&9), "{told:?}");
    assert!(told.len() >= 5, "{told:?}");
}
