//! `{"operator": "check"}` on each function: what it reports about a broken deployment.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use local::{Answered, check_of, sns};
use serde_json::{Value, json};
use shared::check::Check;
use tests::{TestApp, events::FUNCTIONS, logs};

mod secrets;
mod tables;
mod wechat;

/// A function's checks, with these variables in place of its own. An empty variable is unset.
async fn found(app: &TestApp, function: &str, variables: &[(&str, &str)]) -> Vec<Check> {
    let others = app.local.variables.iter().filter(|(set, _)| variables.iter().all(|(name, _)| set != name));
    let given = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    check_of(function, &others.cloned().chain(given).collect::<Vec<_>>()).await
}

/// The checks that failed, with their texts.
fn failed(checks: &[Check]) -> Vec<(&str, &str)> {
    checks
        .iter()
        .filter(|check| !check.ok)
        .map(|check| (check.name.as_str(), check.detail.as_str()))
        .collect()
}

/// The one check that failed; its text contains all of `words`.
fn assert_fails(checks: &[Check], name: &str, words: &[&str]) {
    match failed(checks)[..] {
        [(which, detail)] if which == name => {
            assert!(words.iter().all(|word| detail.contains(word)), "{name}: {detail}");
        }
        ref others => panic!("not {name} alone: {others:?}"),
    }
}

/// The answer to an operator who invokes `function` with the event of `events/`.
async fn invoked(app: &TestApp, function: &str) -> Value {
    let event = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../events/check.json");
    let event = fs::read_to_string(event).unwrap();
    match app.local.functions.invoke(function, &event).await.unwrap().unwrap() {
        Answered::Operator(answer) => answer,
        Answered::Http(answer) => panic!("taken for a request: {answer:?}"),
    }
}

#[tokio::test]
async fn without_faults_each_function_lists_its_checks() {
    let app = TestApp::with(&[("SMS_ROUTES", "CN=tencent>aliyun,*=sns")]).await;
    let mut names = Vec::new();
    for (function, _) in FUNCTIONS {
        let answer = invoked(&app, function).await;
        assert_eq!(answer["ok"], true, "{answer:#}");
        names.push(
            answer["checks"].as_array().unwrap().iter().map(|it| it["name"].clone()).collect::<Value>(),
        );
    }
    assert_eq!(
        names,
        [
            json!([
                "settings",
                "CODE_PEPPER",
                "TICKET_KEY",
                "TENCENT_SMS_SECRET_KEY",
                "ALIYUN_SMS_ACCESS_KEY_SECRET",
                "CODES_TABLE",
                "SNS sandbox",
                "SNS spend limit",
                "tencent",
                "aliyun"
            ]),
            json!([
                "settings",
                "TICKET_KEY",
                "WECHAT_APP_SECRET",
                "WeChat wx0000000000000000",
                "WeChat access token wx0000000000000000"
            ]),
            json!([
                "settings",
                "CODE_PEPPER",
                "TICKET_KEY",
                "TOKEN_SIGNING_KEY",
                "CODES_TABLE",
                "USERS_TABLE",
                "TOKEN_ISSUER"
            ]),
        ]
    );
    assert!(app.local.phones.sent().is_empty(), "no message is sent");
    let writes: Vec<_> = app.local.dynamodb.calls().into_iter().map(|call| call.operation).collect();
    assert!(writes.iter().all(|call| call.starts_with("Describe")), "nothing is changed: {writes:?}");
}

#[tokio::test]
async fn a_check_is_an_act_of_an_operator_with_a_line_in_the_log_and_takes_nothing_else() {
    let app = TestApp::start().await;
    app.local.sns.put_into_sandbox();
    let before = logs::length();
    assert_eq!(invoked(&app, "send-code").await["ok"], false);
    let lines: Vec<Value> =
        logs::since(before).iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let told = |line: &&Value| line["audit"] == "operator_check" && line["failed"] == "SNS sandbox";
    let line = lines.iter().find(told).unwrap();
    assert_eq!((&line["ok"], line["request_id"].as_str().unwrap().len()), (&json!(false), 36));

    for (function, event) in [
        ("send-code", json!({ "operator": "find", "phoneNumber": "13800138000" })),
        ("exchange-code", json!({ "operator": "check", "userId": 1 })),
        ("exchange-code", json!({ "operator": ["check"] })),
        ("login", json!({ "operator": "check", "userId": 1 })),
    ] {
        let answer = app.local.functions.invoke(function, &event.to_string()).await.unwrap().unwrap();
        let Answered::Operator(answer) = answer else { panic!("{answer:?}") };
        assert!(answer["error"].as_str().unwrap().starts_with("operator: use check"), "{event}: {answer}");
    }
    for function in ["send-code", "exchange-code", "login"] {
        let event = json!({ "operator": "check", "version": "2.0" }).to_string();
        assert!(
            app.local.functions.invoke(function, &event).await.is_err(),
            "an event of API Gateway is not an operator's"
        );
    }
}

