//! WeChat's three calls: their counters, scripted answers, and how the timeline reads them.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::http::request::Parts;
use serde_json::Value;

use super::{fault::Fault, phone_codes::PhoneCode};
use crate::service::{Service, query};

/// A call of WeChat's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// `code2Session`: the person behind a code of `uni.login`.
    Code2Session,
    /// `getStableAccessToken`: a mini program's access token.
    StableToken,
    /// `getPhoneNumber`: the number behind a code of the button.
    PhoneNumber,
}

impl Call {
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Code2Session => "/_local/wechat/sns/jscode2session",
            Self::StableToken => "/_local/wechat/cgi-bin/stable_token",
            Self::PhoneNumber => "/_local/wechat/wxa/business/getuserphonenumber",
        }
    }

    fn of(parts: &Parts) -> Option<Self> {
        let calls = [Self::Code2Session, Self::StableToken, Self::PhoneNumber];
        calls.into_iter().find(|call| call.path() == parts.uri.path())
    }

    /// WeChat's name for it.
    const fn name(self) -> &'static str {
        match self {
            Self::Code2Session => "code2Session",
            Self::StableToken => "getStableAccessToken",
            Self::PhoneNumber => "getPhoneNumber",
        }
    }

    /// Whether the call can simulate this script.
    fn plays(self, script: &str) -> bool {
        match self {
            Self::Code2Session => true,
            Self::StableToken => Fault::read(script).is_some() || script == NO_TOKEN,
            Self::PhoneNumber => PhoneCode::read(script) != PhoneCode::Unknown,
        }
    }
}

/// Makes `getStableAccessToken` answer JSON without a token.
pub(super) const NO_TOKEN: &str = "no-token";

/// How many requests each call has had, and the scripted answers to come.
#[derive(Default)]
pub(super) struct Calls([Told; 3]);

#[derive(Default)]
struct Told {
    requests: AtomicUsize,
    scripted: Mutex<VecDeque<String>>,
}

impl Calls {
    pub(super) fn play_next(&self, call: Call, script: &str) {
        assert!(call.plays(script), "{} cannot simulate {script:?}", call.name());
        let scripted = &self.0[call as usize].scripted;
        scripted.lock().unwrap_or_else(PoisonError::into_inner).push_back(script.to_owned());
    }

    /// Counts a request and returns its scripted answer, if there is one.
    pub(super) fn come(&self, call: Call) -> Option<String> {
        let told = &self.0[call as usize];
        told.requests.fetch_add(1, Ordering::Relaxed);
        told.scripted.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    pub(super) fn requests(&self, call: Call) -> usize {
        self.0[call as usize].requests.load(Ordering::Relaxed)
    }
}

/// How the timeline reads its calls. It shows neither the secret nor an access token.
pub(crate) const SERVICE: Service = Service {
    name: "WeChat",
    is_for: |parts, body, request| match Call::of(parts) {
        Some(call @ (Call::Code2Session | Call::PhoneNumber)) => {
            let asked = if call == Call::Code2Session { "code" } else { "phoneCode" };
            request[asked] == about(call, parts, body)
        }
        // This call names no person. It belongs to a request with a code of the button, in this mini program.
        Some(call @ Call::StableToken) => {
            let is_this_app = |app_id: &Value| app_id.is_null() || *app_id == about(call, parts, body);
            request["phoneCode"].is_string() && is_this_app(&request["appId"])
        }
        None => false,
    },
    describe: |parts, body| {
        let call = Call::of(parts);
        let about = call.map(|call| about(call, parts, body)).unwrap_or_default();
        (call.map(Call::name).unwrap_or_default().to_owned(), about)
    },
    error: |body| {
        let answer: Value = serde_json::from_slice(body).ok()?;
        answer["errcode"].as_i64().filter(|code| *code != 0).map(|code| format!("errcode {code}"))
    },
};

/// The subject of a call: the code, or the mini program that requests a token.
fn about(call: Call, parts: &Parts, body: &[u8]) -> String {
    let field = |name: &str| {
        let asked: Value = serde_json::from_slice(body).unwrap_or_default();
        asked[name].as_str().unwrap_or_default().to_owned()
    };
    match call {
        Call::Code2Session => query(parts, "js_code"),
        Call::StableToken => field("appid"),
        Call::PhoneNumber => field("code"),
    }
}
