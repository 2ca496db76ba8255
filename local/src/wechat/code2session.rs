//! `code2Session`: <https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html>.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use axum::response::Response;
use serde_json::{Value, json};

use super::{
    Call, Wechat,
    answer::{refuse, wechat_json},
    codes::Code,
    people::People,
};

/// The codes that have been used.
#[derive(Default)]
pub(super) struct Used(Mutex<HashSet<String>>);

impl Used {
    /// Whether this is the code's first use.
    pub(super) fn is_first(&self, code: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(code.to_owned())
    }
}

impl Wechat {
    pub(super) fn code2session(&self, query: &str) -> Response {
        let scripted = self.calls.come(Call::Code2Session);
        let query: HashMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let given = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
        match self.apps.check(given("appid"), given("secret")) {
            Err((errcode, errmsg)) => refuse(errcode, errmsg),
            Ok(()) if given("grant_type") != "authorization_code" => refuse(40002, "invalid grant_type"),
            Ok(()) => self.play(given("appid"), scripted.as_deref().unwrap_or(given("js_code"))),
        }
    }

    fn play(&self, app_id: &str, code: &str) -> Response {
        match Code::read(code) {
            Code::Missing => refuse(41008, "missing code"),
            Code::Once(_) | Code::OfUniLogin if !self.used.is_first(code) => refuse(40163, "code been used"),
            Code::Name(name) | Code::Once(name) => wechat_json(&self.session(app_id, name)),
            Code::OfUniLogin | Code::Mock => self.play(app_id, &self.visitor()),
            Code::NoOpenid => wechat_json(&json!({ "session_key": People::session_key(app_id, "nobody") })),
            Code::Fault(fault) => fault.answer(|| self.session(app_id, "huge")),
        }
    }

    /// The ids of the person with this name.
    pub(super) fn session(&self, app_id: &str, name: &str) -> Value {
        let mut session = json!({ "session_key": People::session_key(app_id, name), "openid": People::openid(app_id, name) });
        if let Some(unionid) = self.people.unionid(name) {
            session["unionid"] = unionid.into();
        }
        session
    }
}
