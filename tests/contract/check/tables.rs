//! The tables: whether they exist, with their key and TTL.

use std::time::Duration;

use serde_json::{Value, json};
use tests::TestApp;

use super::{assert_fails, failed, found};

/// A call to the tables as their owner makes it, outside the functions.
async fn call(app: &TestApp, operation: &str, body: &Value) {
    let request = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().unwrap()
        .post(&app.local.dynamodb.endpoint)
        .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
        .header("content-type", "application/x-amz-json-1.0")
        .header(
            "authorization",
            format!(
                "AWS4-HMAC-SHA256 Credential={}/20990115/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
                app.variable("AWS_ACCESS_KEY_ID")
            ),
        )
        .header("x-amz-date", "20990115T120000Z");
    let answer = request.body(body.to_string()).send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert!(status.is_success(), "{operation}: {text}");
}

async fn make(app: &TestApp, name: &str, key: &str, of: &str) {
    let table = json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{ "AttributeName": key, "KeyType": "HASH" }],
        "AttributeDefinitions": [{ "AttributeName": key, "AttributeType": of }],
    });
    call(app, "CreateTable", &table).await;
}

#[tokio::test]
async fn a_missing_table_is_reported_by_its_setting() {
    let app = TestApp::start().await;
    for (function, setting) in
        [("send-code", "CODES_TABLE"), ("login", "CODES_TABLE"), ("login", "USERS_TABLE")]
    {
        let checks = found(&app, function, &[(setting, "nowhere")]).await;
        assert_fails(&checks, setting, &["no table nowhere"]);
    }
    let checks = found(&app, "login", &[("USERS_TABLE", "")]).await;
    assert_fails(&checks, "settings", &["USERS_TABLE is not set", "the function cannot start"]);
}

#[tokio::test]
async fn a_table_with_another_key_is_reported() {
    let app = TestApp::start().await;
    for (name, key, of) in [("other-name", "id", "S"), ("other-type", "pk", "N")] {
        make(&app, name, key, of).await;
        let checks = found(&app, "login", &[("USERS_TABLE", name)]).await;
        assert_fails(&checks, "USERS_TABLE", &["is not the single string pk", name]);
    }
}

#[tokio::test]
async fn a_codes_table_without_ttl_is_reported_and_a_users_table_needs_none() {
    let app = TestApp::start().await;
    make(&app, "endless", "pk", "S").await;
    let checks = found(&app, "send-code", &[("CODES_TABLE", "endless")]).await;
    assert_fails(
        &checks,
        "CODES_TABLE",
        &["never deletes items", "update-time-to-live --table-name endless"],
    );
    assert_eq!(failed(&found(&app, "login", &[("USERS_TABLE", "endless")]).await), []);
    let ttl = json!({ "AttributeName": "expires", "Enabled": true });
    call(&app, "UpdateTimeToLive", &json!({ "TableName": "endless", "TimeToLiveSpecification": ttl })).await;
    let checks = found(&app, "send-code", &[("CODES_TABLE", "endless")]).await;
    assert_fails(&checks, "CODES_TABLE", &["expires", "not by ttl"]);
}
