//! The limits of `send-code`: codes by address, by openid, and of the whole deployment.

use futures_util::future::join_all;
use local::sns::Refusal;
use serde_json::{Value, json};
use tests::{Answer, TestApp, events};

fn number(nth: usize) -> String {
    format!("138{nth:08}")
}

/// Requests a code from an address, which API Gateway's event carries.
async fn send_from(app: &TestApp, address: &str, number: &str) -> (u16, Value) {
    let mut event = events::with_body("send-code", &json!({ "phoneNumber": number }));
    event["requestContext"]["http"]["sourceIp"] = address.into();
    let answer =
        app.local.functions.invoke("send-code", &event.to_string()).await.unwrap().unwrap().http().unwrap();
    let lambda_http::Body::Text(body) = answer.body() else { panic!("{answer:?}") };
    (answer.status().as_u16(), serde_json::from_str(body).unwrap())
}

async fn send_with(app: &TestApp, ticket: &str, number: &str) -> Answer {
    app.post("/send-code", &json!({ "phoneNumber": number, "ticket": ticket })).await
}

#[tokio::test]
async fn two_hundred_people_behind_one_address_all_get_their_code() {
    let app = TestApp::with(&[("IP_HOURLY_LIMIT", "200")]).await;
    let numbers: Vec<_> = (0..200).map(number).collect();
    let answers = join_all(numbers.iter().map(|number| app.send_code(number))).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    assert_eq!(app.local.phones.sent().len(), 200);
}

