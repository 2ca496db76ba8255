//! `POST /logout` and `GET /account`: which tokens are valid.

use serde_json::json;
use tests::{Answer, TestApp};

use crate::accounts::{FIRST, log_in, token};

#[tokio::test]
async fn a_valid_token_shows_its_account() {
    let app = TestApp::start().await;
    let alice = app.logged_in("alice", FIRST).await;
    insta::assert_snapshot!(app.account(token(&alice)).await.snapshot(), @r#"
    200
    cache-control: no-store
    content-type: application/json
    {
      "createdAt": "2099-01-15T12:00:00Z",
      "phoneNumber": "+86138****8000",
      "provedAt": "2099-01-15T12:00:00Z",
      "userId": "[userId]"
    }
    "#);
}

#[tokio::test]
async fn a_logout_ends_the_tokens_of_the_openid_and_its_renewals() {
    let app = TestApp::start().await;
    let first = app.logged_in("alice", FIRST).await;
    let second = app.renew("alice").await.body;
    insta::assert_snapshot!(app.log_out(token(&first)).await.snapshot(), @"
    204
    cache-control: no-store
    null
    ");
    assert_eq!(app.account(token(&second)).await.outcome(), "token_invalid");
    insta::assert_snapshot!(app.account(token(&first)).await.snapshot(), @r#"
    401
    cache-control: no-store
    content-type: application/problem+json
    www-authenticate: Bearer error="invalid_token"
    {
      "code": "token_invalid",
      "detail": "登录已失效，请重新登录。",
      "requestId": "[requestId]",
      "status": 401,
      "title": "Token invalid",
      "type": "urn:problem-type:token_invalid"
    }
    "#);
    assert_eq!(app.renew("alice").await.outcome(), "login_required");
    assert_eq!(app.log_out(token(&first)).await.status, 204, "whose answer was lost asks again");
}

#[tokio::test]
async fn a_login_in_the_second_of_the_logout_is_valid_and_older_tokens_are_not() {
    let app = TestApp::start().await;
    let code = app.texted(FIRST).await;
    let before = app.log_in("alice", FIRST, &code).await.body;
    app.log_out(token(&before)).await;
    let after = app.log_in("alice", FIRST, &code).await.body;
    assert_eq!(app.account(token(&before)).await.outcome(), "token_invalid");
    assert_eq!(app.account(token(&after)).await.status, 200);
    assert_eq!(app.renew("alice").await.status, 200);
    assert_eq!(app.log_out(token(&before)).await.status, 204);
    assert_eq!(app.account(token(&after)).await.status, 200, "an old token ends nothing new");
}

#[tokio::test]
async fn everybody_of_an_account_is_logged_out_by_whoever_is_logged_in() {
    let app = TestApp::with(&[("PHONE_CONFLICT", "link")]).await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    let bob = log_in(&app, "bob", FIRST).await.body;
    assert_eq!(app.log_out(token(&bob)).await.status, 204);
    assert_eq!(app.account(token(&alice)).await.status, 200, "one openid's logout is its own");

    let everywhere = json!({ "everywhere": true });
    let by = async |token| app.by_token("POST", "/logout", token, Some(&everywhere)).await;
    assert_eq!(by(token(&bob)).await.outcome(), "token_invalid", "a revoked token logs nobody else out");
    assert_eq!(app.account(token(&alice)).await.status, 200);
    let bob = log_in(&app, "bob", FIRST).await.body;
    assert_eq!(by(token(&bob)).await.status, 204);
    for name in ["alice", "bob"] {
        assert_eq!(app.renew(name).await.outcome(), "login_required");
    }
    assert_eq!(app.account(token(&alice)).await.outcome(), "token_invalid");
    let wrong = app.by_token("POST", "/logout", token(&bob), Some(&json!({ "everywhere": "yes" }))).await;
    assert_eq!(wrong.outcome(), "invalid_request");
}

#[tokio::test]
async fn a_token_that_is_not_ours_is_refused() {
    let app = TestApp::start().await;
    let alice = app.logged_in("alice", FIRST).await;
    let ticket = app.ticket("alice").await;
    insta::assert_snapshot!(Answer::of(app.request("GET", "/account")).await.snapshot(), @r#"
    401
    cache-control: no-store
    content-type: application/problem+json
    www-authenticate: Bearer
    {
      "code": "token_required",
      "detail": "请先登录。",
      "requestId": "[requestId]",
      "status": 401,
      "title": "Token required",
      "type": "urn:problem-type:token_required"
    }
    "#);
    let other = TestApp::start().await;
    let anothers = other.logged_in("alice", FIRST).await;
    let good = token(&alice);
    let wrong = ["x", "a.b.c", &ticket, &good[..good.len() - 1], &good[..40], token(&anothers), "é"];
    for (method, path) in [("GET", "/account"), ("DELETE", "/account"), ("POST", "/logout")] {
        for token in wrong {
            let answer = app.by_token(method, path, token, Some(&json!({ "ticket": ticket }))).await;
            assert_eq!(answer.outcome(), "token_invalid", "{method} {path} {token}");
        }
        for scheme in ["", "Bearer", "Bearer ", "Basic YWxpY2U6"] {
            let answer = Answer::of(app.request(method, path).header("authorization", scheme)).await;
            assert_eq!(answer.outcome(), "token_required", "{method} {path} {scheme:?}");
        }
    }
    assert_eq!(app.account(good).await.status, 200);
    app.clock.turn(7200);
    assert_eq!(app.account(good).await.outcome(), "token_invalid", "expired");
}
