//! An operator disables an account while somebody is changing it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use local::dynamodb::Fault;
use tests::TestApp;
use tokio::sync::Notify;

use super::token;
use crate::{
    accounts::{FIRST, SECOND, log_in},
    interleavings::accounts,
};

/// Delays the first call of this operation, so that another request overtakes it; tells when it arrives.
fn hold(app: &TestApp, held: &'static str) -> Arc<Notify> {
    let (reached, is_first) = (Arc::new(Notify::new()), AtomicBool::new(true));
    let signal = reached.clone();
    app.local.dynamodb.disturb(move |_, operation| {
        let is_it = operation == held && is_first.swap(false, Ordering::Relaxed);
        is_it.then(|| {
            signal.notify_one();
            Fault::Slow(Duration::from_millis(500))
        })
    });
    reached
}

#[tokio::test]
async fn a_person_who_leaves_an_account_while_it_is_disabled_stays_in_it() {
    for held in ["GetItem", "TransactWriteItems"] {
        let app = TestApp::with(&[("PHONE_CONFLICT", "link")]).await;
        let alice = log_in(&app, "alice", FIRST).await.body;
        log_in(&app, "bob", FIRST).await;
        let second = app.texted(SECOND).await;
        let reached = hold(&app, held);
        let (left, done) = tokio::join!(app.log_in("bob", SECOND, &second), async {
            reached.notified().await;
            app.act("disable", &alice["userId"]).await
        });
        assert_eq!(done["openids"], 2);
        assert_eq!(left.outcome(), "account_disabled", "{held}");
        assert_eq!(accounts(&app).await.len(), 1, "{held}");
    }
}

#[tokio::test]
async fn an_account_that_is_disabled_while_it_moves_keeps_its_number() {
    for held in ["GetItem", "TransactWriteItems"] {
        let app = TestApp::start().await;
        let alice = log_in(&app, "alice", FIRST).await.body;
        let second = app.texted(SECOND).await;
        let reached = hold(&app, held);
        let (moved, _) = tokio::join!(app.log_in("alice", SECOND, &second), async {
            reached.notified().await;
            app.act("disable", &alice["userId"]).await
        });
        assert_eq!(moved.outcome(), "account_disabled", "{held}");
        assert!(accounts(&app).await.first().unwrap().0.ends_with(FIRST), "{held}");
    }
}

#[tokio::test]
async fn a_change_of_number_does_not_restore_a_session_that_a_logout_ended() {
    for held in ["GetItem", "TransactWriteItems"] {
        let app = TestApp::start().await;
        let before = log_in(&app, "alice", FIRST).await.body;
        let second = app.texted(SECOND).await;
        let reached = hold(&app, held);
        let (moved, _) = tokio::join!(app.log_in("alice", SECOND, &second), async {
            reached.notified().await;
            app.act("sign-out", &before["userId"]).await
        });
        assert_eq!(moved.status, 200, "{held}: {moved:?}");
        assert_eq!(app.account(token(&before)).await.outcome(), "token_invalid", "{held}");
        assert_eq!(app.account(token(&moved.body)).await.status, 200, "{held}");
    }
}
