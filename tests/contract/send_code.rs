//! `POST /send-code`.

use futures_util::future::join_all;
use serde_json::json;
use tests::{Answer, TestApp};

const NUMBER: &str = "13800138000";

#[tokio::test]
async fn a_number_gets_its_code_in_one_transactional_message() {
    let app = TestApp::start().await;
    let answer = app.send_code("138 0013 8000").await;
    insta::assert_snapshot!(answer.snapshot(), @r#"
    200
    cache-control: no-store
    content-type: application/json
    {
      "expiresIn": 300,
      "resendAfter": 60
    }
    "#);

    let message = app.local.phones.sent().pop().unwrap();
    assert_eq!(message.to, "+8613800138000");
    let code = app.last_code();
    assert_eq!(message.text, format!("您的验证码是 {code}，5 分钟内有效。请勿告诉他人。"));
    insta::assert_debug_snapshot!(message.attributes, @r#"
    {
        "AWS.SNS.SMS.SMSType": "Transactional",
    }
    "#);
}

#[tokio::test]
async fn the_settings_of_a_message_reach_sns_under_its_own_names() {
    let app = TestApp::with(&[
        ("SMS_SENDER_ID", "MyApp"),
        ("SMS_ORIGINATION_NUMBER", "+12065550100"),
        ("SMS_MAX_PRICE_USD", "0.05"),
        ("SMS_ENTITY_ID", "entity"),
        ("SMS_TEMPLATE_ID", "template"),
        ("SMS_TEMPLATE", "{code} is your code for {minutes} minutes."),
        ("CODE_TTL_SECONDS", "120"),
    ])
    .await;
    app.send_code(NUMBER).await;
    let message = app.local.phones.sent().pop().unwrap();
    assert_eq!(message.text, format!("{} is your code for 2 minutes.", app.last_code()));
    insta::assert_debug_snapshot!(message.attributes, @r#"
    {
        "AWS.MM.SMS.EntityId": "entity",
        "AWS.MM.SMS.OriginationNumber": "+12065550100",
        "AWS.MM.SMS.TemplateId": "template",
        "AWS.SNS.SMS.MaxPrice": "0.05",
        "AWS.SNS.SMS.SMSType": "Transactional",
        "AWS.SNS.SMS.SenderID": "MyApp",
    }
    "#);
}

#[tokio::test]
async fn a_second_code_waits_for_the_cooldown() {
    let app = TestApp::start().await;
    assert_eq!(app.send_code(NUMBER).await.status, 200);
    app.clock.turn(48);
    let request = app
        .request("POST", "/send-code")
        .header("accept-language", "en")
        .body(r#"{"phoneNumber":"13800138000"}"#);
    insta::assert_snapshot!(Answer::of(request).await.snapshot(), @r#"
    429
    cache-control: no-store
    content-type: application/problem+json
    retry-after: 12
    {
      "code": "resend_too_soon",
      "detail": "A code was sent recently. Please try again in 12 seconds.",
      "requestId": "[requestId]",
      "retryAfter": 12,
      "status": 429,
      "title": "Code sent recently",
      "type": "urn:problem-type:resend_too_soon"
    }
    "#);
    insta::assert_snapshot!(app.send_code("+86 138-0013-8000").await.snapshot(), @r#"
    429
    cache-control: no-store
    content-type: application/problem+json
    retry-after: 12
    {
      "code": "resend_too_soon",
      "detail": "验证码刚刚发送过，请在 12 秒后重试。",
      "requestId": "[requestId]",
      "retryAfter": 12,
      "status": 429,
      "title": "Code sent recently",
      "type": "urn:problem-type:resend_too_soon"
    }
    "#);
    app.clock.turn(12);
    assert_eq!(app.send_code(NUMBER).await.status, 200);
    assert_eq!(app.local.phones.sent().len(), 2);
}

#[tokio::test]
async fn a_number_that_had_all_its_codes_waits_until_tomorrow() {
    let app = TestApp::with(&[("PHONE_DAILY_LIMIT", "2"), ("OPEN_SHARE_PERCENT", "100")]).await;
    for _ in 0..2 {
        assert_eq!(app.send_code(NUMBER).await.status, 200);
        app.clock.turn(60);
    }
    insta::assert_snapshot!(app.send_code(NUMBER).await.snapshot(), @r#"
    429
    cache-control: no-store
    content-type: application/problem+json
    retry-after: 43080
    {
      "code": "phone_limit_reached",
      "detail": "该手机号今天获取验证码的次数已达上限，请明天再试。",
      "requestId": "[requestId]",
      "retryAfter": 43080,
      "status": 429,
      "title": "Too many codes for this number",
      "type": "urn:problem-type:phone_limit_reached"
    }
    "#);
    assert_eq!(app.send_code("13900139000").await.status, 200, "another number has a limit of its own");
    app.clock.turn(12 * 60 * 60);
    assert_eq!(app.send_code(NUMBER).await.status, 200);
}

#[tokio::test]
async fn only_one_of_parallel_requests_for_a_number_sends() {
    let app = TestApp::start().await;
    let answers = join_all((0..50).map(|_| app.send_code(NUMBER))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert!(answers.iter().all(|answer| answer.status == 200 || answer.outcome() == "resend_too_soon"));
    assert_eq!(app.local.phones.sent().len(), 1);
}

#[tokio::test]
async fn an_invalid_request_for_a_code_is_told_why_and_sends_nothing() {
    let app = TestApp::start().await;
    for (body, outcome) in [
        ("", "invalid_request"),
        ("[]", "invalid_request"),
        ("{}", "invalid_request"),
        (r#"{"phoneNumber":"#, "invalid_request"),
        (r#"{"phoneNumber":null}"#, "invalid_request"),
        (r#"{"phoneNumber":" "}"#, "invalid_request"),
        (r#"{"phoneNumber":13800138000}"#, "invalid_request"),
        (r#"{"phoneNumber":"12345"}"#, "invalid_phone_number"),
        (r#"{"phoneNumber":"010 6552 9988"}"#, "invalid_phone_number"),
        (r#"{"phoneNumber":"+12015550123"}"#, "unsupported_country"),
    ] {
        let answer = Answer::of(app.request("POST", "/send-code").body(body)).await;
        assert_eq!(answer.outcome(), outcome, "{body}");
    }
    assert!(app.local.phones.sent().is_empty());
}

#[tokio::test]
async fn every_refusal_says_what_to_mend_in_the_clients_language() {
    let app = TestApp::with(&[("ALLOWED_COUNTRIES", "CN,HK")]).await;
    let said = async |body: serde_json::Value| {
        let mut details = Vec::new();
        for language in ["zh-CN", "en-US,en;q=0.9"] {
            let request = app.request("POST", "/send-code").header("accept-language", language);
            let answer = Answer::of(request.body(body.to_string())).await;
            details.push(answer.body["detail"].as_str().unwrap().to_owned());
        }
        details.join("\n")
    };
    for empty in [json!({}), json!({ "phoneNumber": null }), json!({ "phoneNumber": " " })] {
        assert_eq!(said(empty).await, "请输入手机号。\nPlease enter the phone number.");
    }
    insta::assert_snapshot!(said(json!({ "phoneNumber": 1 })).await, @"
    请输入正确的手机号。
    Please enter a valid mobile number.
    ");
    insta::assert_snapshot!(said(json!([])).await, @"
    请求体必须是一个 JSON 对象。
    The body must be a JSON object.
    ");
    insta::assert_snapshot!(said(json!({ "phoneNumber": "12345" })).await, @"
    请输入正确的手机号。
    Please enter a valid mobile number.
    ");
    insta::assert_snapshot!(said(json!({ "phoneNumber": "+12015550123" })).await, @"
    暂不支持该国家或地区的手机号。
    Numbers of this country or region are not supported.
    ");
    assert_eq!(app.send_code("+852 5123 4567").await.status, 200);
}
