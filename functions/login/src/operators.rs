//! Operators' acts, sent by direct invocation: `{"operator": "disable", "userId": "…"}`. IAM decides who may send them.

use serde::Serialize;
use serde_json::{Value, json};
use shared::{
    clock::Timestamp,
    http::operator::OperatorEvent,
    identity::Openid,
    phone::{Countries, PhoneNumberError},
};
use uuid::Uuid;

use crate::{
    accounts::{AccountError, Change, Found, Whom},
    audit,
    function::Login,
};

/// An operator's act.
#[derive(Debug)]
pub(crate) enum Act {
    Find(Whom),
    Change(Change, String),
}

/// Why nothing was done. The operator gets this text.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OperatorError {
    #[error("operator: use check, find, disable, enable, sign-out or delete")]
    UnknownAct,
    #[error("find: give one of userId, phoneNumber and openid")]
    FindByOne,
    #[error("openid: also give appId, the AppID of the mini program that the openid belongs to")]
    OfWhichApp,
    #[error("{0}: give userId and nothing else")]
    UserIdAlone(&'static str),
    #[error("{0}: not valid")]
    Malformed(&'static str),
    #[error("phoneNumber: {0}")]
    PhoneNumber(#[from] PhoneNumberError),
    #[error("there is no such account")]
    NoAccount,
    #[error(transparent)]
    Account(#[from] AccountError),
}

/// The answer to `find`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FindAnswer<'a> {
    user_id: &'a str,
    phone_number: Option<&'a str>,
    created_at: Option<String>,
    disabled: bool,
    openids: Vec<OpenidAnswer<'a>>,
}

/// An openid of the account. `proved_at`: its last login by a code or one tap (RFC 3339); `null` after a logout.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OpenidAnswer<'a> {
    app_id: &'a str,
    openid: &'a str,
    proved_at: Option<String>,
}

impl Login {
    /// Carries out an operator's act. Answers in JSON; an error is `{"error": "…"}`. Lambda's id of the request is logged.
    pub async fn operate(&self, event: &OperatorEvent, request_id: &str) -> Value {
        let done = match Act::parse(event, &self.countries) {
            Err(error) => {
                audit::operator_refused(None, &error, request_id);
                Err(error)
            }
            Ok(act) => {
                // Boxed, so that HTTP requests reserve no memory for it.
                let done = Box::pin(self.act(&act)).await;
                match &done {
                    Ok(answer) => audit::operated(&act, answer["userId"].as_str(), request_id),
                    Err(error) => audit::operator_refused(Some(&act), error, request_id),
                }
                done
            }
        };
        done.unwrap_or_else(|error| json!({ "error": error.to_string() }))
    }

    async fn act(&self, act: &Act) -> Result<Value, OperatorError> {
        match act {
            Act::Find(whom) => {
                let found = self.accounts.look_up(whom).await?.ok_or(OperatorError::NoAccount)?;
                Ok(json!(FindAnswer::of(&found)))
            }
            Act::Change(change, user_id) => {
                let openids = self.accounts.operate(*change, user_id, self.clock.now()).await?;
                let openids = openids.ok_or(OperatorError::NoAccount)?;
                Ok(json!({ "operator": act.name(), "userId": user_id, "openids": openids }))
            }
        }
    }
}

impl Act {
    fn parse(event: &OperatorEvent, countries: &Countries) -> Result<Self, OperatorError> {
        let change = match event.operator.as_str().unwrap_or_default() {
            "find" => return Whom::parse(event, countries).map(Self::Find),
            "disable" => Change::Disable,
            "enable" => Change::Enable,
            "sign-out" => Change::SignOut,
            "delete" => Change::Delete,
            _ => return Err(OperatorError::UnknownAct),
        };
        match event {
            OperatorEvent {
                user_id: Some(user_id), phone_number: None, openid: None, app_id: None, ..
            } => Ok(Self::Change(change, parse_user_id(user_id)?)),
            _ => Err(OperatorError::UserIdAlone(change.name())),
        }
    }

    /// Its name in an event.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Find(_) => "find",
            Self::Change(change, _) => change.name(),
        }
    }
}

impl Change {
    fn name(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::SignOut => "sign-out",
            Self::Delete => "delete",
        }
    }
}

impl Whom {
    fn parse(event: &OperatorEvent, countries: &Countries) -> Result<Self, OperatorError> {
        let OperatorEvent { user_id, phone_number, openid, app_id, operator: _ } = event;
        match (user_id, phone_number, openid, app_id) {
            (Some(user_id), None, None, None) => parse_user_id(user_id).map(Self::User),
            (None, Some(number), None, None) => {
                let number = number.as_str().ok_or(OperatorError::Malformed("phoneNumber"))?;
                Ok(Self::Number(countries.parse(number)?))
            }
            (None, None, Some(openid), Some(app_id)) => {
                let openid = openid.as_str().and_then(Openid::parse);
                let openid = openid.ok_or(OperatorError::Malformed("openid"))?;
                let is_id = |id: &&str| {
                    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
                };
                let app_id = app_id.as_str().filter(is_id).ok_or(OperatorError::Malformed("appId"))?;
                Ok(Self::Openid { app_id: app_id.to_owned(), openid })
            }
            (None, None, Some(_), None) => Err(OperatorError::OfWhichApp),
            _ => Err(OperatorError::FindByOne),
        }
    }
}

impl<'a> FindAnswer<'a> {
    fn of(found: &'a Found) -> Self {
        let openids = found.openids.iter().map(|openid| OpenidAnswer {
            app_id: &openid.app_id,
            openid: &openid.openid,
            proved_at: openid.proved_at.map(Timestamp::to_rfc3339),
        });
        Self {
            user_id: &found.user_id,
            phone_number: found.phone.as_deref(),
            created_at: found.created_at.map(Timestamp::to_rfc3339),
            disabled: found.disabled,
            openids: openids.collect(),
        }
    }
}

/// Account ids are UUIDs.
fn parse_user_id(user_id: &Value) -> Result<String, OperatorError> {
    let user_id = user_id.as_str().and_then(|user_id| Uuid::try_parse(user_id).ok());
    user_id.map(|user_id| user_id.to_string()).ok_or(OperatorError::Malformed("userId"))
}
