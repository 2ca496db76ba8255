//! The two calls that send a message: parsing and checks.

use std::collections::HashMap;

use axum::http::request::Parts;
use serde_json::{Value, json};

use super::{Account, request_id};
use crate::provider::Refusal;

/// Dypnsapi's call, whose answers have different fields.
pub(super) const VERIFY: &str = "SendSmsVerifyCode";

/// A request's parameters, in the query or in a form.
pub(super) struct Fields(HashMap<String, String>);

impl Fields {
    pub(super) fn of(parts: &Parts, body: &[u8]) -> Self {
        let query = parts.uri.query().unwrap_or_default();
        let read = |fields| form_urlencoded::parse(fields).into_owned();
        Self(read(query.as_bytes()).chain(read(body)).collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn required(&self, name: &str) -> Result<String, Refusal> {
        let missing = || Refusal {
            code: format!("Missing{name}"),
            message: format!("{name} is mandatory for this action."),
        };
        self.get(name).map(str::to_owned).ok_or_else(missing)
    }
}

/// The request.
pub(super) struct Request {
    is_verify: bool,
    numbers: String,
    sign_name: String,
    template_code: String,
    parameters: String,
    out_id: Option<String>,
}

impl Request {
    pub(super) fn read(action: &str, version: &str, fields: &Fields) -> Result<Self, Refusal> {
        let is_verify = action == VERIFY;
        if !is_verify && action != "SendSms" {
            return Err("InvalidAction.NotFound only SendSms and SendSmsVerifyCode are simulated here".into());
        }
        if version != "2017-05-25" {
            return Err("InvalidVersion Specified parameter Version is not valid.".into());
        }
        let parameters = match fields.get("TemplateParam") {
            None if !is_verify => "{}".to_owned(),
            _ => fields.required("TemplateParam")?,
        };
        if is_verify && fields.get("CountryCode").is_some_and(|code| code != "86") {
            return Err(NUMBER.into());
        }
        Ok(Self {
            is_verify,
            numbers: fields.required(if is_verify { "PhoneNumber" } else { "PhoneNumbers" })?,
            sign_name: fields.required("SignName")?,
            template_code: fields.required("TemplateCode")?,
            parameters,
            out_id: fields.get("OutId").map(str::to_owned),
        })
    }

    /// The numbers in E.164: up to a thousand with `SendSms`, one mainland number with `SendSmsVerifyCode`.
    pub(super) fn numbers(&self) -> Result<Vec<String>, Refusal> {
        if self.is_verify {
            return Ok(vec![mainland(&self.numbers).ok_or(NUMBER)?]);
        }
        let numbers: Vec<_> = self.numbers.split(',').collect();
        if numbers.len() > 1000 {
            return Err("isv.MOBILE_COUNT_OVER_LIMIT 手机号码数量超过限制".into());
        }
        let numbers = numbers.into_iter().map(|number| mainland(number).or_else(|| international(number)));
        Ok(numbers.collect::<Option<_>>().ok_or(NUMBER)?)
    }

    /// The message. The account has one template, approved for every country. It takes `code` and optionally `min`; Dypnsapi's
    /// template takes both.
    pub(super) fn text(&self, account: &Account) -> Result<String, Refusal> {
        if self.sign_name != account.sign_name {
            return Err("isv.SMS_SIGNATURE_ILLEGAL 签名不合法(不存在或被拉黑)".into());
        }
        if self.template_code != account.template_code {
            return Err("isv.SMS_TEMPLATE_ILLEGAL 模板不合法(不存在或被拉黑)".into());
        }
        let parameters: HashMap<String, String> = serde_json::from_str(&self.parameters)
            .map_err(|_| Refusal::from("isv.INVALID_JSON_PARAM JSON参数不合法，只接受字符串值"))?;
        let missing = || Refusal::from("isv.TEMPLATE_MISSING_PARAMETERS 模板缺少变量");
        let code = parameters.get("code").ok_or_else(missing)?;
        if !(4..=6).contains(&code.len()) || !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err("isv.TEMPLATE_PARAMS_ILLEGAL 模板变量里包含非法关键字".into());
        }
        let minutes =
            parameters.get("min").map(|minutes| format!("，{minutes}分钟内有效")).unwrap_or_default();
        if self.is_verify && minutes.is_empty() {
            return Err(missing());
        }
        Ok(format!("【{}】您的验证码为{code}{minutes}，请勿告知他人。", self.sign_name))
    }

    /// The answer to an accepted message.
    pub(super) fn accepted(&self) -> Value {
        let id = request_id();
        let biz_id = format!("{}^0", u64::from_str_radix(&id[..8], 16).unwrap_or_default());
        if !self.is_verify {
            return json!({ "RequestId": id, "Code": "OK", "Message": "OK", "BizId": biz_id });
        }
        let model = json!({ "BizId": biz_id, "OutId": self.out_id, "RequestId": id });
        json!({ "RequestId": id, "Code": "OK", "Message": "OK", "Success": true, "Model": model })
    }
}

const NUMBER: &str = "isv.MOBILE_NUMBER_ILLEGAL 手机号码格式错误";

/// A mainland number: eleven digits that begin with 13 to 19, after `+86`, `0086`, `86`, `+` or nothing.
fn mainland(number: &str) -> Option<String> {
    let is_mobile = |digits: &&str| {
        digits.len() == 11
            && is_digits(digits)
            && digits.starts_with('1')
            && matches!(digits.as_bytes()[1], b'3'..=b'9')
    };
    let prefixes = ["+86", "0086", "86", "+", ""];
    let digits = prefixes.iter().find_map(|prefix| number.strip_prefix(prefix).filter(is_mobile))?;
    Some(format!("+86{digits}"))
}

/// Any other number: country code and number, after `00` or nothing.
fn international(number: &str) -> Option<String> {
    let digits = number.strip_prefix("00").unwrap_or(number);
    let is_number = (7..=15).contains(&digits.len()) && is_digits(digits) && !digits.starts_with('0');
    (is_number && !digits.starts_with("86")).then(|| format!("+{digits}"))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_may_come_in_each_of_aliyuns_forms() {
        for number in ["13800138000", "+13800138000", "+8613800138000", "008613800138000", "8613800138000"] {
            assert_eq!(mainland(number).as_deref(), Some("+8613800138000"), "{number}");
        }
        for (number, e164) in [
            ("85251234567", Some("+85251234567")),
            ("0085251234567", Some("+85251234567")),
            ("+85251234567", None),
            ("8613800", None),
            ("1380013800x", None),
            ("0", None),
        ] {
            assert_eq!(mainland(number).or_else(|| international(number)).as_deref(), e164, "{number}");
        }
    }
}
