//! `openapi.json`: as the code is, and as the answers are. (`TestApp::post` holds every answer of the other tests to it.)

use std::{collections::BTreeSet, path::Path};

use serde_json::Value;
use shared::problem::ProblemCode;
use tests::{Answer, TestApp};

fn everything<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    found.push(value);
    match value {
        Value::Object(members) => members.values().for_each(|member| everything(member, found)),
        Value::Array(members) => members.iter().for_each(|member| everything(member, found)),
        _ => {}
    }
}

#[test]
fn the_committed_description_is_up_to_date() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi.json");
    assert!(
        std::fs::read_to_string(file).unwrap() == local::openapi::text(),
        "the contract has changed: cargo run -p local -- openapi > openapi.json"
    );
}

#[test]
fn every_problem_is_described_with_its_status_and_every_reference_leads_somewhere() {
    let document = local::openapi::document();
    let mut found = Vec::new();
    everything(&document, &mut found);
    let described: BTreeSet<_> = found
        .iter()
        .filter(|value| value["type"].as_str().is_some_and(|kind| kind.starts_with("urn:problem-type:")))
        .map(|problem| (problem["code"].as_str().unwrap(), problem["status"].as_u64().unwrap()))
        .collect();
    let catalogue = ProblemCode::ALL.iter().map(|code| (code.name(), code.status().into())).collect();
    assert_eq!(described, catalogue);
    for reference in found.iter().filter_map(|value| value["$ref"].as_str()) {
        assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
    }
}

#[test]
fn every_example_of_an_answer_has_the_fields_of_its_type() {
    let document = local::openapi::document();
    for path in ["send-code", "exchange-code", "login"] {
        let content = document
            .pointer(&format!("/paths/~1{path}/post/responses/200/content/application~1json"))
            .unwrap();
        tests::described::check(&document, &content["schema"], &content["example"]);
    }
}

#[tokio::test]
async fn it_is_served_with_a_page_to_read_it() {
    let app = TestApp::start().await;
    let served = Answer::of(app.request("GET", "/openapi.json")).await;
    assert_eq!(served.body, local::openapi::document());
    let page = app.request("GET", "/docs").send().await.unwrap();
    assert!(page.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    assert!(page.text().await.unwrap().contains("openapi.json"));
}

#[tokio::test]
async fn what_checks_the_tokens_is_as_described() {
    let app = TestApp::start().await;
    for path in ["/.well-known/jwks.json", "/.well-known/openid-configuration"] {
        let answer = Answer::of(app.request("GET", path)).await;
        assert_eq!(answer.status, 200);
        tests::described::answer("GET", path, &answer);
    }
}
