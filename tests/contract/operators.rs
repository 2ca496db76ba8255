//! Operators' acts by invoking `login` directly.

use std::time::Duration;

use futures_util::future::join_all;
use local::dynamodb::Fault;
use serde_json::{Value, json};
use tests::{TestApp, logs};

use crate::{
    accounts::{FIRST, SECOND, log_in, token},
    interleavings::accounts,
};

mod over_http;
mod races;

const ACTS: [&str; 4] = ["disable", "enable", "sign-out", "delete"];

/// The audit lines of this account, without the parts that differ from run to run.
fn audit(user_id: &Value) -> Vec<String> {
    let lines = logs::since(0);
    let lines = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let of_operators = lines.filter(|line| {
        line["user_id"] == *user_id
            && line["audit"].as_str().is_some_and(|audit| audit.starts_with("operator"))
    });
    let told = of_operators.map(|line| {
        assert_eq!(line["request_id"].as_str().unwrap().len(), 36, "{line}");
        [&line["audit"], &line["cause"]].into_iter().filter_map(Value::as_str).collect::<Vec<_>>().join(": ")
    });
    told.collect()
}

#[tokio::test]
async fn an_account_is_found_by_its_id_its_number_and_its_openids() {
    let app = TestApp::with(&[("PHONE_CONFLICT", "link")]).await;
    let code = app.texted(FIRST).await;
    let alice = app.log_in("alice", FIRST, &code).await.body;
    let bob = log_in(&app, "bob", FIRST).await.body;
    app.log_out(token(&bob)).await;

    let mut found = app.operate(&json!({ "operator": "find", "userId": alice["userId"] })).await;
    for event in [
        json!({ "operator": "find", "phoneNumber": FIRST }),
        json!({ "operator": "find", "phoneNumber": format!("+86{FIRST}") }),
        json!({ "operator": "find", "userId": alice["userId"].as_str().unwrap().to_uppercase() }),
    ] {
        assert_eq!(app.operate(&event).await, found, "{event}");
    }
    for name in ["alice", "bob"] {
        assert_eq!(app.look_up(name).await, found);
    }

    let openids = found["openids"].take();
    let of = |name| {
        let openid = app.local.wechat.openid(name);
        openids.as_array().unwrap().iter().find(|found| found["openid"] == openid.as_str()).unwrap().clone()
    };
    let (app_id, openid) = (app.variable("WECHAT_APP_ID"), |name| app.local.wechat.openid(name));
    let proved_at = "2099-01-15T12:00:00Z";
    assert_eq!(
        found,
        json!({
            "userId": alice["userId"],
            "phoneNumber": "+8613800138000",
            "createdAt": proved_at,
            "disabled": false,
            "openids": null,
        })
    );
    assert_eq!(openids.as_array().unwrap().len(), 2);
    let told = json!({ "appId": app_id, "openid": openid("alice"), "provedAt": proved_at });
    assert_eq!(of("alice"), told);
    let told = json!({ "appId": app_id, "openid": openid("bob"), "provedAt": null });
    assert_eq!(of("bob"), told, "logged out");
    assert_eq!(audit(&alice["userId"]), ["operator_find"; 6], "who was looked at, however they were found");
}

