//! The inbox and the timeline.

use local::wechat::SIMULATED;
use serde_json::json;
use tests::wrong;

use crate::page::visit;

const STEPS: &str =
    "return [...document.querySelectorAll('#exchanges details[open] .call')].map((it) => it.innerText)";

#[tokio::test]
async fn what_another_program_does_shows_up_too() {
    visit(&[], async |page| {
        page.by_sms().await;
        page.see("#inbox-empty", "No messages yet").await;
        page.see("#timeline-empty", "No requests yet").await;
        page.app.texted("13900139000").await;
        page.see("#inbox", "+8613900139000").await;
        page.see("#inbox", &page.app.last_code()).await;
        page.see("#exchanges details[open] .path", "POST /send-code").await;
        assert_eq!(
            page.ask(STEPS).await,
            json!(["DynamoDB UpdateItem", "DynamoDB UpdateItem", "DynamoDB UpdateItem", "SNS Publish"])
        );
        assert_eq!(page.text("#suggestion").await, "", "it is another phone's");

        page.app.log_in("alice", "13900139000", &page.app.last_code()).await;
        page.see("#exchanges details[open] .path", "POST /login").await;
        page.see("#exchanges details[open] .tables", "phone#+8613900139000").await;
        page.see("#exchanges details[open] .tables .badge", "changed").await;
        page.see("#exchanges details[open] .tables .fresh .badge", "new").await;

        // A page that is opened later gets all events again.
        page.open("/").await;
        page.see("#inbox", "+8613900139000").await;
        page.see("#exchanges details[open] .path", "POST /login").await;
        assert_eq!(page.ask("return document.querySelectorAll('#exchanges > li').length").await, 3);
    })
    .await;
}

#[tokio::test]
async fn strangers_input_is_shown_as_text() {
    visit(&[], async |page| {
        let markup = "<img src=x onerror=document.title='owned'>";
        page.app.post("/exchange-code", &json!({ "code": markup })).await;
        page.see("#exchanges details[open] .bodies", &markup[..20]).await;
        assert_eq!(page.ask("return document.querySelectorAll('#exchanges img').length").await, 0);
        assert_ne!(page.ask("return document.title").await, "owned");
    })
    .await;
}

#[tokio::test]
async fn a_body_stands_in_the_order_in_which_it_was_sent() {
    visit(&[], async |page| {
        let body = r#"{"verifyCode":"123456","phoneNumber":"13800138000","openid":"o","ticket":"t"}"#;
        page.app.request("POST", "/login").body(body).send().await.unwrap();
        page.see("#exchanges details[open] .path", "POST /login").await;
        let names = "return [...document.querySelectorAll('#exchanges details[open] .bodies .name')].map((it) => it.innerText)";
        let names = page.ask(names).await;
        let names: Vec<_> = names.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(names[..4], ["\"verifyCode\"", "\"phoneNumber\"", "\"openid\"", "\"ticket\""]);
        assert_eq!(names[4..7], ["\"type\"", "\"title\"", "\"status\""]);

        // What is not JSON is shown as it is.
        page.app.request("POST", "/send-code").body("phone=1").send().await.unwrap();
        page.see("#exchanges details[open] .bodies", "phone=1").await;
    })
    .await;
}

/// The result of each of the three calls, `null` if it is not part of the flow shown.
const MARKS: &str =
    "return [...document.querySelectorAll('#overview [data-path]')].map((it) => it.dataset.last ?? null)";

#[tokio::test]
async fn the_overview_shows_one_flow_and_not_a_mixture() {
    visit(&[], async |page| {
        page.take_code().await;
        page.click("#submit").await;
        page.see("#exchanges details[open] .path", "/login").await;
        assert_eq!(page.ask(MARKS).await, json!(["fine", "fine", "fine"]));

        // Somebody else starts.
        let code = page.app.texted("13900139000").await;
        page.see("#exchanges details[open] .path", "/send-code").await;
        assert_eq!(page.ask(MARKS).await, json!(["fine", null, null]));
        page.app.send_code("123").await;
        page.see("#exchanges details[open] .summed", "invalid_phone_number").await;
        assert_eq!(page.ask(MARKS).await, json!(["bad", null, null]));

        // The refused request was for another number.
        page.app.log_in("bob", "13900139000", &wrong(&code)).await;
        page.see("#exchanges details[open] .summed", "code_incorrect").await;
        assert_eq!(page.ask(MARKS).await, json!(["fine", "fine", "bad"]));

        page.open("/").await;
        page.see("#exchanges details[open] .summed", "code_incorrect").await;
        assert_eq!(page.ask(MARKS).await, json!(["fine", "fine", "bad"]));
    })
    .await;
}

#[tokio::test]
async fn every_wechat_code_is_listed_and_the_person_behind_uni_login_can_be_chosen() {
    visit(&[], async |page| {
        page.click(".codes summary").await;
        page.see("#codes", "JSON without an openid").await;
        let listed = "return document.querySelectorAll('#codes tr').length";
        assert_eq!(page.ask(listed).await, SIMULATED.len());
        assert_eq!(page.ask("return document.querySelector('#uni-login').value").await, "alice");
        page.look("codes").await;
        page.fill("#uni-login", "bob").await;
        page.click("#choose button").await;
        page.see("#uni-login-said", "From now on they stand for bob.").await;
        let answer =
            page.app.post("/exchange-code", &json!({ "code": "0716AVll20uHk94SLDml27etM946AVlq" })).await;
        assert_eq!(answer.body["openid"], page.app.local.wechat.openid("bob"));
        page.fill("#uni-login", "the code is a mock one").await;
        page.click("#choose button").await;
        page.see("#uni-login-said", "not for another such code").await;
        page.click("[data-language=zh]").await;
        page.see("#codes", "一直不响应").await;
    })
    .await;
}

#[tokio::test]
async fn the_inbox_says_who_carried_a_message_and_the_route_is_chosen_there() {
    visit(&[("RESEND_COOLDOWN_SECONDS", "0")], async |page| {
        let chosen = "return document.querySelector('#route').selectedOptions[0].text";
        page.see("#route", "Tencent Cloud › Aliyun").await;
        assert_eq!(page.ask(chosen).await, "SNS");
        page.click("#route option[value='*=tencent>aliyun']").await;
        page.see("#route-said", "From now on: Tencent Cloud › Aliyun").await;
        page.app.local.tencent.refuse_next("FailedOperation.InsufficientBalanceInSmsPackage");
        page.take_code().await;
        page.see("#inbox li:first-child .meta", "to +8613800138000, by Aliyun").await;
        page.see("#exchanges details[open] .steps .tencent .bad", "InsufficientBalance").await;
        page.see("#exchanges details[open] .steps .aliyun", "SendSms").await;
        page.look("routes").await;

        page.click("[data-language=zh]").await;
        page.see("#inbox li:first-child .meta", "发给 +8613800138000 · 阿里云").await;
        // A page that is opened later shows the chosen route.
        page.open("/").await;
        page.see("#route", "腾讯云").await;
        assert_eq!(page.ask(chosen).await, "腾讯云 › 阿里云");
    })
    .await;
}
