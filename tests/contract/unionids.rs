//! One person in several mini programs: with the account's unionid and number, another openid joins the account.

use std::time::Duration;

use local::dynamodb::Fault;
use serde_json::Value;
use tests::{Answer, TestApp};

use crate::{
    accounts::{FIRST, SECOND, log_in, token},
    apps::SECOND_APP,
    interleavings::{accounts, unionids},
};

const THERE: &str = "alice@wx2222222222222222";

/// Two mini programs of one Open Platform account.
async fn united(more: &[(&str, &str)]) -> TestApp {
    let app = TestApp::with(&[&[SECOND_APP], more].concat()).await;
    app.local.wechat.bind_to_open_platform();
    app
}

/// How many people each account has, and how many unionids name one.
async fn shape(app: &TestApp) -> (Vec<usize>, usize) {
    (accounts(app).await.into_iter().map(|(_, people)| people.len()).collect(), unionids(app).await)
}

fn is_account(answer: &Answer, account: &Value) {
    assert_eq!((answer.status, &answer.body["userId"]), (200, &account["userId"]), "{answer:?}");
    assert_eq!(answer.body["isNewUser"], false);
}

#[tokio::test]
async fn a_person_who_proves_the_accounts_number_in_another_mini_program_joins_it() {
    for conflict in ["release", "reject", "link"] {
        let app = united(&[("PHONE_CONFLICT", conflict)]).await;
        let alice = log_in(&app, "alice", FIRST).await.body;
        is_account(&log_in(&app, THERE, FIRST).await, &alice);
        assert_eq!(shape(&app).await, (vec![2], 1), "{conflict}");
    }
    let app = united(&[]).await;
    let alice = app.tap("alice", FIRST).await.body;
    is_account(&app.tap(THERE, FIRST).await, &alice);
}

#[tokio::test]
async fn a_renewal_in_the_second_mini_program_follows_the_first_login_there() {
    let app = united(&[]).await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    assert_eq!(app.renew(THERE).await.outcome(), "login_required");
    app.tap(THERE, FIRST).await;
    assert_eq!(app.renew(THERE).await.body["userId"], alice["userId"]);
    assert_eq!(app.log_out(token(&alice)).await.status, 204);
    assert_eq!(app.renew(THERE).await.status, 200, "a logout is one openid's");
}

#[tokio::test]
async fn another_number_is_another_account() {
    let app = united(&[]).await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    let other = log_in(&app, THERE, SECOND).await.body;
    assert_ne!(other["userId"], alice["userId"]);
    assert_eq!(shape(&app).await, (vec![1, 1], 1), "the unionid stays with the account that it was bound to");
}

#[tokio::test]
async fn somebody_elses_number_is_taken_whatever_the_unionid() {
    let app = united(&[]).await;
    log_in(&app, "bob", FIRST).await;
    assert_eq!(log_in(&app, "alice", FIRST).await.outcome(), "phone_taken");
    log_in(&app, "alice", SECOND).await;
    assert_eq!(log_in(&app, THERE, FIRST).await.outcome(), "phone_taken");
}

#[tokio::test]
async fn an_account_from_before_the_unionid_gets_it_at_the_next_login() {
    let app = TestApp::with(&[SECOND_APP]).await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    app.local.wechat.bind_to_open_platform();
    assert_eq!(log_in(&app, THERE, FIRST).await.outcome(), "phone_taken", "nothing says yet that it is her");
    is_account(&log_in(&app, "alice", FIRST).await, &alice);
    is_account(&log_in(&app, THERE, FIRST).await, &alice);
}

#[tokio::test]
async fn the_account_is_the_persons_from_each_of_their_mini_programs() {
    let app = united(&[]).await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    log_in(&app, THERE, FIRST).await;
    is_account(&log_in(&app, THERE, SECOND).await, &alice);
    is_account(&log_in(&app, "alice", SECOND).await, &alice);
    let there = app.renew(THERE).await.body;
    assert_eq!(app.delete_account(token(&there), THERE).await.status, 204);
    assert!(
        app.local.dynamodb.items("users").await.unwrap().as_array().unwrap().is_empty(),
        "all of it is gone"
    );
    assert_eq!(app.tap(THERE, FIRST).await.body["isNewUser"], true);
    assert_eq!(shape(&app).await, (vec![1], 1));
}

