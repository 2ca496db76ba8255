//! `POST /send-code` by each provider: its answers as a client sees them.

use local::{
    phones::Carrier,
    provider::{Fault, Refusal},
};
use serde_json::{Value, json};
use tests::{TestApp, logs};

const NUMBER: &str = "13800138000";

/// A deployment that allows two codes per number and uses only this provider.
pub(crate) async fn by(provider: &str) -> TestApp {
    let route = format!("*={provider}");
    TestApp::with(&[("SMS_ROUTES", &route), ("PHONE_DAILY_LIMIT", "2"), ("OPEN_SHARE_PERCENT", "100")]).await
}

/// Makes its next message fail.
pub(crate) fn fail_next(app: &TestApp, provider: &str, fault: Fault) {
    match provider {
        "tencent" => app.local.tencent.fail_next(fault),
        "aliyun" => app.local.aliyun.fail_next(fault),
        other => panic!("nothing simulates {other}"),
    }
}

pub(crate) fn refusal(text: &str) -> Fault {
    Fault::Refusal(Refusal::from(text))
}

/// Refuses a message with each code and checks the answer; then sends one that is accepted.
async fn refused(provider: &str, codes: &[(&str, &str, Value)]) {
    let app = by(provider).await;
    for (code, outcome, retry_after) in codes {
        fail_next(&app, provider, refusal(code));
        let answer = app.send_code(NUMBER).await;
        assert_eq!((&*answer.outcome(), &answer.body["retryAfter"]), (*outcome, retry_after), "{code}");
        assert!(app.local.phones.sent().is_empty(), "{code}");
    }
    assert_eq!(app.send_code(NUMBER).await.status, 200, "all of them are undone");
}

