//! Assigns each call to its exchange.
//!
//! The time of a call does not tell which of several parallel requests made it, and running requests one after another
//! would hide the races that this system should show. So the clients of AWS and of the SMS providers send the
//! exchange's number, which the function's task knows, in a header of each call. WeChat's client is the function's own
//! and has no such header: its calls are assigned by their content.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, HttpBody, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use futures_util::StreamExt;
use serde_json::Value;

use super::{EXCHANGE, Open, Step, Timeline, milliseconds_since};
use crate::service::Service;

const HEADER: &str = "x-local-exchange";

/// More than the body of any call.
const CALL_BYTES: usize = 1024 * 1024;

/// Answers up to this size are read for their error.
const ANSWER_BYTES: u64 = 64 * 1024;

/// Adds the exchange's number to a call's headers.
pub(crate) fn number(headers: &mut HeaderMap) {
    // A function that is invoked without the gateway has no exchange.
    if let Ok(exchange) = EXCHANGE.try_get() {
        headers.insert(HEADER, exchange.into());
    }
}

/// The service's routes, recording the calls of open exchanges.
pub(crate) fn noted(service: Service, routes: Router, timeline: &Arc<Timeline>) -> Router {
    routes.layer(from_fn_with_state((service, timeline.clone()), note))
}

async fn note(
    State((service, timeline)): State<(Service, Arc<Timeline>)>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, CALL_BYTES).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let number = parts.headers.remove(HEADER).and_then(|number| number.to_str().ok()?.parse().ok());
    let exchange = number.or_else(|| timeline.exchanging(|request| (service.is_for)(&parts, &body, request)));
    let step = exchange.map(|exchange| {
        let (operation, about) = (service.describe)(&parts, &body);
        UnderWay::new(timeline, exchange, service.name, operation, about)
    });
    let answer = next.run(Request::from_parts(parts, body.into())).await;
    let Some(step) = step else { return answer };

    let (parts, body) = answer.into_parts();
    if body.size_hint().exact().is_some_and(|bytes| bytes <= ANSWER_BYTES) {
        let body = to_bytes(body, CALL_BYTES).await.unwrap_or_default();
        let failed = || (!parts.status.is_success()).then(|| format!("HTTP {}", parts.status.as_u16()));
        step.answered((service.error)(&body).or_else(failed));
        return Response::from_parts(parts, body.into());
    }
    // A body that comes slowly or never: the step lasts as long as the client waits for it.
    let bits = body.into_data_stream().inspect(move |_| _ = &step);
    Response::from_parts(parts, Body::from_stream(bits))
}

impl Timeline {
    /// The oldest open exchange with a matching request.
    fn exchanging(&self, is_it: impl Fn(&Value) -> bool) -> Option<u64> {
        let log = self.log();
        let asks = |open: &Open| serde_json::from_str(&open.request).is_ok_and(|request| is_it(&request));
        log.open.iter().find(|(_, open)| asks(open)).map(|(number, _)| *number)
    }
}

/// A step that waits for its answer. If it is dropped, the step ends without an answer.
struct UnderWay {
    timeline: Arc<Timeline>,
    exchange: u64,
    place: Option<usize>,
}

impl UnderWay {
    fn new(
        timeline: Arc<Timeline>,
        exchange: u64,
        service: &'static str,
        operation: String,
        about: String,
    ) -> Self {
        let place = timeline.log().open.get_mut(&exchange).map(|open| {
            let began = milliseconds_since(open.began);
            open.steps.push(Step { service, operation, about, began, ended: None, error: None });
            open.steps.len() - 1
        });
        Self { timeline, exchange, place }
    }

    fn answered(self, error: Option<String>) {
        self.end(error);
    }

    fn end(&self, error: Option<String>) {
        let mut log = self.timeline.log();
        let Some(open) = log.open.get_mut(&self.exchange) else { return };
        let Some(step) = self.place.and_then(|place| open.steps.get_mut(place)) else { return };
        if step.ended.is_none() {
            step.ended = Some(milliseconds_since(open.began));
            step.error = error;
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.end(Some("no answer".to_owned()));
    }
}
