//! `openapi.json`: the contract for tools. Types describe the answers, and the catalogue describes the problems; this code adds
//! the rest.

use lambda_http::http::Method;
use serde_json::{Value, json};
use shared::problem::{Body, ProblemCode};
use utoipa::PartialSchema;

mod responses;
mod sessions;
mod well_known;

use crate::gateway::{DeployedRoute, routes};
use responses::{JSON, answered, problems};

/// The problems of any call with a body.
const COMMON: &[ProblemCode] = &[
    ProblemCode::InvalidRequest,
    ProblemCode::PayloadTooLarge,
    ProblemCode::MethodNotAllowed,
    ProblemCode::Internal,
];

/// The problems of `send-code`.
const SEND_CODE: &[ProblemCode] = &[
    ProblemCode::InvalidPhoneNumber,
    ProblemCode::UnsupportedCountry,
    ProblemCode::TicketRequired,
    ProblemCode::TicketInvalid,
    ProblemCode::TicketExpired,
    ProblemCode::ResendTooSoon,
    ProblemCode::PhoneLimitReached,
    ProblemCode::IpLimitReached,
    ProblemCode::OpenidLimitReached,
    ProblemCode::SmsRejected,
    ProblemCode::SmsBudgetExhausted,
    ProblemCode::SmsUnavailable,
    ProblemCode::ServiceUnavailable,
];

/// The problems of `exchange-code`.
const EXCHANGE_CODE: &[ProblemCode] = &[
    ProblemCode::WechatCodeInvalid,
    ProblemCode::WechatCodeUsed,
    ProblemCode::WechatUserBlocked,
    ProblemCode::WechatRateLimited,
    ProblemCode::WechatMisconfigured,
    ProblemCode::WechatUnavailable,
    ProblemCode::WechatBusy,
    ProblemCode::PhoneCodeInvalid,
    ProblemCode::UnknownApp,
];

/// The problems of `login`.
const LOGIN: &[ProblemCode] = &[
    ProblemCode::TicketRequired,
    ProblemCode::TicketInvalid,
    ProblemCode::TicketExpired,
    ProblemCode::OpenidMismatch,
    ProblemCode::InvalidPhoneNumber,
    ProblemCode::UnsupportedCountry,
    ProblemCode::CodeIncorrect,
    ProblemCode::CodeExpired,
    ProblemCode::CodeUsed,
    ProblemCode::TooManyAttempts,
    ProblemCode::PhoneTaken,
    ProblemCode::AccountDisabled,
    ProblemCode::ServiceUnavailable,
];

const TICKET: &str =
    "eyJ0eXAiOiJ3ZWNoYXQtdGlja2V0K2p3dCIsImFsZyI6IkhTMjU2In0.eyJhdWQiOiJ3ZWNoYXQtdGlja2V0In0.c2ln";
const TOKEN: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2V4YW1wbGUuY29tIn0.c2ln";
const OPENID: &str = "ofNJBo1VzE1nDcTF7vS72HS8T6Eo";
const USER: &str = "68cc3420-8e0a-43f7-84f1-c4a6edab3df9";

/// The whole description, as in `openapi.json`.
#[must_use]
pub fn text() -> String {
    format!("{:#}\n", document())
}

/// The whole description.
#[must_use]
pub fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Phone login for WeChat mini programs",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A code by SMS, WeChat's openid, a token. Requests are JSON, whatever the Content-Type says; \
                unknown fields are ignored. Errors are RFC 9457 problems: programs read `code`, people read \
                `detail`.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths(),
        "components": {
            "parameters": { "AcceptLanguage": {
                "name": "Accept-Language",
                "in": "header",
                "description": "The language of a problem's `detail`: Chinese, or English if the header prefers it.",
                "schema": { "type": "string" },
                "example": "en",
            } },
            "headers": {
                "NoStore": { "description": "Always `no-store`.", "required": true, "schema": { "const": "no-store" } },
                "RetryAfter": {
                    "description": "Seconds until a retry makes sense; present if the problem has `retryAfter`.",
                    "schema": { "type": "string", "pattern": "^[0-9]+$" },
                },
                "Challenge": {
                    "description": "RFC 6750, section 3; present if the problem is about the token.",
                    "schema": { "enum": ["Bearer", "Bearer error=\"invalid_token\""] },
                },
                "Allow": {
                    "description": "The methods that the path supports.",
                    "required": true,
                    "schema": { "enum": ["GET", "POST", "GET, DELETE"] },
                },
            },
            "securitySchemes": { "Token": {
                "type": "http",
                "scheme": "bearer",
                "description": "A token of `/login` or `/renew`.",
            } },
            "schemas": {
                "SendCodeAnswer": send_code::SendCodeAnswer::schema(),
                "ExchangeCodeAnswer": exchange_code::ExchangeCodeAnswer::schema(),
                "LoginAnswer": login::LoginAnswer::schema(),
                "RenewAnswer": login::RenewAnswer::schema(),
                "AccountAnswer": login::AccountAnswer::schema(),
                "Problem": Body::schema(),
            },
            "responses": { "NotFound": {
                "description": "Any other path.",
                "headers": { "Cache-Control": { "$ref": "#/components/headers/NoStore" } },
                "content": responses::problem_content(&[ProblemCode::NotFound]),
            } },
        },
    })
}

