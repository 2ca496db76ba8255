//! `openapi.json` matches the code. (`TestApp::post` checks every answer of the other tests against it.)

use std::{collections::BTreeSet, path::Path};

use serde_json::Value;
use shared::problem::ProblemCode;
use tests::{Answer, TestApp, described};

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

/// All places with a `schema` and an `example` or `examples`, as JSON pointers.
fn with_examples(pointer: &str, value: &Value, found: &mut Vec<String>) {
    if value.get("schema").is_some() && (value.get("example").is_some() || value.get("examples").is_some()) {
        found.push(pointer.to_owned());
        return;
    }
    for (name, member) in value.as_object().into_iter().flatten() {
        with_examples(&described::pointer(pointer, &[name]), member, found);
    }
}

#[test]
fn every_example_is_as_its_schema_says() {
    let document = local::openapi::document();
    let mut found = Vec::new();
    with_examples("", &document, &mut found);
    assert!(found.len() > 20);
    for place in found {
        let content = document.pointer(&place).unwrap();
        let several =
            content["examples"].as_object().into_iter().flatten().map(|(_, example)| &example["value"]);
        for example in content.get("example").into_iter().chain(several) {
            described::check(&described::pointer(&place, &["schema"]), example);
        }
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
async fn the_documents_that_verify_tokens_are_as_described() {
    let app = TestApp::start().await;
    for path in ["/.well-known/jwks.json", "/.well-known/openid-configuration"] {
        let answer = Answer::of(app.request("GET", path)).await;
        assert_eq!(answer.status, 200);
        described::answer("GET", path, &answer);
    }
}