#[tokio::test]
async fn a_disabled_person_cannot_log_in_renew_look_or_delete_until_enabled() {
    let app = TestApp::start().await;
    let code = app.texted(FIRST).await;
    let alice = app.log_in("alice", FIRST, &code).await.body;
    let done = app.act("disable", &alice["userId"]).await;
    assert_eq!(done, json!({ "operator": "disable", "userId": alice["userId"], "openids": 1 }));
    assert_eq!(app.act("disable", &alice["userId"]).await, done, "an operator who repeats it");
    assert_eq!(app.look_up("alice").await["disabled"], true);

    insta::assert_snapshot!(app.log_in("alice", FIRST, &code).await.snapshot(), @r#"
    403
    cache-control: no-store
    content-type: application/problem+json
    {
      "code": "account_disabled",
      "detail": "该账号已被停用，请联系客服。",
      "requestId": "[requestId]",
      "status": 403,
      "title": "Account disabled",
      "type": "urn:problem-type:account_disabled"
    }
    "#);
    assert_eq!(app.renew("alice").await.outcome(), "account_disabled");
    assert_eq!(app.account(token(&alice)).await.outcome(), "account_disabled");
    assert_eq!(app.delete_account(token(&alice), "alice").await.outcome(), "account_disabled");
    assert_eq!(log_in(&app, "alice", SECOND).await.outcome(), "account_disabled", "by another number");
    assert_eq!(accounts(&app).await.len(), 1);

    app.act("enable", &alice["userId"]).await;
    assert_eq!(app.account(token(&alice)).await.status, 200);
    assert_eq!(app.renew("alice").await.status, 200);
    assert_eq!(log_in(&app, "alice", FIRST).await.body["userId"], alice["userId"]);
    assert_eq!(app.delete_account(token(&alice), "alice").await.status, 204);
    assert_eq!(
        audit(&alice["userId"]),
        ["operator_disable", "operator_disable", "operator_find", "operator_enable"]
    );
}

#[tokio::test]
async fn a_disabled_person_may_log_out_and_stays_disabled() {
    let app = TestApp::start().await;
    let alice = app.logged_in("alice", FIRST).await;
    app.act("disable", &alice["userId"]).await;
    assert_eq!(app.log_out(token(&alice)).await.status, 204);
    assert_eq!(app.account(token(&alice)).await.outcome(), "token_invalid");
    assert_eq!(app.renew("alice").await.outcome(), "account_disabled");
}

#[tokio::test]
async fn a_disabled_account_is_disabled_for_all_its_openids_and_nobody_joins_it() {
    let app = TestApp::with(&[("PHONE_CONFLICT", "link"), ("PHONE_DAILY_LIMIT", "1000")]).await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    log_in(&app, "bob", FIRST).await;
    assert_eq!(app.act("disable", &alice["userId"]).await["openids"], 2);
    for name in ["alice", "bob", "carol"] {
        assert_eq!(log_in(&app, name, FIRST).await.outcome(), "account_disabled", "{name}");
    }
    assert_eq!(
        log_in(&app, "bob", SECOND).await.outcome(),
        "account_disabled",
        "he does not leave it either"
    );
    app.act("enable", &alice["userId"]).await;
    for name in ["alice", "bob", "carol"] {
        assert_eq!(log_in(&app, name, FIRST).await.body["userId"], alice["userId"]);
    }
}

#[tokio::test]
async fn a_disabled_account_keeps_its_number_however_long_nobody_proves_it() {
    let app = TestApp::start().await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    app.act("disable", &alice["userId"]).await;
    app.clock.turn(400 * 24 * 60 * 60);
    assert_eq!(log_in(&app, "bob", FIRST).await.outcome(), "phone_taken");
    app.act("enable", &alice["userId"]).await;
    assert_eq!(log_in(&app, "bob", FIRST).await.status, 200, "the rule holds again");
}

#[tokio::test]
async fn an_operator_signs_all_openids_out_and_all_may_log_in_again() {
    let app = TestApp::with(&[("PHONE_CONFLICT", "link")]).await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    let bob = log_in(&app, "bob", FIRST).await.body;
    let done = app.act("sign-out", &alice["userId"]).await;
    assert_eq!(done, json!({ "operator": "sign-out", "userId": alice["userId"], "openids": 2 }));
    for (name, answer) in [("alice", &alice), ("bob", &bob)] {
        assert_eq!(app.account(token(answer)).await.outcome(), "token_invalid");
        assert_eq!(app.renew(name).await.outcome(), "login_required");
        assert_eq!(log_in(&app, name, FIRST).await.body["userId"], alice["userId"]);
    }
    assert_eq!(audit(&alice["userId"]), ["operator_sign_out"]);
}

#[tokio::test]
async fn an_operator_deletes_an_account_of_fifty_openids_disabled_or_not() {
    let app = TestApp::with(&[("PHONE_CONFLICT", "link"), ("PHONE_DAILY_LIMIT", "1000")]).await;
    let alice = log_in(&app, "alice", FIRST).await.body;
    for nth in 1..50 {
        log_in(&app, &format!("guest{nth}"), FIRST).await;
    }
    for act in ["disable", "delete"] {
        assert_eq!(app.act(act, &alice["userId"]).await["openids"], 50);
    }
    assert_eq!(app.local.dynamodb.items("users").await.unwrap(), json!([]));
    assert_eq!(app.account(token(&alice)).await.outcome(), "token_invalid");
    let again = log_in(&app, "alice", FIRST).await.body;
    assert_eq!(again["isNewUser"], true);
    let refused = app.act("delete", &alice["userId"]).await;
    assert_eq!(refused, json!({ "error": "there is no such account" }));
    assert_eq!(app.account(token(&again)).await.status, 200);
    assert_eq!(
        audit(&alice["userId"]),
        ["operator_disable", "operator_delete", "operator_refused: there is no such account"]
    );
}

#[tokio::test]
async fn an_operators_mistakes_are_answered_in_words() {
    let app = TestApp::start().await;
    let nobody = "00000000-0000-4000-8000-000000000000";
    let openid = app.local.wechat.openid("alice");
    let acts = "operator: use check, find, disable, enable, sign-out or delete";
    let by_one = "find: give one of userId, phoneNumber and openid";
    let alone = "delete: give userId and nothing else";
    for (event, words) in [
        (json!({ "operator": "ban", "userId": nobody }), acts),
        (json!({ "operator": ["delete"], "userId": nobody }), acts),
        (json!({ "operator": "find" }), by_one),
        (json!({ "operator": "find", "userId": nobody, "phoneNumber": FIRST }), by_one),
        (json!({ "operator": "find", "userId": nobody, "appId": "wx0" }), by_one),
        (json!({ "operator": "find", "userId": 1 }), "userId: not valid"),
        (json!({ "operator": "find", "userId": "" }), "userId: not valid"),
        (json!({ "operator": "find", "phoneNumber": 13 }), "phoneNumber: not valid"),
        (json!({ "operator": "find", "phoneNumber": "12" }), "phoneNumber: not a possible mobile number"),
        (json!({ "operator": "find", "openid": "a#b", "appId": "wx0" }), "openid: not valid"),
        (json!({ "operator": "find", "openid": openid, "appId": "w#x" }), "appId: not valid"),
        (
            json!({ "operator": "find", "openid": openid }),
            "openid: also give appId, the AppID of the mini program that the openid belongs to",
        ),
        (json!({ "operator": "delete" }), alone),
        (json!({ "operator": "delete", "phoneNumber": FIRST }), alone),
        (json!({ "operator": "delete", "userId": nobody, "openid": openid }), alone),
        (json!({ "operator": "find", "userId": nobody }), "there is no such account"),
        (json!({ "operator": "find", "phoneNumber": FIRST }), "there is no such account"),
        (json!({ "operator": "find", "openid": openid, "appId": "wx0" }), "there is no such account"),
    ] {
        assert_eq!(app.operate(&event).await, json!({ "error": words }), "{event}");
    }
    for act in ACTS {
        assert_eq!(app.act(act, &nobody.into()).await, json!({ "error": "there is no such account" }));
    }
    app.local.dynamodb.disturb(|_, _| Some(Fault::Throttle));
    let refused = app.operate(&json!({ "operator": "find", "userId": nobody })).await;
    assert_eq!(refused, json!({ "error": "the account could not be read or written" }));
}

#[tokio::test]
async fn an_account_is_disabled_as_a_whole_whatever_runs_at_the_same_time() {
    for delay in 0..6_u64 {
        let app = TestApp::with(&[("PHONE_CONFLICT", "link")]).await;
        let alice = log_in(&app, "alice", FIRST).await.body;
        app.clock.turn(60);
        let (first, second) = (app.texted(FIRST).await, app.texted(SECOND).await);
        app.local.dynamodb.disturb(move |call, _| {
            Some(Fault::Slow(Duration::from_millis((call as u64 * 7 + delay * 5) % 30)))
        });
        let (done, _, _, _) = tokio::join!(
            app.act("disable", &alice["userId"]),
            app.log_in("alice", SECOND, &second),
            app.log_in("bob", FIRST, &first),
            join_all((0..3).map(|_| app.renew("alice"))),
        );
        assert_eq!(done["operator"], "disable", "{done}");
        accounts(&app).await;
        assert_eq!(app.renew("alice").await.outcome(), "account_disabled");
    }
}
