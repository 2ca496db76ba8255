//! `SMS_ROUTES`: which provider sends, when the next provider is tried, and which routes keep the function from starting.

use std::time::{Duration, Instant};

use local::{
    Local,
    phones::Carrier,
    provider::{Fault, Refusal},
};
use serde_json::Value;
use tests::TestApp;

const NUMBER: &str = "13800138000";

/// A deployment with these routes, and limits so low that a send that is not undone shows.
async fn with(routes: &str) -> TestApp {
    TestApp::with(&[
        ("SMS_ROUTES", routes),
        ("PHONE_DAILY_LIMIT", "2"),
        ("SMS_DAILY_BUDGET", "4"),
        ("OPEN_SHARE_PERCENT", "100"),
    ])
    .await
}

/// The provider of the last message.
fn carrier(app: &TestApp) -> Option<Carrier> {
    app.local.phones.sent().pop().map(|message| message.carrier)
}

fn refusal(text: &str) -> Fault {
    Fault::Refusal(Refusal::from(text))
}

fn late(text: &str) -> Fault {
    Fault::Late(Refusal::from(text))
}

const DOWN: local::sns::Refusal =
    local::sns::Refusal { status: 503, code: "ServiceUnavailable", message: "down" };

#[tokio::test]
async fn a_country_has_the_provider_of_its_route() {
    let app =
        TestApp::with(&[("SMS_ROUTES", "CN=tencent, HK=aliyun, *=sns"), ("ALLOWED_COUNTRIES", "CN,HK,US")])
            .await;
    for (number, by) in
        [("13800138000", Carrier::Tencent), ("+85251234567", Carrier::Aliyun), ("+12015550123", Carrier::Sns)]
    {
        assert_eq!(app.send_code(number).await.status, 200);
        assert_eq!(carrier(&app), Some(by), "{number}");
    }
}

