//! Simulated Aliyun SMS, in front of the phone network: `SendSms` of Dysmsapi
//! (<https://help.aliyun.com/document_detail/419273.html>) and `SendSmsVerifyCode` of Dypnsapi
//! (<https://help.aliyun.com/zh/pnvs/developer-reference/api-dypnsapi-2017-05-25-sendsmsverifycode>).

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

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

use message::{Fields, Request};

/// How the timeline reads its calls.
pub(crate) const SERVICE: Service = Service {
    name: "Aliyun",
    is_for: |_, _, _| false,
    describe: |parts, body| {
        let fields = Fields::of(parts, body);
        let number = fields.get("PhoneNumbers").or(fields.get("PhoneNumber")).unwrap_or_default();
        (header(&parts.headers, "x-acs-action").to_owned(), number.to_owned())
    },
    error: |body| {
        let answer: Value = serde_json::from_slice(body).ok()?;
        answer["Code"].as_str().filter(|code| *code != "OK").map(str::to_owned)
    },
};

/// The account: its keys, signature and template.
pub(crate) struct Account {
    access_key_id: String,
    access_key_secret: String,
    sign_name: String,
    template_code: String,
}

impl Account {
    /// Reads the functions' own variables, so that the account matches their settings.
    pub(crate) fn read(variable: impl Fn(&str) -> String) -> Self {
        Self {
            access_key_id: variable("ALIYUN_SMS_ACCESS_KEY_ID"),
            access_key_secret: variable("ALIYUN_SMS_ACCESS_KEY_SECRET"),
            sign_name: variable("ALIYUN_SMS_SIGN_NAME"),
            template_code: variable("ALIYUN_SMS_TEMPLATE_CODE"),
        }
    }
}

/// Aliyun, with one account.
pub struct Aliyun {
    account: Account,
    phones: Arc<PhoneNetwork>,
    clock: Arc<dyn Clock>,
    nonces: Mutex<HashSet<String>>,
    faults: Faults,
}

impl Aliyun {
    pub(crate) fn new(account: Account, phones: Arc<PhoneNetwork>, clock: Arc<dyn Clock>) -> Self {
        Self { account, phones, clock, nonces: Mutex::default(), faults: Faults::default() }
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

    fn answer(&self, parts: &Parts, body: &[u8], refusal: Option<&Refusal>) -> Response {
        let host = header(&parts.headers, "host");
        match self.send(parts, body, refusal) {
            Ok(sent) => provider::json(StatusCode::OK, &sent),
            Err(refusal) => refused(&refusal, header(&parts.headers, "x-acs-action"), host),
        }
    }

    fn send(&self, parts: &Parts, body: &[u8], refusal: Option<&Refusal>) -> Result<Value, Refusal> {
        let Account { access_key_id, access_key_secret, .. } = &self.account;
        signature::verify(parts, body, access_key_id, access_key_secret, self.clock.now())?;
        let nonce = header(&parts.headers, "x-acs-signature-nonce").to_owned();
        if !self.nonces.lock().unwrap_or_else(PoisonError::into_inner).insert(nonce) {
            return Err("SignatureNonceUsed Specified signature nonce was used already.".into());
        }
        let version = header(&parts.headers, "x-acs-version");
        let request =
            Request::read(header(&parts.headers, "x-acs-action"), version, &Fields::of(parts, body))?;
        let numbers = request.numbers()?;
        let text = request.text(&self.account)?;
        if let Some(refusal) = refusal {
            return Err(refusal.clone());
        }
        for number in numbers {
            self.phones.deliver(Carrier::Aliyun, number, text.clone(), BTreeMap::new());
        }
        Ok(request.accepted())
    }
}

impl Provider for Aliyun {
    const PATH: &'static str = "/_local/sms/aliyun";
    const DOWN: &'static str = "isp.SYSTEM_ERROR";

    fn faults(&self) -> &Faults {
        &self.faults
    }

    fn empty(&self) -> Value {
        json!({ "RequestId": request_id() })
    }
}

/// The gateway in front of the service has its own statuses and fields; the service itself refuses with status 200.
fn refused(Refusal { code, message }: &Refusal, action: &str, host: &str) -> Response {
    let id = request_id();
    let Some(status) = status_of_gateway(code) else {
        let mut body = json!({ "RequestId": id, "Code": code, "Message": message });
        if action == message::VERIFY {
            body["Success"] = false.into();
        }
        return provider::json(StatusCode::OK, &body);
    };
    let recommend = format!("https://api.aliyun.com/troubleshoot?q={code}&requestId={id}");
    let body = json!({
        "RequestId": id, "HostId": host, "Code": code, "Message": message, "Recommend": recommend,
    });
    provider::json(status, &body)
}

/// `None` for the service's own codes.
fn status_of_gateway(code: &str) -> Option<StatusCode> {
    match code {
        _ if ["isv.", "isp.", "biz."].iter().any(|service| code.starts_with(service)) => None,
        "InternalError" => Some(StatusCode::INTERNAL_SERVER_ERROR),
        "ServiceUnavailable" => Some(StatusCode::SERVICE_UNAVAILABLE),
        "NoPermission" => Some(StatusCode::FORBIDDEN),
        _ if code.starts_with("Forbidden") => Some(StatusCode::FORBIDDEN),
        _ if code.ends_with(".NotFound") => Some(StatusCode::NOT_FOUND),
        _ => Some(StatusCode::BAD_REQUEST),
    }
}

fn request_id() -> String {
    uuid(&SystemRandom).to_string().to_uppercase()
}

pub(crate) fn router(aliyun: Arc<Aliyun>) -> Router {
    Router::new().fallback(handle).with_state(aliyun)
}

async fn handle(State(aliyun): State<Arc<Aliyun>>, parts: Parts, body: Bytes) -> Response {
    aliyun.faults.play(|refusal| aliyun.answer(&parts, &body, refusal)).await
}
