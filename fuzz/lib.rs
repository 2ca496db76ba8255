//! The whole system for a fuzz target, started once, and the rules for all its answers.

use std::sync::OnceLock;

use lambda_http::Body;
use local::{Local, Options};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

pub const FUNCTIONS: [&str; 3] = ["send-code", "exchange-code", "login"];

/// The event of a call with this `Authorization`, if any, and this body.
pub fn event(method: &str, path: &str, authorization: Option<&str>, body: &str) -> String {
    let headers = authorization.map_or(json!({}), |authorization| json!({ "authorization": authorization }));
    let http = json!({ "method": method, "sourceIp": "192.0.2.1" });
    json!({ "rawPath": path, "headers": headers, "requestContext": { "http": http }, "body": body })
        .to_string()
}

/// A valid token, so that the calls with a token read their bodies. One of them may revoke it; the bodies are still
/// read.
pub fn token() -> &'static str {
    static TOKEN: OnceLock<String> = OnceLock::new();
    TOKEN.get_or_init(|| {
        let call = |function: &str, body: Value| {
            answer(function, &event("POST", &format!("/{function}"), None, &body.to_string())).unwrap().1
        };
        let ticket = &call("exchange-code", json!({ "code": "alice" }))["ticket"];
        call("send-code", json!({ "phoneNumber": "13800138000" }));
        let sent = system().1.phones.sent();
        let text = &sent.last().unwrap().text;
        let code: String = text.chars().filter(char::is_ascii_digit).take(6).collect();
        let by = json!({ "ticket": ticket, "phoneNumber": "13800138000", "verifyCode": code });
        call("login", by)["token"].as_str().unwrap().to_owned()
    })
}

/// Sends an event to a function and checks that the answer is in the contract and reports no failure of ours. `None` if the
/// event is not API Gateway's.
pub fn answer(function: &str, event: &str) -> Option<(u16, Value)> {
    let (runtime, local) = system();
    // Operators are trusted, so their events are left out.
    let answer = runtime.block_on(local.functions.invoke(function, event)).ok()?.unwrap().http()?;
    let body = match answer.body() {
        body if answer.status() == 204 && body.is_empty() => Value::Null,
        Body::Text(body) => serde_json::from_str(body).unwrap(),
        _ => panic!("{answer:?}"),
    };
    // WeChat is simulated: a fuzzer may find the codes for its failures.
    let is_wechats = body["code"].as_str().is_some_and(|code| code.starts_with("wechat_"));
    assert!(answer.status().as_u16() < 500 || is_wechats, "{event} was answered {body}");
    Some((answer.status().as_u16(), body))
}

fn system() -> &'static (Runtime, Local) {
    static SYSTEM: OnceLock<(Runtime, Local)> = OnceLock::new();
    SYSTEM.get_or_init(|| {
        // High limits: lower ones would soon refuse everything.
        let variables = [
            ("IP_HOURLY_LIMIT", "1000000"),
            ("SMS_DAILY_BUDGET", "1000000000"),
            ("RESEND_COOLDOWN_SECONDS", "0"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let options = Options { variables, ..Options::default() };
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let local = runtime.block_on(Local::start(options)).unwrap();
        (runtime, local)
    })
}
