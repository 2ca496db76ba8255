//! HTTPS with JSON, for services without an SDK here, over the same pool and TLS.

use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use http_body_util::{BodyExt, Limited};
use hyper_util::client::legacy;
use lambda_http::http::{HeaderMap, HeaderValue, Method, Request, Uri, header::CONTENT_TYPE};
use serde_json::Value;
use tokio::time::timeout;

use super::Pool;

/// Answers have a few hundred bytes; the limit protects the memory.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Sends JSON and reads JSON. Never retries and follows no redirects.
#[derive(Debug, Clone)]
pub struct JsonClient(Pool);

/// A service's answer.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The JSON, whatever its content type.
    pub body: Value,
}

/// Why there is no answer. Contains neither the request nor the answer.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// No connection: the request was certainly not carried out.
    #[error("the service could not be reached")]
    Unreached(#[source] legacy::Error),
    /// The connection broke: the request may have been carried out.
    #[error("the connection broke before the whole answer")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No whole answer within the time limit: the request may have been carried out.
    #[error("there was no whole answer in time")]
    TimedOut,
    /// Not JSON, or too long: the request may have been carried out.
    #[error("the answer, HTTP status {0}, is not JSON of at most {MAX_ANSWER_BYTES} bytes")]
    NotJson(u16),
}

impl JsonError {
    /// Whether the request may have been carried out anyway.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        !matches!(self, Self::Unreached(_))
    }
}

impl JsonClient {
    pub(crate) fn new(pool: Pool) -> Self {
        Self(pool)
    }

    /// Posts `body` to `url`, byte for byte as signed, and waits for the whole answer for `patience` at most.
    ///
    /// The content type is `application/json; charset=utf-8` unless `headers` set another.
    pub async fn post(
        &self,
        url: Uri,
        mut headers: HeaderMap,
        body: String,
        patience: Duration,
    ) -> Result<JsonAnswer, JsonError> {
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        headers.entry(CONTENT_TYPE).or_insert(json);
        let mut request = Request::new(SdkBody::from(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = url;
        *request.headers_mut() = headers;
        timeout(patience, self.answer(request)).await.unwrap_or(Err(JsonError::TimedOut))
    }

    /// Gets `url`, and waits for the whole answer for `patience` at most.
    pub async fn get(&self, url: Uri, patience: Duration) -> Result<JsonAnswer, JsonError> {
        let mut request = Request::new(SdkBody::empty());
        *request.uri_mut() = url;
        timeout(patience, self.answer(request)).await.unwrap_or(Err(JsonError::TimedOut))
    }

    async fn answer(&self, request: Request<SdkBody>) -> Result<JsonAnswer, JsonError> {
        let answer = self.0.request(request).await.map_err(|error| {
            if error.is_connect() { JsonError::Unreached(error) } else { JsonError::Broken(error.into()) }
        })?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), MAX_ANSWER_BYTES).collect().await;
        let body = body.map_err(|error| {
            let is_too_long = error.is::<http_body_util::LengthLimitError>();
            if is_too_long { JsonError::NotJson(status) } else { JsonError::Broken(error) }
        })?;
        let body = serde_json::from_slice(&body.to_bytes()).map_err(|_| JsonError::NotJson(status))?;
        Ok(JsonAnswer { status, body })
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use serde_json::json;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
    };

    use super::*;
    use crate::{config::Env, net};

    const PATIENCE: Duration = Duration::from_millis(500);

