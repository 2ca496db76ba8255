//! The log line of a panic. The panic hook belongs to the whole process, so this test has a process of its own.

use std::{convert::Infallible, env, future::poll_fn, process::Command, sync::Arc, task::Poll};

use lambda_http::{Body, Request};
use serde_json::Value;
use shared::{
    config::Env,
    http::{Reply, Route, serve},
    random::{Random, SystemRandom},
    telemetry,
};

struct Careless;

static ROUTES: [Route<Careless>; 1] =
    [Route::post("/login", |_, call| Box::pin(call.answer(poll_fn(|_| careless()))))];

fn careless() -> Poll<Result<Reply, Infallible>> {
    panic!("no such code: 123456")
}

/// Run by the test below in a process of its own, where it acts as a function that panics.
#[tokio::test]
#[ignore = "run by the test below"]
async fn careless_function() {
    telemetry::log_panics();
    _ = std::panic::catch_unwind(|| panic!("a bad key: 123456"));
    telemetry::init(Env::new([]).settings(telemetry::Settings::read).unwrap(), &[]);
    let mut request = Request::new(Body::Empty);
    *request.method_mut() = "POST".parse().unwrap();
    *request.uri_mut() = "/login".parse().unwrap();
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    assert_eq!(serve(&Careless, &ROUTES, &random, request).await.status(), 500);
}

#[test]
fn a_panic_is_logged_by_its_place_and_without_its_message() {
    let output = Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "careless_function", "--nocapture"])
        .output()
        .unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(output.status.success(), "{out}{err}");
    assert!(!out.contains("123456") && !err.contains("123456"), "{out}{err}");
    // Before logging has started.
    assert!(err.starts_with("panicked at shared/tests/panics.rs:"), "{err}");
    let lines: Vec<Value> = out.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let [panicked, answered] = &lines[..] else { panic!("{out}") };
    assert!(panicked["place"].as_str().unwrap().starts_with("shared/tests/panics.rs:"), "{panicked}");
    assert_eq!((&panicked["level"], &panicked["message"]), (&"ERROR".into(), &"panicked".into()));
    assert_eq!((&answered["code"], &answered["cause"]), (&"internal".into(), &"panicked".into()));
}
