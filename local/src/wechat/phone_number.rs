//! `getPhoneNumber`: <https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-info/phone-number/getPhoneNumber.html>.

use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Call, Wechat,
    answer::{refuse, wechat_json},
    people::People,
    phone_codes::{Number, PhoneCode},
};
use crate::service::form;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    code: String,
    openid: Option<String>,
}

impl Wechat {
    pub(super) fn phone_number(&self, query: &str, body: &[u8]) -> Response {
        let scripted = self.calls.come(Call::PhoneNumber);
        let token = form(query.as_bytes(), "access_token");
        let app_id = match self.tokens.check(&token, self.clock.now()) {
            Ok(app_id) => app_id,
            Err((errcode, errmsg)) => return refuse(errcode, errmsg),
        };
        let Ok(Asked { code, openid }) = serde_json::from_slice(body) else {
            return refuse(47001, "data format error");
        };
        self.play_phone_code(&app_id, openid.as_deref(), scripted.as_deref().unwrap_or(&code))
    }

    fn play_phone_code(&self, app_id: &str, openid: Option<&str>, code: &str) -> Response {
        let is_used = || !self.used_phone_codes.is_first(code);
        match PhoneCode::read(code) {
            PhoneCode::Missing => refuse(41008, "missing code"),
            PhoneCode::Unknown => refuse(40029, "invalid code"),
            // WeChat checks the owner if the request names an openid.
            PhoneCode::Of(_, name) if openid.is_some_and(|openid| openid != People::openid(app_id, name)) => {
                refuse(40029, "invalid code")
            }
            PhoneCode::Once(_) | PhoneCode::OfButton if is_used() => refuse(40029, "invalid code"),
            PhoneCode::Number(number) | PhoneCode::Once(number) | PhoneCode::Of(number, _) => {
                wechat_json(&self.phone_info(app_id, number))
            }
            PhoneCode::OfButton => self.play_phone_code(app_id, openid, &self.visitor_number()),
            PhoneCode::NoNumber => wechat_json(&json!({ "errcode": 0, "errmsg": "ok" })),
            PhoneCode::AnotherApp => wechat_json(&self.phone_info("wx1111111111111111", Number::EXAMPLE)),
            PhoneCode::Fault(fault) => fault.answer(|| self.phone_info(app_id, Number::EXAMPLE)),
        }
    }

    pub(super) fn phone_info(&self, app_id: &str, Number { country, pure }: Number<'_>) -> Value {
        // WeChat's page says text, its example shows a number, and both occur. Here Chinese numbers come with a text, others
        // with a number.
        let (phone_number, country_code) = match country {
            "86" => (pure.to_owned(), country.into()),
            _ => (format!("+{country}{pure}"), country.parse::<u16>().map_or(Value::Null, Value::from)),
        };
        json!({
            "errcode": 0,
            "errmsg": "ok",
            "phone_info": {
                "phoneNumber": phone_number,
                "purePhoneNumber": pure,
                "countryCode": country_code,
                "watermark": { "timestamp": self.clock.now().as_unix(), "appid": app_id },
            },
        })
    }
}
