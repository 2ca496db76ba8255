//! Answers: a reply, or the problem that an error maps to.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use lambda_http::{
    Body, Response,
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
};
use serde::Serialize;

use super::{Call, log::Outcome};
use crate::{
    problem::{Failure, ProblemCode},
    telemetry::{Metric, chain},
};

/// A success: a JSON body and how long it may be cached.
pub struct Reply {
    body: String,
    cache_control: &'static str,
    metrics: Vec<Metric>,
}

impl Reply {
    /// An answer that must not be cached.
    #[must_use]
    pub fn json(body: &impl Serialize) -> Self {
        Self { body: to_json(body), cache_control: "no-store", metrics: Vec::new() }
    }

    /// A success without a body.
    #[must_use]
    pub fn nothing() -> Self {
        Self { body: String::new(), cache_control: "no-store", metrics: Vec::new() }
    }

    /// Counts the success.
    #[must_use]
    pub fn counted(mut self, metric: Metric) -> Self {
        self.metrics.push(metric);
        self
    }

    /// Allows caching: sets `Cache-Control`. Only for answers that are the same for everybody.
    #[must_use]
    pub fn cacheable(mut self, cache_control: &'static str) -> Self {
        self.cache_control = cache_control;
        self
    }
}

impl Call {
    /// Awaits the flow and answers with its reply or its error's problem. A panic is answered as `internal`.
    pub async fn answer<E: Failure>(&self, flow: impl Future<Output = Result<Reply, E>>) -> Response<Body> {
        let (problem, cause) = match AssertUnwindSafe(flow).catch_unwind().await {
            Ok(Ok(reply)) => {
                self.log.write(&Outcome::Success);
                reply.metrics.into_iter().for_each(Metric::count);
                if reply.body.is_empty() {
                    return respond(204, None, reply.cache_control, reply.body);
                }
                return respond(200, Some("application/json"), reply.cache_control, reply.body);
            }
            Ok(Err(failure)) => (failure.problem(), chain(&failure)),
            Err(_) => (ProblemCode::Internal.into(), "panicked".to_owned()),
        };
        let problem = problem.spread(&*self.random);
        let code = problem.code();
        self.log.write(&Outcome::Refusal { code, cause });
        if let Some(name) = code.metric() {
            let metric = Metric::named(name);
            if code.is_limit() { metric.of_limit(code.name()) } else { metric }.count();
        }
        let body = to_json(&problem.body(self.language, self.log.request_id()));
        let mut response = respond(code.status(), Some("application/problem+json"), "no-store", body);
        response.headers_mut().extend(problem.headers());
        response
    }
}

#[expect(
    clippy::expect_used,
    reason = "structs of strings and numbers always serialise; a panic is answered as `internal`"
)]
fn to_json(body: &impl Serialize) -> String {
    serde_json::to_string(body).expect("a body that serialises")
}

fn respond(
    status: u16,
    content_type: Option<&'static str>,
    cache_control: &'static str,
    body: String,
) -> Response<Body> {
    let mut response = Response::new(Body::Text(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let content_type = content_type.map(|kind| (CONTENT_TYPE, HeaderValue::from_static(kind)));
    response.headers_mut().extend(content_type);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(cache_control));
    response
}
