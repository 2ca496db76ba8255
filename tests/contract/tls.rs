//! Which servers the functions trust: `DynamoDB` and SNS through the SDK, WeChat through reqwest.

use std::{fs, path::PathBuf};

use serde_json::json;
use tests::{TestApp, tls::TlsProxy};

/// A system whose functions reach the services of another system over TLS, and trust only `root`.
async fn by_tls(proxy: &TlsProxy, root: &str) -> TestApp {
    let here = format!("https://localhost:{}/_local", proxy.address.port());
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("root-{}.pem", proxy.address.port()));
    fs::write(&file, root).unwrap();
    TestApp::with(&[
        ("AWS_ENDPOINT_URL_DYNAMODB", &format!("{here}/dynamodb")),
        ("AWS_ENDPOINT_URL_SNS", &format!("{here}/sns")),
        ("WECHAT_API_BASE", &format!("{here}/wechat")),
        ("SSL_CERT_FILE", file.to_str().unwrap()),
    ])
    .await
}

async fn outcomes(app: &TestApp) -> [String; 2] {
    let code = app.send_code("13800138000").await;
    let ticket = app.post("/exchange-code", &json!({ "code": "alice" })).await;
    [code.outcome(), ticket.outcome()]
}

#[tokio::test]
async fn the_services_are_reached_by_tls_if_a_trusted_root_vouches_for_their_name() {
    let services = TestApp::start().await;
    let proxy = TlsProxy::start(services.local.address, "localhost").await;
    let app = by_tls(&proxy, &proxy.root).await;
    assert_eq!(outcomes(&app).await, ["200", "200"]);
    assert_eq!(services.local.phones.sent().len(), 1);
}

#[tokio::test]
async fn a_certificate_of_another_root_or_for_another_name_is_not_believed() {
    let services = TestApp::start().await;
    let refused = ["service_unavailable", "wechat_unavailable"];

    let proxy = TlsProxy::start(services.local.address, "localhost").await;
    let other = TlsProxy::start(services.local.address, "localhost").await;
    assert_eq!(outcomes(&by_tls(&proxy, &other.root).await).await, refused);

    let proxy = TlsProxy::start(services.local.address, "dynamodb.us-east-1.amazonaws.com").await;
    assert_eq!(outcomes(&by_tls(&proxy, &proxy.root).await).await, refused);

    assert!(services.local.phones.sent().is_empty() && services.local.dynamodb.calls().is_empty());
}

#[tokio::test]
async fn without_a_file_of_roots_those_of_the_public_web_are_trusted_and_no_other() {
    let services = TestApp::start().await;
    let proxy = TlsProxy::start(services.local.address, "localhost").await;
    let wechat = format!("https://localhost:{}/_local/wechat", proxy.address.port());
    let app = TestApp::with(&[("WECHAT_API_BASE", &wechat)]).await;
    let ticket = app.post("/exchange-code", &json!({ "code": "alice" })).await;
    assert_eq!(ticket.outcome(), "wechat_unavailable");
}
