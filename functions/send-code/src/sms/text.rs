//! The text of a message, for providers without templates.

use shared::{
    codes::VerifyCode,
    config::{Env, Setting},
};

/// A text with a Chinese character goes out in UCS-2: 70 characters a part, and each part is charged.
const ONE_PART: usize = 70;

const TEMPLATE: Setting = Setting::text("SMS_TEMPLATE", SmsText::DEFAULT).about(
    "The text of a message through SNS, with `{code}` and optionally `{minutes}`; 70 characters at most, so that it is one SMS.",
    "由 SNS 发送的短信内容，包含 `{code}`，可以包含 `{minutes}`；最多 70 个字符，即一条短信。",
);

/// `SMS_TEMPLATE`, with the minutes filled in.
#[derive(Debug, Clone)]
pub(super) struct SmsText(String);

impl SmsText {
    /// The default text.
    const DEFAULT: &str = "您的验证码是 {code}，{minutes} 分钟内有效。请勿告诉他人。";

    /// Reads `SMS_TEMPLATE`, for codes that live `ttl` seconds.
    pub(super) fn read(env: &mut Env, ttl: u64) -> Option<Self> {
        match Self::new(&env.text(&TEMPLATE), ttl) {
            Ok(text) => Some(text),
            Err(error) => env.wrong(format!("SMS_TEMPLATE {error}")),
        }
    }

    /// A template with `{code}` and optionally `{minutes}`, for codes that live `ttl` seconds.
    ///
    /// # Errors
    /// If it lacks `{code}` or is longer than one part.
    fn new(template: &str, ttl: u64) -> Result<Self, String> {
        if !template.contains("{code}") {
            return Err("lacks {code}".to_owned());
        }
        let text = with_minutes(template, ttl);
        let length = text.replace("{code}", "000000").encode_utf16().count();
        if length > ONE_PART {
            return Err(format!("makes a message of {length} characters, but one SMS holds {ONE_PART}"));
        }
        Ok(Self(text))
    }

    /// The message for `code`.
    pub(super) fn with(&self, code: &VerifyCode) -> String {
        self.0.replace("{code}", code.as_str())
    }
}

/// A template with `{minutes}` filled in, for codes that live `ttl` seconds. Rounded down, so that no message promises more time
/// than the code has.
pub(super) fn with_minutes(template: &str, ttl: u64) -> String {
    template.replace("{minutes}", &(ttl / 60).max(1).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_names_the_code_and_how_long_it_lives() {
        let text = SmsText::new(SmsText::DEFAULT, 300).unwrap();
        let message = text.with(&VerifyCode::parse("012345").unwrap());
        assert_eq!(message, "您的验证码是 012345，5 分钟内有效。请勿告诉他人。");
    }

    #[test]
    fn a_template_that_would_cost_two_messages_or_bring_no_code_is_refused() {
        assert!(SmsText::new("您的验证码", 300).is_err());
        assert!(SmsText::new(&format!("{}{{code}}", "码".repeat(64)), 300).is_ok());
        assert!(SmsText::new(&format!("{}{{code}}", "码".repeat(65)), 300).is_err());
    }
}
