//! Narrow screens and the dark theme.

use serde_json::json;

use crate::page::{Page, visit};

async fn log_in(page: &Page) {
    page.take_code().await;
    page.click("#submit").await;
    page.see("#welcome", "Account created").await;
    page.see("#exchanges details[open] .path", "/login").await;
}

#[tokio::test]
async fn dark() {
    visit(&[], async |page| {
        page.dark().await;
        page.look("dark-empty").await;
        page.click("[value='http-500']").await;
        page.take_code().await;
        page.click("#submit").await;
        page.see("#message", "WeChat could not be reached").await;
        page.look("dark-error").await;
        page.click("[value='alice']").await;
        page.click("#submit").await;
        page.see("#welcome", "Account created").await;
        page.see("#exchanges details[open] .path", "/login").await;
        page.look("dark").await;
    })
    .await;
}

#[tokio::test]
async fn narrow() {
    visit(&[], async |page| {
        page.narrow().await;
        page.look("narrow-empty").await;
        log_in(page).await;
        page.look("narrow").await;
    })
    .await;
}

#[tokio::test]
async fn chinese() {
    visit(&[], async |page| {
        log_in(page).await;
        page.click("[data-language=zh]").await;
        page.see("#welcome", "注册成功").await;
        page.see("#timeline-title", "时间线").await;
        page.look("chinese").await;
    })
    .await;
}

#[tokio::test]
async fn the_documentation() {
    visit(&[], async |page| {
        page.open("/docs").await;
        page.see("#login", "too_many_attempts").await;
        page.see("#sendCode", "Retry-After").await;
        // The order of the description's members depends on how it was built.
        let paths =
            "{ '/.well-known/x': { get: {} }, '/account': { get: {} }, '/exchange-code': { post: {} },
            '/login': { post: {} }, '/send-code': { post: {} } }";
        let calls = format!("it.callsOf({paths}).map(({{ path }}) => path)");
        assert_eq!(
            page.ask_module("reference.js", &calls).await,
            json!(["/send-code", "/exchange-code", "/login", "/account", "/.well-known/x"])
        );
        let calls = "return [...document.querySelectorAll('#reference article')].map((it) => it.id)";
        let in_order = json!([
            "sendCode",
            "exchangeCode",
            "login",
            "renew",
            "account",
            "deleteAccount",
            "logout",
            "jwks",
            "discovery"
        ]);
        assert_eq!(page.ask(calls).await, in_order, "as the flow goes");
        page.see("#deleteAccount", "Authorization: Bearer").await;
        page.see("#deleteAccount", "Answer 204").await;
        page.see("#logout .problems", "WWW-Authenticate").await;
        let fields = "return [...document.querySelectorAll('#login .fields')][0].innerText.match(/^\\w+/gm)";
        assert_eq!(page.ask(fields).await, json!(["ticket", "openid", "phoneNumber", "verifyCode"]));
        page.look("docs").await;
        page.click("[data-language=zh]").await;
        page.see("#login", "请求体").await;
        page.dark().await;
        page.look("docs-dark-zh").await;
        page.narrow().await;
        page.look("docs-narrow").await;
    })
    .await;
}
