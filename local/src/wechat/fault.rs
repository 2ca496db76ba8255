//! Failures that have the same names for each of WeChat's calls.

use std::{convert::Infallible, str::FromStr};

use axum::{
    body::Body,
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde_json::Value;

use super::answer::refuse;
use crate::broken::{broken_off, drip, page};

/// The target of redirects, where the same call names another person.
pub(super) const ELSEWHERE: &str = "/_local/wechat/elsewhere";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// This errcode.
    Refusal(i64),
    Status(StatusCode),
    Page,
    Half,
    Close,
    Redirect,
    Huge,
    Drip,
    Hang,
}

impl Fault {
    pub(super) fn read(code: &str) -> Option<Self> {
        match code {
            "html" => Some(Self::Page),
            "half" => Some(Self::Half),
            "close" => Some(Self::Close),
            "redirect" => Some(Self::Redirect),
            "huge" => Some(Self::Huge),
            "drip" => Some(Self::Drip),
            "hang" => Some(Self::Hang),
            _ => after("err-", code).map(Self::Refusal).or_else(|| Some(Self::Status(after("http-", code)?))),
        }
    }

    /// The faulty answer. `whole` is the call's success, which some faults contain.
    pub(super) fn answer(self, whole: impl FnOnce() -> Value) -> Response {
        match self {
            // WeChat names the address that it saw.
            Self::Refusal(40164) => {
                refuse(40164, "invalid ip 192.0.2.7 ipv6 ::ffff:192.0.2.7, not in whitelist")
            }
            Self::Refusal(errcode) => refuse(errcode, "simulated"),
            Self::Status(status) => status.into_response(),
            Self::Page => page(StatusCode::OK),
            Self::Half => broken_off("{\""),
            Self::Close => broken_off(""),
            // A client that follows the redirect keeps method and body.
            Self::Redirect => (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, ELSEWHERE)]).into_response(),
            Self::Huge => (" ".repeat(10_000_000) + &whole().to_string()).into_response(),
            Self::Drip => drip(),
            Self::Hang => Body::from_stream(stream::pending::<Result<String, Infallible>>()).into_response(),
        }
    }
}

fn after<T: FromStr>(prefix: &str, code: &str) -> Option<T> {
    code.strip_prefix(prefix)?.parse().ok()
}
