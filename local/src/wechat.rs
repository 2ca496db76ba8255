//! Simulated WeChat: `code2Session`, `getStableAccessToken` and `getPhoneNumber`
//! (<https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/>).
//!
//! A code decides who logs in, with which number, or what goes wrong. [`SIMULATED`] lists those of `uni.login`,
//! [`SIMULATED_PHONE_CODES`] those of the button.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    body::Bytes,
    extract::{RawQuery, State},
    response::Response,
    routing::{any, get, post},
};
use shared::clock::Clock;

mod answer;
mod call;
mod code2session;
mod codes;
mod fault;
mod people;
mod phone_codes;
mod phone_number;
pub(crate) mod prompt;
mod stable_token;
mod tokens;

pub use call::Call;
use call::Calls;
pub(crate) use call::SERVICE;
use code2session::Used;
use codes::Code;
pub use codes::{SIMULATED, Simulated};
use people::People;
pub(crate) use people::{Apps, MORE_APPS};
pub use phone_codes::SIMULATED_PHONE_CODES;
use phone_codes::{Number, PhoneCode};
use tokens::AccessTokens;

/// WeChat, with its mini programs.
pub struct Wechat {
    apps: Apps,
    people: People,
    tokens: AccessTokens,
    calls: Calls,
    clock: Arc<dyn Clock>,
    visitor: Mutex<String>,
    visitor_number: Mutex<String>,
    used: Used,
    used_phone_codes: Used,
}

/// A code that cannot be chosen for `uni.login`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code of uni.login can stand for a name or an error, not for another such code")]
pub struct NoVisitor;

/// A code that cannot be chosen for the button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code of the button can stand for a phone number or an error, not for another such code")]
pub struct NoNumber;

impl Wechat {
    pub(crate) fn new(apps: Apps, clock: Arc<dyn Clock>) -> Self {
        Self {
            apps,
            people: People::default(),
            tokens: AccessTokens::default(),
            calls: Calls::default(),
            clock,
            visitor: Mutex::new("alice".to_owned()),
            visitor_number: Mutex::new("13800138000".to_owned()),
            used: Used::default(),
            used_phone_codes: Used::default(),
        }
    }

    /// Answers the next `code2Session` as for `code`, whatever code comes with it.
    pub fn play_next(&self, code: &str) {
        self.play_next_at(Call::Code2Session, code);
    }

    /// Answers the next request of this call by `script`, whatever code comes with it: one of its codes;
    /// for [`Call::StableToken`] an error (`err-40164`) or `no-token`.
    ///
    /// # Panics
    /// If the call cannot simulate it.
    pub fn play_next_at(&self, call: Call, script: &str) {
        self.calls.play_next(call, script);
    }

    /// Revokes all access tokens: their next use is answered errcode 40001.
    pub fn end_tokens(&self) {
        self.tokens.end_all();
    }

    /// All access tokens issued so far. Tests check that they never leave the functions.
    #[must_use]
    pub fn access_tokens(&self) -> Vec<String> {
        self.tokens.all()
    }

    /// Binds the mini programs to an Open Platform account: answers have a `unionid` from now on.
    pub fn bind_to_open_platform(&self) {
        self.people.bind();
    }

    /// Binds the mini programs to a different Open Platform account: every `unionid` changes.
    pub fn rebind_open_platform(&self) {
        self.people.rebind();
    }

    /// The person, or the error, that the codes of `uni.login` stand for.
    #[must_use]
    pub fn visitor(&self) -> String {
        self.visitor.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sets the name or error that these codes stand for. Any other `code` changes nothing.
    pub fn set_visitor(&self, code: &str) -> Result<(), NoVisitor> {
        if matches!(Code::read(code), Code::Missing | Code::OfUniLogin | Code::Mock) {
            return Err(NoVisitor);
        }
        code.clone_into(&mut self.visitor.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }

    /// The number, or the error, that the codes of the button stand for.
    #[must_use]
    pub fn visitor_number(&self) -> String {
        self.visitor_number.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sets the number or error that these codes stand for. Any other `code` changes nothing.
    pub fn set_visitor_number(&self, code: &str) -> Result<(), NoNumber> {
        if matches!(PhoneCode::read(code), PhoneCode::Missing | PhoneCode::OfButton | PhoneCode::Unknown) {
            return Err(NoNumber);
        }
        code.clone_into(&mut self.visitor_number.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }

    /// How many requests `code2Session` has had.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests_of(Call::Code2Session)
    }

    /// How many requests this call has had.
    #[must_use]
    pub fn requests_of(&self, call: Call) -> usize {
        self.calls.requests(call)
    }

    /// The `AppID`s of the mini programs, that of `WECHAT_APP_ID` first.
    #[must_use]
    pub fn app_ids(&self) -> Vec<&str> {
        self.apps.ids()
    }

    /// The openid of the person with this name in the first mini program.
    #[must_use]
    pub fn openid(&self, name: &str) -> String {
        self.openid_in(self.apps.first(), name)
    }

    /// The openid of the person with this name in this mini program.
    #[must_use]
    pub fn openid_in(&self, app_id: &str, name: &str) -> String {
        People::openid(app_id, name)
    }

    /// The `session_key` that comes with [`Self::openid`]. Tests check that it never leaves the functions.
    #[must_use]
    pub fn session_key(&self, name: &str) -> String {
        People::session_key(self.apps.first(), name)
    }

    /// The target of redirects: a client that follows one gets another person.
    fn elsewhere(&self) -> Response {
        let app_id = self.apps.first();
        let mut answer = self.phone_info(app_id, Number { country: "86", pure: "13700137000" });
        answer["openid"] = People::openid(app_id, "elsewhere").into();
        answer["access_token"] = "elsewhere".into();
        answer::wechat_json(&answer)
    }
}

pub(crate) fn router(wechat: Arc<Wechat>) -> Router {
    type Here = State<Arc<Wechat>>;
    Router::new()
        .route(
            Call::Code2Session.path(),
            get(async |State(wechat): Here, RawQuery(query): RawQuery| {
                wechat.code2session(&query.unwrap_or_default())
            }),
        )
        .route(
            Call::StableToken.path(),
            post(async |State(wechat): Here, body: Bytes| wechat.stable_token(&body)),
        )
        .route(
            Call::PhoneNumber.path(),
            post(async |State(wechat): Here, RawQuery(query): RawQuery, body: Bytes| {
                wechat.phone_number(&query.unwrap_or_default(), &body)
            }),
        )
        .route(fault::ELSEWHERE, any(async |State(wechat): Here| wechat.elsewhere()))
        .with_state(wechat)
}
