//! `send-code`'s settings.

use shared::{codes::CodePolicy, config::Env, pepper::Pepper, phone::Countries};
use tracing::level_filters::LevelFilter;

use crate::sms::{SmsAttributes, SmsText};

/// The secrets that may come from Secrets Manager.
pub const SECRETS: [&str; 1] = ["CODE_PEPPER"];

/// The environment variables of this function.
pub struct Config {
    /// `CODES_TABLE`.
    pub codes_table: String,
    /// `CODE_PEPPER`.
    pub pepper: Pepper,
    /// How long codes live and how many are sent.
    pub policy: CodePolicy,
    /// `ALLOWED_COUNTRIES`, `DEFAULT_COUNTRY`.
    pub countries: Countries,
    /// `SMS_TEMPLATE`.
    pub text: SmsText,
    /// The optional attributes of a message.
    pub attributes: SmsAttributes,
    /// `LOG_LEVEL`.
    pub log_level: LevelFilter,
}

impl Config {
    /// Reads it; what is wrong is noted in `env`.
    pub fn read(env: &mut Env) -> Option<Self> {
        let codes_table = env.required("CODES_TABLE");
        let pepper = Pepper::read(env);
        let policy = CodePolicy::read(env);
        let countries = env.countries();
        let text = SmsText::read(env, policy.as_ref().map_or(CodePolicy::LONGEST_TTL, |policy| policy.ttl));
        let attributes = SmsAttributes::read(env);
        let log_level = env.log_level();
        Some(Self {
            codes_table: codes_table?,
            pepper: pepper?,
            policy: policy?,
            countries: countries?,
            text: text?,
            attributes: attributes?,
            log_level: log_level?,
        })
    }
}
