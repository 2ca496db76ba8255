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

/// The secrets that may come from Secrets Manager.
pub(crate) const SECRETS: [Setting; 3] = [CODE_PEPPER, TICKET_KEY, SIGNING_KEY];

/// The connections that the first request takes: the attempt and the person together.
const CONNECTIONS: [(&str, usize); 1] = [("DYNAMODB", 2)];

pub(crate) const USERS_TABLE: Setting =
    Setting::required("USERS_TABLE").about("The DynamoDB table of accounts.", "账号所在的 DynamoDB 表。");
const MAX_ATTEMPTS: Setting = Setting::number("CODE_MAX_ATTEMPTS", 5, 1, 10)
    .about("Guesses that are judged for one code.", "每个验证码最多可以尝试几次。");
const DAILY_GUESSES: Setting = Setting::number("OPENID_DAILY_GUESSES", 20, 1, 1000).about(
    "Wrong guesses of one openid on one UTC day, over all numbers.",
    "同一 openid 每天（UTC）最多输错几次验证码，不论号码。",
);
const CONFLICT: Setting = Setting::choice("PHONE_CONFLICT", &["release", "reject", "link"]).about(
    "What happens when an openid proves a number that another account has. `release`: an account whose people have not proved \
     the number for `PHONE_RELEASE_AFTER_SECONDS` loses it, until then as `reject`; `reject`: it is turned away; `link`: a \
     new openid joins the account.",
    "openid 验证了属于其他账号的号码时怎么办。`release`：原账号超过 `PHONE_RELEASE_AFTER_SECONDS` 没有验证该号码时失去号码，\
     未超过时同 `reject`；`reject`：拒绝；`link`：新的 openid 加入该账号。",
);
const RELEASE_AFTER: Setting = Setting::number("PHONE_RELEASE_AFTER_SECONDS", QUARTER, 60, 100 * QUARTER).about(
    "Seconds after its last proof that an account's number goes to another who proves it. Carriers give numbers to new people after 90 days.",
    "账号多少秒没有验证号码后，号码归新的验证者。运营商在 90 天后重新发放号码。",
);
const LOGIN_LASTS: Setting = Setting::number("LOGIN_LASTS_SECONDS", QUARTER, 60, 100 * QUARTER).about(
    "Seconds after a login by SMS or one tap that its token can be renewed without one; not more than `PHONE_RELEASE_AFTER_SECONDS`, or people \
     who renew lose their number.",
    "用手机号登录后多少秒内可以静默续签 token；不要超过 `PHONE_RELEASE_AFTER_SECONDS`，否则一直续签的人会失去号码。",
);
/// 90 days.
const QUARTER: u64 = 90 * SECONDS_PER_DAY;

/// The environment variables of this function.
pub struct Config {
    /// `CODES_TABLE`.
    pub codes_table: String,
    /// `USERS_TABLE`.
    pub users_table: String,
    /// `CODE_PEPPER`.
    pub pepper: Pepper,
    /// `CODE_MAX_ATTEMPTS`: guesses that are judged for one code.
    pub max_attempts: usize,
    /// `OPENID_DAILY_GUESSES`: wrong guesses of one person on one UTC day.
    pub daily_guesses: u64,
    /// `ALLOWED_COUNTRIES`, `DEFAULT_COUNTRY`.
    pub countries: Countries,
    /// `TICKET_KEY`.
    pub ticket_key: TicketKey,
    /// `TOKEN_SIGNING_KEY`.
    pub signing_keys: SigningKeys,
    /// What tokens say.
    pub tokens: TokenPolicy,
    /// `PHONE_CONFLICT`, `PHONE_RELEASE_AFTER_SECONDS`.
    pub conflict: PhoneConflict,
    /// `LOGIN_LASTS_SECONDS`: how long after a login by SMS a token can be renewed.
    pub renewable_for: u64,
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
