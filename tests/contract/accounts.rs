//! Which account a login leads to, for all cases of openid and number.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use futures_util::future::join_all;
use local::dynamodb::Fault;
use serde_json::Value;
use tests::{Answer, TestApp};

use crate::interleavings::accounts;

pub(crate) const FIRST: &str = "13800138000";
pub(crate) const SECOND: &str = "13900139000";

/// The token of a successful login or renewal.
pub(crate) fn token(answer: &Value) -> &str {
    answer["token"].as_str().unwrap()
}

/// Gets a code for `number` and logs in with it, after any cooldown.
pub(crate) async fn log_in(app: &TestApp, name: &str, number: &str) -> Answer {
    app.clock.turn(60);
    let code = app.texted(number).await;
    app.log_in(name, number, &code).await
}

/// The users table: `key → account or number`, with accounts named in the order of creation.
pub(crate) async fn users(app: &TestApp) -> String {
    let items = app.local.dynamodb.items("users").await.unwrap();
    let text = |item: &Value, name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
    let mut accounts: Vec<_> =
        items.as_array().unwrap().iter().filter(|item| item["openids"].is_object()).collect();
    accounts.sort_by_key(|item| item["created_at"]["N"].as_str().unwrap().to_owned());
    let mut lines: Vec<_> = items
        .as_array()
        .unwrap()
        .iter()
        .map(|item| format!("{}: {} {}", text(item, "pk"), text(item, "user_id"), text(item, "phone")))
        .collect();
    for (name, account) in ["A", "B", "C"].iter().zip(accounts) {
        let id = text(account, "pk").replace("user#", "");
        for line in &mut lines {
            *line = line.replace(&id, name);
        }
    }
    for name in ["alice", "bob", "carol", "mallory"] {
        for line in &mut lines {
            *line = line.replace(&app.local.wechat.openid(name), name).replace("wx0000000000000000", "app");
        }
    }
    lines.sort();
    lines.join("\n")
}