#[tokio::test]
async fn an_operators_deletion_takes_the_unionid_along() {
    let app = united(&[]).await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    app.act("delete", &alice["userId"]).await;
    assert!(app.local.dynamodb.items("users").await.unwrap().as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_unionid_that_has_changed_locks_nobody_out() {
    let app = united(&[]).await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    log_in(&app, THERE, FIRST).await;
    app.local.wechat.rebind_open_platform();
    is_account(&log_in(&app, "alice", FIRST).await, &alice);
    is_account(&log_in(&app, THERE, FIRST).await, &alice);
    is_account(&log_in(&app, THERE, SECOND).await, &alice);
    assert_eq!(shape(&app).await, (vec![2], 1), "the new unionid has taken the place of the old one");
}

#[tokio::test]
async fn a_new_unionid_unites_accounts_after_the_person_was_seen_with_it() {
    let app = united(&[]).await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    app.local.wechat.rebind_open_platform();
    assert_eq!(log_in(&app, THERE, FIRST).await.outcome(), "phone_taken");
    is_account(&log_in(&app, "alice", FIRST).await, &alice);
    is_account(&log_in(&app, THERE, FIRST).await, &alice);
}

#[tokio::test]
async fn a_unionid_that_names_another_account_is_left_there() {
    let app = TestApp::with(&[SECOND_APP]).await;
    let here = log_in(&app, "alice", FIRST).await.body;
    let there = log_in(&app, THERE, SECOND).await.body;
    app.local.wechat.bind_to_open_platform();
    is_account(&log_in(&app, THERE, SECOND).await, &there);
    is_account(&log_in(&app, "alice", FIRST).await, &here);
    assert_eq!(shape(&app).await, (vec![1, 1], 1));
}

#[tokio::test]
async fn a_person_who_joined_anothers_account_binds_no_unionid_to_it() {
    let app = united(&[("PHONE_CONFLICT", "link")]).await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    is_account(&log_in(&app, "bob", FIRST).await, &alice);
    assert_eq!(shape(&app).await, (vec![2], 1));
    app.local.wechat.rebind_open_platform();
    is_account(&log_in(&app, "bob", FIRST).await, &alice);
    let bob = log_in(&app, "bob@wx2222222222222222", SECOND).await.body;
    assert_eq!(bob["isNewUser"], true, "his unionid has named nothing yet");

    let app = TestApp::with(&[SECOND_APP, ("PHONE_CONFLICT", "link")]).await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    is_account(&log_in(&app, "bob", FIRST).await, &alice);
    app.local.wechat.bind_to_open_platform();
    is_account(&log_in(&app, "bob", FIRST).await, &alice);
    assert_eq!(shape(&app).await, (vec![2], 0), "nor to one that has none");
    is_account(&log_in(&app, "alice", FIRST).await, &alice);
    assert_eq!(shape(&app).await, (vec![2], 1));
}

#[tokio::test]
async fn a_person_who_leaves_anothers_account_binds_their_unionid_to_their_own() {
    let app = united(&[("PHONE_CONFLICT", "link")]).await;
    log_in(&app, "alice", FIRST).await;
    log_in(&app, "bob", FIRST).await;
    assert_eq!(log_in(&app, "bob", SECOND).await.body["isNewUser"], true);
    log_in(&app, "bob", SECOND).await;
    assert_eq!(shape(&app).await, (vec![1, 1], 2));
}

#[tokio::test]
async fn a_person_disabled_in_one_mini_program_gets_no_account_in_another() {
    let app = united(&[]).await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    app.act("disable", &alice["userId"]).await;
    for number in [FIRST, SECOND] {
        assert_eq!(log_in(&app, THERE, number).await.outcome(), "account_disabled");
    }
}

#[tokio::test]
async fn a_reviewer_has_no_unionid() {
    let app = united(&[("TEST_PHONE_NUMBERS", "+8613700137000=123456@2099-01-15")]).await;
    app.send_code("13700137000").await;
    assert_eq!(app.log_in("alice", "13700137000", "123456").await.status, 200);
    assert_eq!(shape(&app).await, (vec![1], 0));
}

#[tokio::test]
async fn first_logins_in_two_mini_programs_at_once_make_one_account() {
    let app = united(&[]).await;
    app.local.dynamodb.disturb(|_, _| Some(Fault::Slow(Duration::from_millis(100))));
    let (here, there) = tokio::join!(app.tap("alice", FIRST), app.tap(THERE, FIRST));
    assert_eq!((here.status, there.status), (200, 200));
    assert_eq!(here.body["userId"], there.body["userId"]);
    assert_eq!(shape(&app).await, (vec![2], 1));
}
