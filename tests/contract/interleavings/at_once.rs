//! Parallel requests must keep the rules that hold in any order.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures_util::future::join_all;
use local::dynamodb::Fault;
use tests::{Answer, wrong};

use super::{
    ATTEMPTS, Act, COOLDOWN, Conflict, NUMBERS, PEOPLE, Step, accounts, app,
    assert_token_is_for_a_stored_account, token,
};

/// The accounts that each person has logged in to.
fn let_in<'a>(
    round: &'a [Step],
    answers: &'a [Option<Answer>],
) -> impl Iterator<Item = (usize, String)> + use<'a> {
    std::iter::zip(round, answers).filter_map(|(step, answer)| match (step, answer) {
        (Step::LogIn { person, .. } | Step::Tap { person, .. } | Step::Renew { person }, Some(answer))
            if answer.status == 200 =>
        {
            Some((*person, answer.body["userId"].to_string()))
        }
        _ => None,
    })
}

/// Runs all steps of a round at once, with random delays of the calls to `DynamoDB`.
pub(super) async fn play(conflict: Conflict, rounds: &[Vec<Step>], delays: Vec<u8>) {
    let app = app(conflict).await;
    app.local.dynamodb.disturb(move |call, _| {
        Some(Fault::Slow(Duration::from_millis(u64::from(delays[call % delays.len()]))))
    });
    let mut codes: BTreeMap<usize, String> = BTreeMap::new();
    let mut tokens: BTreeMap<usize, String> = BTreeMap::new();
    for round in rounds {
        let sent_before = app.local.phones.sent().len();
        let answers = join_all(round.iter().map(async |step| {
            Some(match *step {
                Step::Send { number } | Step::FailedSend { number } => app.send_code(NUMBERS[number]).await,
                Step::LogIn { person, number, right } => {
                    let code = codes.get(&number).map_or("000000", String::as_str);
                    let guess = if right { code.to_owned() } else { wrong(code) };
                    app.log_in(PEOPLE[person], NUMBERS[number], &guess).await
                }
                Step::Tap { person, number } => app.tap(PEOPLE[person], NUMBERS[number]).await,
                Step::Rebind => {
                    app.local.wechat.rebind_open_platform();
                    return None;
                }
                Step::Renew { person } => app.renew(PEOPLE[person]).await,
                Step::LogOut { person, everywhere } => {
                    let body = serde_json::json!({ "everywhere": everywhere });
                    app.by_token("POST", "/logout", tokens.get(&person)?, Some(&body)).await
                }
                Step::Delete { person } => app.delete_account(tokens.get(&person)?, PEOPLE[person]).await,
                Step::Operate { person, act } => {
                    app.act(act.name(), &app.look_up(PEOPLE[person]).await["userId"]).await;
                    return None;
                }
                Step::Crash { .. } | Step::Turn { .. } => return None,
            })
        }))
        .await;
        accounts(&app).await;

        let deletes = round
            .iter()
            .any(|step| matches!(step, Step::Delete { .. } | Step::Operate { act: Act::Delete, .. }));
        let mut winners: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        let mut judged: BTreeMap<usize, usize> = BTreeMap::new();
        let mut sent: BTreeMap<usize, usize> = BTreeMap::new();
        for (step, answer) in std::iter::zip(round, &answers) {
            let Some(answer) = answer else { continue };
            assert!(answer.status < 500, "{step:?}: {answer:?}");
            if let (Step::LogIn { person, .. } | Step::Tap { person, .. } | Step::Renew { person }, 200) =
                (step, answer.status)
            {
                tokens.insert(*person, token(answer));
                // A person who leaves an account at that moment has logged in to both.
                let accounts = let_in(round, &answers).filter(|(other, _)| other == person);
                if !deletes && accounts.map(|(_, account)| account).collect::<BTreeSet<_>>().len() == 1 {
                    assert_token_is_for_a_stored_account(&app, PEOPLE[*person], answer).await;
                }
            }
            match *step {
                Step::Send { number } | Step::FailedSend { number } if answer.status == 200 => {
                    *sent.entry(number).or_default() += 1;
                }
                Step::LogIn { person, number, .. } => match answer.outcome().as_str() {
                    "200" | "phone_taken" | "account_disabled" => {
                        winners.entry(number).or_default().insert(person);
                    }
                    "code_incorrect" => *judged.entry(number).or_default() += 1,
                    _ => {}
                },
                _ => {}
            }
        }
        assert!(sent.values().all(|sent| *sent == 1), "one code within the cooldown");
        for (number, judged) in judged {
            let codes = 1 + sent.get(&number).copied().unwrap_or_default();
            assert!(judged <= ATTEMPTS * codes, "{judged} guesses at {codes} codes were judged");
        }
        assert!(winners.values().all(|winners| winners.len() == 1), "a code lets one openid in: {winners:?}");
        for message in &app.local.phones.sent()[sent_before..] {
            let number = NUMBERS.iter().position(|number| message.to.ends_with(number)).unwrap();
            codes.insert(number, message.text.chars().filter(char::is_ascii_digit).take(6).collect());
        }
        app.clock.turn(COOLDOWN);
    }
}
