//! `send-code` from the API Gateway event to the answer, on an embedded DynamoDB and an SNS that speaks its protocol.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use lambda_http::{Body, Response, request};
use send_code::{Config, SendCode, sms::Sms};
use serde_json::{Value, json};
use shared::{clock::Clock, clock::Timestamp, config::Env, random::SystemRandom};

/// Noon UTC; a test that wants it later says so.
struct TestClock(Mutex<Timestamp>);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// What the phone network was handed, and the error code it answers next.
#[derive(Default)]
struct Network {
    messages: Mutex<Vec<HashMap<String, String>>>,
    refuse: Mutex<Option<(u16, &'static str, &'static str)>>,
}

impl Network {
    fn publish(&self, body: &[u8]) -> (axum::http::StatusCode, String) {
        if let Some((status, code, message)) = self.refuse.lock().unwrap().take() {
            let body = format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
                 <RequestId>r</RequestId></ErrorResponse>"
            );
            return (axum::http::StatusCode::from_u16(status).unwrap(), body);
        }
        self.messages.lock().unwrap().push(form_urlencoded::parse(body).into_owned().collect());
        let body = "<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult>\
                    <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishResponse>";
        (axum::http::StatusCode::OK, body.to_owned())
    }
}

struct TestApp {
    function: SendCode,
    clock: Arc<TestClock>,
    network: Arc<Network>,
}

impl TestApp {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let dynamodb = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(dynoxide::server::serve_on(listener, dynoxide::Database::memory().unwrap()));

        let network = Arc::new(Network::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sns = format!("http://{}", listener.local_addr().unwrap());
        let publish = network.clone();
        let router = axum::Router::new()
            .fallback(move |body: axum::body::Bytes| async move { publish.publish(&body) });
        tokio::spawn(async move { axum::serve(listener, router).await });

        let credentials = aws_credential_types::Credentials::for_tests();
        let dynamodb = aws_sdk_dynamodb::Client::from_conf(
            aws_sdk_dynamodb::Config::builder()
                .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::v2026_01_12())
                .region(aws_sdk_dynamodb::config::Region::from_static("local"))
                .credentials_provider(credentials.clone())
                .endpoint_url(dynamodb)
                .build(),
        );
        let sns = aws_sdk_sns::Client::from_conf(
            aws_sdk_sns::Config::builder()
                .behavior_version(aws_sdk_sns::config::BehaviorVersion::v2026_01_12())
                .region(aws_sdk_sns::config::Region::from_static("local"))
                .credentials_provider(credentials)
                .endpoint_url(sns)
                .build(),
        );
        create_codes(&dynamodb).await;
        let variables = [
            ("CODES_TABLE", "codes"),
            ("CODE_PEPPER", "a pepper for these tests"),
            ("SMS_SENDER_ID", "MyApp"),
            ("SMS_MAX_PRICE_USD", "0.05"),
        ];
        let config = Env::new(variables.map(|(name, value)| (name.into(), value.into())))
            .settings(Config::read)
            .unwrap();
        let clock = Arc::new(TestClock(Mutex::new(Timestamp::from_unix(1_800_014_400))));
        let sms = Sms::sns(sns, config.attributes.clone());
        let function = SendCode::new(config, dynamodb, sms, clock.clone(), Arc::new(SystemRandom));
        Self { function, clock, network }
    }

    async fn post(&self, body: &str) -> (u16, Value) {
        let answer = self.call("POST", "/send-code", "zh-CN", body).await;
        (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap())
    }

    async fn send(&self, number: &str) -> (u16, Value) {
        self.post(&json!({ "phoneNumber": number }).to_string()).await
    }

    async fn call(&self, method: &str, path: &str, language: &str, body: &str) -> Response<Body> {
        let event = json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": "",
            "headers": { "content-type": "text/plain", "accept-language": language },
            "requestContext": {
                "accountId": "0", "apiId": "a", "domainName": "api.test", "domainPrefix": "api", "stage": "$default",
                "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "t" },
                "requestId": "request-1", "routeKey": "$default", "time": "", "timeEpoch": 0
            },
            "body": body,
            "isBase64Encoded": false
        });
        self.function.handle(request::from_str(&event.to_string()).unwrap()).await
    }
}

