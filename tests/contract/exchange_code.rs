//! `POST /exchange-code`.

use std::time::{Duration, Instant};

use serde_json::json;
use tests::{Answer, TestApp, forgetful::forgetful};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

async fn exchange(app: &TestApp, code: &str) -> Answer {
    app.post("/exchange-code", &json!({ "code": code })).await
}

#[tokio::test]
async fn a_code_of_wechats_becomes_an_openid_and_a_ticket() {
    let app = TestApp::start().await;
    let answer = exchange(&app, "alice").await;
    assert_eq!(answer.body["openid"], app.local.wechat.openid("alice"));
    insta::assert_snapshot!(answer.snapshot(), @r#"
    200
    cache-control: no-store
    content-type: application/json
    {
      "expiresIn": 300,
      "openid": "[openid]",
      "ticket": "[ticket]"
    }
    "#);
}

#[tokio::test]
async fn a_unionid_is_passed_on_where_wechat_has_one() {
    let app = TestApp::start().await;
    app.local.wechat.bind_to_open_platform();
    insta::assert_snapshot!(exchange(&app, "alice").await.snapshot(), @r#"
    200
    cache-control: no-store
    content-type: application/json
    {
      "expiresIn": 300,
      "openid": "[openid]",
      "ticket": "[ticket]",
      "unionid": "[unionid]"
    }
    "#);
}

#[tokio::test]
async fn a_code_works_once() {
    let app = TestApp::start().await;
    let first = exchange(&app, "alice-1").await;
    assert_eq!(first.body["openid"], app.local.wechat.openid("alice"));
    insta::assert_snapshot!(exchange(&app, "alice-1").await.snapshot(), @r#"
    400
    cache-control: no-store
    content-type: application/problem+json
    {
      "code": "wechat_code_used",
      "detail": "微信登录凭证已被使用，请重新登录。",
      "requestId": "[requestId]",
      "status": 400,
      "title": "WeChat code used",
      "type": "urn:problem-type:wechat_code_used"
    }
    "#);
}

#[tokio::test]
async fn a_code_reaches_wechat_as_it_is_whatever_is_in_it() {
    let app = TestApp::start().await;
    let code = "al ice&js_code=bob&appid=x#/?%00+码";
    let answer = exchange(&app, code).await;
    assert_eq!(answer.body["openid"], app.local.wechat.openid(code));
}

#[tokio::test]
async fn what_wechat_says_is_told_apart() {
    let app = TestApp::start().await;
    for (code, outcome) in [
        ("err-40029", "wechat_code_invalid"),
        ("err-40163", "wechat_code_used"),
        ("err-40226", "wechat_user_blocked"),
        ("err-45011", "wechat_rate_limited"),
        ("err--1", "wechat_busy"),
        ("err-40013", "wechat_misconfigured"),
        ("err-40125", "wechat_misconfigured"),
        ("err-40164", "wechat_misconfigured"),
        ("err-99999", "wechat_misconfigured"),
        ("http-500", "wechat_unavailable"),
        ("http-404", "wechat_unavailable"),
        ("redirect", "wechat_unavailable"),
        ("html", "wechat_unavailable"),
        ("no-openid", "wechat_unavailable"),
        ("half", "wechat_unavailable"),
        ("close", "wechat_unavailable"),
        ("huge", "wechat_unavailable"),
    ] {
        assert_eq!(exchange(&app, code).await.outcome(), outcome, "{code}");
    }
    insta::assert_snapshot!(exchange(&app, "err-40226").await.snapshot(), @r#"
    403
    cache-control: no-store
    content-type: application/problem+json
    {
      "code": "wechat_user_blocked",
      "detail": "该微信账号存在风险，已被微信限制登录。",
      "requestId": "[requestId]",
      "status": 403,
      "title": "Blocked by WeChat",
      "type": "urn:problem-type:wechat_user_blocked"
    }
    "#);
    insta::assert_snapshot!(exchange(&app, "err-40125").await.snapshot(), @r#"
    500
    cache-control: no-store
    content-type: application/problem+json
    {
      "code": "wechat_misconfigured",
      "detail": "微信登录配置有误，请联系客服。",
      "requestId": "[requestId]",
      "status": 500,
      "title": "WeChat misconfigured",
      "type": "urn:problem-type:wechat_misconfigured"
    }
    "#);
}

#[tokio::test]
async fn a_wechat_that_never_comes_to_an_end_is_given_up_within_eight_seconds() {
    let app = TestApp::start().await;
    let started = Instant::now();
    let (hung, dripped) = tokio::join!(exchange(&app, "hang"), exchange(&app, "drip"));
    assert!(started.elapsed() < Duration::from_secs(8));
    assert_eq!(
        (hung.outcome(), dripped.outcome()),
        ("wechat_unavailable".into(), "wechat_unavailable".into())
    );
}

#[tokio::test]
async fn a_busy_wechat_is_asked_once_more_and_no_more() {
    let app = TestApp::start().await;
    app.local.wechat.play_next("err--1");
    assert_eq!(exchange(&app, "alice").await.status, 200);
    assert_eq!(app.local.wechat.requests(), 2);
    assert_eq!(exchange(&app, "err--1").await.outcome(), "wechat_busy");
    assert_eq!(app.local.wechat.requests(), 4);
}

#[tokio::test]
async fn a_code_that_wechat_may_have_used_up_is_not_sent_again() {
    let app = TestApp::start().await;
    for (asked, code) in ["close", "http-500", "html", "err-40029"].into_iter().enumerate() {
        assert!(exchange(&app, code).await.status >= 400);
        assert_eq!(app.local.wechat.requests(), asked + 1, "{code}");
    }
}

#[tokio::test]
async fn a_connection_that_fails_is_tried_once_more() {
    // This server does not speak TLS: the connection fails before the request is sent.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    let connections = tokio::spawn(async move {
        for _ in 0..2 {
            let (mut connection, _) = listener.accept().await.unwrap();
            connection.read_u8().await.unwrap();
            connection.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        }
        tokio::time::timeout(Duration::from_secs(1), listener.accept()).await.is_err()
    });
    let app = TestApp::with(&[("WECHAT_API_BASE", &base)]).await;
    assert_eq!(exchange(&app, "alice").await.outcome(), "wechat_unavailable");
    assert!(connections.await.unwrap(), "there is no third attempt");
}

#[tokio::test]
async fn a_connection_that_died_while_the_function_slept_costs_nobody_their_login() {
    let (base, _server) = forgetful(r#"{"openid":"ofNJBo1VzE1nDcTF7vS72HS8T6Eo"}"#).await;
    let app = TestApp::with(&[("WECHAT_API_BASE", &base)]).await;
    for nth in 0..4 {
        assert_eq!(exchange(&app, "alice").await.status, 200, "{nth}");
    }
}

#[tokio::test]
async fn the_answer_to_a_retry_on_a_new_connection_is_passed_on() {
    let (base, _server) = forgetful(r#"{"errcode":40163}"#).await;
    let app = TestApp::with(&[("WECHAT_API_BASE", &base)]).await;
    for nth in 0..3 {
        assert_eq!(exchange(&app, "alice").await.outcome(), "wechat_code_used", "{nth}");
    }
}

#[tokio::test]
async fn a_mini_program_that_is_not_ours_is_a_misconfiguration() {
    let app = TestApp::with(&[("WECHAT_APP_ID", "wx1"), ("WECHAT_APP_SECRET", "another secret")]).await;
    assert_eq!(exchange(&app, "alice").await.status, 200);
    let other = TestApp::with(&[("WECHAT_API_BASE", app.variable("WECHAT_API_BASE"))]).await;
    assert_eq!(exchange(&other, "alice").await.outcome(), "wechat_misconfigured");
}

#[tokio::test]
async fn a_malformed_code_is_refused_before_wechat_is_asked() {
    let app = TestApp::start().await;
    let long = json!({ "code": "0".repeat(129) }).to_string();
    for body in ["", "{}", r#"{"code":""}"#, r#"{"code":7}"#, &long] {
        let answer = Answer::of(app.request("POST", "/exchange-code").body(body.to_owned())).await;
        assert_eq!(answer.outcome(), "invalid_request", "{body}");
    }
    assert_eq!(app.local.wechat.requests(), 0);
}
