//! `login`'s settings.

use shared::{
    aws::{self, Aws},
    codes::{CodePolicy, Pepper},
    config::{ConfigError, Env},
    identity::TicketKey,
    phone::Countries,
    telemetry,
};

use crate::{
    accounts::PhoneConflict,
    token::{SigningKeys, TokenPolicy},
};

/// The secrets that may come from Secrets Manager.
const SECRETS: [&str; 3] = ["CODE_PEPPER", "TICKET_KEY", "TOKEN_SIGNING_KEY"];

/// The connections that the first request takes: the attempt and the person together.
const CONNECTIONS: [(&str, usize); 1] = [("DYNAMODB", 2)];

/// The environment variables of this function.
pub struct Config {
    /// `CODES_TABLE`.
    pub codes_table: String,
    /// `USERS_TABLE`.
    pub users_table: String,
    /// `CODE_PEPPER`.
    pub pepper: Pepper,
    /// How often a code may be tried.
    pub policy: CodePolicy,
    /// `ALLOWED_COUNTRIES`, `DEFAULT_COUNTRY`.
    pub countries: Countries,
    /// `TICKET_KEY`.
    pub ticket_key: TicketKey,
    /// `TOKEN_SIGNING_KEY`.
    pub signing_keys: SigningKeys,
    /// What tokens say.
    pub tokens: TokenPolicy,
    /// `PHONE_CONFLICT`.
    pub conflict: PhoneConflict,
    /// `LOG_LEVEL`, `METRICS_NAMESPACE`.
    pub telemetry: telemetry::Settings,
}

impl Config {
    /// Reads it on Lambda, with the AWS clients' set-up.
    pub async fn on_aws(mut env: Env) -> Result<(Aws, Self), ConfigError> {
        // Its expressions are compiled while the secrets are on their way.
        let countries = Countries::read(&mut env);
        aws::settings(env, &SECRETS, &CONNECTIONS, |env| Self::with(countries, env)).await
    }

    /// Reads it; what is wrong is noted in `env`.
    pub fn read(env: &mut Env) -> Option<Self> {
        let countries = Countries::read(env);
        Self::with(countries, env)
    }

    fn with(countries: Option<Countries>, env: &mut Env) -> Option<Self> {
        let codes_table = env.required("CODES_TABLE");
        let users_table = env.required("USERS_TABLE");
        let pepper = Pepper::read(env);
        let policy = CodePolicy::read(env);
        let ticket_key = TicketKey::read(env);
        let signing_keys = SigningKeys::read(env);
        let tokens = TokenPolicy::read(env);
        let conflict = env.parsed("PHONE_CONFLICT", PhoneConflict::Reject);
        let telemetry = telemetry::Settings::read(env);
        Some(Self {
            codes_table: codes_table?,
            users_table: users_table?,
            pepper: pepper?,
            policy: policy?,
            countries: countries?,
            ticket_key: ticket_key?,
            signing_keys: signing_keys?,
            tokens: tokens?,
            conflict: conflict?,
            telemetry: telemetry?,
        })
    }
}
