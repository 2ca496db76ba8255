//! `getPhoneNumber`: <https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-info/phone-number/getPhoneNumber.html>.

use reqwest::header::CONTENT_TYPE;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use shared::{identity::Openid, phone::E164};

use super::{AccessToken, Wechat, WechatCall, WechatError};
use crate::apps::App;

const CALL: WechatCall = WechatCall::GetUserPhoneNumber;

impl Wechat {
    /// The number behind a code of the button `getPhoneNumber`. WeChat gets the openid, too, and checks that the code belongs
    /// to that person. If WeChat no longer accepts the access token, it is replaced, once.
    pub(crate) async fn phone_number(
        &self,
        app: &App,
        token: AccessToken,
        code: &str,
        openid: &Openid,
    ) -> Result<E164, WechatError> {
        let answer = match self.ask_for_number(&token, code, openid).await {
            Err(error) if error.is_of_token() => {
                let token = self.new_access_token(app).await?;
                self.ask_for_number(&token, code, openid).await?
            }
            answer => answer?,
        };
        let info = &answer["phone_info"];
        if info["watermark"]["appid"] != app.id.as_str() {
            let is_named = info["watermark"]["appid"].is_string();
            return Err(if is_named { WechatError::AnotherApp } else { WechatError::Incomplete(CALL) });
        }
        number(info).ok_or(WechatError::Incomplete(CALL))
    }

    async fn ask_for_number(
        &self,
        token: &AccessToken,
        code: &str,
        openid: &Openid,
    ) -> Result<Value, WechatError> {
        let body = json!({ "code": code, "openid": openid.as_str() }).to_string();
        let url = self.url("wxa/business/getuserphonenumber");
        let query = [("access_token", token.token.expose_secret())];
        let request = |client: &reqwest::Client| {
            client.post(url.clone()).query(&query).header(CONTENT_TYPE, "application/json").body(body.clone())
        };
        self.ask(CALL, &request).await
    }
}

/// WeChat sends the calling code sometimes as a text and sometimes as a number.
fn number(info: &Value) -> Option<E164> {
    let calling_code = match &info["countryCode"] {
        Value::String(code) => code.clone(),
        Value::Number(code) => code.to_string(),
        _ => return None,
    };
    E164::of(&calling_code, info["purePhoneNumber"].as_str()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calling_code_is_read_as_text_and_as_number() {
        for code in [json!("86"), json!(86)] {
            let info = json!({ "countryCode": code, "purePhoneNumber": "13800138000" });
            assert_eq!(number(&info), E164::parse("+8613800138000"));
        }
        assert_eq!(number(&json!({ "purePhoneNumber": "13800138000" })), None);
        assert_eq!(number(&json!({ "countryCode": "86", "purePhoneNumber": 1 })), None);
    }
}
