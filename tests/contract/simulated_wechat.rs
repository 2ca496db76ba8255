//! The WeChat that `local` simulates: the codes of people who try it out, and of WeChat's developer tools.

use local::wechat::{NoVisitor, SIMULATED, SIMULATED_PHONE_CODES};
use serde_json::json;
use tests::{Answer, TestApp};

mod one_tap;

/// Codes as WeChat's developer tools return them, a new one at each `uni.login`.
const OF_UNI_LOGIN: [&str; 3] = [
    "0a1aaaFf0bbbbL1cccc00dddd0eeee1F",
    "0b3XYZ00011112222333344445555666",
    "0716AVll20uHk94SLDml27etM946AVlq",
];

async fn exchange(app: &TestApp, code: &str) -> Answer {
    app.post("/exchange-code", &json!({ "code": code })).await
}

#[tokio::test]
async fn any_name_is_the_same_person_every_time() {
    let app = TestApp::start().await;
    for name in ["user1", "user1", "张三", "mary-jane", "mary-jane"] {
        assert_eq!(exchange(&app, name).await.body["openid"], app.local.wechat.openid(name), "{name}");
    }
}

#[tokio::test]
async fn whoever_comes_with_codes_of_uni_login_logs_in_again() {
    let app = TestApp::start().await;
    let first = app.logged_in(OF_UNI_LOGIN[0], "13800138000").await;
    app.clock.turn(60);
    let second = app.logged_in(OF_UNI_LOGIN[1], "13800138000").await;
    assert_eq!((&second["userId"], &second["isNewUser"]), (&first["userId"], &json!(false)));
}

#[tokio::test]
async fn a_code_of_uni_login_works_once_and_the_one_without_an_appid_every_time() {
    let app = TestApp::start().await;
    assert_eq!(exchange(&app, OF_UNI_LOGIN[0]).await.status, 200);
    assert_eq!(exchange(&app, OF_UNI_LOGIN[0]).await.outcome(), "wechat_code_used");
    for _ in 0..2 {
        let answer = exchange(&app, "the code is a mock one").await;
        assert_eq!(answer.body["openid"], app.local.wechat.openid("alice"));
    }
}

#[tokio::test]
async fn the_console_says_whom_codes_of_uni_login_stand_for() {
    let app = TestApp::start().await;
    let codes = Answer::of(app.request("GET", "/_local/wechat/codes")).await;
    assert_eq!(codes.body["uniLogin"], "alice");
    assert_eq!(codes.body["simulated"].as_array().unwrap().len(), SIMULATED.len());

    let choose = async |code: &'static str| {
        Answer::of(app.request("PUT", "/_local/wechat/uni-login").body(code)).await.status
    };
    assert_eq!(choose("bob").await, 204);
    assert_eq!(exchange(&app, OF_UNI_LOGIN[0]).await.body["openid"], app.local.wechat.openid("bob"));
    assert_eq!(choose("err-40226").await, 204);
    assert_eq!(exchange(&app, OF_UNI_LOGIN[1]).await.outcome(), "wechat_user_blocked");

    // Codes that cannot be chosen.
    for code in ["", " ", "the code is a mock one", OF_UNI_LOGIN[2]] {
        assert_eq!(choose(code).await, 400);
        assert_eq!(app.local.wechat.set_visitor(code.trim()), Err(NoVisitor));
    }
    assert_eq!(app.local.wechat.visitor(), "err-40226");
}

#[test]
fn the_pages_list_every_code() {
    for simulated in SIMULATED.iter().chain(&SIMULATED_PHONE_CODES) {
        let pages = [include_str!("../../docs/local.md"), include_str!("../../docs/local.zh-CN.md")];
        for (page, says) in pages.into_iter().zip([simulated.en, simulated.zh]) {
            let row = format!("| `{}` | {says} |", simulated.code);
            assert!(page.contains(&row), "missing: {row}");
        }
    }
}