#[tokio::test]
async fn sns_reports_its_sandbox_and_an_unraised_spend_limit() {
    let app = TestApp::start().await;
    app.local.sns.put_into_sandbox();
    let checks = found(&app, "send-code", &[]).await;
    assert_fails(&checks, "SNS sandbox", &["verified numbers only", "ask AWS Support"]);

    let app = TestApp::start().await;
    for limit in [Some("1"), None] {
        app.local.sns.set_attribute("MonthlySpendLimit", limit);
        let checks = found(&app, "send-code", &[]).await;
        assert_fails(&checks, "SNS spend limit", &["$1 a month", "MonthlySpendLimit="]);
    }

    let app = TestApp::start().await;
    let denied = sns::Refusal { status: 403, code: "AuthorizationError", message: "not authorized" };
    app.local.sns.refuse_next(denied.clone());
    app.local.sns.refuse_next(denied);
    let checks = found(&app, "send-code", &[]).await;
    let [sandbox, limit] = failed(&checks)[..] else { panic!("{checks:?}") };
    assert!(sandbox.1.contains("sns:GetSMSSandboxAccountStatus") && limit.1.contains("sns:GetSMSAttributes"));

    let app = TestApp::with(&[("AWS_REGION", "cn-north-1")]).await;
    let checks = found(&app, "send-code", &[]).await;
    assert_fails(&checks, "SNS", &["no SMS in cn-north-1", "tencent or aliyun"]);
    let checks = found(&app, "send-code", &[("SMS_ROUTES", "*=tencent")]).await;
    assert_eq!(failed(&checks), [], "no route names it");
}

#[tokio::test]
async fn a_provider_without_an_sdk_is_reached_and_its_key_is_examined() {
    let app = TestApp::start().await;
    let by = ("SMS_ROUTES", "*=tencent");
    for (variable, words) in [
        (("TENCENT_SMS_ENDPOINT", "http://127.0.0.1:9"), &["127.0.0.1:9 gives no answer"][..]),
        (("TENCENT_SMS_SECRET_ID", "swordfish"), &["does not begin with AKID"]),
        (("TENCENT_SMS_SECRET_KEY", "swordfish\n"), &["a line end"]),
    ] {
        let checks = found(&app, "send-code", &[by, variable]).await;
        assert_fails(&checks, "tencent", words);
        assert!(!format!("{checks:?}").contains("swordfish"));
    }
}

#[tokio::test]
async fn the_issuer_is_asked_by_its_own_name() {
    let (app, other) = (TestApp::start().await, TestApp::start().await);
    let checks = found(&app, "login", &[("TOKEN_ISSUER", "http://127.0.0.1:9")]).await;
    assert_fails(&checks, "TOKEN_ISSUER", &["http://127.0.0.1:9/.well-known", "gives no answer"]);

    let path = format!("{}/elsewhere", app.variable("TOKEN_ISSUER"));
    let checks = found(&app, "login", &[("TOKEN_ISSUER", &path)]).await;
    assert_fails(&checks, "TOKEN_ISSUER", &["names", app.variable("TOKEN_ISSUER")]);

    let key = other.variable("TOKEN_SIGNING_KEY");
    let checks = found(&app, "login", &[("TOKEN_SIGNING_KEY", key)]).await;
    assert_fails(&checks, "TOKEN_ISSUER", &["lacks the signing key", "restart the functions"]);
}

#[tokio::test]
async fn a_check_ends_within_the_functions_time_whatever_hangs() {
    let app = TestApp::start().await;
    for call in [local::wechat::Call::Code2Session, local::wechat::Call::StableToken] {
        app.local.wechat.play_next_at(call, "hang");
    }
    app.local.dynamodb.disturb(|_, _| Some(local::dynamodb::Fault::Hang));
    // The SDK retries.
    for _ in 0..6 {
        app.local.sns.fail_next(sns::Fault::Hang);
    }
    for (function, hanging) in [("send-code", 3), ("exchange-code", 2), ("login", 2)] {
        let began = Instant::now();
        let checks = found(&app, function, &[]).await;
        assert_eq!(failed(&checks).len(), hanging, "{checks:?}");
        assert!(began.elapsed() < Duration::from_millis(4400), "{function}: {:?}", began.elapsed());
    }
}
