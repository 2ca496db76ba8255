//! From an HTTP event to a typed call, and from a flow's result to the answer that the contract promises.

use std::{
    net::IpAddr,
    panic::AssertUnwindSafe,
    sync::{Mutex, OnceLock, PoisonError},
    time::Instant,
};

use futures_util::FutureExt;
use lambda_http::{
    Body, Request, Response,
    http::{
        HeaderValue, Method, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
        request::Parts,
    },
};
use serde::Serialize;

use crate::{
    phone::PhoneNumber,
    problem::{Code, Failure, Language, Problem},
    telemetry::metrics::Metric,
};

pub mod lambda;
mod request;

use lambda::{RequestId, Source};
pub use request::{Fields, RequestError};

const MAX_BODY_BYTES: usize = 4 * 1024;

/// One request on its way through a function.
pub struct Call {
    parts: Parts,
    body: Body,
    request_id: String,
    language: Language,
    /// Where the request turned out to be for, for the log: what a stranger wrote in a path is not repeated there.
    route: OnceLock<&'static str>,
    /// The number that it is about, masked.
    number: OnceLock<String>,
    began: Instant,
    /// What the flow waited for, and how many milliseconds each took.
    steps: Mutex<Vec<(&'static str, u64)>>,
}

/// A success: a JSON body and how long it may be kept.
pub struct Reply {
    body: String,
    cache_control: &'static str,
    metric: Option<Metric>,
}

impl Reply {
    /// An answer for this client and this moment only.
    #[must_use]
    pub fn json(body: &impl Serialize) -> Self {
        Self { body: to_json(body), cache_control: "no-store", metric: None }
    }

    /// Counts the success.
    #[must_use]
    pub fn counted(mut self, metric: Metric) -> Self {
        self.metric = Some(metric);
        self
    }

    /// The same answer for everybody, with its `Cache-Control`.
    #[must_use]
    pub fn cacheable(mut self, cache_control: &'static str) -> Self {
        self.cache_control = cache_control;
        self
    }
}

impl Call {
    /// Takes the request that [`lambda::request`] made of the event.
    #[must_use]
    pub fn new(request: Request) -> Self {
        let request_id =
            request.extensions().get().map(|RequestId(request_id)| request_id.clone()).unwrap_or_default();
        let (parts, body) = request.into_parts();
        Self {
            language: Language::preferred(&parts.headers),
            parts,
            body,
            request_id,
            route: OnceLock::new(),
            number: OnceLock::new(),
            began: Instant::now(),
            steps: Mutex::default(),
        }
    }

    /// Whether the request is for `path`. A stage or base path in front of it (`/prod/login`) is overlooked: which one
    /// there is, is the deployment's business.
    #[must_use]
    pub fn is_for(&self, path: &str) -> bool {
        let requested = self.parts.uri.path();
        requested.strip_suffix('/').unwrap_or(requested).ends_with(path)
    }

    /// Goes on with `method` at `path` only.
    pub fn expect(&self, method: Method, path: &'static str) -> Result<(), RequestError> {
        if !self.is_for(path) {
            return Err(RequestError::NotFound);
        }
        self.route.get_or_init(|| path);
        if self.parts.method != method {
            return Err(RequestError::MethodNotAllowed { allow: method });
        }
        Ok(())
    }

    /// The address that the request came from, as API Gateway saw it: no header of the client's is believed.
    #[must_use]
    pub fn source(&self) -> Option<IpAddr> {
        self.parts.extensions.get().map(|Source(address)| *address)
    }

    /// Has the log say, masked, which number the request is about.
    pub fn concerns(&self, number: &PhoneNumber) {
        self.number.get_or_init(|| format!("{number:?}"));
    }

    /// Awaits a step of the flow; the log says how long it took.
    pub fn step<T>(&self, name: &'static str, step: impl Future<Output = T>) -> impl Future<Output = T> {
        // Boxed before it is awaited, lest every future around it hold it and be moved with it: several kilobytes each.
        let step = Box::pin(step);
        async move {
            let began = Instant::now();
            let output = step.await;
            let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
            steps.push((name, milliseconds_since(began)));
            output
        }
    }

    /// The fields of the JSON body, whatever the `Content-Type` says.
    pub fn fields(&self) -> Result<Fields, RequestError> {
        let bytes: &[u8] = &self.body;
        if bytes.len() > MAX_BODY_BYTES {
            return Err(RequestError::PayloadTooLarge { bytes: bytes.len() });
        }
        Fields::parse(bytes)
    }

    /// Awaits the flow and answers: its reply, or the problem that its error is to a client. A panic is `internal`.
    pub async fn answer<E: Failure>(&self, flow: impl Future<Output = Result<Reply, E>>) -> Response<Body> {
        let (problem, cause) = match AssertUnwindSafe(flow).catch_unwind().await {
            Ok(Ok(reply)) => {
                let Told { route, number, ms, steps } = self.told();
                tracing::info!(
                    request_id = self.request_id,
                    route,
                    number,
                    status = 200,
                    ms,
                    steps,
                    "answered"
                );
                reply.metric.into_iter().for_each(Metric::count);
                return respond(200, "application/json", reply.cache_control, reply.body);
            }
            Ok(Err(failure)) => (failure.problem(), chain(&failure)),
            // The panic's own message may hold anything; the hook has printed where it was.
            Err(_) => (Code::Internal.into(), "panicked".to_owned()),
        };
        self.refuse(&problem, &cause)
    }

    fn told(&self) -> Told<'_> {
        let steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let steps: Vec<_> = steps.iter().map(|(name, ms)| format!("{name}={ms}")).collect();
        Told {
            route: self.route.get().copied(),
            number: self.number.get().map(String::as_str),
            ms: milliseconds_since(self.began),
            steps: steps.join(" "),
        }
    }

    fn refuse(&self, problem: &Problem, cause: &str) -> Response<Body> {
        let (status, code) = (problem.code().status(), problem.code().name());
        let Told { route, number, ms, steps } = self.told();
        let request_id = &self.request_id;
        if status >= 500 {
            tracing::error!(request_id, route, number, status, code, cause, ms, steps, "answered");
        } else {
            tracing::info!(request_id, route, number, status, code, cause, ms, steps, "answered");
        }
        Metric::of_problem(problem.code()).into_iter().for_each(Metric::count);
        let body = to_json(&problem.body(self.language, &self.request_id));
        let mut response = respond(status, "application/problem+json", "no-store", body);
        response.headers_mut().extend(problem.headers());
        response
    }
}

/// What the log tells of every request.
struct Told<'call> {
    route: Option<&'static str>,
    number: Option<&'call str>,
    ms: u64,
    steps: String,
}

fn milliseconds_since(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// An error with its sources, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        source = cause.source();
    }
    line
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
    content_type: &'static str,
    cache_control: &'static str,
    body: String,
) -> Response<Body> {
    let mut response = Response::new(Body::Text(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(cache_control));
    response
}
