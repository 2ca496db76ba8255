//! Between API Gateway's events (HTTP API, payload format 2.0) and `lambda_http`'s requests.
//!
//! `lambda_http` has its own bridge, but it panics on a forwarded scheme or host that makes no URL, and rejects events whose
//! headers are not ASCII. Here, nothing that a stranger writes into a request can break more than its own answer
//! (docs/adr/0010-events.md).

use std::{collections::HashMap, net::IpAddr};

use base64::{Engine, prelude::BASE64_STANDARD};
use lambda_http::{
    Body, Context, Error, LambdaEvent, Request, Response,
    aws_lambda_events::apigw::ApiGatewayV2httpResponse,
    http::{HeaderName, HeaderValue, Method, Uri},
    lambda_runtime, service_fn,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::operator::{Invocation, OperatorEvent};
use crate::{config::ConfigError, telemetry};

/// The fields of an event that the functions read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    #[serde(default)]
    pub(super) raw_path: String,
    #[serde(default)]
    pub(super) headers: HashMap<String, String>,
    pub(super) body: Option<String>,
    #[serde(default)]
    pub(super) is_base64_encoded: bool,
    pub(super) request_context: RequestContext,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequestContext {
    request_id: Option<String>,
    http: Http,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Http {
    method: String,
    source_ip: Option<String>,
}

/// A request extension: Lambda's id of the request, or API Gateway's.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// A request extension: the source address as API Gateway saw it.
#[derive(Debug, Clone, Copy)]
pub struct Source(pub IpAddr);

/// Answers Lambda's events until the process ends: those of API Gateway, and those of operators, whose handler also gets
/// Lambda's request id.
pub async fn run(
    answer: impl AsyncFn(Request) -> Response<Body>,
    operate: impl AsyncFn(OperatorEvent, String) -> Value,
) -> Result<(), Error> {
    let (answer, operate) = (&answer, &operate);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Invocation>| async move {
        Ok::<_, Error>(match event.payload {
            Invocation::Request(payload) => {
                Output::Response(Box::new(response(answer(request(payload, Some(&event.context))).await)))
            }
            // Boxed, so that HTTP requests reserve no memory for it.
            Invocation::Operator(order) => {
                Output::Operator(Box::pin(operate(order, event.context.request_id)).await)
            }
        })
    }))
    .await
}

/// Answers events of a function that could not start because of `error`. Operators get an answer, so that they can find
/// the fault. An HTTP request ends the process, as a failed start does; the next process reads the settings again.
pub async fn run_unstarted(
    error: &ConfigError,
    function: &'static str,
    operate: impl AsyncFn(OperatorEvent, String) -> Value,
) -> Result<(), Error> {
    eprintln!("Error: {error}");
    telemetry::init_without_settings(&[function]);
    let operate = &operate;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Invocation>| async move {
        match event.payload {
            Invocation::Request(_) => std::process::exit(1),
            Invocation::Operator(order) => {
                Ok::<_, Error>(Output::Operator(operate(order, event.context.request_id).await))
            }
        }
    }))
    .await
}

/// The answer to Lambda.
#[derive(Serialize)]
#[serde(untagged)]
enum Output {
    Response(Box<ApiGatewayV2httpResponse>),
    Operator(Value),
}

/// The request in an event. An unreadable one becomes a request that no function serves.
#[must_use]
pub fn request(event: Event, context: Option<&Context>) -> Request {
    let body = match event.body {
        None => Body::Empty,
        Some(text) if event.is_base64_encoded => {
            BASE64_STANDARD.decode(&text).map_or(Body::Text(text), Body::Binary)
        }
        Some(text) => Body::Text(text),
    };
    let mut request = Request::new(body);
    *request.uri_mut() = event.raw_path.parse().unwrap_or_else(|_| Uri::from_static("/"));
    *request.method_mut() = event.request_context.http.method.parse().unwrap_or(Method::TRACE);
    for (name, value) in event.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_bytes(value.as_bytes()))
        {
            request.headers_mut().append(name, value);
        }
    }
    let request_id = context.map(|context| context.request_id.clone()).or(event.request_context.request_id);
    request.extensions_mut().insert(RequestId(request_id.unwrap_or_default()));
    if let Some(Ok(source)) = event.request_context.http.source_ip.map(|address| address.parse()) {
        request.extensions_mut().insert(Source(source));
    }
    request
}

fn response(answer: Response<Body>) -> ApiGatewayV2httpResponse {
    let (parts, body) = answer.into_parts();
    let mut response = ApiGatewayV2httpResponse::default();
    response.status_code = parts.status.as_u16().into();
    response.headers = parts.headers;
    response.body = Some(body);
    response
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(changes: &Value) -> Request {
        let mut event = json!({
            "rawPath": "/login",
            "requestContext": { "requestId": "r", "http": { "method": "POST", "sourceIp": "192.0.2.1" } },
        });
        event.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        request(serde_json::from_value(event).unwrap(), None)
    }

    #[test]
    fn malformed_parts_of_a_request_break_nothing() {
        let headers = of(&json!({ "headers": {
            "host": "a b", "x-forwarded-proto": "::", "x-name": "张三", "accept-language": "en", "bad name": "1", "x": "a\nb",
        } }));
        assert_eq!(headers.headers()["accept-language"], "en");
        assert_eq!(headers.headers()["x-name"].as_bytes(), "张三".as_bytes());
        assert_eq!(of(&json!({ "rawPath": "/a b" })).uri(), "/");
        assert_eq!(of(&json!({ "rawPath": "" })).uri(), "/");
        assert_eq!(of(&json!({ "body": "!", "isBase64Encoded": true })).body().as_ref(), b"!");
        assert_eq!(of(&json!({ "body": "e30=", "isBase64Encoded": true })).body().as_ref(), b"{}");
    }
}
