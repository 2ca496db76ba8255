//! `POST /exchange-code` with a code of WeChat's button: the number, the access token that it needs, and the errors.

use std::{
    future::IntoFuture,
    time::{Duration, Instant},
};

use axum::{
    Router,
    routing::{get, post},
};
use futures_util::{StreamExt, stream};
use local::wechat::Call;
use serde_json::json;
use tests::TestApp;
use tokio::net::TcpListener;

const NUMBER: &str = "13800138000";
const CALLS: [Call; 3] = [Call::Code2Session, Call::StableToken, Call::PhoneNumber];

fn requests(app: &TestApp) -> [usize; 3] {
    CALLS.map(|call| app.local.wechat.requests_of(call))
}

#[tokio::test]
async fn a_code_of_the_button_becomes_a_masked_number_and_a_ticket_that_carries_it() {
    let app = TestApp::start().await;
    insta::assert_snapshot!(app.exchange_with("alice", NUMBER).await.snapshot(), @r#"
    200
    cache-control: no-store
    content-type: application/json
    {
      "expiresIn": 300,
      "openid": "[openid]",
      "phoneNumber": "+86138****8000",
      "ticket": "[ticket]"
    }
    "#);
    assert_eq!(app.exchange_with("alice", "+85251234567").await.body["phoneNumber"], "+852****4567");
}

#[tokio::test]
async fn a_plain_exchange_asks_wechat_for_nothing_more_than_the_person() {
    let app = TestApp::start().await;
    app.ticket("alice").await;
    assert_eq!(requests(&app), [1, 0, 0]);
    app.exchange_with("alice", NUMBER).await;
    assert_eq!(requests(&app), [2, 1, 1]);
}

#[tokio::test]
async fn the_person_and_the_access_token_are_asked_for_at_once() {
    let app = TestApp::start().await;
    app.local.wechat.play_next_at(Call::StableToken, "hang");
    app.local.wechat.play_next("hang");
    let both_asked = async {
        while requests(&app) != [1, 1, 0] {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        // A call times out after 4.5 seconds, and a sequential second call would only start then.
        asked = tokio::time::timeout(Duration::from_secs(3), both_asked) => assert!(asked.is_ok()),
        answer = app.exchange_with("alice", NUMBER) => panic!("one waits for the other: {answer:?}"),
    }
}

#[tokio::test]
async fn wechat_checks_that_the_number_is_the_persons() {
    let app = TestApp::start().await;
    assert_eq!(app.exchange_with("bob", "13800138000@bob").await.status, 200);
    insta::assert_snapshot!(app.exchange_with("mallory", "13800138000@bob").await.snapshot(), @r#"
    400
    cache-control: no-store
    content-type: application/problem+json
    {
      "code": "phone_code_invalid",
      "detail": "微信的手机号授权无效或已过期，请重新授权，或使用短信验证码。",
      "requestId": "[requestId]",
      "status": 400,
      "title": "Invalid code for the phone number",
      "type": "urn:problem-type:phone_code_invalid"
    }
    "#);
}

#[tokio::test]
async fn what_wechat_says_of_a_code_of_the_button_is_told_apart() {
    let app = TestApp::start().await;
    for (phone_code, outcome) in [
        ("err-40029", "phone_code_invalid"),
        ("err-40013", "phone_code_invalid"),
        ("another-app", "phone_code_invalid"),
        ("err--1", "wechat_busy"),
        ("err-45011", "wechat_rate_limited"),
        ("err-45009", "wechat_rate_limited"),
        ("err-40001", "wechat_misconfigured"),
        ("err-48001", "wechat_misconfigured"),
        ("http-503", "wechat_unavailable"),
        ("html", "wechat_unavailable"),
        ("no-number", "wechat_unavailable"),
        ("half", "wechat_unavailable"),
        ("close", "wechat_unavailable"),
        ("redirect", "wechat_unavailable"),
        ("huge", "wechat_unavailable"),
    ] {
        assert_eq!(app.exchange_with("alice", phone_code).await.outcome(), outcome, "{phone_code}");
    }
    assert_eq!(app.exchange_with("alice-1", "13800138000-1").await.status, 200);
    assert_eq!(app.exchange_with("alice", "13800138000-1").await.outcome(), "phone_code_invalid", "used up");
    assert_eq!(app.exchange_with("alice-1", NUMBER).await.outcome(), "wechat_code_used");
}

#[tokio::test]
async fn what_wechat_says_of_the_access_token_is_told_apart() {
    for (script, outcome) in [
        ("err-40013", "wechat_misconfigured"),
        ("err-40125", "wechat_misconfigured"),
        ("err-40164", "wechat_misconfigured"),
        ("err-45009", "wechat_rate_limited"),
        ("no-token", "wechat_unavailable"),
    ] {
        let app = TestApp::start().await;
        app.local.wechat.play_next_at(Call::StableToken, script);
        assert_eq!(app.exchange_with("alice", NUMBER).await.outcome(), outcome, "{script}");
        assert_eq!(app.exchange_with("alice", NUMBER).await.status, 200, "the next one gets a token");
    }
}

#[tokio::test]
async fn whatever_breaks_at_whichever_call_is_answered_in_time_and_the_next_tap_succeeds() {
    let breaks = ["http-500", "html", "half", "close", "redirect", "huge", "drip", "hang"];
    let pairs = CALLS.into_iter().flat_map(|call| breaks.map(|script| (call, script)));
    let tries = pairs.map(async |(call, script)| {
        let app = TestApp::start().await;
        app.local.wechat.play_next_at(call, script);
        let started = Instant::now();
        let answer = app.exchange_with("alice", NUMBER).await;
        assert!(started.elapsed() < Duration::from_secs(8), "{call:?}, {script}");
        // If a connection from before breaks, a new one repeats the request.
        let repeats = call == Call::PhoneNumber && ["half", "close"].contains(&script);
        let outcome = answer.outcome();
        assert!(
            outcome == "wechat_unavailable" || (repeats && outcome == "200"),
            "{call:?}, {script}: {outcome}"
        );
        assert_eq!(app.tap("alice", NUMBER).await.status, 200, "{call:?}, {script}");
    });
    stream::iter(tries).buffer_unordered(8).collect::<Vec<()>>().await;
}

#[tokio::test]
async fn a_wechat_that_is_slow_at_each_call_is_given_up_within_eight_seconds() {
    // Person and token take four seconds at the same time, and the number would take four more.
    let slow = |body: &'static str| async move {
        tokio::time::sleep(Duration::from_secs(4)).await;
        body
    };
    let router = Router::new()
        .route("/sns/jscode2session", get(move || slow(r#"{"openid":"ofNJBo1VzE1nDcTF7vS72HS8T6Eo"}"#)))
        .route("/cgi-bin/stable_token", post(move || slow(r#"{"access_token":"a","expires_in":7200}"#)))
        .route("/wxa/business/getuserphonenumber", post(move || slow("{}")));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(axum::serve(listener, router).into_future());
    let app = TestApp::with(&[("WECHAT_API_BASE", &base)]).await;
    let started = Instant::now();
    assert_eq!(app.exchange_with("alice", NUMBER).await.outcome(), "wechat_unavailable");
    assert!(started.elapsed() < Duration::from_secs(8));
    server.abort();
}

#[tokio::test]
async fn a_busy_wechat_is_asked_once_more_at_each_call() {
    let app = TestApp::start().await;
    for call in CALLS {
        app.local.wechat.play_next_at(call, "err--1");
    }
    assert_eq!(app.exchange_with("alice", NUMBER).await.status, 200);
    assert_eq!(requests(&app), [2, 2, 2]);
}

#[tokio::test]
async fn an_access_token_is_kept_until_shortly_before_it_ends() {
    let app = TestApp::start().await;
    app.exchange_with("alice", NUMBER).await;
    app.clock.turn(7200 - 61);
    assert_eq!(app.exchange_with("bob", NUMBER).await.status, 200);
    assert_eq!(requests(&app), [2, 1, 2]);
    app.clock.turn(1);
    assert_eq!(app.exchange_with("carol", NUMBER).await.status, 200);
    assert_eq!(requests(&app), [3, 2, 3]);
}

#[tokio::test]
async fn an_access_token_that_wechat_has_ended_is_replaced_once() {
    let app = TestApp::start().await;
    app.exchange_with("alice", NUMBER).await;
    app.local.wechat.end_tokens();
    assert_eq!(app.exchange_with("alice", NUMBER).await.status, 200);
    assert_eq!(requests(&app), [2, 2, 3]);
    for errcode in ["err-40001", "err-40014", "err-42001"] {
        let before = requests(&app);
        for _ in 0..2 {
            app.local.wechat.play_next_at(Call::PhoneNumber, errcode);
        }
        assert_eq!(app.exchange_with("alice", NUMBER).await.outcome(), "wechat_misconfigured");
        let [_, tokens, numbers] = requests(&app);
        assert_eq!((tokens - before[1], numbers - before[2]), (1, 2), "{errcode}");
    }
}

#[tokio::test]
async fn a_malformed_code_of_the_button_is_refused_before_wechat_is_asked() {
    let app = TestApp::start().await;
    for phone_code in [json!(7), json!({}), json!("0".repeat(129))] {
        let body = json!({ "code": "alice", "phoneCode": phone_code });
        let answer = app.post("/exchange-code", &body).await;
        assert_eq!(
            (answer.outcome().as_str(), &answer.body["field"]),
            ("invalid_request", &"phoneCode".into())
        );
    }
    let alone = app.post("/exchange-code", &json!({ "phoneCode": NUMBER })).await;
    assert_eq!(alone.body["field"], "code");
    assert_eq!(requests(&app), [0, 0, 0]);
}
