//! The gateway: takes HTTP and invokes the functions with API Gateway's events.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{
        Method, StatusCode,
        header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::Response,
};
use exchange_code::ExchangeCode;
use lambda_http::Body as LambdaBody;
use login::Login;
use shared::{
    check::Check,
    config::Env,
    http::{Route, operator::Invocation},
    random::{SystemRandom, uuid},
};
use tokio::sync::Semaphore;
use tower_http::cors::{Any, CorsLayer};

use crate::{event, routes::Routed, timeline::Timeline};

/// API Gateway's own limit (10 MB); the functions' is lower.
const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;

/// How many executions run at once; others wait, so that a flood of requests here does not cause time-outs. On Lambda each
/// execution has its own machine.
const EXECUTIONS: usize = 16;

/// The deployed functions.
pub struct Functions {
    executions: Semaphore,
    send_code: Arc<Routed>,
    exchange_code: ExchangeCode,
    login: Login,
    /// The variables that a check reads again.
    variables: Vec<(String, String)>,
}

impl Functions {
    pub(crate) fn new(
        send_code: Arc<Routed>,
        exchange_code: ExchangeCode,
        login: Login,
        variables: Vec<(String, String)>,
    ) -> Self {
        Self { executions: Semaphore::new(EXECUTIONS), send_code, exchange_code, login, variables }
    }

    /// Invokes a function, by its package's name, with an event. `None` if there is no such function.
    ///
    /// # Errors
    /// If the event is neither API Gateway's nor an operator's.
    pub async fn invoke(&self, function: &str, event: &str) -> Result<Option<Answered>, serde_json::Error> {
        // The semaphore is never closed.
        let _execution = self.executions.acquire().await;
        if !["send-code", "exchange-code", "login"].contains(&function) {
            return Ok(None);
        }
        Ok(Some(match serde_json::from_str(event)? {
            Invocation::Request(event) => {
                let request = shared::http::lambda::request(event, None);
                Answered::Http(match function {
                    "send-code" => self.send_code.function().handle(request).await,
                    "exchange-code" => self.exchange_code.handle(request).await,
                    _ => self.login.handle(request).await,
                })
            }
            Invocation::Operator(event) => {
                let request_id = uuid(&SystemRandom).to_string();
                Answered::Operator(if function == "login" && !event.is_check() {
                    self.login.operate(&event, &request_id).await
                } else {
                    let checked = check_of(function, &self.variables);
                    Box::pin(shared::check::answer(&event, &request_id, checked)).await
                })
            }
        }))
    }
}

/// The check's result for a function with these variables, whether or not it could start.
pub async fn check_of(function: &str, variables: &[(String, String)]) -> Vec<Check> {
    let env = Env::new(variables.iter().cloned());
    match function {
        "send-code" => send_code::check(env).await,
        "exchange-code" => exchange_code::check(env).await,
        _ => login::check(env).await,
    }
}

/// The answer to an invocation.
#[derive(Debug)]
pub enum Answered {
    /// To an event of API Gateway.
    Http(lambda_http::Response<LambdaBody>),
    /// To an operator's event.
    Operator(serde_json::Value),
}

impl Answered {
    /// The answer to a request.
    #[must_use]
    pub fn http(self) -> Option<lambda_http::Response<LambdaBody>> {
        match self {
            Self::Http(answer) => Some(answer),
            Self::Operator(_) => None,
        }
    }
}

/// A call of one of the functions.
pub struct DeployedRoute {
    /// The function's package.
    pub function: &'static str,
    /// Its method.
    pub method: &'static Method,
    /// Its path.
    pub path: &'static str,
}

/// Every call of the functions, by their own tables.
pub fn routes() -> impl Iterator<Item = DeployedRoute> {
    fn of<F>(function: &'static str, routes: &'static [Route<F>]) -> impl Iterator<Item = DeployedRoute> {
        routes.iter().map(move |Route { method, path, .. }| DeployedRoute { function, method, path })
    }
    of("send-code", &send_code::ROUTES)
        .chain(of("exchange-code", &exchange_code::ROUTES))
        .chain(of("login", &login::ROUTES))
}

pub(crate) fn router(functions: Arc<Functions>, timeline: Arc<Timeline>) -> Router {
    // An app's H5 build is served from another port. As in template.yaml: `*` would not allow `Authorization`.
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::POST, Method::GET, Method::DELETE])
        .allow_headers([CONTENT_TYPE, ACCEPT_LANGUAGE, AUTHORIZATION])
        .expose_headers([RETRY_AFTER, WWW_AUTHENTICATE]);
    Router::new().fallback(invoke).with_state((functions, timeline)).layer(cors)
}

/// Invokes the function that the path belongs to.
async fn invoke(
    State((functions, timeline)): State<(Arc<Functions>, Arc<Timeline>)>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let request_id = uuid(&SystemRandom).to_string();
    // A body over the gateway's limit is also over the functions' limit, and the part that was read is enough for a refusal.
    let body = to_bytes(body, MAX_BODY_BYTES).await.unwrap_or_else(|_| vec![b' '; MAX_BODY_BYTES].into());
    let event = event::of_request(&parts, &body, client.ip(), &request_id);
    // Unknown paths go to login, as in template.yaml.
    let function =
        routes().find(|route| route.path == parts.uri.path()).map_or("login", |route| route.function);
    let asked = (parts.method.as_str(), parts.uri.path(), &*body);
    let answer = timeline.follow(asked, async {
        if let Ok(Some(Answered::Http(answer))) = functions.invoke(function, &event.to_string()).await {
            return answer.map(|body| match body {
                LambdaBody::Text(text) => text.into(),
                LambdaBody::Binary(bytes) => bytes.into(),
                _ => Bytes::new(),
            });
        }
        // API Gateway's answer when a function fails.
        let mut answer = Response::new(Bytes::from_static(br#"{"message":"Internal Server Error"}"#));
        *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        answer
    });
    answer.await.map(Body::from)
}
