//! `OPENID_DAILY_GUESSES`: a person's wrong guesses per day, over all numbers.

use futures_util::future::join_all;
use local::dynamodb::Fault;
use tests::{TestApp, wrong};

/// A different number for each `nth`.
fn number(nth: usize) -> String {
    format!("138001380{nth:02}")
}

/// Gets a code for the number and makes `guesses` wrong guesses; returns the code and the answers.
async fn guess(app: &TestApp, name: &str, number: &str, guesses: usize) -> (String, Vec<String>) {
    let code = app.texted(number).await;
    let ticket = app.ticket(name).await;
    let mut outcomes = Vec::new();
    for _ in 0..guesses {
        outcomes.push(app.log_in_with(&ticket, number, &wrong(&code)).await.outcome());
    }
    (code, outcomes)
}

#[tokio::test]
async fn a_person_has_so_many_wrong_guesses_a_day_whatever_the_numbers() {
    let app = TestApp::start().await;
    let mut judged = 0;
    for nth in 0..11 {
        let (_, outcomes) = guess(&app, "mallory", &number(nth), 5).await;
        judged += outcomes.iter().filter(|outcome| *outcome == "code_incorrect").count();
    }
    assert_eq!(judged, 20);

    let code = app.texted("13900139000").await;
    insta::assert_snapshot!(app.log_in("mallory", "13900139000", &code).await.snapshot(), @r#"
    429
    cache-control: no-store
    content-type: application/problem+json
    retry-after: 43200
    {
      "code": "too_many_attempts",
      "detail": "今天输错的次数过多，请明天再试。",
      "requestId": "[requestId]",
      "retryAfter": 43200,
      "status": 429,
      "title": "Too many attempts",
      "type": "urn:problem-type:too_many_attempts"
    }
    "#);
    app.clock.turn(12 * 60 * 60);
    app.logged_in("mallory", "13900139000").await;
}

#[tokio::test]
async fn a_right_guess_is_not_counted_and_nobody_pays_for_anothers() {
    let app = TestApp::with(&[("OPENID_DAILY_GUESSES", "3"), ("PHONE_DAILY_LIMIT", "100")]).await;
    for _ in 0..4 {
        app.logged_in("alice", &number(0)).await;
        app.clock.turn(60);
    }
    let (code, outcomes) = guess(&app, "alice", &number(0), 2).await;
    assert_eq!(outcomes, ["code_incorrect", "code_incorrect"]);
    assert_eq!(app.log_in("alice", &number(0), &code).await.status, 200, "two wrong ones of three");

    guess(&app, "mallory", &number(1), 3).await;
    app.clock.turn(60);
    app.logged_in("alice", &number(0)).await;
}

#[tokio::test]
async fn parallel_requests_guess_once_more_each_and_then_no_more() {
    let app = TestApp::with(&[("OPENID_DAILY_GUESSES", "2")]).await;
    let (numbers, ticket) = ((0..6).map(number), app.ticket("mallory").await);
    let mut codes = Vec::new();
    for number in numbers {
        codes.push((app.texted(&number).await, number));
    }
    join_all(codes.iter().map(async |(code, number)| app.log_in_with(&ticket, number, &wrong(code)).await))
        .await;
    for (code, number) in &codes {
        assert_eq!(app.log_in_with(&ticket, number, code).await.outcome(), "too_many_attempts");
    }
}

#[tokio::test]
async fn items_that_dynamodb_left_out_are_requested_again() {
    let app = TestApp::start().await;
    let first = app.logged_in("alice", &number(0)).await;
    app.clock.turn(60);
    let code = app.texted(&number(0)).await;

    app.local.dynamodb.disturb(|_, operation| (operation == "BatchGetItem").then_some(Fault::Unprocessed));
    assert_eq!(app.log_in("alice", &number(0), &code).await.outcome(), "service_unavailable");
    let once = std::sync::atomic::AtomicBool::new(true);
    app.local.dynamodb.disturb(move |_, operation| {
        let hit = operation == "BatchGetItem" && once.swap(false, std::sync::atomic::Ordering::Relaxed);
        hit.then_some(Fault::Unprocessed)
    });
    assert_eq!(app.log_in("alice", &number(0), &code).await.body["userId"], first["userId"]);
}
