//! The parameters of `SendSms`: parsing and checks.

use serde_json::Value;

use super::Account;
use crate::provider::Refusal;

/// `SendSms`'s parameters.
pub(super) struct Asked {
    pub(super) numbers: Vec<String>,
    pub(super) app_id: String,
    template_id: String,
    sign_name: String,
    parameters: Vec<String>,
    pub(super) context: String,
}

impl Asked {
    pub(super) fn read(body: &[u8]) -> Result<Self, Refusal> {
        let invalid = |message: String| Refusal { code: "InvalidParameter".to_owned(), message };
        let asked: Value = serde_json::from_slice(body)
            .ok()
            .filter(Value::is_object)
            .ok_or_else(|| invalid("The request body is no JSON object.".to_owned()))?;
        let of_another_type =
            |name: &str| invalid(format!("The value type of parameter `{name}` is not valid."));
        let missing = |name: &str| Refusal {
            code: "MissingParameter".to_owned(),
            message: format!("The request is missing a required parameter `{name}`."),
        };
        let text = |name: &str| match &asked[name] {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text.clone())),
            _ => Err(of_another_type(name)),
        };
        let texts = |name: &str| match &asked[name] {
            Value::Null => Ok(None),
            Value::Array(texts) => {
                let texts: Option<Vec<_>> = texts.iter().map(|it| it.as_str().map(str::to_owned)).collect();
                texts.map(Some).ok_or_else(|| of_another_type(name))
            }
            _ => Err(of_another_type(name)),
        };
        Ok(Self {
            numbers: texts("PhoneNumberSet")?.ok_or_else(|| missing("PhoneNumberSet"))?,
            app_id: text("SmsSdkAppId")?.ok_or_else(|| missing("SmsSdkAppId"))?,
            template_id: text("TemplateId")?.ok_or_else(|| missing("TemplateId"))?,
            sign_name: text("SignName")?.unwrap_or_default(),
            parameters: texts("TemplateParamSet")?.unwrap_or_default(),
            context: text("SessionContext")?.unwrap_or_default(),
        })
    }

    /// The message. The account has one template, approved for every country; it takes the code and optionally the
    /// minutes.
    pub(super) fn text(&self, account: &Account) -> Result<String, &'static str> {
        if self.sign_name != account.sign_name {
            return Err(
                "FailedOperation.SignatureIncorrectOrUnapproved signature is incorrect or unapproved",
            );
        }
        if self.template_id != account.template_id {
            return Err("FailedOperation.TemplateIncorrectOrUnapproved \
                        template is not approved or request content does not match the approved template content");
        }
        let is_digits = |it: &String| it.len() <= 6 && it.bytes().all(|byte| byte.is_ascii_digit());
        let body = match &*self.parameters {
            [] | [_, _, _, ..] => {
                return Err("FailedOperation.TemplateParamSetNotMatchApprovedTemplate \
                            the parameters do not match the approved template");
            }
            parameters if !parameters.iter().all(is_digits) => {
                return Err("InvalidParameterValue.TemplateParameterFormatError \
                            Verification code template parameter format error");
            }
            [code] => format!("{code}为您的登录验证码，如非本人操作，请忽略本短信。"),
            [code, minutes] => {
                format!("{code}为您的登录验证码，请于{minutes}分钟内填写，如非本人操作，请忽略本短信。")
            }
        };
        Ok(format!("【{}】{body}", self.sign_name))
    }
}

/// A number in E.164; mainland numbers also as 0086…, 86… or 11 digits.
pub(super) fn e164(number: &str) -> Option<String> {
    let is_digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let mainland = |digits: &&str| digits.len() == 11 && digits.starts_with('1') && is_digits(digits);
    if let Some(digits) = number.strip_prefix('+') {
        let is_valid = (7..=15).contains(&digits.len()) && is_digits(digits);
        let is_valid = is_valid && digits.strip_prefix("86").is_none_or(|digits| mainland(&digits));
        return is_valid.then(|| number.to_owned());
    }
    let prefixes = ["0086", "86", ""];
    let digits = prefixes.iter().find_map(|prefix| number.strip_prefix(prefix).filter(mainland))?;
    Some(format!("+86{digits}"))
}
