//! `DELETE /account`: nothing that names the person stays.

use futures_util::future::join_all;
use local::dynamodb::Fault;
use serde_json::json;
use tests::TestApp;

use crate::{
    accounts::{FIRST, SECOND, log_in, token},
    interleavings::accounts,
};

#[tokio::test]
async fn account_number_and_openid_are_gone_and_make_a_new_account_at_once() {
    let app = TestApp::start().await;
    let code = app.texted(FIRST).await;
    let alice = app.log_in("alice", FIRST, &code).await.body;
    let deleted = app.delete_account(token(&alice), "alice").await;
    insta::assert_snapshot!(deleted.snapshot(), @"
    204
    cache-control: no-store
    null
    ");
    assert_eq!(app.local.dynamodb.items("users").await.unwrap(), json!([]));
    assert_eq!(app.account(token(&alice)).await.outcome(), "token_invalid");
    assert_eq!(app.renew("alice").await.outcome(), "login_required");
    assert_eq!(app.delete_account(token(&alice), "alice").await.status, 204, "an answer that was lost");

    let again = app.log_in("alice", FIRST, &code).await.body;
    assert_eq!(again["isNewUser"], true);
    assert_ne!(again["userId"], alice["userId"]);
    assert_eq!(app.delete_account(token(&alice), "alice").await.outcome(), "token_invalid");
    assert_eq!(app.account(token(&again)).await.status, 200, "an old token deletes nothing new");
}

#[tokio::test]
async fn a_token_alone_deletes_nothing() {
    let app = TestApp::start().await;
    let alice = app.logged_in("alice", FIRST).await;
    assert_eq!(app.delete_account(token(&alice), "mallory").await.outcome(), "openid_mismatch");
    for body in [None, Some(json!({})), Some(json!({ "ticket": null }))] {
        let answer = app.by_token("DELETE", "/account", token(&alice), body.as_ref()).await;
        let expected = if body.is_none() { "invalid_request" } else { "ticket_required" };
        assert_eq!(answer.outcome(), expected);
    }
    app.log_out(token(&alice)).await;
    assert_eq!(app.delete_account(token(&alice), "alice").await.outcome(), "token_invalid", "logged out");
    assert_eq!(accounts(&app).await.len(), 1);
}

#[tokio::test]
async fn the_creator_deletes_an_account_for_everybody_and_others_only_leave_it() {
    let app = TestApp::with(&[("PHONE_CONFLICT", "link")]).await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    let bob = log_in(&app, "bob", FIRST).await.body;
    log_in(&app, "carol", FIRST).await;

    assert_eq!(app.delete_account(token(&bob), "bob").await.status, 204);
    assert_eq!(app.renew("bob").await.outcome(), "login_required");
    assert_eq!(app.account(token(&alice)).await.status, 200, "a guest deletes nobody's account");
    assert_eq!(accounts(&app).await.first().unwrap().1.len(), 2);

    assert_eq!(app.delete_account(token(&alice), "alice").await.status, 204);
    assert_eq!(app.local.dynamodb.items("users").await.unwrap(), json!([]));
}

#[tokio::test]
async fn an_account_of_fifty_openids_is_deleted_too() {
    let app = TestApp::with(&[("PHONE_CONFLICT", "link"), ("PHONE_DAILY_LIMIT", "1000")]).await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    for nth in 1..50 {
        assert_eq!(log_in(&app, &format!("guest{nth}"), FIRST).await.status, 200);
    }
    assert_eq!(log_in(&app, "guest50", FIRST).await.outcome(), "phone_taken");
    assert_eq!(app.delete_account(token(&alice), "alice").await.status, 204);
    assert_eq!(app.local.dynamodb.items("users").await.unwrap(), json!([]));
}

#[tokio::test]
async fn the_table_stays_consistent_whatever_runs_at_the_same_time() {
    for delay in 0..6_u64 {
        let app = TestApp::with(&[("PHONE_CONFLICT", "link")]).await;
        let alice = log_in(&app, "alice", FIRST).await.body;
        app.clock.turn(60);
        let (first, second) = (app.texted(FIRST).await, app.texted(SECOND).await);
        app.local.dynamodb.disturb(move |call, _| {
            Some(Fault::Slow(std::time::Duration::from_millis((call as u64 * 7 + delay * 5) % 30)))
        });
        let (deleted, _, _, _) = tokio::join!(
            app.delete_account(token(&alice), "alice"),
            app.log_in("alice", SECOND, &second),
            app.log_in("bob", FIRST, &first),
            join_all((0..3).map(|_| app.renew("alice"))),
        );
        assert!([204, 401].contains(&deleted.status), "{deleted:?}");
        accounts(&app).await;
    }
}

#[tokio::test]
async fn a_deletion_whose_answer_was_lost_is_repeated() {
    let app = TestApp::start().await;
    let alice = app.logged_in("alice", FIRST).await;
    let lost = std::sync::atomic::AtomicBool::new(false);
    app.local.dynamodb.disturb(move |_, operation| {
        let first =
            operation == "TransactWriteItems" && !lost.swap(true, std::sync::atomic::Ordering::Relaxed);
        first.then_some(Fault::LoseAnswer)
    });
    let answer = app.delete_account(token(&alice), "alice").await;
    assert!([204, 503].contains(&answer.status), "{answer:?}");
    assert_eq!(app.delete_account(token(&alice), "alice").await.status, 204);
    assert_eq!(app.local.dynamodb.items("users").await.unwrap(), json!([]));
}
