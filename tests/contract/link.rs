//! `PHONE_CONFLICT=link`: a person who proves a number joins its account, may leave it, and takes nothing along.

use tests::TestApp;

use crate::accounts::{FIRST, SECOND, log_in, users};

const LINK: (&str, &str) = ("PHONE_CONFLICT", "link");

#[tokio::test]
async fn a_person_who_proves_the_number_of_an_account_joins_it() {
    let app = TestApp::with(&[LINK]).await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    let bob = log_in(&app, "bob", FIRST).await.body;
    assert_eq!((&bob["userId"], &bob["isNewUser"]), (&alice["userId"], &false.into()));
    assert_eq!(log_in(&app, "bob", FIRST).await.body["userId"], alice["userId"]);
    insta::assert_snapshot!(users(&app).await, @"
    openid#app#alice: A +8613800138000
    openid#app#bob: A +8613800138000
    phone#+8613800138000: A 
    user#A:  +8613800138000
    ");
}

#[tokio::test]
async fn the_creator_moves_an_account_with_everybody_in_it() {
    let app = TestApp::with(&[LINK]).await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    log_in(&app, "bob", FIRST).await;
    log_in(&app, "alice", SECOND).await;
    insta::assert_snapshot!(users(&app).await, @"
    openid#app#alice: A +8613900139000
    openid#app#bob: A +8613900139000
    phone#+8613900139000: A 
    user#A:  +8613900139000
    ");
    assert_eq!(log_in(&app, "bob", SECOND).await.body["userId"], alice["userId"]);
    let carol = log_in(&app, "carol", FIRST).await.body;
    assert_eq!(carol["isNewUser"], true);
    assert_eq!(
        log_in(&app, "bob", FIRST).await.outcome(),
        "phone_taken",
        "a known person never joins another account"
    );
}

#[tokio::test]
async fn a_person_who_joined_may_leave_without_the_account_and_its_number() {
    let app = TestApp::with(&[LINK]).await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    log_in(&app, "mallory", FIRST).await;
    let left = log_in(&app, "mallory", SECOND).await;
    assert_eq!((left.status, &left.body["isNewUser"]), (200, &true.into()), "{left:?}");
    assert_ne!(left.body["userId"], alice["userId"]);

    let again = log_in(&app, "alice", FIRST).await;
    assert_eq!((again.status, &again.body["userId"]), (200, &alice["userId"]), "the first owner, as before");
    assert_eq!(log_in(&app, "mallory", SECOND).await.body["userId"], left.body["userId"]);
    assert_eq!(
        log_in(&app, "mallory", FIRST).await.outcome(),
        "phone_taken",
        "once left, they don't come back"
    );
    insta::assert_snapshot!(users(&app).await, @"
    openid#app#alice: A +8613800138000
    openid#app#mallory: B +8613900139000
    phone#+8613800138000: A 
    phone#+8613900139000: B 
    user#A:  +8613800138000
    user#B:  +8613900139000
    ");
}

#[tokio::test]
async fn nobody_leaves_an_account_for_a_number_that_is_taken() {
    let app = TestApp::with(&[LINK]).await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    log_in(&app, "bob", FIRST).await;
    log_in(&app, "carol", SECOND).await;
    assert_eq!(log_in(&app, "bob", SECOND).await.outcome(), "phone_taken");
    assert_eq!(log_in(&app, "bob", FIRST).await.body["userId"], alice["userId"]);
}
