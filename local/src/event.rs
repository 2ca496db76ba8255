//! Converts an HTTP request to API Gateway's event: payload format 2.0 of an HTTP API
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>).

use std::net::IpAddr;

use axum::http::{
    HeaderMap,
    header::{CONTENT_TYPE, COOKIE},
    request::Parts,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value, json};

/// The event of a request with its body.
pub(crate) fn of_request(parts: &Parts, body: &[u8], source: IpAddr, request_id: &str) -> Value {
    let path = parts.uri.path();
    let query = parts.uri.query().unwrap_or_default();
    let host = text(&parts.headers, "host");
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers(&parts.headers, source),
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": host,
            "domainPrefix": "local",
            "http": {
                "method": parts.method.as_str(),
                "path": path,
                "protocol": format!("{:?}", parts.version),
                "sourceIp": source,
                "userAgent": text(&parts.headers, "user-agent"),
            },
            "requestId": request_id,
            "routeKey": "$default",
            "stage": "$default",
            "time": "",
            "timeEpoch": 0,
        },
        "isBase64Encoded": false,
    });
    let cookies: Vec<_> =
        parts.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).collect();
    if !cookies.is_empty() {
        event["cookies"] = cookies.iter().flat_map(|cookies| cookies.split("; ")).collect();
    }
    if !query.is_empty() {
        let parameters: Map<_, _> = form_urlencoded::parse(query.as_bytes())
            .map(|(name, value)| (name.into_owned(), value.into_owned().into()))
            .collect();
        event["queryStringParameters"] = parameters.into();
    }
    match std::str::from_utf8(body) {
        Ok("") => {}
        Ok(body) if is_text(&text(&parts.headers, CONTENT_TYPE.as_str())) => event["body"] = body.into(),
        _ => {
            event["body"] = BASE64_STANDARD.encode(body).into();
            event["isBase64Encoded"] = true.into();
        }
    }
    event
}

/// API Gateway passes these content types as text and all others in base64.
fn is_text(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.starts_with("text/")
        || ["application/json", "application/xml", "application/javascript"].contains(&essence.as_str())
}

/// Lower-case names; values of the same name are joined by commas; cookies are separate.
fn headers(headers: &HeaderMap, source: IpAddr) -> Map<String, Value> {
    let mut joined: Map<String, Value> = headers
        .keys()
        .filter(|name| *name != COOKIE)
        .map(|name| (name.as_str().to_owned(), text(headers, name.as_str()).into()))
        .collect();
    // API Gateway appends the connecting address to the header.
    let before = text(headers, "x-forwarded-for");
    let forwarded = if before.is_empty() { source.to_string() } else { format!("{before}, {source}") };
    joined.insert("x-forwarded-for".into(), forwarded.into());
    joined
}

fn text(headers: &HeaderMap, name: &str) -> String {
    let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    values.collect::<Vec<_>>().join(",")
}
