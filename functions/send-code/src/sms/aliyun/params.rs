//! `ALIYUN_SMS_TEMPLATE_PARAMS`: a template's parameters.

use serde_json::Value;
use shared::codes::VerifyCode;

use crate::sms::text::with_minutes;

/// A template's parameters, by name, with the minutes filled in.
#[derive(Debug, Clone)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// From a JSON object of texts, for codes that live `ttl` seconds.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub(super) fn parse(json: &str, ttl: u64) -> Result<Self, &'static str> {
        let not_texts = r#"is not a JSON object of texts such as {"code":"{code}"}"#;
        let Ok(Value::Object(params)) = serde_json::from_str(json) else { return Err(not_texts) };
        // Aliyun accepts no numbers here.
        let text = |(name, value): (String, Value)| Some((name, with_minutes(value.as_str()?, ttl)));
        let params: Vec<_> = params.into_iter().map(text).collect::<Option<_>>().ok_or(not_texts)?;
        let has_code = params.iter().any(|(_, value)| value.contains("{code}"));
        if has_code { Ok(Self(params)) } else { Err("lacks {code}") }
    }

    /// The parameters for `code`, as JSON.
    pub(super) fn with(&self, code: &VerifyCode) -> String {
        let filled = |(name, value): &(String, String)| {
            (name.clone(), Value::String(value.replace("{code}", code.as_str())))
        };
        Value::Object(self.0.iter().map(filled).collect()).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(json: &str) -> Result<String, &'static str> {
        Ok(Params::parse(json, 300)?.with(&VerifyCode::parse("012345").unwrap()))
    }

    #[test]
    fn code_and_minutes_are_filled_in_as_texts() {
        assert_eq!(filled(r#"{"code":"{code}"}"#).unwrap(), r#"{"code":"012345"}"#);
        assert_eq!(
            filled(r#"{"code": "{code}", "min": "{minutes}"}"#).unwrap(),
            r#"{"code":"012345","min":"5"}"#
        );
    }

    #[test]
    fn text_beside_the_code_stays_in_its_value() {
        let params = filled(r#"{"text":"\"{code}\",\"a\":\"b\\","{code}":"x{code}"}"#).unwrap();
        let params: Value = serde_json::from_str(&params).unwrap();
        assert_eq!(params, serde_json::json!({ "text": "\"012345\",\"a\":\"b\\", "{code}": "x012345" }));
    }

    #[test]
    fn parameters_that_aliyun_always_refuses_are_refused_at_the_start() {
        for json in
            ["", "{code}", "[\"{code}\"]", r#"{"code":123456}"#, r#"{"code":"123456"}"#, r#"{"{code}":"x"}"#]
        {
            assert!(filled(json).is_err(), "{json}");
        }
    }
}
