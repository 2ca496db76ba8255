//! `getStableAccessToken`: <https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.html>.

use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Call, Wechat,
    answer::{refuse, wechat_json},
    call::NO_TOKEN,
    fault::Fault,
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    grant_type: String,
    appid: String,
    secret: String,
    force_refresh: bool,
}

impl Wechat {
    pub(super) fn stable_token(&self, body: &[u8]) -> Response {
        let scripted = self.calls.come(Call::StableToken);
        let Ok(asked) = serde_json::from_slice::<Asked>(body) else {
            return refuse(47001, "data format error");
        };
        if asked.grant_type != "client_credential" {
            return refuse(40002, "invalid grant_type");
        }
        if let Err((errcode, errmsg)) = self.apps.check(&asked.appid, &asked.secret) {
            return refuse(errcode, errmsg);
        }
        let token = || self.tokens.give(&asked.appid, asked.force_refresh, self.clock.now());
        match scripted.as_deref() {
            None => wechat_json(&token()),
            Some(NO_TOKEN) => wechat_json(&json!({ "expires_in": 7200 })),
            Some(script) => match Fault::read(script) {
                Some(fault) => fault.answer(token),
                None => wechat_json(&Value::Null),
            },
        }
    }
}