#[tokio::test]
async fn a_code_that_any_provider_carried_lets_its_person_in() {
    let dypnsapi = [
        ("ALIYUN_SMS_API", "verify"),
        ("ALIYUN_SMS_TEMPLATE_PARAMS", r#"{"code":"{code}","min":"{minutes}"}"#),
    ];
    for (routes, variables, carrier) in [
        ("*=sns", &[][..], Carrier::Sns),
        ("*=tencent", &[], Carrier::Tencent),
        ("*=aliyun", &[], Carrier::Aliyun),
        ("CN=aliyun", &dypnsapi, Carrier::Aliyun),
    ] {
        let variables: Vec<_> = variables.iter().copied().chain([("SMS_ROUTES", routes)]).collect();
        let app = TestApp::with(&variables).await;
        app.logged_in("alice", NUMBER).await;
        let message = app.local.phones.sent().pop().unwrap();
        assert_eq!((message.carrier, &*message.to), (carrier, "+8613800138000"), "{routes}");
    }
}

#[tokio::test]
async fn a_template_is_given_what_the_settings_name() {
    let app = TestApp::with(&[
        ("SMS_ROUTES", "CN=tencent,HK=aliyun"),
        ("ALLOWED_COUNTRIES", "CN,HK"),
        ("CODE_TTL_SECONDS", "600"),
        ("TENCENT_SMS_TEMPLATE_PARAMS", "{code}, {minutes}"),
        ("ALIYUN_SMS_TEMPLATE_PARAMS", r#"{"code": "{code}", "min": "{minutes}"}"#),
    ])
    .await;
    for number in [NUMBER, "+85251234567"] {
        let code = app.texted(number).await;
        let message = app.local.phones.sent().pop().unwrap();
        assert!(message.text.contains(&code) && message.text.contains("10分钟"), "{message:?}");
        assert!(message.to.ends_with(number), "{message:?}");
    }
}

#[tokio::test]
async fn a_number_that_tencent_refuses_is_the_numbers_fault() {
    let refused_as = |code| (code, "sms_rejected", Value::Null);
    let codes = [
        "InvalidParameterValue.IncorrectPhoneNumber",
        "FailedOperation.PhoneNumberInBlacklist",
        "FailedOperation.PhoneNumberParseFail",
        "UnsupportedOperation.UnsuportedRegion",
        "UnsupportedOperation.UnsupportedRegion",
    ];
    refused("tencent", &codes.map(refused_as)).await;
}

#[tokio::test]
async fn tencents_limits_on_a_number_are_told_with_their_window() {
    refused(
        "tencent",
        &[
            ("LimitExceeded.PhoneNumberThirtySecondLimit", "resend_too_soon", 30.into()),
            ("LimitExceeded.PhoneNumberOneHourLimit", "resend_too_soon", 3600.into()),
            ("LimitExceeded.DeliveryFrequencyLimit", "resend_too_soon", 60.into()),
            ("LimitExceeded.PhoneNumberDailyLimit", "sms_rejected", Value::Null),
            ("LimitExceeded.PhoneNumberSameContentDailyLimit", "sms_rejected", Value::Null),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_the_deployment_or_with_tencent_is_not_the_numbers_fault() {
    let unavailable = |code| (code, "sms_unavailable", Value::Null);
    let codes = [
        "FailedOperation.InsufficientBalanceInSmsPackage",
        "UnauthorizedOperation.SerivceSuspendDueToArrears",
        "UnauthorizedOperation.ServiceSuspendDueToArrears",
        "FailedOperation.SignatureIncorrectOrUnapproved",
        "FailedOperation.TemplateIncorrectOrUnapproved",
        "InvalidParameterValue.SdkAppIdNotExist",
        "InvalidParameterValue.TemplateParameterFormatError",
        "UnauthorizedOperation.RequestPermissionDeny",
        "AuthFailure.SecretIdNotFound",
        "AuthFailure.SignatureFailure",
        "AuthFailure.SignatureExpire",
        "LimitExceeded.AppDailyLimit",
        "InternalError",
        "InternalError.OtherError",
        "RequestLimitExceeded",
        "RequestLimitExceeded.UinLimitExceeded",
        "FailedOperation.OfTomorrow",
    ];
    refused("tencent", &codes.map(unavailable)).await;
}

#[tokio::test]
async fn a_number_that_aliyun_refuses_is_the_numbers_fault() {
    let refused_as = |code| (code, "sms_rejected", Value::Null);
    refused("aliyun", &["isv.MOBILE_NUMBER_ILLEGAL", "isv.BLACK_KEY_CONTROL_LIMIT"].map(refused_as)).await;
}

#[tokio::test]
async fn aliyuns_limits_on_a_number_are_told_with_their_window() {
    refused(
        "aliyun",
        &[
            ("isv.BUSINESS_LIMIT_CONTROL 触发分钟级流控Permits:1", "resend_too_soon", 60.into()),
            ("isv.BUSINESS_LIMIT_CONTROL 触发小时级流控Permits:5", "resend_too_soon", 3600.into()),
            ("isv.BUSINESS_LIMIT_CONTROL 触发天级流控Permits:10", "sms_rejected", Value::Null),
            ("isv.BUSINESS_LIMIT_CONTROL 触发号码天级流控Permits:40", "sms_rejected", Value::Null),
            ("isv.BUSINESS_LIMIT_CONTROL", "resend_too_soon", 60.into()),
            ("biz.FREQUENCY check frequency failed", "resend_too_soon", 60.into()),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_the_deployment_or_with_aliyun_is_not_the_numbers_fault() {
    let unavailable = |code| (code, "sms_unavailable", Value::Null);
    let codes = [
        "isv.AMOUNT_NOT_ENOUGH",
        "isv.OUT_OF_SERVICE",
        "isv.DAY_LIMIT_CONTROL",
        "isv.SMS_SIGNATURE_ILLEGAL",
        "isv.SMS_TEMPLATE_ILLEGAL",
        "isv.TEMPLATE_MISSING_PARAMETERS",
        "isp.RAM_PERMISSION_DENY",
        "isv.DENY_IP_RANGE",
        "SignatureDoesNotMatch",
        "InvalidAccessKeyId.NotFound",
        "isp.SYSTEM_ERROR",
        "Throttling.User",
        "ServiceUnavailable",
        "isv.OF_TOMORROW",
    ];
    refused("aliyun", &codes.map(unavailable)).await;
}

#[tokio::test]
async fn a_person_is_told_what_a_providers_limit_leaves_them() {
    let app = by("tencent").await;
    app.local.tencent.refuse_next("LimitExceeded.PhoneNumberDailyLimit");
    insta::assert_snapshot!(app.send_code(NUMBER).await.snapshot(), @r#"
    422
    cache-control: no-store
    content-type: application/problem+json
    {
      "code": "sms_rejected",
      "detail": "该手机号今天不能再接收短信，请明天再试或换一个号码。",
      "requestId": "[requestId]",
      "status": 422,
      "title": "Number refused",
      "type": "urn:problem-type:sms_rejected"
    }
    "#);
    app.local.tencent.refuse_next("LimitExceeded.PhoneNumberOneHourLimit");
    insta::assert_snapshot!(app.send_code(NUMBER).await.snapshot(), @r#"
    429
    cache-control: no-store
    content-type: application/problem+json
    retry-after: 3600
    {
      "code": "resend_too_soon",
      "detail": "该手机号一小时内获取验证码的次数已达上限，请一小时后重试。",
      "requestId": "[requestId]",
      "retryAfter": 3600,
      "status": 429,
      "title": "Code sent recently",
      "type": "urn:problem-type:resend_too_soon"
    }
    "#);
}

#[tokio::test]
async fn a_key_or_a_template_that_is_not_ours_sends_nothing() {
    for (route, name) in [
        ("*=tencent", "TENCENT_SMS_SECRET_KEY"),
        ("*=tencent", "TENCENT_SMS_TEMPLATE_ID"),
        ("*=aliyun", "ALIYUN_SMS_ACCESS_KEY_SECRET"),
        ("*=aliyun", "ALIYUN_SMS_SIGN_NAME"),
    ] {
        let services = TestApp::start().await;
        let here = format!("http://{}", services.local.address);
        let app = TestApp::with(&[
            ("SMS_ROUTES", route),
            ("TENCENT_SMS_ENDPOINT", &here),
            ("ALIYUN_SMS_ENDPOINT", &here),
            (name, "not-the-simulated-one"),
        ])
        .await;
        assert_eq!(app.send_code(NUMBER).await.outcome(), "sms_unavailable", "{name}");
        assert!(services.local.phones.sent().is_empty(), "{name}");
    }
}

/// The log's lines since `start` that contain `text`.
fn lines_with(text: &str, start: usize) -> Vec<Value> {
    let lines = logs::since(start).into_iter().filter(|line| line.contains(text));
    lines.map(|line| serde_json::from_str(&line).unwrap()).collect()
}

#[tokio::test]
async fn our_own_faults_are_logged_with_provider_and_code_and_counted_by_provider() {
    for (provider, code) in
        [("tencent", "FailedOperation.OfThisTestAlone"), ("aliyun", "isv.OF_THIS_TEST_ALONE")]
    {
        let app = by(provider).await;
        let start = logs::length();
        fail_next(&app, provider, refusal(code));
        app.send_code(NUMBER).await;
        let lines = lines_with(code, start);
        let line = lines.iter().find(|line| line["provider"] == provider).unwrap();
        assert_eq!(
            (&line["level"], &line["cause"]),
            (&"ERROR".into(), &format!("{provider} answered {code}").into())
        );
        let counted = lines_with("\"SmsFailures\":1", start);
        assert!(counted.iter().any(|line| line["Provider"] == provider), "{counted:?}");
    }
}

#[tokio::test]
async fn what_a_provider_writes_in_the_place_of_a_code_is_not_logged() {
    let app = by("aliyun").await;
    let start = logs::length();
    fail_next(&app, "aliyun", Fault::Answer(json!({ "Code": "to +8613800138000: 123456" })));
    assert_eq!(app.send_code(NUMBER).await.outcome(), "sms_unavailable");
    assert!(lines_with("123456\"", start).is_empty());
    assert!(!lines_with("aliyun answered an error without a code", start).is_empty());
}
