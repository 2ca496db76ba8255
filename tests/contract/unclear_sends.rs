//! `POST /send-code` if Tencent Cloud or Aliyun does not say whether it accepted the message: it counts as sent.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use local::{provider::Fault, tencent::Tencent};
use serde_json::json;
use tests::{TestApp, forgetful::forgetful};

use crate::providers::{by, fail_next, refusal};

const NUMBER: &str = "13800138000";

/// Answers that say nothing about the message, from both.
fn doubts() -> Vec<(&'static str, Fault)> {
    let both = [Fault::Html, Fault::Garbage, Fault::Drip, Fault::Hang, Fault::Close, Fault::SentUnanswered];
    let both = both.into_iter().flat_map(|fault| [("tencent", fault.clone()), ("aliyun", fault)]);
    let answers = [
        ("tencent", Tencent::statuses(&[])),
        ("tencent", Tencent::statuses(&[("+8613900139000", "Ok")])),
        ("tencent", Tencent::statuses(&[("+8613900139000", "LimitExceeded.PhoneNumberDailyLimit")])),
        ("tencent", json!({ "Response": {} })),
        ("tencent", json!({ "Response": { "Error": "Ok", "SendStatusSet": "Ok" } })),
        ("tencent", json!({ "Code": "Ok" })),
        ("tencent", json!([["Ok"]])),
        ("aliyun", json!({})),
        ("aliyun", json!({ "Code": 200 })),
        ("aliyun", json!(["OK"])),
    ];
    let answers = answers.map(|(provider, answer)| (provider, Fault::Answer(answer)));
    let late = ["InternalError.Timeout", "InternalError.SendAndRecvFail"];
    let late = late.map(|code| ("tencent", refusal(code)));
    both.chain(answers).chain(late).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_says_nothing_of_the_message_leaves_its_code_alive_and_counted() {
    let sends = doubts().into_iter().map(async |(provider, fault)| {
        let app = by(provider).await;
        fail_next(&app, provider, fault.clone());
        let started = Instant::now();
        let answer = app.send_code(NUMBER).await;
        assert_eq!(
            (&*answer.outcome(), &answer.body["retryAfter"]),
            ("sms_unavailable", &60.into()),
            "{provider}, {fault:?}"
        );
        assert!(started.elapsed() < Duration::from_secs(8), "{provider}, {fault:?}");
        assert_eq!(app.send_code(NUMBER).await.outcome(), "resend_too_soon", "{provider}, {fault:?}");
        app.clock.turn(60);
        assert_eq!(app.send_code(NUMBER).await.status, 200, "{provider}, {fault:?}");
        app.clock.turn(60);
        assert_eq!(app.send_code(NUMBER).await.outcome(), "phone_limit_reached", "{provider}, {fault:?}");
    });
    stream::iter(sends).buffer_unordered(8).collect::<Vec<()>>().await;
}

#[tokio::test]
async fn a_connection_that_died_while_the_function_slept_costs_nobody_their_message() {
    let (aliyun, _server) = forgetful(r#"{"Code":"OK"}"#).await;
    let app = TestApp::with(&[("SMS_ROUTES", "*=aliyun"), ("ALIYUN_SMS_ENDPOINT", &aliyun)]).await;
    for nth in 0..4 {
        assert_eq!(app.send_code(NUMBER).await.status, 200, "{nth}");
        app.clock.turn(60);
    }
}
