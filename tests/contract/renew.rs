//! `POST /renew`: a new token with a ticket, for a person who has logged in before.

use serde_json::json;
use tests::TestApp;

use crate::accounts::{FIRST, SECOND, log_in};

const DAY: u64 = 24 * 60 * 60;

#[tokio::test]
async fn a_person_who_has_logged_in_gets_new_tokens_without_an_sms() {
    let app = TestApp::start().await;
    let login = app.logged_in("alice", FIRST).await;
    let sent = app.local.phones.sent().len();
    app.clock.turn(89 * DAY);
    let renewed = app.renew("alice").await;
    insta::assert_snapshot!(renewed.snapshot(), @r#"
    200
    cache-control: no-store
    content-type: application/json
    {
      "expiresIn": 7200,
      "token": "[token]",
      "tokenType": "Bearer",
      "userId": "[userId]"
    }
    "#);
    assert_eq!(renewed.body["userId"], login["userId"]);
    assert_eq!(app.account(renewed.body["token"].as_str().unwrap()).await.body["userId"], login["userId"]);
    assert_eq!(app.local.phones.sent().len(), sent);
}

#[tokio::test]
async fn ninety_days_after_the_last_sms_another_one_is_due() {
    let app = TestApp::start().await;
    app.logged_in("alice", FIRST).await;
    app.clock.turn(90 * DAY - 1);
    assert_eq!(app.renew("alice").await.status, 200, "the last second");
    app.clock.turn(1);
    insta::assert_snapshot!(app.renew("alice").await.snapshot(), @r#"
    401
    cache-control: no-store
    content-type: application/problem+json
    {
      "code": "login_required",
      "detail": "请用手机号重新登录。",
      "requestId": "[requestId]",
      "status": 401,
      "title": "Login required",
      "type": "urn:problem-type:login_required"
    }
    "#);
    app.logged_in("alice", FIRST).await;
    assert_eq!(app.renew("alice").await.status, 200);
}

#[tokio::test]
async fn a_person_without_an_account_gets_none_by_a_renewal() {
    let app = TestApp::start().await;
    assert_eq!(app.renew("alice").await.outcome(), "login_required");
    assert_eq!(app.local.dynamodb.items("users").await.unwrap(), json!([]));
    assert_eq!(app.post("/renew", &json!({})).await.outcome(), "ticket_required");
    assert_eq!(app.post("/renew", &json!({ "ticket": "made up" })).await.outcome(), "ticket_invalid");
}

#[tokio::test]
async fn a_login_notes_its_proof_once_a_day() {
    let app = TestApp::start().await;
    log_in(&app, "alice", FIRST).await;
    let operations = async |wait: u64| {
        app.clock.turn(wait);
        let code = app.texted(FIRST).await;
        let before = app.local.dynamodb.calls().len();
        assert_eq!(app.log_in("alice", FIRST, &code).await.status, 200);
        let calls = app.local.dynamodb.calls().split_off(before);
        calls.iter().filter(|call| call.operation == "TransactWriteItems").count()
    };
    assert_eq!(operations(DAY - 1).await, 0);
    assert_eq!(operations(60).await, 1);
    assert_eq!(operations(DAY - 1).await, 0);
    app.clock.turn(89 * DAY);
    assert_eq!(app.renew("alice").await.status, 200, "90 days count from the proof that was noted last");
}

#[tokio::test]
async fn people_from_releases_without_renewals_log_in_by_sms_once() {
    let app = TestApp::start().await;
    let first = app.logged_in("alice", FIRST).await;
    app.local.dynamodb.forget("users", &["sid", "proved_at", "owner"]).await.unwrap();
    assert_eq!(app.renew("alice").await.outcome(), "login_required");
    assert_eq!(app.account(first["token"].as_str().unwrap()).await.outcome(), "token_invalid");
    app.clock.turn(60);
    let again = app.logged_in("alice", FIRST).await;
    assert_eq!(again["userId"], first["userId"]);
    assert_eq!(app.renew("alice").await.status, 200);
    app.clock.turn(60);
    assert_eq!(app.logged_in("alice", SECOND).await["userId"], first["userId"]);
}
