//! One tap: WeChat's button, and the form for a code by SMS if the button does not help.

use local::wechat::SIMULATED_PHONE_CODES;
use serde_json::json;

use crate::page::{Page, visit};

/// The newest request's calls, each with its subject.
const STEPS: &str = "return [...document.querySelectorAll('#exchanges details[open] .steps .wechat')]
    .map((it) => `${it.querySelector('.call').innerText}: ${it.querySelector('.about').innerText}`).sort()";

/// The result of each of the three calls, `null` if it is not part of the flow shown.
const MARKS: &str =
    "return [...document.querySelectorAll('#overview [data-path]')].map((it) => it.dataset.last ?? null)";

async fn tap(page: &Page) {
    page.click("#one-tap").await;
    page.see("#sheet", "asks for your phone number").await;
    page.click("#allow").await;
}

#[tokio::test]
async fn a_tap_logs_in_without_an_sms() {
    visit(&[], async |page| {
        page.click("#one-tap").await;
        page.see("#sheet-number", "138****8000").await;
        assert_eq!(page.ask("return document.activeElement.id").await, "allow");
        page.look("sheet").await;
        page.click("#allow").await;
        page.see("#welcome", "Account created").await;
        page.see("#welcome .claims", &page.app.local.wechat.openid("alice")[..16]).await;
        assert_eq!(page.app.local.phones.sent().len(), 0);

        page.see("#exchanges details[open] .path", "POST /login").await;
        page.see("#exchanges details[open] .tables", "phone#+8613800138000").await;
        assert_eq!(page.ask(MARKS).await, json!([null, "fine", "fine"]));
        page.click("#exchanges li:nth-child(2) summary").await;
        page.click("#exchanges li:first-child summary").await;
        page.see("#exchanges details[open] .path", "POST /exchange-code").await;
        page.see("#exchanges details[open] .bodies", "phoneCode").await;
        page.see("#exchanges details[open] .bodies", "+86138****8000").await;
        let steps = page.ask(STEPS).await;
        let steps: Vec<_> = steps.as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
        let [session, number, token] = steps[..] else { panic!("{steps:?}") };
        assert_eq!(session, "WeChat code2Session: alice");
        assert!(number.starts_with("WeChat getPhoneNumber: "), "{number}");
        assert_eq!(token, "WeChat getStableAccessToken: wx0000000000000000");
        let secret = page.app.variable("WECHAT_APP_SECRET");
        assert!(!page.text("body").await.contains(secret), "the AppSecret is shown");
        page.look("tapped").await;

        // After a login by one tap, the button is offered again.
        page.click("#log-out").await;
        page.see("#message", "You are logged out").await;
        tap(page).await;
        page.see("#welcome", "Welcome back").await;
        // Two exchanges used one access token: the function kept it.
        assert_eq!(page.app.local.wechat.requests_of(local::wechat::Call::StableToken), 1);
    })
    .await;
}

#[tokio::test]
async fn a_person_who_keeps_the_number_from_wechat_logs_in_by_sms() {
    visit(&[], async |page| {
        page.click("#one-tap").await;
        page.click("#refuse").await;
        page.see("#message", "You did not allow your number").await;
        assert_eq!(page.text("#sheet").await, "");
        assert_eq!(page.ask("return document.activeElement.id").await, "number");
        page.look("refused").await;
        page.take_code().await;
        page.click("#submit").await;
        page.see("#welcome", "Account created").await;
    })
    .await;
}

#[tokio::test]
async fn escape_refuses_and_the_way_back_is_open() {
    visit(&[], async |page| {
        page.click("#one-tap").await;
        page.press("\u{e00c}").await;
        page.see("#message", "You did not allow your number").await;
        page.click("#by-tap").await;
        assert_eq!(page.text("#message").await, "");
        page.see("#one-tap", "Log in with my WeChat number").await;
    })
    .await;
}

#[tokio::test]
async fn a_button_without_quota_leads_to_the_form() {
    visit(&[], async |page| {
        page.click(".codes summary").await;
        page.click("#quota option[value=none]").await;
        page.click("#one-tap").await;
        page.see("#message", "not available now").await;
        assert_eq!(page.text("#sheet").await, "");
        assert_eq!(page.ask("return document.querySelectorAll('#exchanges > li').length").await, 0);
        page.click("[data-language=zh]").await;
        page.see("#by-tap", "手机号快捷登录").await;
    })
    .await;
}

#[tokio::test]
async fn the_number_behind_the_buttons_codes_can_be_chosen() {
    visit(&[], async |page| {
        page.click(".codes summary").await;
        page.see("#phone-codes", "JSON without a number").await;
        let listed = "return document.querySelectorAll('#phone-codes tr').length";
        assert_eq!(page.ask(listed).await, SIMULATED_PHONE_CODES.len());
        for (script, shown) in [("13900139000", "139****9000"), ("err-40029", "err-40029")] {
            page.fill("#button", script).await;
            page.click("#choose-number button").await;
            page.see("#button-said", &format!("From now on they stand for {script}.")).await;
            page.click("#one-tap").await;
            page.see("#sheet-number", shown).await;
            page.click("#allow").await;
            page.see("#exchanges details[open] .path", "POST").await;
            if script.starts_with("err-") {
                page.see("#exchanges details[open] .steps .wechat .bad", "errcode 40029").await;
                page.see("#exchanges details[open] .summed", "phone_code_invalid").await;
                assert_ne!(page.text("#message").await, "");
            } else {
                page.see("#exchanges details[open] .tables", "phone#+8613900139000").await;
                page.click("#log-out").await;
            }
        }
        page.fill("#button", "alice").await;
        page.click("#choose-number button").await;
        page.see("#button-said", "not for another such code").await;
    })
    .await;
}

#[tokio::test]
async fn with_several_mini_programs_the_phone_is_in_one_of_them() {
    let apps = [("WECHAT_APPS", r#"{"wx2222222222222222":"swordfish"}"#)];
    visit(&apps, async |page| {
        page.see("#apps", "Mini program").await;
        page.click("#app option[value=wx2222222222222222]").await;
        page.look("several-apps").await;
        tap(page).await;
        let openid = page.app.local.wechat.openid_in("wx2222222222222222", "alice");
        page.see("#welcome .claims", &openid[..16]).await;
        page.see("#welcome .claims", "wx2222222222222222").await;
    })
    .await;
}

#[tokio::test]
async fn with_one_mini_program_there_is_nothing_to_choose() {
    visit(&[], async |page| {
        page.see("#live", "live").await;
        assert_eq!(page.text("#apps").await, "");
        page.narrow().await;
        page.dark().await;
        page.click("#one-tap").await;
        page.look("sheet-narrow-dark").await;
    })
    .await;
}
