//! Secrets that are missing, denied or malformed: each is reported by name, never by value.

use tests::{TestApp, events::FUNCTIONS};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::{assert_fails, failed, found};

/// A Secrets Manager that answers every request with this error. .ci/deploy/check uses moto's for real secrets.
async fn refusing(code: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 8192];
            _ = stream.read(&mut request).await;
            let body = format!(r#"{{"__type":"{code}","Message":"swordfish"}}"#);
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 400 Bad Request\r\ncontent-type: application/x-amz-json-1.1\r\nconnection: close\r\n\
                 content-length: {length}\r\n\r\n{body}"
            );
            _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    address
}

#[tokio::test]
async fn a_secret_that_cannot_be_fetched_is_reported_with_advice() {
    let app = TestApp::start().await;
    for (code, words) in [
        ("AccessDeniedException", ["AccessDeniedException", "secretsmanager:GetSecretValue"]),
        ("ResourceNotFoundException", ["ResourceNotFoundException", "no value yet"]),
    ] {
        let manager = refusing(code).await;
        for (function, _) in FUNCTIONS {
            let variables = [
                ("TICKET_KEY", ""),
                ("TICKET_KEY_SECRET_ARN", "arn"),
                ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &manager),
            ];
            let checks = found(&app, function, &variables).await;
            assert_fails(&checks, "TICKET_KEY", &words);
            assert!(!format!("{checks:?}").contains("swordfish"));
        }
    }
}

#[tokio::test]
async fn a_malformed_secret_is_reported_without_its_value() {
    let app = TestApp::start().await;
    for (function, secret, value, words) in [
        ("send-code", "CODE_PEPPER", "swordfish", "shorter than 16 bytes"),
        ("send-code", "TICKET_KEY", "", "neither TICKET_KEY nor TICKET_KEY_SECRET_ARN is set"),
        ("exchange-code", "WECHAT_APPS", "swordfish", "is not JSON such as"),
        ("exchange-code", "WECHAT_APP_SECRET", "", "neither WECHAT_APP_SECRET"),
        ("login", "TOKEN_SIGNING_KEY", "swordfish", "it has no PEM block"),
        ("login", "CODE_PEPPER", "", "neither CODE_PEPPER"),
    ] {
        let checks = found(&app, function, &[(secret, value)]).await;
        assert_fails(&checks, secret, &[words]);
        assert!(!format!("{checks:?}").contains("swordfish"));
    }
}

#[tokio::test]
async fn one_bad_secret_stops_no_other_check() {
    let app = TestApp::start().await;
    let variables = [("TICKET_KEY", "short"), ("CODE_TTL_SECONDS", "soon"), ("CODES_TABLE", "nowhere")];
    let checks = found(&app, "send-code", &variables).await;
    let names: Vec<_> = failed(&checks).iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["settings", "TICKET_KEY", "CODES_TABLE"]);
    assert!(failed(&checks)[0].1.contains("CODE_TTL_SECONDS"));
}
