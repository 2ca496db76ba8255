//! `POST /send-code` if the provider fails: the send is undone, or it counts as sent.

use std::time::{Duration, Instant};

use local::sns::{Fault, Refusal};
use serde_json::Value;
use tests::{TestApp, forgetful::forgetful};

const NUMBER: &str = "13800138000";
const DOWN: Refusal = Refusal { status: 503, code: "ServiceUnavailable", message: "down" };

#[tokio::test]
async fn a_send_that_the_provider_fails_can_be_repeated_at_once() {
    let app = TestApp::with(&[("PHONE_DAILY_LIMIT", "1")]).await;
    for (status, code, message, outcome) in [
        (400, "OptedOut", "opted out", "sms_rejected"),
        (400, "InvalidParameter", "Invalid parameter: PhoneNumber", "sms_rejected"),
        (400, "InvalidParameter", "Invalid parameter: SenderID", "sms_unavailable"),
        (403, "AuthorizationError", "no", "sms_unavailable"),
    ] {
        app.local.sns.refuse_next(Refusal { status, code, message });
        assert_eq!(app.send_code(NUMBER).await.outcome(), outcome, "{code}: {message}");
    }
    assert_eq!(app.send_code(NUMBER).await.status, 200);
}

#[tokio::test]
async fn a_refused_number_is_told_apart_from_a_provider_that_is_down() {
    let app = TestApp::start().await;
    app.local.sns.refuse_next(Refusal { status: 400, code: "OptedOut", message: "opted out" });
    insta::assert_snapshot!(app.send_code(NUMBER).await.snapshot(), @r#"
    422
    cache-control: no-store
    content-type: application/problem+json
    {
      "code": "sms_rejected",
      "detail": "无法向该手机号发送短信，请换一个号码。",
      "requestId": "[requestId]",
      "status": 422,
      "title": "Number refused",
      "type": "urn:problem-type:sms_rejected"
    }
    "#);
    app.local.sns.refuse_next(Refusal { status: 400, code: "MonthlySpendLimitReached", message: "spent" });
    insta::assert_snapshot!(app.send_code(NUMBER).await.snapshot(), @r#"
    503
    cache-control: no-store
    content-type: application/problem+json
    {
      "code": "sms_unavailable",
      "detail": "短信暂时无法发送，请稍后重试。",
      "requestId": "[requestId]",
      "status": 503,
      "title": "SMS unavailable",
      "type": "urn:problem-type:sms_unavailable"
    }
    "#);
}

#[tokio::test]
async fn a_provider_that_is_down_or_throttles_has_the_send_undone() {
    let refusal = |status, code| Fault::Refusal(Refusal { status, code, message: "simulated" });
    for fault in [
        refusal(500, "InternalError"),
        refusal(503, "ServiceUnavailable"),
        refusal(400, "Throttling"),
        refusal(429, "Throttled"),
    ] {
        let app = TestApp::with(&[("PHONE_DAILY_LIMIT", "1")]).await;
        app.local.sns.fail_next(fault.clone());
        let answer = app.send_code(NUMBER).await;
        assert_eq!(
            (&*answer.outcome(), &answer.body["retryAfter"]),
            ("sms_unavailable", &Value::Null),
            "{fault:?}"
        );
        assert_eq!(app.send_code(NUMBER).await.status, 200, "{fault:?}");
    }
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_has_sent_nothing() {
    let app = TestApp::with(&[("AWS_ENDPOINT_URL_SNS", "http://127.0.0.1:9")]).await;
    for _ in 0..2 {
        assert_eq!(app.send_code(NUMBER).await.outcome(), "sms_unavailable");
    }
    assert_eq!(app.log_in("alice", NUMBER, "000000").await.outcome(), "code_expired");
}

#[tokio::test]
async fn a_message_that_may_have_gone_out_counts_as_sent() {
    for fault in [Fault::Hang, Fault::Garbage, Fault::Page, Fault::SentUnanswered] {
        let app = TestApp::with(&[("PHONE_DAILY_LIMIT", "2"), ("OPEN_SHARE_PERCENT", "100")]).await;
        app.local.sns.fail_next(fault.clone());
        let started = Instant::now();
        let answer = app.send_code(NUMBER).await;
        assert_eq!(
            (&*answer.outcome(), &answer.body["retryAfter"]),
            ("sms_unavailable", &60.into()),
            "{fault:?}"
        );
        assert!(started.elapsed() < Duration::from_secs(8), "{fault:?}");
        assert_eq!(app.send_code(NUMBER).await.outcome(), "resend_too_soon", "{fault:?}");
        app.clock.turn(60);
        assert_eq!(app.send_code(NUMBER).await.status, 200, "{fault:?}");
        app.clock.turn(60);
        assert_eq!(app.send_code(NUMBER).await.outcome(), "phone_limit_reached", "{fault:?}");
    }
}

#[tokio::test]
async fn a_code_that_arrived_although_its_provider_gave_no_answer_lets_its_person_in() {
    let app = TestApp::start().await;
    app.local.sns.fail_next(Fault::SentUnanswered);
    assert_eq!(app.send_code(NUMBER).await.outcome(), "sms_unavailable");
    assert_eq!(app.log_in("alice", NUMBER, &app.last_code()).await.status, 200);
}

#[tokio::test]
async fn a_slow_provider_sends_one_message_a_cooldown_however_often_it_is_asked() {
    let app = TestApp::start().await;
    for _ in 0..3 {
        app.local.sns.fail_next(Fault::SentUnanswered);
        app.send_code(NUMBER).await;
    }
    assert_eq!(app.local.phones.sent().len(), 1);
}

#[tokio::test]
async fn a_request_that_sns_may_have_carried_out_is_not_repeated() {
    let app = TestApp::start().await;
    app.local.sns.fail_next(Fault::Hang);
    assert_eq!(app.send_code(NUMBER).await.outcome(), "sms_unavailable");
    assert!(app.local.phones.sent().is_empty(), "a second attempt would have been answered");
}

#[tokio::test]
async fn a_message_that_may_have_gone_out_is_counted_and_a_refused_one_is_not() {
    let app = TestApp::with(&[("SMS_DAILY_BUDGET", "1")]).await;
    app.local.sns.refuse_next(Refusal { status: 503, code: "ServiceUnavailable", message: "down" });
    assert_eq!(app.send_code(NUMBER).await.outcome(), "sms_unavailable");
    app.local.sns.fail_next(Fault::Hang);
    assert_eq!(app.send_code(NUMBER).await.outcome(), "sms_unavailable");
    assert_eq!(app.send_code("13800138001").await.outcome(), "sms_budget_exhausted");
}

#[tokio::test]
async fn refused_sends_do_not_give_unlimited_guesses() {
    let app = TestApp::with(&[
        ("PHONE_DAILY_LIMIT", "2"),
        ("OPEN_SHARE_PERCENT", "100"),
        ("RESEND_COOLDOWN_SECONDS", "0"),
    ])
    .await;
    for _ in 0..2 {
        app.local.sns.fail_next(Fault::Late(DOWN));
        let (sent, guess) = tokio::join!(app.send_code(NUMBER), async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            app.log_in("mallory", NUMBER, "000000").await
        });
        // One guess in a million is right.
        assert_eq!((sent.outcome(), guess.outcome()), ("sms_unavailable".into(), "code_incorrect".into()));
        assert_eq!(app.log_in("mallory", NUMBER, "000000").await.outcome(), "code_expired");
    }
    assert_eq!(app.send_code(NUMBER).await.outcome(), "phone_limit_reached");
}

#[tokio::test]
async fn a_send_that_another_one_followed_is_not_undone() {
    let app = TestApp::with(&[("RESEND_COOLDOWN_SECONDS", "0")]).await;
    app.local.sns.fail_next(Fault::Late(DOWN));
    let (failed, sent) = tokio::join!(app.send_code(NUMBER), async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        app.send_code(NUMBER).await
    });
    assert_eq!((failed.outcome(), sent.status), ("sms_unavailable".into(), 200));
    assert_eq!(app.log_in("alice", NUMBER, &app.last_code()).await.status, 200);
}

#[tokio::test]
async fn a_resend_that_fails_costs_nobody_the_code_they_hold() {
    let app = TestApp::start().await;
    let code = app.texted(NUMBER).await;
    app.clock.turn(60);
    app.local.sns.refuse_next(DOWN);
    assert_eq!(app.send_code(NUMBER).await.outcome(), "sms_unavailable");
    assert_eq!(app.log_in("alice", NUMBER, &code).await.status, 200);
}

#[tokio::test]
async fn a_connection_that_died_while_the_function_slept_costs_nobody_their_message() {
    let (sns, _server) = forgetful("<PublishResponse><PublishResult/></PublishResponse>").await;
    let app = TestApp::with(&[("AWS_ENDPOINT_URL_SNS", &sns)]).await;
    for nth in 0..4 {
        assert_eq!(app.send_code(NUMBER).await.status, 200, "{nth}");
        app.clock.turn(60);
    }
}
