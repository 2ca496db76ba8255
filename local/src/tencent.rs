//! Simulated Tencent Cloud SMS: `SendSms`, version 2021-01-11 (<https://cloud.tencent.com/document/api/382/55981>), in front
//! of the phone network.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, request::Parts},
    response::Response,
};
use serde_json::{Value, json};
use shared::{
    clock::Clock,
    random::{SystemRandom, uuid},
};

pub use crate::provider::{Fault, Refusal};
use crate::{
    phones::{Carrier, PhoneNetwork},
    provider::{self, Faults, Provider},
    service::Service,
    signed::header,
};

mod message;
mod signature;

use message::{Asked, e164};

/// How the timeline reads its calls.
pub(crate) const SERVICE: Service = Service {
    name: "Tencent",
    is_for: |_, _, _| false,
    describe: |parts, body| {
        let asked: Value = serde_json::from_slice(body).unwrap_or_default();
        let number = asked["PhoneNumberSet"][0].as_str().unwrap_or_default();
        (header(&parts.headers, "x-tc-action").to_owned(), number.to_owned())
    },
    error: |body| {
        let answer: Value = serde_json::from_slice(body).ok()?;
        let response = &answer["Response"];
        let code = response["Error"]["Code"].as_str().or(response["SendStatusSet"][0]["Code"].as_str());
        code.filter(|code| *code != "Ok").map(str::to_owned)
    },
};

/// The account: its keys, signature and template.
pub(crate) struct Account {
    secret_id: String,
    secret_key: String,
    app_id: String,
    sign_name: String,
    template_id: String,
}

impl Account {
    /// Reads the functions' own variables, so that the account matches their settings.
    pub(crate) fn read(variable: impl Fn(&str) -> String) -> Self {
        Self {
            secret_id: variable("TENCENT_SMS_SECRET_ID"),
            secret_key: variable("TENCENT_SMS_SECRET_KEY"),
            app_id: variable("TENCENT_SMS_APP_ID"),
            sign_name: variable("TENCENT_SMS_SIGN_NAME"),
            template_id: variable("TENCENT_SMS_TEMPLATE_ID"),
        }
    }
}

/// Tencent Cloud, with one account.
pub struct Tencent {
    account: Account,
    phones: Arc<PhoneNetwork>,
    clock: Arc<dyn Clock>,
    faults: Faults,
}

impl Tencent {
    pub(crate) fn new(account: Account, phones: Arc<PhoneNetwork>, clock: Arc<dyn Clock>) -> Self {
        Self { account, phones, clock, faults: Faults::default() }
    }

    /// Refuses the next request: an error code, a space, and a message.
    pub fn refuse_next(&self, refusal: impl Into<Refusal>) {
        self.fail_next(Fault::Refusal(refusal.into()));
    }

    /// Fails the next request.
    pub fn fail_next(&self, fault: Fault) {
        self.faults.at_next(fault);
    }

    /// Fails every request.
    pub fn fail_each(&self, fault: Fault) {
        self.faults.at_each(fault);
    }

    /// Ends all failures.
    pub fn recover(&self) {
        self.faults.clear();
    }

    /// An answer about these numbers, each with its code.
    #[must_use]
    pub fn statuses(numbers: &[(&str, &str)]) -> Value {
        let set: Vec<_> = numbers.iter().map(|(number, code)| status(number, &(*code).into(), "")).collect();
        response(json!({ "SendStatusSet": set }))
    }

    fn answer(&self, parts: &Parts, body: &[u8], refusal: Option<&Refusal>) -> Value {
        self.send(parts, body, refusal).unwrap_or_else(error)
    }

