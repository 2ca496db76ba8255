//! The common parts of the relays between the functions and their services.

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, Method, StatusCode},
};
use tokio::net::TcpListener;

/// A client that passes requests on.
pub fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// Serves a relay on its own port. Returns its URL.
pub async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// Passes a request on. Returns the status and the body of the answer.
pub async fn forward(
    client: &reqwest::Client,
    (method, url): (Method, &str),
    headers: &HeaderMap,
    body: impl Into<reqwest::Body>,
) -> (StatusCode, Bytes) {
    let mut request = client.request(method, url).body(body);
    // The client sets these for its own peer and body.
    let left_out = ["host", "content-length"];
    for (name, value) in headers.iter().filter(|(name, _)| !left_out.contains(&name.as_str())) {
        request = request.header(name, value);
    }
    let answer = request.send().await.unwrap();
    (answer.status(), answer.bytes().await.unwrap())
}
