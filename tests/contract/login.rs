//! `POST /login`: who may log in.

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use futures_util::future::join_all;
use serde_json::json;
use tests::{TestApp, wrong};

const NUMBER: &str = "13800138000";

#[tokio::test]
async fn a_new_person_gets_an_account_and_a_known_one_the_same_again() {
    let app = TestApp::start().await;
    let code = app.texted(NUMBER).await;
    let first = app.log_in("alice", NUMBER, &code).await;
    insta::assert_snapshot!(first.snapshot(), @r#"
    200
    cache-control: no-store
    content-type: application/json
    {
      "expiresIn": 7200,
      "isNewUser": true,
      "token": "[token]",
      "tokenType": "Bearer",
      "userId": "[userId]"
    }
    "#);
    app.clock.turn(60);
    let second = app.logged_in("alice", NUMBER).await;
    assert_eq!(second["isNewUser"], false);
    assert_eq!(second["userId"], first.body["userId"]);
}

#[tokio::test]
async fn a_wrong_code_says_how_many_attempts_are_left() {
    let app = TestApp::start().await;
    let code = app.texted(NUMBER).await;
    insta::assert_snapshot!(app.log_in("alice", NUMBER, &wrong(&code)).await.snapshot(), @r#"
    400
    cache-control: no-store
    content-type: application/problem+json
    {
      "attemptsLeft": 4,
      "code": "code_incorrect",
      "detail": "验证码错误，还可以尝试 4 次。",
      "requestId": "[requestId]",
      "status": 400,
      "title": "Incorrect code",
      "type": "urn:problem-type:code_incorrect"
    }
    "#);
    for left in [3, 2, 1] {
        assert_eq!(app.log_in("alice", NUMBER, &wrong(&code)).await.body["attemptsLeft"], left);
    }
    let last = app.log_in("alice", NUMBER, &wrong(&code)).await;
    assert_eq!(last.body["attemptsLeft"], 0);
    assert_eq!(last.body["detail"], "验证码错误，次数已用完，请重新获取验证码。");
    insta::assert_snapshot!(app.log_in("alice", NUMBER, &code).await.snapshot(), @r#"
    429
    cache-control: no-store
    content-type: application/problem+json
    {
      "code": "too_many_attempts",
      "detail": "尝试次数过多，请重新获取验证码。",
      "requestId": "[requestId]",
      "status": 429,
      "title": "Too many attempts",
      "type": "urn:problem-type:too_many_attempts"
    }
    "#);
    app.clock.turn(60);
    app.logged_in("alice", NUMBER).await;
}

#[tokio::test]
async fn only_five_of_a_hundred_parallel_wrong_guesses_are_judged() {
    let app = TestApp::start().await;
    let code = app.texted(NUMBER).await;
    let guess = wrong(&code);
    let answers = join_all((0..100).map(|_| app.log_in("mallory", NUMBER, &guess))).await;
    let judged = answers.iter().filter(|answer| answer.outcome() == "code_incorrect").count();
    let refused = answers.iter().filter(|answer| answer.outcome() == "too_many_attempts").count();
    assert_eq!((judged, refused), (5, 95));
    assert_eq!(app.log_in("mallory", NUMBER, &code).await.outcome(), "too_many_attempts");
}

#[tokio::test]
async fn an_expired_code_that_ttl_has_not_deleted_yet_lets_nobody_in() {
    let app = TestApp::start().await;
    insta::assert_snapshot!(app.log_in("alice", NUMBER, "123456").await.snapshot(), @r#"
    400
    cache-control: no-store
    content-type: application/problem+json
    {
      "code": "code_expired",
      "detail": "验证码已过期，请重新获取。",
      "requestId": "[requestId]",
      "status": 400,
      "title": "Code expired",
      "type": "urn:problem-type:code_expired"
    }
    "#);
    let code = app.texted(NUMBER).await;
    app.clock.turn(300);
    assert_eq!(app.log_in("alice", NUMBER, &code).await.outcome(), "code_expired");
    let items = app.local.dynamodb.items("codes").await.unwrap();
    assert!(items.as_array().unwrap().iter().any(|item| item["code"].is_object()), "it is still there");
}

#[tokio::test]
async fn a_new_code_replaces_the_old_one_and_its_attempts() {
    let app = TestApp::start().await;
    let old = app.texted(NUMBER).await;
    for _ in 0..5 {
        app.log_in("mallory", NUMBER, &wrong(&old)).await;
    }
    app.clock.turn(60);
    let new = app.texted(NUMBER).await;
    if old != new {
        assert_eq!(app.log_in("alice", NUMBER, &old).await.body["attemptsLeft"], 4);
    }
    assert_eq!(app.log_in("alice", NUMBER, &new).await.status, 200);
}

#[tokio::test]
async fn a_code_is_good_for_its_own_number_only() {
    let app = TestApp::start().await;
    let code = app.texted(NUMBER).await;
    app.texted("13900139000").await;
    if app.last_code() != code {
        assert_eq!(app.log_in("alice", "13900139000", &code).await.outcome(), "code_incorrect");
    }
}

#[tokio::test]
async fn one_code_lets_one_openid_in() {
    let app = TestApp::with(&[("PHONE_CONFLICT", "link")]).await;
    let code = app.texted(NUMBER).await;
    let people = ["alice", "bob", "carol", "dave"];
    let answers = join_all(people.map(|name| app.log_in(name, NUMBER, &code))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    let refused = answers.iter().find(|answer| answer.status != 200).unwrap();
    insta::assert_snapshot!(refused.snapshot(), @r#"
    400
    cache-control: no-store
    content-type: application/problem+json
    {
      "code": "code_used",
      "detail": "验证码已被使用，请重新获取。",
      "requestId": "[requestId]",
      "status": 400,
      "title": "Code used",
      "type": "urn:problem-type:code_used"
    }
    "#);
}

#[tokio::test]
async fn a_login_whose_answer_was_lost_is_repeated_while_the_code_lives() {
    let app = TestApp::start().await;
    let code = app.texted(NUMBER).await;
    let lost = app.log_in("alice", NUMBER, &code).await;
    for _ in 0..9 {
        let again = app.log_in("alice", NUMBER, &code).await;
        assert_eq!(again.body["userId"], lost.body["userId"]);
    }
    app.clock.turn(300);
    assert_eq!(app.log_in("alice", NUMBER, &code).await.outcome(), "code_expired");
}

#[tokio::test]
async fn an_invalid_login_is_told_why_and_costs_no_attempt() {
    let app = TestApp::start().await;
    let code = app.texted(NUMBER).await;
    let ticket = app.ticket("alice").await;
    for (request, outcome) in [
        (json!([]), "invalid_request"),
        (json!({}), "ticket_required"),
        (json!({ "ticket": "" }), "ticket_required"),
        (json!({ "ticket": 7 }), "invalid_request"),
        (json!({ "ticket": ticket }), "invalid_request"),
        (json!({ "ticket": ticket, "phoneNumber": NUMBER }), "invalid_request"),
        (json!({ "ticket": ticket, "phoneNumber": "1", "verifyCode": code }), "invalid_phone_number"),
        (
            json!({ "ticket": ticket, "phoneNumber": "+12015550123", "verifyCode": code }),
            "unsupported_country",
        ),
        (json!({ "ticket": ticket, "phoneNumber": NUMBER, "verifyCode": 123_456 }), "invalid_request"),
        (json!({ "ticket": ticket, "phoneNumber": NUMBER, "verifyCode": "12345" }), "invalid_request"),
    ] {
        assert_eq!(app.post("/login", &request).await.outcome(), outcome, "{request}");
    }
    for (request, field, detail) in [
        (json!({ "ticket": 7 }), "ticket", "请求格式不正确。"),
        (json!({ "ticket": ticket }), "phoneNumber", "请输入手机号。"),
        (
            json!({ "ticket": ticket, "phoneNumber": NUMBER, "verifyCode": "" }),
            "verifyCode",
            "请输入验证码。",
        ),
    ] {
        let answer = app.post("/login", &request).await.body;
        assert_eq!((&answer["field"], &answer["detail"]), (&field.into(), &detail.into()));
    }
    let malformed = json!({ "ticket": ticket, "phoneNumber": NUMBER, "verifyCode": "12345a" });
    insta::assert_snapshot!(app.post("/login", &malformed).await.snapshot(), @r#"
    400
    cache-control: no-store
    content-type: application/problem+json
    {
      "code": "invalid_request",
      "detail": "请输入六位数字的验证码。",
      "field": "verifyCode",
      "requestId": "[requestId]",
      "status": 400,
      "title": "Invalid request",
      "type": "urn:problem-type:invalid_request"
    }
    "#);
    assert_eq!(app.log_in("alice", NUMBER, &wrong(&code)).await.body["attemptsLeft"], 4);
}

#[tokio::test]
async fn a_code_is_read_as_it_is_typed_on_a_chinese_keyboard() {
    let app = TestApp::start().await;
    let code = app.texted(NUMBER).await;
    let full_width: String = code
        .chars()
        .map(|digit| char::from_u32(u32::from(digit) - u32::from('0') + u32::from('０')).unwrap())
        .collect();
    assert_eq!(
        app.log_in("alice", "＋８６１３８００１３８０００", &format!(" {full_width} ")).await.status,
        200
    );
}

#[tokio::test]
async fn the_codes_table_holds_no_number_no_code_and_no_openid() {
    let app = TestApp::start().await;
    let code = app.texted(NUMBER).await;
    app.log_in("alice", NUMBER, &wrong(&code)).await;
    let items = app.local.dynamodb.items("codes").await.unwrap().to_string();
    let in_base64 = |text: &str| BASE64_STANDARD_NO_PAD.encode(text);
    for secret in [NUMBER, &code, &wrong(&code), &app.local.wechat.openid("alice")] {
        assert!(!items.contains(secret) && !items.contains(&in_base64(secret)), "{secret} is in {items}");
    }
    assert!(items.contains("attempts"));
}
