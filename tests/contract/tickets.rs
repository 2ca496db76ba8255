//! Requests without a ticket, with another person's, or with a forged one. Each test also checks, when its [`TestApp`] is
//! dropped, that no part of a ticket was logged.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tests::{Answer, NOON, TestApp, wrong};

const NUMBER: &str = "13800138000";

/// The claims of a ticket that is valid at noon.
fn claims(app: &TestApp) -> Value {
    json!({
        "aud": "wechat-ticket",
        "sub": app.local.wechat.openid("alice"),
        "app_id": app.variable("WECHAT_APP_ID"),
        "iat": NOON.as_unix(),
        "exp": NOON.as_unix() + 300,
    })
}

fn header(algorithm: Algorithm, typ: &str) -> Header {
    Header { typ: Some(typ.to_owned()), ..Header::new(algorithm) }
}

async fn log_in(app: &TestApp, ticket: &str, code: &str) -> Answer {
    app.post("/login", &json!({ "ticket": ticket, "phoneNumber": NUMBER, "verifyCode": code })).await
}

#[tokio::test]
async fn a_ticket_that_is_not_exactly_ours_lets_nobody_in() {
    let app = TestApp::start().await;
    let code = app.texted(NUMBER).await;
    let key = EncodingKey::from_secret(app.variable("TICKET_KEY").as_bytes());
    let claims = claims(&app);
    let changed = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        claims
    };
    let ours = header(Algorithm::HS256, "wechat-ticket+jwt");
    let signed = |header: &Header, claims: &Value| encode(header, claims, &key).unwrap();
    let unsigned = |header: Value| {
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.", part(&header), part(&claims))
    };
    let public = app.request("GET", "/.well-known/jwks.json").send().await.unwrap().text().await.unwrap();

    for (what, ticket, outcome) in [
        ("alg none", unsigned(json!({ "alg": "none", "typ": "wechat-ticket+jwt" })), "ticket_invalid"),
        ("alg None", unsigned(json!({ "alg": "None", "typ": "wechat-ticket+jwt" })), "ticket_invalid"),
        ("no signature", unsigned(json!({ "alg": "HS256", "typ": "wechat-ticket+jwt" })), "ticket_invalid"),
        ("another HMAC", signed(&header(Algorithm::HS512, "wechat-ticket+jwt"), &claims), "ticket_invalid"),
        ("another type", signed(&header(Algorithm::HS256, "JWT"), &claims), "ticket_invalid"),
        ("another audience", signed(&ours, &changed("aud", "local".into())), "ticket_invalid"),
        ("no openid", signed(&ours, &changed("sub", "".into())), "ticket_invalid"),
        ("an openid with a path in it", signed(&ours, &changed("sub", "a#b".into())), "ticket_invalid"),
        ("an expiry that is none", signed(&ours, &changed("exp", "never".into())), "ticket_invalid"),
        (
            "expired by a second",
            signed(&ours, &changed("exp", (NOON.as_unix() - 1).into())),
            "ticket_expired",
        ),
        ("expired now", signed(&ours, &changed("exp", NOON.as_unix().into())), "ticket_expired"),
        (
            "signed with the published keys",
            encode(&ours, &claims, &EncodingKey::from_secret(public.as_bytes())).unwrap(),
            "ticket_invalid",
        ),
        (
            "100 KB of claims",
            signed(&ours, &changed("more", "x".repeat(100_000).into())),
            "payload_too_large",
        ),
        ("4 KB of dots", ".".repeat(3900), "ticket_invalid"),
    ] {
        assert_eq!(log_in(&app, &ticket, &code).await.outcome(), outcome, "{what}");
        let send = json!({ "phoneNumber": "13900139000", "ticket": ticket });
        assert_eq!(app.post("/send-code", &send).await.outcome(), outcome, "{what}");
    }
    let claim = signed(&ours, &claims);
    assert_eq!(log_in(&app, &claim, &code).await.status, 200, "what was changed above is what was refused");
}

#[tokio::test]
async fn an_openid_without_its_ticket_is_nobody() {
    let app = TestApp::start().await;
    let code = app.texted(NUMBER).await;
    let alice = app.local.wechat.openid("alice");
    let request = json!({ "openid": alice, "phoneNumber": NUMBER, "verifyCode": code });
    insta::assert_snapshot!(app.post("/login", &request).await.snapshot(), @r#"
    400
    cache-control: no-store
    content-type: application/problem+json
    {
      "code": "ticket_required",
      "detail": "缺少微信登录信息，请重新登录。",
      "requestId": "[requestId]",
      "status": 400,
      "title": "Ticket required",
      "type": "urn:problem-type:ticket_required"
    }
    "#);

    let with = async |ticket: &str, openid: &str| {
        app.post(
            "/login",
            &json!({ "ticket": ticket, "openid": openid, "phoneNumber": NUMBER, "verifyCode": code }),
        )
        .await
    };
    let mallorys = app.ticket("mallory").await;
    insta::assert_snapshot!(with(&mallorys, &alice).await.snapshot(), @r#"
    400
    cache-control: no-store
    content-type: application/problem+json
    {
      "code": "openid_mismatch",
      "detail": "微信身份不一致，请重新登录。",
      "requestId": "[requestId]",
      "status": 400,
      "title": "Openid mismatch",
      "type": "urn:problem-type:openid_mismatch"
    }
    "#);
    insta::assert_snapshot!(with("a.b.c", &alice).await.snapshot(), @r#"
    400
    cache-control: no-store
    content-type: application/problem+json
    {
      "code": "ticket_invalid",
      "detail": "微信登录信息无效，请重新登录。",
      "requestId": "[requestId]",
      "status": 400,
      "title": "Invalid ticket",
      "type": "urn:problem-type:ticket_invalid"
    }
    "#);
    let anothers = TestApp::start().await.ticket("alice").await;
    assert_eq!(with(&anothers, &alice).await.outcome(), "ticket_invalid", "of another deployment");

    let early = app.ticket("alice").await;
    app.clock.turn(299);
    assert_eq!(with(&early, &alice).await.status, 200);
    app.clock.turn(1);
    insta::assert_snapshot!(with(&early, &alice).await.snapshot(), @r#"
    400
    cache-control: no-store
    content-type: application/problem+json
    {
      "code": "ticket_expired",
      "detail": "微信登录信息已过期，请重新登录。",
      "requestId": "[requestId]",
      "status": 400,
      "title": "Ticket expired",
      "type": "urn:problem-type:ticket_expired"
    }
    "#);
}

#[tokio::test]
async fn a_ticket_that_does_not_hold_costs_no_attempt() {
    let app = TestApp::start().await;
    let code = app.texted(NUMBER).await;
    for _ in 0..9 {
        let request = json!({ "ticket": "a.b.c", "phoneNumber": NUMBER, "verifyCode": wrong(&code) });
        assert_eq!(app.post("/login", &request).await.outcome(), "ticket_invalid");
    }
    assert_eq!(app.log_in("alice", NUMBER, &wrong(&code)).await.body["attemptsLeft"], 4);
}

#[tokio::test]
async fn a_token_is_no_ticket() {
    let app = TestApp::start().await;
    let token = app.logged_in("alice", NUMBER).await["token"].take();
    let request = json!({ "ticket": token, "phoneNumber": NUMBER, "verifyCode": "123456" });
    assert_eq!(app.post("/login", &request).await.outcome(), "ticket_invalid");
}
