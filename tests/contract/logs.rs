//! The log. Each test also checks, when its [`TestApp`] is dropped, that no secret, code, number or openid was logged.

use std::{io, sync::Mutex};

use serde_json::Value;
use shared::telemetry;
use tests::{TestApp, logs, wrong};
use tracing::level_filters::LevelFilter;

const NUMBER: &str = "13800138000";

/// The log line of an answer, without the parts that differ from run to run.
fn line_of(request_id: &str, start: usize) -> Value {
    let lines = logs::since(start);
    let mut lines = lines.iter().filter(|line| line.contains(request_id));
    let mut line: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert!(lines.next().is_none(), "one line a request");
    for name in ["timestamp", "request_id", "ms", "steps"] {
        assert!(line.as_object_mut().unwrap().remove(name).is_some());
    }
    line
}

#[tokio::test]
async fn an_answer_is_logged_with_its_route_outcome_and_masked_number() {
    let app = TestApp::start().await;
    let start = logs::length();
    let code = app.texted(NUMBER).await;
    let refused = app.log_in("alice", NUMBER, &wrong(&code)).await;
    let request_id = refused.body["requestId"].as_str().unwrap();
    insta::assert_json_snapshot!(line_of(request_id, start), @r#"
    {
      "cause": "the code is wrong",
      "code": "code_incorrect",
      "level": "INFO",
      "message": "answered",
      "number": "138****8000",
      "route": "/login",
      "status": 400,
      "target": "shared::http"
    }
    "#);
}

#[tokio::test]
async fn our_own_faults_are_logged_as_errors_with_their_cause() {
    let app = TestApp::start().await;
    let start = logs::length();
    let refused = app.post("/exchange-code", &serde_json::json!({ "code": "err-40125" })).await;
    let request_id = refused.body["requestId"].as_str().unwrap();
    insta::assert_json_snapshot!(line_of(request_id, start), @r#"
    {
      "cause": "WeChat's Code2Session answered errcode 40125",
      "code": "wechat_misconfigured",
      "level": "ERROR",
      "message": "answered",
      "route": "/exchange-code",
      "status": 500,
      "target": "shared::http"
    }
    "#);
}

/// The lines of this test that contain `text`: its deployment has a number that no other test uses.
fn lines_with(text: &str, start: usize) -> Vec<Value> {
    logs::since(start)
        .iter()
        .filter(|line| line.contains(text))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn a_request_says_how_long_each_step_took() {
    let app = TestApp::start().await;
    let start = logs::length();
    app.send_code("13812349999").await;
    let steps = lines_with("138****9999", start)[0]["steps"].as_str().unwrap().to_owned();
    let names: Vec<_> = steps.split(' ').map(|step| step.split_once('=').unwrap().0).collect();
    assert_eq!(names, ["counters", "number", "sms"]);
}

/// The audit trail of numbers with this ending.
fn audited(start: usize, numbers: &[&str]) -> String {
    let number = |line: &Value| line["number"].as_str().unwrap_or_default().to_owned();
    let lines = lines_with("\"audit\"", start).into_iter();
    let of_these = lines.filter(|line| numbers.iter().any(|end| number(line) == format!("138****{end}")));
    of_these
        .map(|line| format!("{} {}", number(&line), line["audit"].as_str().unwrap()))
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test]
async fn joining_and_leaving_an_account_each_leave_a_line() {
    let app = TestApp::with(&[("PHONE_CONFLICT", "link")]).await;
    let start = logs::length();
    app.logged_in("alice", "13812343333").await;
    app.clock.turn(60);
    app.logged_in("bob", "13812343333").await;
    app.logged_in("bob", "13812344444").await;
    insta::assert_snapshot!(audited(start, &["3333", "4444"]), @"
    138****3333 account_created
    138****3333 account_joined
    138****4444 account_left
    138****4444 account_created
    ");
}

#[tokio::test]
async fn logins_that_change_or_refuse_an_account_leave_a_line() {
    let app = TestApp::with(&[("TEST_PHONE_NUMBERS", "+8613812348888=123456@2099-01-15")]).await;
    let start = logs::length();
    app.logged_in("alice", "13812341111").await;
    app.logged_in("alice", "13812342222").await;
    app.clock.turn(60);
    let code = app.texted("13812342222").await;
    app.log_in("bob", "13812342222", &code).await;
    app.send_code("13812348888").await;
    app.log_in("carol", "13812348888", "123456").await;
    insta::assert_snapshot!(audited(start, &["1111", "2222", "8888"]), @"
    138****1111 account_created
    138****2222 number_changed
    138****2222 phone_taken
    138****8888 reviewer_code
    138****8888 account_created
    138****8888 reviewer_login
    ");
}

#[tokio::test]
async fn what_happens_is_counted_in_the_embedded_metric_format() {
    let app = TestApp::start().await;
    let start = logs::length();
    let code = app.texted(NUMBER).await;
    app.send_code(NUMBER).await;
    app.log_in("alice", NUMBER, &wrong(&code)).await;
    app.log_in("alice", NUMBER, &code).await;
    app.log_in("alice", NUMBER, &code).await;
    app.post("/exchange-code", &serde_json::json!({ "code": "err-40125" })).await;
    let counted = lines_with("\"_aws\"", start);
    for metric in
        ["TicketsIssued", "CodesSent", "WrongCodes", "LoginsNew", "LoginsReturning", "WechatMisconfigured"]
    {
        assert!(counted.iter().any(|line| line[metric] == 1), "{metric}");
    }
    let sent: Vec<_> =
        counted.iter().filter(|line| line["CodesSent"] == 1).map(|line| &line["Provider"]).collect();
    assert!(
        sent.contains(&&Value::Null) && sent.contains(&&"sns".into()),
        "as a sum and by provider: {sent:?}"
    );
    let mut limited = counted.into_iter().find(|line| line["Limit"] == "resend_too_soon").unwrap();
    assert!(limited["_aws"]["Timestamp"].take().as_u64().unwrap() > 1_700_000_000_000);
    insta::assert_json_snapshot!(limited, @r#"
    {
      "Limit": "resend_too_soon",
      "LimitsReached": 1,
      "_aws": {
        "CloudWatchMetrics": [
          {
            "Dimensions": [
              [
                "Limit"
              ]
            ],
            "Metrics": [
              {
                "Name": "LimitsReached",
                "Unit": "Count"
              }
            ],
            "Namespace": "Tests"
          }
        ],
        "Timestamp": null
      }
    }
    "#);
}

#[tokio::test]
async fn the_audit_trail_and_the_metrics_are_written_at_every_level() {
    static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    struct Lines;
    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            LINES.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let app = TestApp::start().await;
    let settings = telemetry::Settings { level: LevelFilter::ERROR, namespace: "Tests".to_owned() };
    let subscriber = telemetry::subscriber(settings, &local::CRATES, || Lines);
    let quiet = tracing::subscriber::set_default(subscriber);
    let code = app.texted(NUMBER).await;
    let user = app.log_in("alice", NUMBER, &code).await.body["userId"].clone();
    app.act("disable", &user).await;
    app.act("delete", &"none".into()).await;
    drop(quiet);

    let lines = String::from_utf8(LINES.lock().unwrap().clone()).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (metrics, others): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line["_aws"].is_object());
    let audit: Vec<_> = others.iter().filter_map(|line| line["audit"].as_str()).collect();
    assert_eq!(audit, ["account_created", "operator_disable", "operator_refused"]);
    assert_eq!(others.len(), audit.len(), "nothing else of this level is");
    assert!(metrics.iter().any(|line| line["LoginsNew"] == 1));
}

#[test]
fn a_secret_is_found_as_a_word_and_not_within_one() {
    let line = r#"{"timestamp":"2027-01-15T12:00:00.123456Z","level":"INFO","message":"code 654321 of +8613800138000"}"#;
    assert!(logs::holds(line, "654321") && logs::holds(line, "+8613800138000"));
    assert!(!logs::holds(line, "123456") && !logs::holds(line, "380013"));
}
