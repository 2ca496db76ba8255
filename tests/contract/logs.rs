//! What is logged. That no secret, code, number or openid is, every test checks when its [`TestApp`] is dropped.

use serde_json::Value;
use tests::{TestApp, logs, wrong};

const NUMBER: &str = "13800138000";

/// The log line of an answer, without what differs from run to run.
fn line_of(request_id: &str, start: usize) -> Value {
    let lines = logs::since(start);
    let mut lines = lines.iter().filter(|line| line.contains(request_id));
    let mut line: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert!(lines.next().is_none(), "one line a request");
    for name in ["timestamp", "request_id"] {
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
async fn what_is_ours_to_mend_is_logged_as_an_error_with_its_cause() {
    let app = TestApp::start().await;
    let start = logs::length();
    let refused = app.post("/exchange-code", &serde_json::json!({ "code": "err-40125" })).await;
    let request_id = refused.body["requestId"].as_str().unwrap();
    insta::assert_json_snapshot!(line_of(request_id, start), @r#"
    {
      "cause": "WeChat answered errcode 40125",
      "code": "wechat_misconfigured",
      "level": "ERROR",
      "message": "answered",
      "route": "/exchange-code",
      "status": 500,
      "target": "shared::http"
    }
    "#);
}

#[test]
fn a_secret_is_found_as_a_word_and_not_within_one() {
    let line = r#"{"timestamp":"2027-01-15T12:00:00.123456Z","level":"INFO","message":"code 654321 of +8613800138000"}"#;
    assert!(logs::holds(line, "654321") && logs::holds(line, "+8613800138000"));
    assert!(!logs::holds(line, "123456") && !logs::holds(line, "380013"));
}
