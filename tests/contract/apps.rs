//! `WECHAT_APPS`: several mini programs of one deployment.

use serde_json::json;
use tests::TestApp;

use crate::accounts::{FIRST, SECOND, log_in};

/// A second mini program, beside that of `WECHAT_APP_ID`.
pub(crate) const SECOND_APP: (&str, &str) = ("WECHAT_APPS", r#"{"wx2222222222222222": "second-swordfish"}"#);

#[tokio::test]
async fn the_app_id_says_which_mini_program_a_person_comes_from() {
    let app = TestApp::with(&[SECOND_APP]).await;
    let first = app.exchange("alice").await;
    let second = app.exchange("alice@wx2222222222222222").await;
    assert_eq!(first.body["openid"], app.openid("alice"), "who names none means the single pair");
    assert_eq!(second.body["openid"], app.openid("alice@wx2222222222222222"));
    assert_ne!(first.body["openid"], second.body["openid"]);
    let named = app.exchange("alice@wx0000000000000000").await;
    assert_eq!(named.body["openid"], first.body["openid"]);
    assert_eq!(app.variable(SECOND_APP.0), SECOND_APP.1, "functions that run elsewhere are told");
    insta::assert_snapshot!(app.exchange("alice@wx3").await.snapshot(), @r#"
    400
    cache-control: no-store
    content-type: application/problem+json
    {
      "code": "unknown_app",
      "detail": "未知的小程序。",
      "requestId": "[requestId]",
      "status": 400,
      "title": "Unknown mini program",
      "type": "urn:problem-type:unknown_app"
    }
    "#);
}

#[tokio::test]
async fn without_a_single_pair_a_request_must_name_its_mini_program() {
    let apps = r#"{"wx1111111111111111": "one", "wx2222222222222222": "two"}"#;
    let app = TestApp::with(&[("WECHAT_APP_ID", ""), ("WECHAT_APP_SECRET", ""), ("WECHAT_APPS", apps)]).await;
    let unnamed = app.exchange("alice").await;
    assert_eq!((unnamed.outcome().as_str(), &unnamed.body["field"]), ("invalid_request", &"appId".into()));
    for app_id in ["wx1111111111111111", "wx2222222222222222"] {
        let answer = app.tap(&format!("alice@{app_id}"), FIRST).await;
        assert_eq!(answer.outcome(), if app_id.starts_with("wx1") { "200" } else { "phone_taken" });
    }
    let number = app.post("/exchange-code", &json!({ "code": "alice", "appId": 7 })).await;
    assert_eq!((number.outcome().as_str(), &number.body["field"]), ("invalid_request", &"appId".into()));
}

#[tokio::test]
async fn each_mini_program_has_an_access_token_of_its_own() {
    let app = TestApp::with(&[SECOND_APP]).await;
    for name in ["alice", "alice@wx2222222222222222", "bob", "bob@wx2222222222222222"] {
        assert_eq!(app.exchange_with(name, FIRST).await.status, 200, "{name}");
    }
    assert_eq!(app.local.wechat.access_tokens().len(), 2);
    assert_eq!(app.local.wechat.requests_of(local::wechat::Call::StableToken), 2);
}

#[tokio::test]
async fn a_token_names_the_mini_program_and_is_renewed_and_ended_there() {
    let app = TestApp::with(&[SECOND_APP]).await;
    let name = "alice@wx2222222222222222";
    let login = log_in(&app, name, FIRST).await.body;
    assert_eq!(app.renew(name).await.body["userId"], login["userId"]);
    assert_eq!(app.renew("alice").await.outcome(), "login_required", "her openid here is another one");
    let token = login["token"].as_str().unwrap();
    assert_eq!(app.delete_account(token, "alice").await.outcome(), "openid_mismatch");
    assert_eq!(app.delete_account(token, name).await.status, 204);
}

#[tokio::test]
async fn without_a_unionid_two_mini_programs_are_two_people() {
    let app = TestApp::with(&[SECOND_APP]).await;
    let here = log_in(&app, "alice", FIRST).await.body;
    assert_eq!(log_in(&app, "alice@wx2222222222222222", FIRST).await.outcome(), "phone_taken");
    let there = log_in(&app, "alice@wx2222222222222222", SECOND).await.body;
    assert_ne!(here["userId"], there["userId"]);
}
