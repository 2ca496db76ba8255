//! Events that operators invoke a function with, told apart from those of API Gateway.
//!
//! An event is an operator's if its top level has a member `operator` and none of the members that API Gateway always sets.
//! Clients can only write below the top level, so no HTTP request is taken for an operator's event.

use std::collections::HashMap;

use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

use super::lambda::{Event, RequestContext};

/// The event of a function that operators may invoke directly.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Members")]
pub enum Invocation {
    /// API Gateway passes on a request.
    Request(Event),
    /// An operator has invoked the function directly.
    Operator(OperatorEvent),
}

/// The members of an operator's event, unparsed.
#[derive(Debug)]
pub struct OperatorEvent {
    /// `operator`: what to do.
    pub operator: Value,
    /// `userId`.
    pub user_id: Option<Value>,
    /// `phoneNumber`.
    pub phone_number: Option<Value>,
    /// `openid`.
    pub openid: Option<Value>,
    /// `appId`.
    pub app_id: Option<Value>,
}

impl OperatorEvent {
    /// Whether it asks for a check and has no other member.
    #[must_use]
    pub fn is_check(&self) -> bool {
        let Self { operator, user_id, phone_number, openid, app_id } = self;
        operator == "check" && [user_id, phone_number, openid, app_id].iter().all(|named| named.is_none())
    }
}

/// The members of both kinds of event, read in one pass.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members {
    version: Option<IgnoredAny>,
    raw_path: Option<String>,
    #[serde(default)]
    headers: HashMap<String, String>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
    request_context: Option<RequestContext>,
    operator: Option<Value>,
    user_id: Option<Value>,
    phone_number: Option<Value>,
    openid: Option<Value>,
    app_id: Option<Value>,
}

/// Neither kind of event.
#[derive(Debug, thiserror::Error)]
#[error("the event is neither API Gateway's nor an operator's")]
struct Neither;

impl TryFrom<Members> for Invocation {
    type Error = Neither;

    fn try_from(members: Members) -> Result<Self, Neither> {
        let Members { version, raw_path, headers, body, is_base64_encoded, .. } = members;
        let by_gateway = version.is_some() || raw_path.is_some() || body.is_some() || !headers.is_empty();
        match (members.request_context, members.operator) {
            (Some(request_context), _) => {
                let raw_path = raw_path.unwrap_or_default();
                Ok(Self::Request(Event { raw_path, headers, body, is_base64_encoded, request_context }))
            }
            (None, Some(operator)) if !by_gateway => Ok(Self::Operator(OperatorEvent {
                operator,
                user_id: members.user_id,
                phone_number: members.phone_number,
                openid: members.openid,
                app_id: members.app_id,
            })),
            _ => Err(Neither),
        }
    }
}
