//! Reads right after a write. A read that is not strongly consistent may see an older state: here, the state before the first
//! write of the test.

use tests::TestApp;

use crate::{accounts::log_in, interleavings::accounts};

const FIRST: &str = "13800138000";
const SECOND: &str = "13900139000";

#[tokio::test]
async fn a_person_is_known_at_once() {
    let app = TestApp::start().await;
    app.local.dynamodb.stop_replication().await.unwrap();
    let first = log_in(&app, "alice", FIRST).await.body;
    let again = log_in(&app, "alice", FIRST).await;
    assert_eq!(again.status, 200, "{again:?}");
    assert_eq!((&again.body["userId"], &again.body["isNewUser"]), (&first["userId"], &false.into()));
}

#[tokio::test]
async fn a_login_with_the_number_before_last_moves_the_account_back() {
    let app = TestApp::start().await;
    log_in(&app, "alice", FIRST).await;
    app.local.dynamodb.stop_replication().await.unwrap();
    for number in [SECOND, FIRST] {
        assert_eq!(log_in(&app, "alice", number).await.status, 200);
        assert_eq!(accounts(&app).await.first().unwrap().0, format!("+86{number}"));
    }
}

#[tokio::test]
async fn an_account_moves_with_whoever_has_just_joined_it() {
    let app = TestApp::with(&[("PHONE_CONFLICT", "link")]).await;
    log_in(&app, "alice", FIRST).await;
    app.local.dynamodb.stop_replication().await.unwrap();
    log_in(&app, "bob", FIRST).await;
    assert_eq!(log_in(&app, "alice", SECOND).await.status, 200);
    let accounts = accounts(&app).await;
    let (number, people) = accounts.first().unwrap();
    assert_eq!((number.as_str(), people.len()), ("+8613900139000", 2));
}
