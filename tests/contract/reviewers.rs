//! `TEST_PHONE_NUMBERS`: numbers for an app store's reviewers.

use std::collections::BTreeSet;

use local::{Local, Options};
use tests::{TestApp, logs};

const REVIEWER: &str = "13800000000";
const SETTING: (&str, &str) = ("TEST_PHONE_NUMBERS", "+8613800000000=123456@2099-01-15");

#[tokio::test]
async fn a_reviewer_logs_in_with_the_fixed_code_and_no_message_is_sent() {
    let app = TestApp::with(&[SETTING]).await;
    insta::assert_snapshot!(app.send_code(REVIEWER).await.snapshot(), @r#"
    200
    cache-control: no-store
    content-type: application/json
    {
      "expiresIn": 300,
      "resendAfter": 60
    }
    "#);
    assert_eq!(app.log_in("alice", REVIEWER, "123456").await.status, 200);
    assert!(app.local.phones.sent().is_empty());
}

#[tokio::test]
async fn a_reviewer_waits_for_no_cooldown_and_no_limit_and_leaves_a_line_each_time() {
    let limits = [("PHONE_DAILY_LIMIT", "1"), ("IP_HOURLY_LIMIT", "1"), ("SMS_DAILY_BUDGET", "0")];
    let app = TestApp::with(&[&limits[..], &[SETTING]].concat()).await;
    let start = logs::length();
    for _ in 0..3 {
        assert_eq!(app.send_code("+86 138-0000-0000").await.status, 200);
    }
    let lines = logs::since(start);
    let audited =
        lines.iter().filter(|line| line.contains(r#""audit":"reviewer_code","number":"138****0000""#));
    assert!(audited.count() >= 3);
    assert_eq!(app.send_code("13800138000").await.outcome(), "sms_budget_exhausted");
}

#[tokio::test]
async fn past_its_day_a_reviewers_number_is_like_any_other() {
    let app = TestApp::with(&[SETTING]).await;
    app.clock.turn(12 * 60 * 60 - 1);
    app.send_code(REVIEWER).await;
    assert!(app.local.phones.sent().is_empty(), "the day's last second");
    app.clock.turn(61);
    assert_ne!(app.texted(REVIEWER).await, "123456");
    assert_eq!(app.send_code(REVIEWER).await.outcome(), "resend_too_soon");
}

#[tokio::test]
async fn guesses_at_a_fixed_code_are_bounded_too() {
    let app = TestApp::with(&[SETTING]).await;
    app.send_code(REVIEWER).await;
    for _ in 0..5 {
        assert_eq!(app.log_in("mallory", REVIEWER, "000000").await.outcome(), "code_incorrect");
    }
    assert_eq!(app.send_code(REVIEWER).await.body["expiresIn"], 300);
    assert_eq!(
        app.log_in("mallory", REVIEWER, "123456").await.outcome(),
        "too_many_attempts",
        "asking again helps nobody"
    );
    app.clock.turn(299);
    assert_eq!(app.send_code(REVIEWER).await.body["expiresIn"], 1);
    app.clock.turn(1);
    app.send_code(REVIEWER).await;
    assert_eq!(app.log_in("alice", REVIEWER, "123456").await.status, 200);
}

#[tokio::test]
async fn any_number_of_reviewers_log_in_each_with_an_account_that_no_number_is_bound_to() {
    let app = TestApp::with(&[SETTING]).await;
    app.send_code(REVIEWER).await;
    let mut accounts = BTreeSet::new();
    for nth in 0..8 {
        let reviewer = format!("reviewer{nth}");
        let first = app.log_in(&reviewer, REVIEWER, "123456").await;
        assert_eq!((first.status, &first.body["isNewUser"]), (200, &true.into()), "{reviewer}: {first:?}");
        let again = app.log_in(&reviewer, REVIEWER, "123456").await;
        assert_eq!(again.body["userId"], first.body["userId"]);
        accounts.insert(first.body["userId"].to_string());
    }
    assert_eq!(accounts.len(), 8);
    let users = app.local.dynamodb.items("users").await.unwrap().to_string();
    assert!(!users.contains(REVIEWER) && !users.contains("phone"), "{users}");
}

#[tokio::test]
async fn a_reviewers_account_takes_a_number_that_is_proved_and_an_account_keeps_its_own() {
    let app = TestApp::with(&[SETTING]).await;
    app.send_code(REVIEWER).await;
    let reviewer = app.log_in("alice", REVIEWER, "123456").await.body;
    let proved = app.logged_in("alice", "13800138000").await;
    assert_eq!((&proved["userId"], &proved["isNewUser"]), (&reviewer["userId"], &false.into()));
    assert_eq!(app.log_in("alice", REVIEWER, "123456").await.body["userId"], reviewer["userId"]);
    app.clock.turn(60);
    assert_eq!(app.logged_in("alice", "13800138000").await["userId"], reviewer["userId"]);
    let code = app.texted("13900139000").await;
    assert_eq!(app.log_in("bob", "13900139000", &code).await.body["isNewUser"], true);
}

#[tokio::test]
async fn right_guesses_at_a_fixed_code_leave_its_wrong_ones_bounded() {
    let app = TestApp::with(&[SETTING]).await;
    app.send_code(REVIEWER).await;
    for nth in 0..6 {
        app.log_in(&format!("reviewer{nth}"), REVIEWER, "123456").await;
    }
    for left in [4, 3, 2, 1, 0] {
        assert_eq!(app.log_in("mallory", REVIEWER, "000000").await.body["attemptsLeft"], left);
    }
    assert_eq!(app.log_in("mallory", REVIEWER, "123456").await.outcome(), "too_many_attempts");
    assert_eq!(app.log_in("reviewer0", REVIEWER, "123456").await.outcome(), "too_many_attempts");
}

#[tokio::test]
async fn the_same_code_of_two_numbers_looks_different_in_the_table() {
    let two = "+8613800000000=123456@2099-01-15,+8613800000001=123456@2099-01-15";
    let app = TestApp::with(&[("TEST_PHONE_NUMBERS", two)]).await;
    for number in [REVIEWER, "13800000001"] {
        app.send_code(number).await;
    }
    let items = app.local.dynamodb.items("codes").await.unwrap();
    let tags: BTreeSet<_> =
        items.as_array().unwrap().iter().map(|item| item["code"]["B"].to_string()).collect();
    assert_eq!(tags.len(), 2, "{items}");
}

#[tokio::test]
async fn a_malformed_list_stops_the_start_and_is_not_repeated() {
    let variables = vec![("TEST_PHONE_NUMBERS".to_owned(), "+8613812345678=654321".to_owned())];
    let error = Local::start(Options { variables, ..Options::default() }).await.err().unwrap().to_string();
    assert!(
        error.contains("TEST_PHONE_NUMBERS: entry 1")
            && !error.contains("654321")
            && !error.contains("12345678"),
        "{error}"
    );
}
