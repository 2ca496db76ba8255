//! `POST /login` with a ticket alone: WeChat has named the number, so the person types nothing.

use local::dynamodb::Fault;
use serde_json::{Value, json};
use tests::{TestApp, logs};

use crate::accounts::{FIRST, SECOND, log_in, token, users};

const DAY: u64 = 24 * 60 * 60;

#[tokio::test]
async fn one_tap_logs_a_new_person_in_and_a_known_one_again() {
    let app = TestApp::start().await;
    insta::assert_snapshot!(app.tap("alice", FIRST).await.snapshot(), @r#"
    200
    cache-control: no-store
    content-type: application/json
    {
      "expiresIn": 7200,
      "isNewUser": true,
      "token": "[token]",
      "tokenType": "Bearer",
      "userId": "[userId]"
    }
    "#);
    insta::assert_snapshot!(users(&app).await, @"
    openid#app#alice: A +8613800138000
    phone#+8613800138000: A 
    user#A:  +8613800138000
    ");
    assert_eq!(app.tap("alice", FIRST).await.body["isNewUser"], false);
    assert!(app.local.phones.sent().is_empty(), "no SMS was sent");
}

#[tokio::test]
async fn one_tap_and_a_code_by_sms_lead_to_the_same_account() {
    let app = TestApp::start().await;
    let by_tap = app.tap("alice", FIRST).await.body;
    let by_sms = log_in(&app, "alice", FIRST).await.body;
    assert_eq!((&by_sms["userId"], &by_sms["isNewUser"]), (&by_tap["userId"], &false.into()));
    let moved = app.tap("alice", SECOND).await.body;
    assert_eq!(moved["userId"], by_tap["userId"], "the account moves to the number that was proved last");
    insta::assert_snapshot!(users(&app).await, @"
    openid#app#alice: A +8613900139000
    phone#+8613900139000: A 
    user#A:  +8613900139000
    ");
}

#[tokio::test]
async fn a_ticket_lets_its_person_in_again_after_an_answer_that_was_lost() {
    let app = TestApp::start().await;
    let ticket = app.exchange_with("alice", FIRST).await.ticket();
    let first = app.log_in_by(&ticket).await.body;
    let again = app.log_in_by(&ticket).await.body;
    assert_eq!((&again["userId"], &again["isNewUser"]), (&first["userId"], &false.into()));
}

#[tokio::test]
async fn a_ticket_from_before_a_logout_lets_nobody_in() {
    for everywhere in [false, true] {
        let app = TestApp::start().await;
        let ticket = app.exchange_with("alice", FIRST).await.ticket();
        let login = app.log_in_by(&ticket).await.body;
        app.clock.turn(1);
        let body = json!({ "everywhere": everywhere });
        assert_eq!(app.by_token("POST", "/logout", token(&login), Some(&body)).await.status, 204);
        assert_eq!(app.log_in_by(&ticket).await.outcome(), "ticket_expired");
        assert_eq!(app.tap("alice", FIRST).await.body["userId"], login["userId"], "the next tap does");
    }
}

#[tokio::test]
async fn a_ticket_from_before_an_operators_sign_out_lets_nobody_in() {
    let app = TestApp::start().await;
    let ticket = app.exchange_with("alice", FIRST).await.ticket();
    let login = app.log_in_by(&ticket).await.body;
    app.clock.turn(1);
    app.act("sign-out", &login["userId"]).await;
    assert_eq!(app.log_in_by(&ticket).await.outcome(), "ticket_expired");
    app.act("disable", &login["userId"]).await;
    assert_eq!(app.tap("alice", FIRST).await.outcome(), "account_disabled");
}

#[tokio::test]
async fn a_ticket_is_its_persons_alone() {
    let app = TestApp::start().await;
    let ticket = app.exchange_with("alice", FIRST).await.ticket();
    let body = json!({ "ticket": ticket, "openid": app.openid("mallory") });
    assert_eq!(app.post("/login", &body).await.outcome(), "openid_mismatch");
    let body = json!({ "ticket": ticket, "openid": app.openid("alice") });
    assert_eq!(app.post("/login", &body).await.status, 200);
}

#[tokio::test]
async fn a_number_is_taken_for_proved_for_five_minutes_whatever_a_ticket_lasts() {
    let app = TestApp::with(&[("TICKET_TTL_SECONDS", "3600")]).await;
    assert_eq!(app.exchange("alice").await.body["expiresIn"], 3600);
    let tapped = app.exchange_with("alice", FIRST).await;
    assert_eq!(tapped.body["expiresIn"], 300);
    app.clock.turn(299);
    assert_eq!(app.log_in_by(&tapped.ticket()).await.status, 200);
    app.clock.turn(1);
    assert_eq!(app.log_in_by(&tapped.ticket()).await.outcome(), "ticket_expired");
}

#[tokio::test]
async fn a_ticket_without_a_number_wants_one_and_its_code() {
    let app = TestApp::start().await;
    let answer = app.log_in_by(&app.ticket("alice").await).await;
    assert_eq!(
        (answer.outcome().as_str(), &answer.body["field"]),
        ("invalid_request", &"phoneNumber".into())
    );
}

#[tokio::test]
async fn a_typed_number_with_its_code_goes_before_the_tickets() {
    let app = TestApp::start().await;
    let ticket = app.exchange_with("alice", FIRST).await.ticket();
    let code = app.texted(SECOND).await;
    let half = app.post("/login", &json!({ "ticket": ticket, "phoneNumber": SECOND })).await;
    assert_eq!(half.body["field"], "verifyCode", "a number alone is not taken for the ticket's");
    assert_eq!(app.log_in_with(&ticket, SECOND, &code).await.status, 200);
    insta::assert_snapshot!(users(&app).await, @"
    openid#app#alice: A +8613900139000
    phone#+8613900139000: A 
    user#A:  +8613900139000
    ");
}

#[tokio::test]
async fn the_countries_are_the_same_as_for_an_sms() {
    let app = TestApp::start().await;
    assert_eq!(
        app.tap("alice", "+85251234567").await.outcome(),
        app.send_code("+85251234567").await.outcome()
    );
    let app = TestApp::with(&[("ALLOWED_COUNTRIES", "CN,HK")]).await;
    assert_eq!(app.tap("alice", "+85251234567").await.status, 200);
}

#[tokio::test]
async fn conflicts_are_decided_as_for_an_sms() {
    let taken = TestApp::start().await;
    taken.tap("alice", FIRST).await;
    assert_eq!(taken.tap("bob", FIRST).await.outcome(), "phone_taken");
    taken.clock.turn(90 * DAY);
    assert_eq!(taken.tap("bob", FIRST).await.body["isNewUser"], true, "released");

    let linked = TestApp::with(&[("PHONE_CONFLICT", "link")]).await;
    let alice = log_in(&linked, "alice", FIRST).await.body;
    assert_eq!(linked.tap("bob", FIRST).await.body["userId"], alice["userId"]);
}

#[tokio::test]
async fn each_tap_keeps_the_number_and_the_renewals_as_an_sms_does() {
    let app = TestApp::start().await;
    let alice = app.tap("alice", FIRST).await.body;
    app.clock.turn(80 * DAY);
    assert_eq!(app.tap("alice", FIRST).await.body["userId"], alice["userId"]);
    app.clock.turn(80 * DAY);
    assert_eq!(app.renew("alice").await.status, 200);
    assert_eq!(app.tap("bob", FIRST).await.outcome(), "phone_taken");
}

#[tokio::test]
async fn a_reviewers_number_is_proved_where_wechat_names_it() {
    let app = TestApp::with(&[("TEST_PHONE_NUMBERS", "+8613800138000=123456@2099-01-15")]).await;
    let alice = app.tap("alice", FIRST).await.body;
    assert_eq!(app.account(token(&alice)).await.body["phoneNumber"], "+86138****8000");
}

#[tokio::test]
async fn wrong_guesses_of_the_day_keep_nobody_from_one_tap() {
    let app = TestApp::with(&[("OPENID_DAILY_GUESSES", "1")]).await;
    let code = app.texted(FIRST).await;
    app.log_in("alice", FIRST, &tests::wrong(&code)).await;
    assert_eq!(app.log_in("alice", FIRST, &code).await.outcome(), "too_many_attempts");
    assert_eq!(app.tap("alice", FIRST).await.status, 200);
}

#[tokio::test]
async fn the_audit_trail_says_what_has_proved_the_number() {
    let app = TestApp::with(&[("TEST_PHONE_NUMBERS", "+8613812347003=123456@2099-01-15")]).await;
    let start = logs::length();
    app.tap("alice", "13812347001").await;
    app.logged_in("bob", "13812347002").await;
    app.send_code("13812347003").await;
    app.log_in("carol", "13812347003", "123456").await;
    let lines = logs::since(start);
    let by = |number: &str| {
        let mut lines = lines.iter().filter(|line| line.contains("account_created") && line.contains(number));
        let line: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
        line["by"].clone()
    };
    assert_eq!(["138****7001", "138****7002", "138****7003"].map(by), ["wechat", "sms", "fixed_code"]);
}

#[tokio::test]
async fn parallel_taps_of_one_person_make_one_account() {
    let app = TestApp::start().await;
    app.local.dynamodb.disturb(|_, _| Some(Fault::Slow(std::time::Duration::from_millis(50))));
    let answers = futures_util::future::join_all((0..8).map(|_| app.tap("alice", FIRST))).await;
    assert!(answers.iter().all(|answer| answer.body["userId"] == answers[0].body["userId"]), "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| answer.body["isNewUser"] == true).count(), 1);
}
