//! Checks that the peers do the same work as `login`: the same requests to `DynamoDB` with the same items, the same
//! token, the same refusals. Otherwise their times could not be compared.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Map, Value, from_slice, from_str, json};
use tests::events::with_body;

use crate::{
    meter::{Exchange, Meter},
    starts::{Running, Stage},
    subjects::{self, Subject},
    system::System,
};

/// Fields that are not compared. Each peer may word them differently; their effect shows in the items.
const WORDING: [&str; 4] =
    ["ConditionExpression", "UpdateExpression", "ExpressionAttributeNames", "ExpressionAttributeValues"];

/// Prints the differences; true if there are none.
pub async fn check(emulator: &str, peers: &[Subject]) -> bool {
    let system = System::start(&[]).await;
    let meter = Meter::start(system.local.address).await;
    let variables = vec![("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), meter.url.clone())];
    let stage = Stage { emulator, system: &system, variables, under: Vec::new() };
    let [_, _, login] = subjects::ours();
    let expected = work(&stage, &meter, &login).await;
    let mut good = true;
    for peer in peers {
        for (found, expected) in work(&stage, &meter, peer).await.iter().zip(&expected) {
            let same = found == expected;
            good &= same;
            println!("{} {}: {}", if same { " " } else { "!" }, peer.name, found["asked"].as_str().unwrap());
            if !same {
                println!("  it does    {found}\n  login does {expected}");
            }
        }
    }
    good
}

/// A function's answer and calls for each kind of request.
async fn work(stage: &Stage<'_>, meter: &Meter, subject: &Subject) -> Vec<Value> {
    let running = stage.run(subject).await;
    let mut work = Vec::new();
    for (asked, body) in requests(stage.system).await {
        let answer = answered(&running, &body, meter).await;
        let mut calls: Vec<_> = meter.read().exchanges.iter().map(call).collect();
        // Concurrent calls come in any order.
        calls.sort_by_key(Value::to_string);
        work.push(json!({ "asked": asked, "answer": answer, "calls": calls }));
    }
    work
}

/// One request of each kind, by new people.
async fn requests(system: &System) -> [(&'static str, Value); 6] {
    let [new, mut wrong, mut forged, mut abroad, mut nobody] = [
        system.wants_in().await,
        system.wants_in().await,
        system.wants_in().await,
        system.wants_in().await,
        system.wants_in().await,
    ];
    let right: u32 = wrong["verifyCode"].as_str().unwrap().parse().unwrap();
    wrong["verifyCode"] = format!("{:06}", (right + 1) % 1_000_000).into();
    // The claims of another person with this ticket's signature.
    let (ticket, other) = (forged["ticket"].as_str().unwrap(), new["ticket"].as_str().unwrap());
    let claims = other.rsplit_once('.').unwrap().0;
    forged["ticket"] = format!("{claims}.{}", ticket.rsplit_once('.').unwrap().1).into();
    abroad["phoneNumber"] = "+85261234567".into();
    nobody["phoneNumber"] = "+86123".into();
    [
        ("a new person", new.clone()),
        ("the same again", new),
        ("a wrong code", wrong),
        ("a forged ticket", forged),
        ("a number of another country", abroad),
        ("an invalid number", nobody),
    ]
}

async fn answered(running: &Running, body: &Value, meter: &Meter) -> Value {
    meter.reset();
    let answer = running.answer(&with_body("login", body).to_string()).await;
    let mut answered: Map<String, Value> = answer["body"]
        .as_str()
        .and_then(|body| from_str(body).ok())
        .unwrap_or_else(|| panic!("no answer: {answer}; the log: {}", running.log()));
    if let Some(token) = answered.remove("token") {
        let parts = token.as_str().unwrap().split('.').take(2);
        let parts: Vec<Value> =
            parts.map(|part| from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()).collect();
        answered.insert("header".to_owned(), parts[0].clone());
        answered.insert("claims".to_owned(), claims(&parts[1]));
        answered.remove("userId");
    } else {
        // Of a problem, only its code counts: the peers have no texts.
        answered.retain(|name, _| name == "code");
    }
    json!({ "status": answer["statusCode"], "body": answered })
}

/// The claims. A value that is new in each token is replaced by its kind or length.
fn claims(claims: &Value) -> Value {
    let claims = claims.as_object().unwrap().iter().map(|(name, claim)| {
        let claim = match (name.as_str(), claim) {
            ("sub" | "sid" | "jti", Value::String(id)) => json!(id.len()),
            ("openid", Value::String(_)) => json!("openid"),
            ("iat" | "exp", Value::Number(_)) => json!("seconds"),
            _ => claim.clone(),
        };
        (name.clone(), claim)
    });
    claims.collect()
}

fn call(exchange: &Exchange) -> Value {
    json!({
        "operation": exchange.operation,
        "request": form(&exchange.request),
        "answer": form(&exchange.answer),
    })
}

/// A request or an answer with the values of attributes replaced by their kind; tables and options stay.
fn form(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(name, _)| !WORDING.contains(&name.as_str()));
            fields.map(|(name, value)| (name.clone(), attribute(name, value))).collect()
        }
        Value::Array(values) => values.iter().map(form).collect(),
        _ => value.clone(),
    }
}

fn attribute(tag: &str, value: &Value) -> Value {
    match (tag, value) {
        ("N", Value::String(_)) => json!("number"),
        ("S" | "B" | "ClientRequestToken", Value::String(text)) => kind(text),
        ("SS", Value::Array(texts)) => texts.iter().filter_map(Value::as_str).map(kind).collect(),
        _ => form(value),
    }
}

/// The first part of a key such as `user#…`, or the length of another text.
fn kind(text: &str) -> Value {
    text.split_once('#').map_or_else(|| json!(text.len()), |(kind, _)| json!(kind))
}