    /// An invalid request gets an `Error`; a refused message gets a status for its number.
    fn send(&self, parts: &Parts, body: &[u8], refusal: Option<&Refusal>) -> Result<Value, Refusal> {
        let told = |name: &str| header(&parts.headers, name).to_owned();
        let Account { secret_id, secret_key, .. } = &self.account;
        signature::verify(parts, body, secret_id, secret_key, self.clock.now())?;
        match (&*told("x-tc-action"), &*told("x-tc-version"), &*told("x-tc-region")) {
            ("SendSms", "2021-01-11", "") => {
                return Err("MissingParameter The request is missing a required parameter `Region`.".into());
            }
            ("SendSms", "2021-01-11", _) => {}
            ("SendSms", _, _) => return Err("NoSuchVersion The API version does not exist.".into()),
            _ => return Err("InvalidAction only SendSms is simulated here".into()),
        }
        let asked = Asked::read(body)?;
        if asked.app_id != self.account.app_id {
            return Err("UnauthorizedOperation.SmsSdkAppIdVerifyFail request SmsSdkAppId verify fail".into());
        }
        if asked.numbers.is_empty() {
            return Err("MissingParameter.EmptyPhoneNumberSet the phone number set is empty".into());
        }
        if asked.numbers.len() > 200 {
            return Err("LimitExceeded.PhoneNumberCountLimit there are more than 200 phone numbers".into());
        }
        if let Some(refusal) = refusal.filter(|refusal| is_of_the_request(refusal)) {
            return Err(refusal.clone());
        }
        let statuses = asked.numbers.iter().map(|number| {
            let Some(e164) = e164(number) else {
                let refusal = "InvalidParameterValue.IncorrectPhoneNumber incorrect phone number".into();
                return status(number, &refusal, &asked.context);
            };
            match (asked.text(&self.account), refusal) {
                (Err(refusal), _) => status(&e164, &refusal.into(), &asked.context),
                (Ok(_), Some(refusal)) => status(&e164, refusal, &asked.context),
                (Ok(text), None) => {
                    self.phones.deliver(Carrier::Tencent, e164.clone(), text, BTreeMap::new());
                    sent(&e164, &asked.context)
                }
            }
        });
        Ok(response(json!({ "SendStatusSet": statuses.collect::<Vec<_>>() })))
    }
}

impl Provider for Tencent {
    const PATH: &'static str = "/_local/sms/tencent";
    const DOWN: &'static str = "InternalError.OtherError";

    fn faults(&self) -> &Faults {
        &self.faults
    }

    fn empty(&self) -> Value {
        Self::statuses(&[])
    }
}

/// Whether Tencent refuses the whole request for this code, not a message.
fn is_of_the_request(Refusal { code, .. }: &Refusal) -> bool {
    let kind = code.split('.').next().unwrap_or_default();
    ["AuthFailure", "UnauthorizedOperation", "RequestLimitExceeded", "InvalidParameter", "MissingParameter"]
        .contains(&kind)
        || code == "InternalError"
}

fn response(mut fields: Value) -> Value {
    fields["RequestId"] = uuid(&SystemRandom).to_string().into();
    json!({ "Response": fields })
}

fn error(Refusal { code, message }: Refusal) -> Value {
    response(json!({ "Error": { "Code": code, "Message": message } }))
}

fn status(number: &str, Refusal { code, message }: &Refusal, context: &str) -> Value {
    json!({
        "SerialNo": "", "PhoneNumber": number, "Fee": 0, "SessionContext": context,
        "Code": code, "Message": message, "IsoCode": iso_code(number),
    })
}

fn sent(number: &str, context: &str) -> Value {
    let serial = uuid(&SystemRandom).as_u128();
    json!({
        "SerialNo": format!("2433:{serial}"), "PhoneNumber": number, "Fee": 1, "SessionContext": context,
        "Code": "Ok", "Message": "send success", "IsoCode": iso_code(number),
    })
}

fn iso_code(number: &str) -> &'static str {
    if number.starts_with("+86") { "CN" } else { "DEF" }
}

pub(crate) fn router(tencent: Arc<Tencent>) -> Router {
    Router::new().fallback(handle).with_state(tencent)
}

async fn handle(State(tencent): State<Arc<Tencent>>, parts: Parts, body: Bytes) -> Response {
    tencent
        .faults
        .play(|refusal| provider::json(StatusCode::OK, &tencent.answer(&parts, &body, refusal)))
        .await
}
