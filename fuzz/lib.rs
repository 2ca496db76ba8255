//! The whole system for a fuzz target, started once, and what every answer of it has to be.

use std::sync::OnceLock;

use lambda_http::Body;
use local::{Local, Options};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

pub const FUNCTIONS: [&str; 3] = ["send-code", "exchange-code", "login"];

/// Feeds an event to a function and looks at the answer: one of the contract's, and none that says that we failed.
pub fn answer(function: &str, event: &str) {
    static SYSTEM: OnceLock<(Runtime, Local)> = OnceLock::new();
    let (runtime, local) = SYSTEM.get_or_init(|| {
        // Without limits: past them a fuzzer would see nothing but their refusals.
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
    });
    let Ok(answer) = runtime.block_on(local.functions.invoke(function, event)) else { return };
    // Of operators' events nobody is a stranger.
    let Some(answer) = answer.unwrap().http() else { return };
    let Body::Text(body) = answer.body() else { panic!("{answer:?}") };
    let body: Value = serde_json::from_str(body).unwrap();
    // WeChat is played: its failures are codes that a fuzzer may find.
    let is_wechats = body["code"].as_str().is_some_and(|code| code.starts_with("wechat_"));
    assert!(answer.status().as_u16() < 500 || is_wechats, "{event} was answered {body}");
}