async fn create_codes(dynamodb: &aws_sdk_dynamodb::Client) {
    let key = KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash).build().unwrap();
    let pk = AttributeDefinition::builder().attribute_name("pk").attribute_type(ScalarAttributeType::S);
    dynamodb
        .create_table()
        .table_name("codes")
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(key)
        .attribute_definitions(pk.build().unwrap())
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_number_gets_its_code_in_one_transactional_message() {
    let app = TestApp::start().await;
    let answer = app.call("POST", "/send-code", "zh", r#"{"phoneNumber":"138 0013 8000","more":1}"#).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(
        serde_json::from_slice::<Value>(answer.body()).unwrap(),
        json!({"expiresIn": 300, "resendAfter": 60})
    );

    let message = app.network.messages.lock().unwrap().pop().unwrap();
    assert_eq!(message["PhoneNumber"], "+8613800138000");
    let code: String = message["Message"].chars().filter(char::is_ascii_digit).take(6).collect();
    assert_eq!(message["Message"], format!("您的验证码是 {code}，5 分钟内有效。请勿告诉他人。"));
    let attributes: Vec<_> = message.values().map(String::as_str).collect();
    for expected in [
        "AWS.SNS.SMS.SMSType",
        "Transactional",
        "AWS.SNS.SMS.SenderID",
        "MyApp",
        "AWS.SNS.SMS.MaxPrice",
        "0.05",
    ] {
        assert!(attributes.contains(&expected), "{expected} is not in {attributes:?}");
    }
}

#[tokio::test]
async fn a_second_code_waits_for_the_cooldown() {
    let app = TestApp::start().await;
    assert_eq!(app.send("13800138000").await.0, 200);
    let answer = app.call("POST", "/send-code", "en", r#"{"phoneNumber":"13800138000"}"#).await;
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.headers()["retry-after"], "60");
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    assert_eq!(
        serde_json::from_slice::<Value>(answer.body()).unwrap(),
        json!({
            "type": "urn:problem-type:resend_too_soon",
            "title": "Code sent a moment ago",
            "status": 429,
            "detail": "A code was sent a moment ago. Please try again in 60 seconds.",
            "code": "resend_too_soon",
            "requestId": "request-1",
            "retryAfter": 60
        })
    );
    *app.clock.0.lock().unwrap() = app.clock.now().plus(60);
    assert_eq!(app.send("13800138000").await.0, 200);
    assert_eq!(app.network.messages.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_send_that_the_provider_fails_can_be_repeated_at_once() {
    let app = TestApp::start().await;
    for (refusal, status, code) in [
        ((400, "OptedOut", "opted out"), 422, "sms_rejected"),
        ((400, "InvalidParameter", "Invalid parameter: PhoneNumber"), 422, "sms_rejected"),
        ((400, "InvalidParameter", "Invalid parameter: SenderID"), 503, "sms_unavailable"),
        ((403, "AuthorizationError", "no"), 503, "sms_unavailable"),
    ] {
        *app.network.refuse.lock().unwrap() = Some(refusal);
        let (answered, problem) = app.send("13800138000").await;
        assert_eq!((answered, &problem["code"]), (status, &json!(code)), "{refusal:?}");
    }
    assert_eq!(app.send("13800138000").await.0, 200);
}

#[tokio::test]
async fn what_is_no_request_for_a_code_is_told_why_and_sends_nothing() {
    let app = TestApp::start().await;
    let long = json!({ "phoneNumber": "1".repeat(5000) }).to_string();
    for (body, status, code) in [
        ("", 400, "invalid_request"),
        ("[]", 400, "invalid_request"),
        ("{}", 400, "invalid_request"),
        (r#"{"phoneNumber":" "}"#, 400, "invalid_request"),
        (r#"{"phoneNumber":13800138000}"#, 400, "invalid_request"),
        (r#"{"phoneNumber":"12345"}"#, 400, "invalid_phone_number"),
        (r#"{"phoneNumber":"+12015550123"}"#, 400, "unsupported_country"),
        (&long, 413, "payload_too_large"),
    ] {
        let (answered, problem) = app.post(body).await;
        assert_eq!((answered, &problem["code"]), (status, &json!(code)), "{problem}");
    }
    assert_eq!(app.call("POST", "/elsewhere", "", "").await.status(), 404);
    let get = app.call("GET", "/send-code", "", "").await;
    assert_eq!((get.status().as_u16(), &get.headers()["allow"]), (405, &"POST".parse().unwrap()));
    assert!(app.network.messages.lock().unwrap().is_empty());
}