#[tokio::test]
async fn a_new_openid_with_a_new_number_makes_an_account() {
    let app = TestApp::start().await;
    assert_eq!(log_in(&app, "alice", FIRST).await.body["isNewUser"], true);
    insta::assert_snapshot!(users(&app).await, @"
    openid#app#alice: A +8613800138000
    phone#+8613800138000: A 
    user#A:  +8613800138000
    ");
}

#[tokio::test]
async fn parallel_logins_by_one_openid_make_one_account() {
    let app = TestApp::start().await;
    let code = app.texted(FIRST).await;
    let answers = join_all((0..10).map(|_| app.log_in("alice", FIRST, &code))).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    assert!(answers.iter().all(|answer| answer.body["userId"] == answers[0].body["userId"]));
    assert_eq!(answers.iter().filter(|answer| answer.body["isNewUser"] == true).count(), 1);
    assert_eq!(app.local.dynamodb.items("users").await.unwrap().as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_number_moves_to_another_account_and_back() {
    let app = TestApp::start().await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    let moved = log_in(&app, "alice", SECOND).await.body;
    assert_eq!((&moved["userId"], &moved["isNewUser"]), (&alice["userId"], &false.into()));
    insta::assert_snapshot!(users(&app).await, @"
    openid#app#alice: A +8613900139000
    phone#+8613900139000: A 
    user#A:  +8613900139000
    ");

    let bob = log_in(&app, "bob", FIRST).await.body;
    assert_eq!(bob["isNewUser"], true, "the number that Alice has left is free");
    assert_eq!(log_in(&app, "bob", SECOND).await.outcome(), "phone_taken");
    assert_eq!(log_in(&app, "alice", FIRST).await.outcome(), "phone_taken");
    insta::assert_snapshot!(users(&app).await, @"
    openid#app#alice: A +8613900139000
    openid#app#bob: B +8613800138000
    phone#+8613800138000: B 
    phone#+8613900139000: A 
    user#A:  +8613900139000
    user#B:  +8613800138000
    ");

    log_in(&app, "bob", "13700137000").await;
    assert_eq!(log_in(&app, "alice", FIRST).await.body["userId"], alice["userId"]);
    insta::assert_snapshot!(users(&app).await, @"
    openid#app#alice: A +8613800138000
    openid#app#bob: B +8613700137000
    phone#+8613700137000: B 
    phone#+8613800138000: A 
    user#A:  +8613800138000
    user#B:  +8613700137000
    ");
}

#[tokio::test]
async fn a_new_openid_is_turned_away_from_a_number_that_has_an_account() {
    let app = TestApp::start().await;
    log_in(&app, "alice", FIRST).await;
    insta::assert_snapshot!(log_in(&app, "bob", FIRST).await.snapshot(), @r#"
    409
    cache-control: no-store
    content-type: application/problem+json
    {
      "code": "phone_taken",
      "detail": "该手机号已绑定其他账号。",
      "requestId": "[requestId]",
      "status": 409,
      "title": "Number taken",
      "type": "urn:problem-type:phone_taken"
    }
    "#);
}

#[tokio::test]
async fn only_one_of_two_openids_that_race_for_a_number_gets_it() {
    let app = TestApp::start().await;
    let alices = app.texted(FIRST).await;
    slow_transaction(&app, 0);
    let (alice, bob) = tokio::join!(app.log_in("alice", FIRST, &alices), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        log_in(&app, "bob", FIRST).await
    });
    assert_eq!((alice.outcome(), bob.outcome()), ("phone_taken".into(), "200".into()));
    assert_eq!(accounts(&app).await.len(), 1);
}

/// Delays the transaction with this number, counted from now, so that another request overtakes it.
fn slow_transaction(app: &TestApp, nth: usize) {
    let transactions = AtomicUsize::new(0);
    app.local.dynamodb.disturb(move |_, operation| {
        let hit = operation == "TransactWriteItems" && transactions.fetch_add(1, Ordering::Relaxed) == nth;
        hit.then_some(Fault::Slow(Duration::from_millis(600)))
    });
}

#[tokio::test]
async fn a_person_who_joins_while_the_account_moves_moves_with_it() {
    let app = TestApp::with(&[("PHONE_CONFLICT", "link")]).await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    app.clock.turn(60);
    let (first, second) = (app.texted(FIRST).await, app.texted(SECOND).await);
    slow_transaction(&app, 0);
    let (moved, joined) = tokio::join!(app.log_in("alice", SECOND, &second), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        app.log_in("bob", FIRST, &first).await
    });
    assert_eq!((&moved.body["userId"], &joined.body["userId"]), (&alice["userId"], &alice["userId"]));
    let accounts = accounts(&app).await;
    assert_eq!(accounts.len(), 1);
    assert!(accounts.iter().all(|(number, people)| number.ends_with(SECOND) && people.len() == 2));
}

#[tokio::test]
async fn nobody_joins_an_account_by_a_number_that_it_is_just_leaving() {
    let app = TestApp::with(&[("PHONE_CONFLICT", "link")]).await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    app.clock.turn(60);
    let (first, second) = (app.texted(FIRST).await, app.texted(SECOND).await);
    // Bob's first transaction finds the number taken; his second joins its account.
    slow_transaction(&app, 1);
    let (joined, moved) = tokio::join!(app.log_in("bob", FIRST, &first), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        app.log_in("alice", SECOND, &second).await
    });
    assert_eq!(moved.body["userId"], alice["userId"]);
    assert_eq!(joined.body["isNewUser"], true, "the number was free by then");
    assert_eq!(accounts(&app).await.len(), 2);
}

#[tokio::test]
async fn one_openid_that_races_itself_over_two_numbers_has_one_account() {
    let app = TestApp::start().await;
    let code = app.texted(FIRST).await;
    let other = app.texted(SECOND).await;
    let answers = join_all([
        app.log_in("alice", FIRST, &code),
        app.log_in("alice", SECOND, &other),
        app.log_in("alice", FIRST, &code),
        app.log_in("alice", SECOND, &other),
    ])
    .await;
    for answer in &answers {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.body["userId"], answers[0].body["userId"]);
    }
    assert_eq!(app.local.dynamodb.items("users").await.unwrap().as_array().unwrap().len(), 3);
}
