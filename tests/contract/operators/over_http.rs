//! No HTTP request is an operator's event, whatever a client writes into it.

use base64::{Engine, prelude::BASE64_STANDARD};
use local::Answered;
use serde_json::{Value, json};
use tests::{Answer, TestApp, events};

use super::{ACTS, audit};
use crate::accounts::FIRST;

/// All acts of an operator on an account, as a client may write them.
fn orders(user_id: &Value) -> Vec<Value> {
    let acts = ACTS.iter().map(|act| json!({ "operator": act, "userId": user_id }));
    acts.chain([json!({ "operator": "find", "phoneNumber": FIRST })]).collect()
}

#[tokio::test]
async fn no_request_over_http_is_an_operators_event() {
    let app = TestApp::start().await;
    let alice = app.logged_in("alice", FIRST).await;
    let stored = app.local.dynamodb.items("users").await.unwrap();
    for order in orders(&alice["userId"]) {
        let text = order.to_string();
        let operator = order["operator"].as_str().unwrap();
        let query = format!("operator={operator}&userId={}", alice["userId"].as_str().unwrap());
        let encoded = text.replace('{', "%7b").replace('}', "%7d").replace('"', "%22");
        let paths = [
            "/login".to_owned(),
            "/renew".into(),
            format!("/login?{query}&version=1.0&requestContext="),
            format!("/{encoded}"),
            format!("/login?{encoded}"),
            format!("/operator/{operator}"),
            "/2015-03-31/functions/login/invocations".into(),
        ];
        for path in paths {
            for (method, content_type) in [
                ("POST", "application/json"),
                ("POST", "application/octet-stream"),
                ("POST", "application/x-www-form-urlencoded"),
                ("DELETE", "text/plain"),
                ("GET", "application/json"),
            ] {
                for body in [text.clone(), BASE64_STANDARD.encode(&text), format!("{query}&{text}")] {
                    let request = app
                        .request(method, &path)
                        .header("content-type", content_type)
                        .header("operator", operator)
                        .header("userId", alice["userId"].as_str().unwrap())
                        .header("x-amz-invocation-type", "RequestResponse")
                        .header("cookie", format!("operator={operator}"))
                        .body(body);
                    let answer = Answer::of(request).await;
                    let is_refused = (400..500).contains(&answer.status) && answer.body["code"].is_string();
                    assert!(is_refused, "{method} {path}: {answer:?}");
                }
            }
        }
    }
    assert_eq!(app.local.dynamodb.items("users").await.unwrap(), stored);
    assert_eq!(audit(&alice["userId"]), [""; 0]);
}

#[tokio::test]
async fn an_event_of_api_gateways_is_a_request_whatever_else_is_in_it() {
    let app = TestApp::start().await;
    let alice = app.logged_in("alice", FIRST).await;
    let stored = app.local.dynamodb.items("users").await.unwrap();
    for order in orders(&alice["userId"]) {
        let mut event = events::with_body("login", &order);
        let mut encoded = event.clone();
        encoded["body"] = BASE64_STANDARD.encode(order.to_string()).into();
        encoded["isBase64Encoded"] = true.into();
        // Not even at the top level, which clients cannot write.
        event.as_object_mut().unwrap().extend(order.as_object().unwrap().clone());
        for event in [event.clone(), encoded] {
            let answer = app.local.functions.invoke("login", &event.to_string()).await.unwrap().unwrap();
            assert_eq!(answer.http().unwrap().status(), 400, "{event}");
        }
        // An event of API Gateway that has lost a part is invalid.
        for kept in ["version", "rawPath", "headers", "body"] {
            let mut part = order.clone();
            part[kept] = event[kept].clone();
            let refused = app.local.functions.invoke("login", &part.to_string()).await.unwrap_err();
            assert!(refused.to_string().contains("nor an operator's"), "{part}: {refused}");
        }
        for function in ["send-code", "exchange-code"] {
            let refused = app.local.functions.invoke(function, &order.to_string()).await.unwrap().unwrap();
            let Answered::Operator(refused) = refused else { panic!("{refused:?}") };
            assert!(
                refused["error"].as_str().unwrap().contains("use check"),
                "{function} knows no other act: {refused}"
            );
        }
    }
    assert_eq!(app.local.dynamodb.items("users").await.unwrap(), stored);
    assert_eq!(audit(&alice["userId"]), [""; 0]);
    let none = app.local.functions.invoke("login", r#"{ "operator": null }"#).await;
    assert!(none.is_err());
    assert!(matches!(
        app.local.functions.invoke("login", r#"{ "operator": "find" }"#).await,
        Ok(Some(Answered::Operator(_)))
    ));
}
