//! `send-code`'s settings.

use shared::{
    aws::{self, Aws},
    codes::{CODE_PEPPER, CODES_TABLE, CodePolicy, OpenShare, Pepper},
    config::{ConfigError, Env, Setting},
    identity::{TICKET_KEY, TicketKey},
    phone::Countries,
    telemetry,
};

use crate::{
    limits::Allowances,
    proxy::{PROXY_SECRET, Proxy},
    reviewers::Reviewers,
    sms::{Routes, SmsSettings},
};

/// The secrets that may be stored in Secrets Manager, beside those of the providers.
pub(crate) const SECRETS: [Setting; 3] = [CODE_PEPPER, TICKET_KEY, PROXY_SECRET];

/// How many connections the first request needs: two for counters, then one for the message.
const COUNTERS: (&str, usize) = ("DYNAMODB", 2);

const REQUIRE_TICKET: Setting = Setting::choice("REQUIRE_TICKET", &["false", "true"]).about(
    "`true`: send no code without a WeChat ticket. Turn it on if the app runs only in WeChat.",
    "`true`：请求没有 `ticket` 就不发验证码。应用只在微信里运行时请打开。",
);

/// The settings of this function.
pub struct Config {
    /// `CODES_TABLE`.
    pub codes_table: String,
    /// `CODE_PEPPER`.
    pub pepper: Pepper,
    /// How long codes live, and how many may be sent.
    pub policy: CodePolicy,
    /// How many codes an address, an openid and the deployment may request.
    pub allowances: Allowances,
    /// `PROXY_SECRET`.
    pub(crate) proxy: Proxy,
    /// `TICKET_KEY`.
    pub ticket_key: TicketKey,
    /// `REQUIRE_TICKET`: whether a request without a ticket is refused.
    pub require_ticket: bool,
    /// `TEST_PHONE_NUMBERS`.
    pub reviewers: Reviewers,
    /// `ALLOWED_COUNTRIES`, `DEFAULT_COUNTRY`.
    pub countries: Countries,
    /// `SMS_ROUTES`, and the providers' settings.
    pub sms: SmsSettings,
    /// `LOG_LEVEL`, `METRICS_NAMESPACE`.
    pub telemetry: telemetry::Settings,
}

impl Config {
    /// Reads it on Lambda, with the AWS configuration.
    pub async fn on_aws(mut env: Env) -> Result<(Aws, Self), ConfigError> {
        // The phone patterns compile while the secrets are fetched.
        let countries = Countries::read(&mut env);
        let routes = Routes::read(&mut env, countries.as_ref());
        let secrets: Vec<_> = SECRETS.into_iter().chain(routes.secrets()).collect();
        let connections: Vec<_> = [COUNTERS].into_iter().chain(routes.connections()).collect();
        aws::settings(env, &secrets, &connections, |env| Self::with(countries, routes, env)).await
    }

    /// Reads it; notes mistakes in `env`.
    pub fn read(env: &mut Env) -> Option<Self> {
        let countries = Countries::read(env);
        let routes = Routes::read(env, countries.as_ref());
        Self::with(countries, routes, env)
    }

    fn with(countries: Option<Countries>, routes: Routes, env: &mut Env) -> Option<Self> {
        let codes_table = env.required(&CODES_TABLE);
        let pepper = Pepper::read(env);
        let open = OpenShare::read(env);
        let policy = CodePolicy::read(env, open);
        let allowances = Allowances::read(env, open);
        let proxy = Proxy::read(env);
        let ticket_key = TicketKey::read(env);
        let require_ticket = env.parsed(&REQUIRE_TICKET);
        let reviewers = Reviewers::read(env, countries.as_ref());
        let ttl = policy.as_ref().map_or(CodePolicy::LONGEST_TTL, |policy| policy.ttl);
        let sms = SmsSettings::read(env, routes, countries.as_ref(), ttl);
        let telemetry = telemetry::Settings::read(env);
        Some(Self {
            codes_table: codes_table?,
            pepper: pepper?,
            policy: policy?,
            allowances: allowances?,
            proxy: proxy?,
            ticket_key: ticket_key?,
            require_ticket: require_ticket?,
            reviewers: reviewers?,
            countries: countries?,
            sms: sms?,
            telemetry: telemetry?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error of a start with these routes. Aliyun's key is in a Secrets Manager that cannot be reached.
    async fn wrong(routes: &str) -> Option<String> {
        let variables = [
            ("AWS_REGION", "local"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
            ("CODES_TABLE", "codes"),
            ("CODE_PEPPER", "for this test only: a pepper"),
            ("TICKET_KEY", "for this test only: a ticket key of 32 bytes or more"),
            ("SMS_ROUTES", routes),
            ("ALIYUN_SMS_ACCESS_KEY_ID", "LTAI"),
            ("ALIYUN_SMS_ACCESS_KEY_SECRET_SECRET_ARN", "aliyun"),
            ("ALIYUN_SMS_SIGN_NAME", "手机登录"),
            ("ALIYUN_SMS_TEMPLATE_CODE", "SMS_154950909"),
        ];
        let env = Env::new(variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
        Config::on_aws(env).await.err().map(|error| error.to_string())
    }

    #[tokio::test]
    async fn the_secrets_of_the_providers_that_a_route_names_are_fetched_and_no_others() {
        assert_eq!(wrong("*=sns").await, None);
        let error = wrong("*=sns,CN=sns>aliyun").await.unwrap();
        assert!(error.contains("ALIYUN_SMS_ACCESS_KEY_SECRET_SECRET_ARN could not be read"), "{error}");
    }
}
