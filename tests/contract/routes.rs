//! The functions' routing tables: all other lists of calls must agree with them.

use std::{collections::BTreeSet, fs, path::Path};

use local::{DeployedRoute, routes};
use serde_json::Value;
use tests::events;

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)).unwrap()
}

/// A function's name in the template.
fn in_the_template(function: &str) -> &'static str {
    events::FUNCTIONS.iter().find(|(package, _)| *package == function).unwrap().1
}

#[test]
fn the_template_sends_every_call_to_its_function() {
    let template = file("template.yaml");
    let key_and_target = |route: &str| {
        let (key, rest) = route.split_once([',', '\n']).unwrap();
        let (_, target) = rest.split_once("integrations/${").unwrap();
        let (integration, _) = target.split_once("Integration}").unwrap();
        (key.trim().to_owned(), integration.to_owned())
    };
    let deployed: BTreeSet<_> = template.split("RouteKey: ").skip(1).map(key_and_target).collect();
    let ours = routes().map(|DeployedRoute { function, method, path }| {
        // ANY, so that the function answers wrong methods itself; public documents are read with GET.
        let method = if path.starts_with("/.well-known/") { method.as_str() } else { "ANY" };
        (format!("{method} {path}"), in_the_template(function).to_owned())
    });
    let default = [("$default".to_owned(), "Login".to_owned())];
    assert_eq!(deployed, ours.chain(default).collect());
}

#[test]
fn cargo_lambda_watch_sends_every_call_to_its_function() {
    let manifest = file("Cargo.toml");
    let (_, router) = manifest.split_once("[workspace.metadata.lambda.watch.router]\n").unwrap();
    let rows: BTreeSet<_> = router.lines().take_while(|line| !line.is_empty()).map(str::to_owned).collect();
    let ours = routes().map(|DeployedRoute { function, path, .. }| format!("{path:?} = {function:?}"));
    assert_eq!(rows, ours.collect());
}

#[test]
fn every_call_has_an_event_that_succeeds_and_every_event_a_call() {
    let events: Vec<_> = events::all()
        .into_iter()
        .map(|event| {
            let json: Value = serde_json::from_str(&event.json).unwrap();
            let asked = |member: &Value| member.as_str().unwrap().to_owned();
            let method = asked(&json["requestContext"]["http"]["method"]);
            (event.expected, (event.function.to_owned(), method, asked(&json["rawPath"])))
        })
        .collect();
    let ours: BTreeSet<_> = routes()
        .map(|route| (route.function.to_owned(), route.method.to_string(), route.path.to_owned()))
        .collect();
    let succeed = events.iter().filter(|(expected, _)| expected == "success").map(|(_, asked)| asked.clone());
    assert_eq!(succeed.collect::<BTreeSet<_>>(), ours);
    for (expected, asked) in &events {
        let has_call = !matches!(expected.as_str(), "not_found" | "method_not_allowed");
        assert_eq!(ours.contains(asked), has_call, "{expected}: {asked:?}");
    }
}

#[test]
fn every_call_is_described() {
    let document = local::openapi::document();
    for DeployedRoute { method, path, .. } in routes() {
        let described = &document["paths"][path][method.as_str().to_ascii_lowercase()];
        assert!(described["operationId"].is_string(), "{method} {path}");
    }
}
