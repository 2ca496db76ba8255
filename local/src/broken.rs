//! Incomplete answers.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::Body,
    http::{StatusCode, header::CONTENT_LENGTH},
    response::{Html, IntoResponse, Response},
};
use futures_util::stream;

/// An answer that is shorter than its `Content-Length`, since the connection breaks.
pub(crate) fn broken_off(start: &'static str) -> Response {
    let broken = [Ok(start), Err(std::io::Error::other("broken off"))];
    ([(CONTENT_LENGTH, "100")], Body::from_stream(stream::iter(broken))).into_response()
}

/// A byte every 200 ms, without end.
pub(crate) fn drip() -> Response {
    let drops = stream::unfold((), async |()| {
        tokio::time::sleep(Duration::from_millis(200)).await;
        Some((Ok::<_, Infallible>(" "), ()))
    });
    Body::from_stream(drops).into_response()
}

/// A proxy's page in front of a service that does not answer.
pub(crate) fn page(status: StatusCode) -> Response {
    (status, Html("<html><body>502 Bad Gateway</body></html>")).into_response()
}
