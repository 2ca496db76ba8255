//! `PHONE_CONFLICT=release`: a number that has changed hands goes to its new owner; the account stays with its creator.

use tests::TestApp;

use crate::accounts::{FIRST, SECOND, log_in, users};

const DAY: u64 = 24 * 60 * 60;

#[tokio::test]
async fn a_number_that_nobody_has_proved_for_ninety_days_goes_to_the_next_person_who_proves_it() {
    let app = TestApp::start().await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    app.clock.turn(90 * DAY - 60 - 1);
    assert_eq!(log_in(&app, "bob", FIRST).await.outcome(), "phone_taken", "the last second");
    app.clock.turn(1);
    let bob = log_in(&app, "bob", FIRST).await;
    assert_eq!((bob.status, &bob.body["isNewUser"]), (200, &true.into()));
    assert_ne!(bob.body["userId"], alice["userId"], "nobody inherits an account");
    insta::assert_snapshot!(users(&app).await, @"
    openid#app#alice: A 
    openid#app#bob: B +8613800138000
    phone#+8613800138000: B 
    user#A:  
    user#B:  +8613800138000
    ");

    assert_eq!(log_in(&app, "alice", FIRST).await.outcome(), "phone_taken");
    let moved = log_in(&app, "alice", SECOND).await;
    assert_eq!((moved.status, &moved.body["userId"]), (200, &alice["userId"]), "her account waited for her");
}

#[tokio::test]
async fn each_proof_keeps_the_number_for_another_ninety_days() {
    let app = TestApp::start().await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    app.clock.turn(80 * DAY);
    assert_eq!(log_in(&app, "alice", FIRST).await.body["userId"], alice["userId"]);
    app.clock.turn(80 * DAY);
    assert_eq!(log_in(&app, "bob", FIRST).await.outcome(), "phone_taken");
}

#[tokio::test]
async fn a_person_with_an_account_moves_it_to_a_released_number() {
    let app = TestApp::start().await;
    log_in(&app, "alice", FIRST).await;
    app.clock.turn(90 * DAY);
    let bob = log_in(&app, "bob", SECOND).await.body;
    let moved = log_in(&app, "bob", FIRST).await;
    assert_eq!((moved.status, &moved.body["userId"]), (200, &bob["userId"]));
    insta::assert_snapshot!(users(&app).await, @"
    openid#app#alice: A 
    openid#app#bob: B +8613800138000
    phone#+8613800138000: B 
    user#A:  
    user#B:  +8613800138000
    ");
}

#[tokio::test]
async fn where_the_deployment_rejects_a_number_is_never_released() {
    let app = TestApp::with(&[("PHONE_CONFLICT", "reject")]).await;
    log_in(&app, "alice", FIRST).await;
    app.clock.turn(400 * DAY);
    assert_eq!(log_in(&app, "bob", FIRST).await.outcome(), "phone_taken");
}
