//! `code2Session`: <https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html>.

use secrecy::ExposeSecret;
use shared::identity::{Openid, Unionid};

use super::{Wechat, WechatCall, WechatError};
use crate::apps::App;

/// The person behind a code. WeChat's `session_key` is not even read.
pub(crate) struct Session {
    pub(crate) openid: Openid,
    pub(crate) unionid: Option<Unionid>,
}

impl Wechat {
    /// The person behind a `code` of `uni.login`.
    pub(crate) async fn session(&self, app: &App, code: &str) -> Result<Session, WechatError> {
        let query = [
            ("appid", app.id.as_str()),
            ("secret", app.secret.expose_secret()),
            ("js_code", code),
            ("grant_type", "authorization_code"),
        ];
        let url = self.url("sns/jscode2session");
        let call = WechatCall::Code2Session;
        let answer = self.ask(call, &|client| client.get(url.clone()).query(&query)).await?;
        let openid =
            answer["openid"].as_str().and_then(Openid::parse).ok_or(WechatError::Incomplete(call))?;
        Ok(Session { openid, unionid: answer["unionid"].as_str().and_then(Unionid::parse) })
    }
}
