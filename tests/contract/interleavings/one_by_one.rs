//! One request after another, compared with a model.

use std::collections::BTreeMap;

use local::{dynamodb::Fault, sns::Refusal};
use serde_json::json;
use shared::clock::Clock;
use tests::{TestApp, wrong};

use super::{
    Act, Conflict, NUMBERS, PEOPLE, Step, accounts, app, assert_token_is_for_a_stored_account,
    model::{Model, Settled},
    token, unionids,
};

pub(super) async fn play(conflict: Conflict, steps: &[Step]) {
    let app = app(conflict).await;
    let mut model = Model::new(conflict);
    // The last token of each person.
    let mut tokens: BTreeMap<usize, String> = BTreeMap::new();
    for step in steps {
        let now = app.clock.now().as_unix();
        match *step {
            Step::Turn { seconds } => app.clock.turn(seconds),
            Step::Send { number } => {
                let expected = model.send(number, now);
                assert_eq!(app.send_code(NUMBERS[number]).await.outcome(), expected, "{step:?}");
                if expected == "200" {
                    model.sent(number, app.last_code(), now);
                }
            }
            Step::FailedSend { number } => {
                let expected = match model.send(number, now) {
                    "200" => {
                        app.local.sns.refuse_next(Refusal { status: 400, code: "OptedOut", message: "" });
                        "sms_rejected"
                    }
                    refused => refused,
                };
                assert_eq!(app.send_code(NUMBERS[number]).await.outcome(), expected, "{step:?}");
            }
            Step::LogIn { person, number, right } => {
                let code = model.codes.get(&number).map_or_else(|| "000000".into(), |live| live.code.clone());
                let guess = if right { code } else { wrong(&code) };
                let expected = match model.guess(person, number, right, now) {
                    "200" => model.log_in(person, number, now),
                    refused => refused,
                };
                let answer = app.log_in(PEOPLE[person], NUMBERS[number], &guess).await;
                assert_eq!(answer.outcome(), expected, "{step:?}");
                if answer.status == 200 {
                    assert_token_is_for_a_stored_account(&app, PEOPLE[person], &answer).await;
                    tokens.insert(person, token(&answer));
                }
            }
            Step::Tap { person, number } => {
                let ticket = app.exchange_with(PEOPLE[person], NUMBERS[number]).await.ticket();
                for _ in 0..2 {
                    let answer = app.log_in_by(&ticket).await;
                    assert_eq!(answer.outcome(), model.log_in(person, number, now), "{step:?}");
                    if answer.status == 200 {
                        assert_token_is_for_a_stored_account(&app, PEOPLE[person], &answer).await;
                        tokens.insert(person, token(&answer));
                    }
                }
            }
            Step::Rebind => {
                app.local.wechat.rebind_open_platform();
                model.rebind();
            }
            Step::Renew { person } => {
                let answer = app.renew(PEOPLE[person]).await;
                assert_eq!(answer.outcome(), model.renew(person, now), "{step:?}");
                if answer.status == 200 {
                    assert_token_is_for_a_stored_account(&app, PEOPLE[person], &answer).await;
                    tokens.insert(person, token(&answer));
                }
            }
            Step::LogOut { person, everywhere } => {
                let Some(token) = tokens.get(&person) else { continue };
                log_out(&app, &mut model, person, token, everywhere).await;
            }
            Step::Delete { person } => {
                let Some(token) = tokens.get(&person) else { continue };
                delete(&app, &mut model, person, token).await;
            }
            Step::Operate { person, act } => operate(&app, &mut model, person, act).await,
            Step::Crash { person, number } => crash(&app, &mut model, person, number).await,
        }
        let name = |number: Option<(usize, u64)>| {
            number.map_or_else(String::new, |(number, _)| format!("+86{}", NUMBERS[number]))
        };
        let key = |person: &usize| {
            let app_id = PEOPLE[*person].split_once('@').map_or("wx0000000000000000", |(_, app_id)| app_id);
            format!("openid#{app_id}#{}", app.openid(PEOPLE[*person]))
        };
        let expected = model
            .accounts
            .iter()
            .map(|account| (name(account.number), account.people.keys().map(key).collect()));
        assert_eq!(accounts(&app).await, expected.collect(), "after {step:?}");
        assert_eq!(unionids(&app).await, model.unionids(), "after {step:?}");
    }
}

/// A login with the right code while all transactions fail.
async fn crash(app: &TestApp, model: &mut Model, person: usize, number: usize) {
    let now = app.clock.now().as_unix();
    let code = model.codes.get(&number).map_or_else(|| "000000".into(), |live| live.code.clone());
    let expected = match model.guess(person, number, true, now) {
        "200" => match model.settle(person, number, now) {
            Settled::Known => "200",
            Settled::Disabled => "account_disabled",
            _ => "service_unavailable",
        },
        refused => refused,
    };
    app.local.dynamodb.disturb(|_, operation| (operation == "TransactWriteItems").then_some(Fault::Throttle));
    let answer = app.log_in(PEOPLE[person], NUMBERS[number], &code).await;
    app.local.dynamodb.calm();
    assert_eq!(answer.outcome(), expected);
}

async fn log_out(app: &TestApp, model: &mut Model, person: usize, token: &str, everywhere: bool) {
    let before = model.token(person);
    assert_eq!(app.account(token).await.outcome(), before);
    let is_good = before != "token_invalid";
    let answer = app.by_token("POST", "/logout", token, Some(&json!({ "everywhere": everywhere }))).await;
    let expected = if is_good || !everywhere { "204" } else { "token_invalid" };
    assert_eq!(answer.outcome(), expected, "everywhere: {everywhere}");
    assert_eq!(app.account(token).await.outcome(), "token_invalid");
    if is_good {
        model.log_out(person, everywhere);
    }
}

async fn delete(app: &TestApp, model: &mut Model, person: usize, token: &str) {
    let before = model.token(person);
    assert_eq!(app.account(token).await.outcome(), before);
    let expected = if before == "200" || model.of(person).is_none() { "204" } else { before };
    assert_eq!(app.delete_account(token, PEOPLE[person]).await.outcome(), expected);
    if expected == "204" {
        model.delete(person);
    }
}

async fn operate(app: &TestApp, model: &mut Model, person: usize, act: Act) {
    let found = app.look_up(PEOPLE[person]).await;
    let disabled = model.of(person).map(|mine| model.accounts[mine].disabled);
    assert_eq!(found["disabled"].as_bool(), disabled, "{found}");
    if disabled.is_some() {
        assert_eq!(app.act(act.name(), &found["userId"]).await["operator"], act.name());
        model.operate(person, act);
    }
}