#[tokio::test]
async fn two_hundred_parallel_requests_from_one_address_stay_within_the_limit() {
    let app = TestApp::start().await;
    let numbers: Vec<_> = (0..200).map(number).collect();
    let answers = join_all(numbers.iter().map(|number| app.send_code(number))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 60);
    assert_eq!(answers.iter().filter(|answer| answer.outcome() == "ip_limit_reached").count(), 140);
    assert_eq!(app.local.phones.sent().len(), 60);
    app.clock.turn(20 * 60);
    insta::assert_snapshot!(app.send_code("13900139000").await.snapshot(), @r#"
    429
    cache-control: no-store
    content-type: application/problem+json
    retry-after: 2400
    {
      "code": "ip_limit_reached",
      "detail": "当前网络获取验证码的次数过多，请稍后再试。",
      "requestId": "[requestId]",
      "retryAfter": 2400,
      "status": 429,
      "title": "Too many codes for this address",
      "type": "urn:problem-type:ip_limit_reached"
    }
    "#);
    app.clock.turn(40 * 60);
    assert_eq!(app.send_code("13900139000").await.status, 200, "the next hour");
}

#[tokio::test]
async fn ipv6_is_limited_by_network_and_ipv4_by_address() {
    let app = TestApp::with(&[("IP_HOURLY_LIMIT", "1")]).await;
    for (nth, (address, status)) in [
        ("2001:db8:1:2::1", 200),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", 429),
        ("2001:db8:1:3::1", 200),
        ("192.0.2.1", 200),
        ("192.0.2.1", 429),
        ("192.0.2.2", 200),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(send_from(&app, address, &number(nth)).await.0, status, "{address}");
    }
}

#[tokio::test]
async fn an_openid_has_so_many_codes_a_day_whatever_the_numbers() {
    let app = TestApp::with(&[("OPENID_DAILY_LIMIT", "2")]).await;
    let (alice, bob) = (app.ticket("alice").await, app.ticket("bob").await);
    for nth in 0..2 {
        assert_eq!(send_with(&app, &alice, &number(nth)).await.status, 200);
    }
    insta::assert_snapshot!(send_with(&app, &alice, &number(2)).await.snapshot(), @r#"
    429
    cache-control: no-store
    content-type: application/problem+json
    retry-after: 43200
    {
      "code": "openid_limit_reached",
      "detail": "该微信账号今天获取验证码的次数已达上限，请明天再试。",
      "requestId": "[requestId]",
      "retryAfter": 43200,
      "status": 429,
      "title": "Too many codes for this WeChat account",
      "type": "urn:problem-type:openid_limit_reached"
    }
    "#);
    assert_eq!(send_with(&app, &bob, &number(2)).await.status, 200);
    app.clock.turn(12 * 60 * 60);
    assert_eq!(send_with(&app, &app.ticket("alice").await, &number(3)).await.status, 200, "the next day");
}

#[tokio::test]
async fn the_deployment_sends_its_daily_budget_and_no_more() {
    let app = TestApp::with(&[("SMS_DAILY_BUDGET", "10"), ("OPEN_SHARE_PERCENT", "100")]).await;
    let numbers: Vec<_> = (0..50).map(number).collect();
    let answers = join_all(numbers.iter().map(|number| app.send_code(number))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 10);
    assert_eq!(app.local.phones.sent().len(), 10);
    insta::assert_snapshot!(app.send_code("13900139000").await.snapshot(), @r#"
    503
    cache-control: no-store
    content-type: application/problem+json
    retry-after: 43200
    {
      "code": "sms_budget_exhausted",
      "detail": "今天的短信发送量已达上限，请明天再试。",
      "requestId": "[requestId]",
      "retryAfter": 43200,
      "status": 503,
      "title": "No more messages today",
      "type": "urn:problem-type:sms_budget_exhausted"
    }
    "#);
    app.clock.turn(12 * 60 * 60);
    assert_eq!(app.send_code("13900139000").await.status, 200, "the next day");
}

#[tokio::test]
async fn nobody_over_a_limit_disturbs_a_code_that_another_person_holds() {
    let app = TestApp::with(&[("IP_HOURLY_LIMIT", "1")]).await;
    let victim = "13800138000";
    let code = app.texted(victim).await;
    app.clock.turn(60);
    assert_eq!(app.send_code(victim).await.outcome(), "ip_limit_reached");
    assert_eq!(app.log_in("alice", victim, &code).await.status, 200);
}

#[tokio::test]
async fn a_request_that_is_refused_later_is_not_counted() {
    let limits = [("IP_HOURLY_LIMIT", "2"), ("OPENID_DAILY_LIMIT", "2"), ("SMS_DAILY_BUDGET", "2")];
    let app = TestApp::with(&limits).await;
    let ticket = app.ticket("alice").await;
    assert_eq!(send_with(&app, &ticket, &number(0)).await.status, 200);
    for _ in 0..3 {
        assert_eq!(send_with(&app, &ticket, &number(0)).await.outcome(), "resend_too_soon");
        app.local.sns.refuse_next(Refusal { status: 400, code: "OptedOut", message: "opted out" });
        assert_eq!(send_with(&app, &ticket, &number(1)).await.outcome(), "sms_rejected");
    }
    assert_eq!(send_with(&app, &ticket, &number(1)).await.status, 200);
    assert_eq!(send_with(&app, &ticket, &number(2)).await.outcome(), "ip_limit_reached");
}

#[tokio::test]
async fn a_request_over_one_limit_gives_back_what_it_took_of_the_others() {
    let app =
        TestApp::with(&[("OPENID_DAILY_LIMIT", "1"), ("IP_HOURLY_LIMIT", "3"), ("SMS_DAILY_BUDGET", "3")])
            .await;
    let ticket = app.ticket("alice").await;
    assert_eq!(send_with(&app, &ticket, &number(0)).await.status, 200);
    for _ in 0..5 {
        assert_eq!(send_with(&app, &ticket, &number(1)).await.outcome(), "openid_limit_reached");
    }
    assert_eq!(app.send_code(&number(1)).await.status, 200);
    assert_eq!(send_with(&app, &app.ticket("bob").await, &number(2)).await.status, 200);
}

#[tokio::test]
async fn without_a_ticket_a_share_of_the_budget_is_sent_and_with_one_the_whole() {
    let app = TestApp::with(&[("SMS_DAILY_BUDGET", "10"), ("OPENID_DAILY_LIMIT", "20")]).await;
    let open = join_all((0..20).map(number).map(|to| {
        let app = &app;
        async move { app.send_code(&to).await }
    }))
    .await;
    assert_eq!(open.iter().filter(|answer| answer.status == 200).count(), 5);
    let ticket = app.ticket("alice").await;
    for nth in 20..25 {
        assert_eq!(send_with(&app, &ticket, &number(nth)).await.status, 200, "{nth}");
    }
    assert_eq!(send_with(&app, &ticket, &number(25)).await.outcome(), "sms_budget_exhausted");
}

#[tokio::test]
async fn without_a_ticket_a_share_of_a_numbers_codes_is_sent_and_with_one_the_whole() {
    let app = TestApp::with(&[("PHONE_DAILY_LIMIT", "4"), ("RESEND_COOLDOWN_SECONDS", "0")]).await;
    for _ in 0..2 {
        assert_eq!(app.send_code(&number(0)).await.status, 200);
    }
    assert_eq!(app.send_code(&number(0)).await.outcome(), "phone_limit_reached");
    let ticket = app.ticket("alice").await;
    for _ in 0..2 {
        assert_eq!(send_with(&app, &ticket, &number(0)).await.status, 200);
    }
    assert_eq!(send_with(&app, &ticket, &number(0)).await.outcome(), "phone_limit_reached");
    app.clock.turn(12 * 60 * 60);
    assert_eq!(app.send_code(&number(0)).await.status, 200);
}

#[tokio::test]
async fn a_send_that_fails_gives_its_part_of_the_share_back() {
    let app = TestApp::with(&[("PHONE_DAILY_LIMIT", "2"), ("SMS_DAILY_BUDGET", "2")]).await;
    for _ in 0..3 {
        app.local.sns.refuse_next(Refusal { status: 503, code: "ServiceUnavailable", message: "down" });
        assert_eq!(app.send_code(&number(0)).await.outcome(), "sms_unavailable");
    }
    assert_eq!(app.send_code(&number(0)).await.status, 200);
    assert_eq!(app.send_code(&number(1)).await.outcome(), "sms_budget_exhausted");
}

#[tokio::test]
async fn a_share_of_zero_sends_nothing_without_a_ticket() {
    let app = TestApp::with(&[("OPEN_SHARE_PERCENT", "0")]).await;
    assert_eq!(app.send_code(&number(0)).await.outcome(), "sms_budget_exhausted");
    let ticket = app.ticket("alice").await;
    assert_eq!(send_with(&app, &ticket, &number(0)).await.status, 200);
}

#[tokio::test]
async fn where_a_ticket_is_required_nobody_spends_money_without_one() {
    let app = TestApp::with(&[("REQUIRE_TICKET", "true")]).await;
    insta::assert_snapshot!(app.send_code("13800138000").await.snapshot(), @r#"
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
    let ticket = app.ticket("alice").await;
    assert_eq!(send_with(&app, &ticket, "13800138000").await.status, 200);
    app.clock.turn(300);
    assert_eq!(send_with(&app, &ticket, "13800138000").await.outcome(), "ticket_expired");
}

#[tokio::test]
async fn an_invalid_ticket_is_refused_even_if_none_is_required() {
    let app = TestApp::start().await;
    assert_eq!(send_with(&app, "a.b.c", "13800138000").await.outcome(), "ticket_invalid");
    assert!(app.local.phones.sent().is_empty());
}

#[tokio::test]
async fn counters_are_gone_after_their_window_and_name_nobody() {
    let app = TestApp::start().await;
    let ticket = app.ticket("alice").await;
    send_with(&app, &ticket, "13800138000").await;
    let items = app.local.dynamodb.items("codes").await.unwrap();
    let mut windows: Vec<_> = items
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["count"]["N"] == "1")
        .map(|item| item["ttl"]["N"].as_str().unwrap().parse::<u64>().unwrap())
        .collect();
    windows.sort_unstable();
    let noon = tests::NOON.as_unix();
    assert_eq!(windows, [noon + 60 * 60, noon + 12 * 60 * 60, noon + 12 * 60 * 60]);
    for secret in ["127.0.0.1", &app.local.wechat.openid("alice"), "138"] {
        assert!(!items.to_string().contains(secret), "{secret} is in {items}");
    }
}
