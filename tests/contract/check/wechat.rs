//! WeChat's answers to the mini programs of a deployment.

use local::wechat::Call;
use tests::TestApp;

use super::{assert_fails, failed, found};

const FIRST: &str = "wx0000000000000000";

#[tokio::test]
async fn a_wrong_app_id_and_a_wrong_secret_are_told_apart() {
    let app = TestApp::start().await;
    for (variable, words) in [
        (("WECHAT_APP_ID", "wx0123456789abcdef"), ["errcode 40013", "copy it from WeChat's console"]),
        (("WECHAT_APP_SECRET", "swordfish"), ["errcode 40125", "reset it"]),
    ] {
        let checks = found(&app, "exchange-code", &[variable]).await;
        let [session, token] = failed(&checks)[..] else { panic!("{checks:?}") };
        for (name, detail) in [session, token] {
            assert!(
                name.starts_with("WeChat ") && words.iter().all(|word| detail.contains(word)),
                "{name}: {detail}"
            );
        }
        assert!(session.1.contains("nobody can log in") && token.1.contains("one tap fails"));
        assert!(!format!("{checks:?}").contains("swordfish"));
    }
}

#[tokio::test]
async fn an_address_that_is_not_listed_is_named() {
    let app = TestApp::start().await;
    app.local.wechat.play_next_at(Call::StableToken, "err-40164");
    let checks = found(&app, "exchange-code", &[]).await;
    let token = format!("WeChat access token {FIRST}");
    assert_fails(
        &checks,
        &token,
        &["errcode 40164", "192.0.2.7 is not on WeChat's IP allow-list", "NAT gateway"],
    );
    app.local.wechat.play_next("err-40164");
    let checks = found(&app, "exchange-code", &[]).await;
    assert_fails(&checks, &format!("WeChat {FIRST}"), &["errcode 40164", "nobody can log in"]);
}

#[tokio::test]
async fn a_code_that_wechat_does_not_know_means_that_it_knows_the_app() {
    let app = TestApp::start().await;
    app.local.wechat.play_next("err-40029");
    assert_eq!(failed(&found(&app, "exchange-code", &[]).await), []);
    app.local.wechat.play_next("http-500");
    let checks = found(&app, "exchange-code", &[]).await;
    assert_fails(&checks, &format!("WeChat {FIRST}"), &["HTTP status 500", "try again"]);
}

#[tokio::test]
async fn each_of_several_mini_programs_is_asked_about() {
    let second = r#"{"wx1111111111111111": "for-development-only-too"}"#;
    let app = TestApp::with(&[("WECHAT_APPS", second)]).await;
    assert_eq!(failed(&found(&app, "exchange-code", &[("WECHAT_APPS", second)]).await), []);
    let wrong = r#"{"wx1111111111111111": "swordfish"}"#;
    let checks = found(&app, "exchange-code", &[("WECHAT_APPS", wrong)]).await;
    assert!(failed(&checks).iter().all(|(name, _)| name.contains("wx1111111111111111")), "{checks:?}");
    assert_eq!(failed(&checks).len(), 2);
}

#[tokio::test]
async fn a_check_ends_no_access_token_that_is_in_use() {
    let app = TestApp::start().await;
    let tap = serde_json::json!({ "code": "alice", "phoneCode": "13800138000" });
    assert_eq!(app.post("/exchange-code", &tap).await.status, 200);
    assert_eq!(failed(&found(&app, "exchange-code", &[]).await), []);
    let tokens = app.local.wechat.requests_of(Call::StableToken);
    assert_eq!(app.post("/exchange-code", &tap).await.status, 200);
    assert_eq!(app.local.wechat.requests_of(Call::StableToken), tokens, "the token at hand was taken");
}