    /// A service that reads one request and hands the connection to `answer`. Returns its address and what it received.
    async fn service<F: Future<Output = ()> + Send>(
        answer: impl FnOnce(TcpStream) -> F + Send + 'static,
    ) -> (SocketAddr, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let sent = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut sent = vec![0; 4096];
            let length = stream.read(&mut sent).await.unwrap();
            answer(stream).await;
            String::from_utf8_lossy(&sent[..length]).into_owned()
        });
        (address, sent)
    }

    async fn post(address: SocketAddr) -> Result<JsonAnswer, JsonError> {
        let client = JsonClient::new(Pool::new(net::read(&mut Env::new([])).unwrap()));
        let url = format!("http://{address}/send?x=1").parse().unwrap();
        let headers = HeaderMap::from_iter([("x-signed".parse().unwrap(), "s".parse().unwrap())]);
        client.post(url, headers, r#"{"a": 1}"#.to_owned(), PATIENCE).await
    }

    async fn answered(text: String) -> Result<JsonAnswer, JsonError> {
        let (address, _) = service(async move |mut stream: TcpStream| {
            // A client that has read enough closes the connection.
            _ = stream.write_all(text.as_bytes()).await;
        })
        .await;
        post(address).await
    }

    fn of(status: &str, body: &str) -> String {
        format!("HTTP/1.1 {status}\r\nlocation: /elsewhere\r\ncontent-length: {}\r\n\r\n{body}", body.len())
    }

    #[tokio::test]
    async fn the_signed_request_is_sent_unchanged() {
        let (address, sent) = service(async |mut stream: TcpStream| {
            stream.write_all(of("200 OK", r#"{"Code":"OK"}"#).as_bytes()).await.unwrap();
        })
        .await;
        let answer = post(address).await.unwrap();
        assert_eq!(answer, JsonAnswer { status: 200, body: json!({ "Code": "OK" }) });
        let sent = sent.await.unwrap();
        assert!(sent.starts_with("POST /send?x=1 HTTP/1.1\r\n"), "{sent}");
        assert!(sent.contains("x-signed: s\r\n") && sent.ends_with("\r\n\r\n{\"a\": 1}"), "{sent}");
        assert!(sent.contains("content-type: application/json; charset=utf-8\r\n"), "{sent}");
    }

    #[tokio::test]
    async fn an_error_of_the_services_is_an_answer_and_no_redirect_is_followed() {
        assert_eq!(answered(of("500 E", r#"{"Code":"E"}"#)).await.unwrap().status, 500);
        assert_eq!(answered(of("302 Found", "{}")).await.unwrap().status, 302);
    }

    #[tokio::test]
    async fn if_nobody_listens_nothing_was_carried_out() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let error = post(address).await.unwrap_err();
        assert!(matches!(error, JsonError::Unreached(_)) && !error.is_in_doubt(), "{error:?}");
    }

    #[tokio::test]
    async fn if_the_tls_handshake_hangs_nothing_was_carried_out() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}/send", listener.local_addr().unwrap()).parse().unwrap();
        let client = JsonClient::new(Pool::new(net::read(&mut Env::new([])).unwrap()));
        let answer = client.post(url, HeaderMap::new(), String::new(), Duration::from_secs(5)).await;
        let error = answer.unwrap_err();
        assert!(matches!(error, JsonError::Unreached(_)) && !error.is_in_doubt(), "{error:?}");
    }

    #[tokio::test]
    async fn without_a_whole_answer_the_request_may_have_been_carried_out() {
        let huge = of("200 OK", &format!("\"{}\"", "x".repeat(MAX_ANSWER_BYTES)));
        for (text, kind) in [
            (String::new(), "the connection broke before the whole answer".to_owned()),
            (
                "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_owned(),
                "the connection broke before the whole answer".to_owned(),
            ),
            (of("502 Bad Gateway", "<html>"), JsonError::NotJson(502).to_string()),
            (huge, JsonError::NotJson(200).to_string()),
        ] {
            let error = answered(text).await.unwrap_err();
            assert_eq!(error.to_string(), kind);
            assert!(error.is_in_doubt(), "{error:?}");
        }
        let (address, _) = service(async |_stream: TcpStream| std::future::pending().await).await;
        assert!(matches!(post(address).await, Err(JsonError::TimedOut)));
    }
}
