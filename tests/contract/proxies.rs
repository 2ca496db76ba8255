//! `PROXY_SECRET`: behind a proxy, the limit by address counts the person's own address, and nobody can forge it.

use lambda_http::Body;
use serde_json::{Value, json};
use tests::{Answer, TestApp, events, logs};

const SECRET: &str = "a-secret-of-this-test";
const PROXY: &str = "198.51.100.1";

async fn app() -> TestApp {
    TestApp::with(&[("IP_HOURLY_LIMIT", "1"), ("PROXY_SECRET", SECRET)]).await
}

/// The result of a request with these headers, which API Gateway got from `source`. Each request is for a new number.
async fn sent(app: &TestApp, source: &str, headers: &[(&str, &str)]) -> String {
    let number = format!("138{:08}", app.local.phones.sent().len());
    let mut event = events::with_body("send-code", &json!({ "phoneNumber": number }));
    event["requestContext"]["http"]["sourceIp"] = source.into();
    event["headers"].as_object_mut().unwrap().remove("x-forwarded-for");
    for (name, value) in headers {
        event["headers"][name] = (*value).into();
    }
    let answer = app.local.functions.invoke("send-code", &event.to_string()).await.unwrap().unwrap();
    let answer = answer.http().unwrap();
    let Body::Text(body) = answer.body() else { panic!("{answer:?}") };
    let body: Value = serde_json::from_str(body).unwrap();
    body["code"].as_str().unwrap_or("sent").to_owned()
}

/// The same through the proxy, which sends `forwarded`; API Gateway appends the proxy's address.
async fn by_proxy(app: &TestApp, secret: &str, forwarded: &str) -> String {
    let forwarded = format!("{forwarded}, {PROXY}");
    sent(app, PROXY, &[("x-proxy-secret", secret), ("x-forwarded-for", &forwarded)]).await
}

#[tokio::test]
async fn people_behind_one_proxy_are_limited_each_by_their_own_address() {
    let app = app().await;
    for (address, outcome) in [
        ("203.0.113.1", "sent"),
        ("203.0.113.2", "sent"),
        ("203.0.113.1", "ip_limit_reached"),
        ("192.0.2.66, 203.0.113.1", "ip_limit_reached"),
        ("2001:db8:1:2::1", "sent"),
        ("2001:db8:1:2:ffff::", "ip_limit_reached"),
        ("2001:db8:1:3::1", "sent"),
    ] {
        assert_eq!(by_proxy(&app, SECRET, address).await, outcome, "{address}");
    }
}

#[tokio::test]
async fn without_the_secret_nobody_is_believed_about_an_address() {
    let app = app().await;
    assert_eq!(by_proxy(&app, "another-secret-of-somebody", "203.0.113.1").await, "sent");
    for (headers, why) in [
        (vec![("x-proxy-secret", "another-secret-of-somebody")], "wrong"),
        (vec![("x-proxy-secret", "")], "empty"),
        (vec![("x-proxy-secret", "a-secret-of-this-tes")], "a part of it"),
        (vec![], "missing"),
    ] {
        let forged = [&headers[..], &[("x-forwarded-for", "203.0.113.2, 198.51.100.1")]].concat();
        assert_eq!(sent(&app, PROXY, &forged).await, "ip_limit_reached", "{why}");
    }
    let app = TestApp::with(&[("IP_HOURLY_LIMIT", "1")]).await;
    assert_eq!(by_proxy(&app, SECRET, "203.0.113.1").await, "sent");
    assert_eq!(
        by_proxy(&app, SECRET, "203.0.113.2").await,
        "ip_limit_reached",
        "a deployment without the setting"
    );
    assert_eq!(by_proxy(&app, "", "203.0.113.2").await, "ip_limit_reached");
}

#[tokio::test]
async fn an_unreadable_address_counts_as_the_proxys() {
    let app = app().await;
    assert_eq!(by_proxy(&app, SECRET, "junk").await, "sent");
    for junk in ["unknown", "203.0.113.2:443", "192.0.2.66, <script>", "", "203.0.113.2;"] {
        assert_eq!(by_proxy(&app, SECRET, junk).await, "ip_limit_reached", "{junk}");
    }
    assert_eq!(sent(&app, PROXY, &[("x-proxy-secret", SECRET)]).await, "ip_limit_reached", "no header");
}

#[tokio::test]
async fn while_the_secret_is_changed_the_old_one_and_the_new_one_hold() {
    let app = TestApp::with(&[
        ("IP_HOURLY_LIMIT", "1"),
        ("PROXY_SECRET", "the-new-one-of-this-test, the-old-one-of-this-test"),
    ]);
    let app = app.await;
    for (nth, (secret, is_believed)) in [
        ("the-old-one-of-this-test", true),
        ("the-new-one-of-this-test", true),
        ("the-new-one-of-this-test, the-old-one-of-this-test", true),
        ("the-new-one-of-this-test,a-third-one-of-this-test", true),
        ("a-third-one-of-this-test", false),
    ]
    .into_iter()
    .enumerate()
    {
        let (first, second) = (format!("203.0.113.{nth}"), format!("203.0.114.{nth}"));
        assert_eq!(by_proxy(&app, secret, &first).await, "sent", "{secret}");
        let outcome = if is_believed { "sent" } else { "ip_limit_reached" };
        assert_eq!(by_proxy(&app, secret, &second).await, outcome, "{secret}");
    }
}

#[tokio::test]
async fn over_http_the_gateways_own_entry_is_overlooked_and_the_secret_is_in_no_log() {
    let app = app().await;
    let before = logs::length();
    for (address, outcome) in
        [("203.0.113.1", "200"), ("203.0.113.2", "200"), ("203.0.113.2", "ip_limit_reached")]
    {
        let number = format!("138{:08}", app.local.phones.sent().len());
        let request = app.request("POST", "/send-code").header("x-proxy-secret", SECRET);
        let request =
            request.header("x-forwarded-for", address).body(json!({ "phoneNumber": number }).to_string());
        assert_eq!(Answer::of(request).await.outcome(), outcome);
    }
    assert!(logs::since(before).iter().all(|line| !line.contains(SECRET)));
}

#[tokio::test]
async fn a_secret_that_can_be_guessed_keeps_the_function_from_starting() {
    for secret in ["fifteen letters", "a-secret-with-enough-bytes,short", "a-secret-with-enough-bytes,"] {
        let variables = vec![("PROXY_SECRET".to_owned(), secret.to_owned())];
        let error = local::Local::start(tests::options(variables)).await.err().unwrap().to_string();
        assert!(
            error.contains("PROXY_SECRET is not a text of 16 bytes") && !error.contains("letters"),
            "{error}"
        );
    }
}