#[tokio::test]
async fn the_next_provider_is_tried_if_the_refusal_is_not_about_the_number() {
    let app = TestApp::with(&[("SMS_ROUTES", "*=tencent>aliyun"), ("RESEND_COOLDOWN_SECONDS", "0")]).await;
    for code in [
        "InternalError.OtherError",
        "RequestLimitExceeded",
        "FailedOperation.InsufficientBalanceInSmsPackage",
        "FailedOperation.TemplateIncorrectOrUnapproved",
        "AuthFailure.SignatureFailure",
    ] {
        app.local.tencent.refuse_next(code);
        app.log_in("alice", NUMBER, &app.texted(NUMBER).await).await;
        assert_eq!(carrier(&app), Some(Carrier::Aliyun), "{code}");
    }
    assert_eq!(app.local.phones.sent().len(), 5, "one message each");
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_is_passed_by() {
    let app = TestApp::with(&[
        ("SMS_ROUTES", "*=tencent>sns>aliyun"),
        ("TENCENT_SMS_ENDPOINT", "http://127.0.0.1:9"),
        ("AWS_ENDPOINT_URL_SNS", "http://127.0.0.1:9"),
    ])
    .await;
    assert_eq!(app.send_code(NUMBER).await.status, 200);
    assert_eq!(carrier(&app), Some(Carrier::Aliyun));
}

#[tokio::test]
async fn each_provider_may_be_the_one_that_fails() {
    let app = with("*=sns>aliyun>tencent").await;
    app.local.sns.refuse_next(DOWN);
    app.local.aliyun.refuse_next("isv.AMOUNT_NOT_ENOUGH");
    assert_eq!(app.send_code(NUMBER).await.status, 200);
    assert_eq!(carrier(&app), Some(Carrier::Tencent));
}

#[tokio::test]
async fn where_the_number_is_refused_or_limited_no_other_provider_is_asked() {
    for (code, outcome) in [
        ("FailedOperation.PhoneNumberInBlacklist", "sms_rejected"),
        ("LimitExceeded.PhoneNumberDailyLimit", "sms_rejected"),
        ("LimitExceeded.PhoneNumberThirtySecondLimit", "resend_too_soon"),
    ] {
        let app = with("*=tencent>aliyun").await;
        app.local.tencent.refuse_next(code);
        assert_eq!(app.send_code(NUMBER).await.outcome(), outcome, "{code}");
        assert_eq!(carrier(&app), None, "{code}");
        assert_eq!(app.send_code(NUMBER).await.status, 200, "{code}: it is undone");
    }
}

#[tokio::test]
async fn where_a_message_may_have_gone_out_no_other_provider_is_asked() {
    for fault in [Fault::Hang, Fault::Drip, Fault::Html, Fault::Close, refusal("InternalError.Timeout")] {
        let app = with("*=tencent>aliyun").await;
        app.local.tencent.fail_next(fault.clone());
        let answer = app.send_code(NUMBER).await;
        assert_eq!(
            (&*answer.outcome(), &answer.body["retryAfter"]),
            ("sms_unavailable", &60.into()),
            "{fault:?}"
        );
        assert_eq!(carrier(&app), None, "{fault:?}");
        assert_eq!(app.send_code(NUMBER).await.outcome(), "resend_too_soon", "{fault:?}");
    }
}

#[tokio::test]
async fn where_all_providers_are_down_everything_is_undone_and_a_retry_works() {
    let app = with("*=tencent>aliyun").await;
    app.local.tencent.fail_each(refusal("InternalError.OtherError"));
    app.local.aliyun.fail_each(refusal("isp.SYSTEM_ERROR"));
    for _ in 0..6 {
        let answer = app.send_code(NUMBER).await;
        assert_eq!((&*answer.outcome(), &answer.body["retryAfter"]), ("sms_unavailable", &Value::Null));
    }
    app.local.aliyun.recover();
    assert_eq!(app.log_in("alice", NUMBER, &app.texted(NUMBER).await).await.status, 200);
    assert_eq!(carrier(&app), Some(Carrier::Aliyun));
}

#[tokio::test]
async fn a_message_in_doubt_at_the_last_provider_counts_as_sent() {
    let app = with("*=tencent>aliyun").await;
    app.local.tencent.refuse_next("InternalError.OtherError");
    app.local.aliyun.fail_next(Fault::SentUnanswered);
    assert_eq!(app.send_code(NUMBER).await.body["retryAfter"], 60);
    assert_eq!(app.log_in("alice", NUMBER, &app.last_code()).await.status, 200);
}

#[tokio::test]
async fn all_providers_together_have_the_time_of_one() {
    let app = with("*=tencent>aliyun").await;
    app.local.tencent.fail_next(late("InternalError.OtherError"));
    app.local.aliyun.fail_next(Fault::Hang);
    let started = Instant::now();
    assert_eq!(app.send_code(NUMBER).await.body["retryAfter"], 60);
    assert!(started.elapsed() < Duration::from_millis(3400), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_provider_that_has_no_time_left_is_not_asked() {
    let app = with("*=tencent>aliyun>sns").await;
    app.local.tencent.fail_next(late("InternalError.OtherError"));
    app.local.aliyun.fail_next(late("isp.SYSTEM_ERROR"));
    let answer = app.send_code(NUMBER).await;
    assert_eq!((&*answer.outcome(), &answer.body["retryAfter"]), ("sms_unavailable", &Value::Null));
    assert_eq!(carrier(&app), None);
    assert_eq!(app.send_code(NUMBER).await.status, 200, "it is undone");
}

#[tokio::test]
async fn a_send_that_all_providers_fail_slowly_is_answered_in_time_even_if_it_cannot_be_undone() {
    let app = with("*=tencent>aliyun").await;
    app.local.tencent.fail_next(late("InternalError.OtherError"));
    app.local.aliyun.fail_next(late("isp.SYSTEM_ERROR"));
    // The counters are calls 0 and 1, the number's item is call 2; the calls after it undo them.
    app.local.dynamodb.disturb(|call, _| (call > 2).then_some(local::dynamodb::Fault::Hang));
    let started = Instant::now();
    assert_eq!(app.send_code(NUMBER).await.outcome(), "sms_unavailable");
    // Two seconds of the providers' 2.6, and 1.4 seconds for the undo. The counters and the item could take 3.8 more.
    assert!(started.elapsed() < Duration::from_millis(4200), "{:?}", started.elapsed());
}

/// The error of a start with these variables.
async fn wrong(variables: &[(&str, &str)]) -> String {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Local::start(tests::options(variables.collect()))
        .await
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default()
}

#[tokio::test]
async fn a_provider_without_its_settings_ends_the_start_with_all_that_is_missing() {
    let error = wrong(&[
        ("SMS_ROUTES", "CN=tencent>aliyun,US=twilio"),
        ("ALLOWED_COUNTRIES", "CN"),
        ("TENCENT_SMS_SECRET_ID", ""),
        ("TENCENT_SMS_SECRET_KEY", ""),
        ("TENCENT_SMS_TEMPLATE_PARAMS", "{minutes}"),
        ("TENCENT_SMS_ENDPOINT", "sms.tencentcloudapi.com"),
        ("ALIYUN_SMS_SIGN_NAME", ""),
        ("ALIYUN_SMS_TEMPLATE_PARAMS", "{code}"),
    ])
    .await;
    insta::assert_snapshot!(error, @r#"
    send-code: the settings are incomplete or wrong:
    - SMS_ROUTES: "twilio" is not one of the providers sns, tencent, aliyun
    - TENCENT_SMS_SECRET_ID is not set
    - neither TENCENT_SMS_SECRET_KEY nor TENCENT_SMS_SECRET_KEY_SECRET_ARN is set
    - TENCENT_SMS_TEMPLATE_PARAMS lacks {code}
    - TENCENT_SMS_ENDPOINT is not an address such as https://sms.tencentcloudapi.com
    - ALIYUN_SMS_SIGN_NAME is not set
    - ALIYUN_SMS_TEMPLATE_PARAMS is not a JSON object of texts such as {"code":"{code}"}
    "#);
}

#[tokio::test]
async fn a_provider_that_no_route_names_needs_no_settings() {
    for (routes, names) in [
        ("*=sns", ["TENCENT_SMS_SECRET_KEY", "ALIYUN_SMS_ACCESS_KEY_SECRET"]),
        ("*=tencent", ["ALIYUN_SMS_ACCESS_KEY_ID", "ALIYUN_SMS_TEMPLATE_CODE"]),
        ("*=aliyun", ["TENCENT_SMS_APP_ID", "TENCENT_SMS_SIGN_NAME"]),
    ] {
        assert_eq!(wrong(&[("SMS_ROUTES", routes), (names[0], ""), (names[1], "")]).await, "", "{routes}");
    }
    // The settings of a provider without a route are not even read.
    assert_eq!(wrong(&[("SMS_ROUTES", "*=aliyun"), ("SMS_TEMPLATE", "no code")]).await, "");
}

#[tokio::test]
async fn dypnsapi_serves_mainland_numbers_only() {
    let verify = ("ALIYUN_SMS_API", "verify");
    let abroad = ("ALLOWED_COUNTRIES", "CN,HK");
    assert_eq!(wrong(&[verify, ("SMS_ROUTES", "*=aliyun")]).await, "");
    assert_eq!(wrong(&[verify, abroad, ("SMS_ROUTES", "CN=aliyun,*=sns")]).await, "");
    for routes in ["*=aliyun", "CN=sns,HK=sns>aliyun"] {
        let error = wrong(&[verify, abroad, ("SMS_ROUTES", routes)]).await;
        assert!(error.contains("SMS_ROUTES sends HK through aliyun"), "{routes}: {error}");
    }
}