/// Every call of the functions, described.
fn paths() -> Value {
    let mut paths = json!({});
    for DeployedRoute { method, path, .. } in routes() {
        paths[path][method.as_str().to_ascii_lowercase()] = match path {
            "/send-code" => send_code(),
            "/exchange-code" => exchange_code(),
            "/login" => login(),
            "/renew" => sessions::renew(),
            "/logout" => sessions::logout(),
            "/account" if method == Method::DELETE => sessions::delete_account(),
            "/account" => sessions::account(),
            "/.well-known/jwks.json" => well_known::jwks(),
            "/.well-known/openid-configuration" => well_known::discovery(),
            // A test fails for calls without a description.
            _ => Value::Null,
        };
    }
    paths
}

fn send_code() -> Value {
    call(
        ("sendCode", "Text a six-digit code to a phone number"),
        &json!({
            "type": "object",
            "required": ["phoneNumber"],
            "properties": {
                "phoneNumber": needed("As people write it, also in full-width digits, or in E.164."),
                "ticket": optional("A ticket of `/exchange-code`; required if the deployment sets `REQUIRE_TICKET`."),
            },
        }),
        &json!({ "phoneNumber": "13800138000" }),
        ("The code was sent.", "SendCodeAnswer", &json!({ "expiresIn": 300, "resendAfter": 60 })),
        SEND_CODE,
    )
}

fn exchange_code() -> Value {
    call(
        (
            "exchangeCode",
            "Exchange the one-time code of `uni.login` for an openid and a ticket, and optionally the number of one tap",
        ),
        &json!({
            "type": "object",
            "required": ["code"],
            "properties": {
                "code": needed("The code from `uni.login` or `wx.login`; valid for five minutes, once."),
                "phoneCode": optional(
                    "The code from the button `getPhoneNumber`; valid for five minutes, once. The ticket then carries the number.",
                ),
                "appId": optional("The mini program's AppID; needed only if the deployment has several."),
            },
        }),
        &json!({ "code": "alice" }),
        (
            "WeChat confirmed the person.",
            "ExchangeCodeAnswer",
            &json!({ "openid": OPENID, "ticket": TICKET, "expiresIn": 300 }),
        ),
        EXCHANGE_CODE,
    )
}

fn login() -> Value {
    call(
        (
            "login",
            "Log in with a ticket, a phone number and the code sent to it; or with a ticket that carries the number",
        ),
        &json!({
            "type": "object",
            "required": ["ticket"],
            "properties": {
                "ticket": needed("The ticket of `/exchange-code`."),
                "openid": optional("If present, it must be the ticket's."),
                "phoneNumber": optional("The number that the code was sent to. Leave it and `verifyCode` out if the ticket carries the number."),
                "verifyCode": optional("The six digits."),
            },
        }),
        &json!({ "ticket": TICKET, "openid": OPENID, "phoneNumber": "13800138000", "verifyCode": "091474" }),
        (
            "The person is logged in.",
            "LoginAnswer",
            &json!({ "token": TOKEN, "tokenType": "Bearer", "expiresIn": 7200, "userId": USER, "isNewUser": true }),
        ),
        LOGIN,
    )
}

/// One of the three calls, which have the same form.
fn call(
    (id, summary): (&str, &str),
    request: &Value,
    example: &Value,
    answer: (&str, &str, &Value),
    refusals: &[ProblemCode],
) -> Value {
    let mut responses = problems(&[COMMON, refusals].concat());
    responses["200"] = answered(answer);
    json!({
        "operationId": id,
        "summary": summary,
        "parameters": [{ "$ref": "#/components/parameters/AcceptLanguage" }],
        "requestBody": {
            "required": true,
            "description": "4 KiB at most.",
            "content": { JSON: { "schema": request, "example": example } },
        },
        "responses": responses,
    })
}

/// A required field that must not be empty.
fn needed(description: &str) -> Value {
    json!({ "type": "string", "pattern": "\\S", "description": description })
}

/// An optional field: absent, null or empty.
fn optional(description: &str) -> Value {
    json!({ "type": ["string", "null"], "description": description })
}
