//! `login`'s settings.

use shared::{
    aws::{self, Aws},
    clock::SECONDS_PER_DAY,
    codes::{CODE_PEPPER, CODES_TABLE, Pepper},
    config::{ConfigError, Env, Setting},
    identity::{TICKET_KEY, TicketKey},
    phone::Countries,
    telemetry,
};

use crate::{
    accounts::PhoneConflict,
    token::{SIGNING_KEY, SigningKeys, TokenPolicy},
};

/// The secrets that may be stored in Secrets Manager.
pub(crate) const SECRETS: [Setting; 3] = [CODE_PEPPER, TICKET_KEY, SIGNING_KEY];

/// How many connections the first request needs: one for the attempt, one for the person.
const CONNECTIONS: [(&str, usize); 1] = [("DYNAMODB", 2)];

pub(crate) const USERS_TABLE: Setting =
    Setting::required("USERS_TABLE").about("The DynamoDB table of accounts.", "账号所在的 DynamoDB 表。");
const MAX_ATTEMPTS: Setting = Setting::number("CODE_MAX_ATTEMPTS", 5, 1, 10)
    .about("How many guesses one code allows.", "每个验证码最多可以尝试几次。");
const DAILY_GUESSES: Setting = Setting::number("OPENID_DAILY_GUESSES", 20, 1, 1000).about(
    "How many wrong guesses one openid may make per UTC day, over all numbers.",
    "同一 openid 每天（UTC）最多输错几次验证码，不论号码。",
);
const CONFLICT: Setting = Setting::choice("PHONE_CONFLICT", &["release", "reject", "link"]).about(
    "What happens when an openid proves a number of another account. `release`: the account loses the number if nobody has \
     proved it there for `PHONE_RELEASE_AFTER_SECONDS`, before that as `reject`; `reject`: the login is refused; `link`: a \
     new openid joins the account.",
    "openid 验证了属于其他账号的号码时怎么办。`release`：原账号超过 `PHONE_RELEASE_AFTER_SECONDS` 没有验证该号码时失去号码，\
     未超过时同 `reject`；`reject`：拒绝；`link`：新的 openid 加入该账号。",
);
const RELEASE_AFTER: Setting = Setting::number("PHONE_RELEASE_AFTER_SECONDS", QUARTER, 60, 100 * QUARTER).about(
    "After how many seconds without a proof an account's number goes to a new person who proves it. Carriers reassign numbers after 90 days.",
    "账号多少秒没有验证号码后，号码归新的验证者。运营商在 90 天后重新发放号码。",
);
const LOGIN_LASTS: Setting = Setting::number("LOGIN_LASTS_SECONDS", QUARTER, 60, 100 * QUARTER).about(
    "For how many seconds after a login by SMS or one tap tokens can be renewed; not more than `PHONE_RELEASE_AFTER_SECONDS`, or people \
     who only renew lose their number.",
    "用手机号登录后多少秒内可以静默续签 token；不要超过 `PHONE_RELEASE_AFTER_SECONDS`，否则一直续签的人会失去号码。",
);
/// 90 days.
const QUARTER: u64 = 90 * SECONDS_PER_DAY;

/// The settings of this function.
pub struct Config {
    /// `CODES_TABLE`.
    pub codes_table: String,
    /// `USERS_TABLE`.
    pub users_table: String,
    /// `CODE_PEPPER`.
    pub pepper: Pepper,
    /// `CODE_MAX_ATTEMPTS`: how many guesses one code allows.
    pub max_attempts: usize,
    /// `OPENID_DAILY_GUESSES`: how many wrong guesses one person may make per UTC day.
    pub daily_guesses: u64,
    /// `ALLOWED_COUNTRIES`, `DEFAULT_COUNTRY`.
    pub countries: Countries,
    /// `TICKET_KEY`.
    pub ticket_key: TicketKey,
    /// `TOKEN_SIGNING_KEY`.
    pub signing_keys: SigningKeys,
    /// The tokens' issuer, audience and lifetime.
    pub tokens: TokenPolicy,
    /// `PHONE_CONFLICT`, `PHONE_RELEASE_AFTER_SECONDS`.
    pub conflict: PhoneConflict,
    /// `LOGIN_LASTS_SECONDS`: how long after a login by SMS or one tap a token can be renewed.
    pub renewable_for: u64,
    /// `LOG_LEVEL`, `METRICS_NAMESPACE`.
    pub telemetry: telemetry::Settings,
}

impl Config {
    /// Reads it on Lambda, with the AWS configuration.
    pub async fn on_aws(mut env: Env) -> Result<(Aws, Self), ConfigError> {
        // The phone patterns compile while the secrets are fetched.
        let countries = Countries::read(&mut env);
        aws::settings(env, &SECRETS, &CONNECTIONS, |env| Self::with(countries, env)).await
    }

    /// Reads it; notes mistakes in `env`.
    pub fn read(env: &mut Env) -> Option<Self> {
        let countries = Countries::read(env);
        Self::with(countries, env)
    }

    fn with(countries: Option<Countries>, env: &mut Env) -> Option<Self> {
        let codes_table = env.required(&CODES_TABLE);
        let users_table = env.required(&USERS_TABLE);
        let pepper = Pepper::read(env);
        let max_attempts = env.number(&MAX_ATTEMPTS);
        let daily_guesses = env.number(&DAILY_GUESSES);
        let ticket_key = TicketKey::read(env);
        let signing_keys = SigningKeys::read(env);
        let tokens = TokenPolicy::read(env);
        let conflict = conflict(env);
        let renewable_for = env.number(&LOGIN_LASTS);
        let telemetry = telemetry::Settings::read(env);
        Some(Self {
            codes_table: codes_table?,
            users_table: users_table?,
            pepper: pepper?,
            max_attempts: usize::try_from(max_attempts?).ok()?,
            daily_guesses: daily_guesses?,
            countries: countries?,
            ticket_key: ticket_key?,
            signing_keys: signing_keys?,
            tokens: tokens?,
            conflict: conflict?,
            renewable_for: renewable_for?,
            telemetry: telemetry?,
        })
    }
}

fn conflict(env: &mut Env) -> Option<PhoneConflict> {
    let (conflict, after) = (env.text(&CONFLICT), env.number(&RELEASE_AFTER)?);
    match conflict.trim() {
        "release" => Some(PhoneConflict::Release { after }),
        "reject" => Some(PhoneConflict::Reject),
        "link" => Some(PhoneConflict::Link),
        _ => env.wrong("PHONE_CONFLICT must be release, reject or link".to_owned()),
    }
}
