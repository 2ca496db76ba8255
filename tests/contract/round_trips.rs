//! Each call's operations in `DynamoDB`, and how many of them run one after another.

use std::time::Duration;

use local::dynamodb::{Fault, TableCall};
use serde_json::json;
use tests::TestApp;

const NUMBER: &str = "13800138000";

/// The operations after the first `before` calls; those on one line ran at the same time.
fn round_trips(app: &TestApp, before: usize) -> String {
    let mut trips: Vec<Vec<TableCall>> = Vec::new();
    for call in app.local.dynamodb.calls().split_off(before) {
        match trips.last_mut() {
            Some(trip) if trip.iter().all(|earlier| earlier.ended.unwrap() > call.began) => trip.push(call),
            _ => trips.push(vec![call]),
        }
    }
    let line = |mut trip: Vec<TableCall>| {
        trip.sort_by(|one, other| one.operation.cmp(&other.operation));
        trip.into_iter().map(|call| call.operation).collect::<Vec<_>>().join(" + ")
    };
    trips.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn each_call_makes_as_few_round_trips_as_it_can() {
    let app = TestApp::start().await;
    app.local.dynamodb.disturb(|_, _| Some(Fault::Slow(Duration::from_millis(100))));

    let code = app.texted(NUMBER).await;
    assert_eq!(
        round_trips(&app, 0),
        "UpdateItem + UpdateItem\nUpdateItem",
        "a code that is sent: counters, then number"
    );

    let before = app.local.dynamodb.calls().len();
    let ticket = app.ticket("alice").await;
    assert_eq!(round_trips(&app, before), "", "a code of WeChat's that is exchanged");

    let login = json!({ "ticket": ticket, "phoneNumber": NUMBER, "verifyCode": code });
    assert_eq!(app.post("/login", &login).await.status, 200);
    assert_eq!(
        round_trips(&app, before),
        "BatchGetItem + UpdateItem\nTransactWriteItems",
        "a new person's login"
    );

    let before = app.local.dynamodb.calls().len();
    assert_eq!(app.post("/login", &login).await.status, 200);
    assert_eq!(round_trips(&app, before), "BatchGetItem + UpdateItem", "a known person's login");
}

#[tokio::test]
async fn one_tap_makes_no_more_with_a_unionid_or_without() {
    for has_unionid in [false, true] {
        let app = TestApp::start().await;
        if has_unionid {
            app.local.wechat.bind_to_open_platform();
        }
        app.local.dynamodb.disturb(|_, _| Some(Fault::Slow(Duration::from_millis(100))));
        let ticket = app.exchange_with("alice", NUMBER).await.ticket();
        assert_eq!(round_trips(&app, 0), "", "an exchange");
        let read = if has_unionid { "BatchGetItem" } else { "GetItem" };
        assert_eq!(app.log_in_by(&ticket).await.status, 200);
        assert_eq!(round_trips(&app, 0), format!("{read}\nTransactWriteItems"), "a new person's tap");
        let before = app.local.dynamodb.calls().len();
        assert_eq!(app.log_in_by(&ticket).await.status, 200);
        assert_eq!(round_trips(&app, before), read, "a known person's tap");
    }
}

#[tokio::test]
async fn the_calls_after_a_login_make_as_few_too() {
    let app = TestApp::start().await;
    let login = app.logged_in("alice", NUMBER).await;
    let (token, ticket) = (login["token"].as_str().unwrap(), app.ticket("alice").await);
    app.local.dynamodb.disturb(|_, _| Some(Fault::Slow(Duration::from_millis(100))));
    let mut before = app.local.dynamodb.calls().len();
    let mut made = || {
        let made = round_trips(&app, before);
        before = app.local.dynamodb.calls().len();
        made
    };
    assert_eq!(app.post("/renew", &json!({ "ticket": ticket })).await.status, 200);
    assert_eq!(made(), "GetItem", "a renewal");
    assert_eq!(app.account(token).await.status, 200);
    assert_eq!(made(), "BatchGetItem", "a token that is asked about");
    assert_eq!(app.log_out(token).await.status, 204);
    assert_eq!(made(), "UpdateItem", "a logout");

    let code = app.last_code();
    let again = app.log_in_with(&ticket, NUMBER, &code).await;
    assert_eq!(made(), "BatchGetItem + UpdateItem\nTransactWriteItems", "a login that is noted: once a day");
    let token = again.body["token"].as_str().unwrap();
    let deletion = app.by_token("DELETE", "/account", token, Some(&json!({ "ticket": ticket }))).await;
    assert_eq!((deletion.status, made().as_str()), (204, "BatchGetItem\nTransactWriteItems"), "a deletion");
}
