//! `exchange-code`'s settings.

use reqwest::Url;
use secrecy::SecretString;
use shared::{
    aws::{self, Aws},
    config::{ConfigError, Env, Setting},
    identity::{TICKET_KEY, TicketKey},
    telemetry,
};

/// The secrets that may come from Secrets Manager.
const SECRETS: [Setting; 2] = [TICKET_KEY, APP_SECRET];

const APP_ID: Setting =
    Setting::required("WECHAT_APP_ID").about("The mini program's AppID.", "小程序的 AppID。");
const APP_SECRET: Setting =
    Setting::secret("WECHAT_APP_SECRET", 1).about("The mini program's AppSecret.", "小程序的 AppSecret。");
const API_BASE: Setting = Setting::text("WECHAT_API_BASE", WECHAT).about("WeChat's API.", "微信接口的地址。");
const TICKET_TTL: Setting = Setting::number("TICKET_TTL_SECONDS", 300, 30, 3600)
    .about("Seconds that a ticket is good for.", "票据的有效秒数。");

const WECHAT: &str = "https://api.weixin.qq.com";

/// The environment variables of this function.
pub struct Config {
    /// `WECHAT_APP_ID`.
    pub app_id: String,
    /// `WECHAT_APP_SECRET`.
    pub app_secret: SecretString,
    /// `WECHAT_API_BASE`.
    pub wechat: Url,
    /// `TICKET_KEY`.
    pub ticket_key: TicketKey,
    /// `TICKET_TTL_SECONDS`.
    pub ticket_ttl: u64,
    /// `LOG_LEVEL`, `METRICS_NAMESPACE`.
    pub telemetry: telemetry::Settings,
}

impl Config {
    /// Reads it on Lambda, with the AWS clients' set-up.
    pub async fn on_aws(env: Env) -> Result<(Aws, Self), ConfigError> {
        aws::settings(env, &SECRETS, &[], Self::read).await
    }

    /// Reads it; what is wrong is noted in `env`.
    pub fn read(env: &mut Env) -> Option<Self> {
        let app_id = env.required(&APP_ID);
        let app_secret = env.secret(&APP_SECRET);
        let wechat = wechat(env);
        let ticket_key = TicketKey::read(env);
        let ticket_ttl = env.number(&TICKET_TTL);
        let telemetry = telemetry::Settings::read(env);
        Some(Self {
            app_id: app_id?,
            app_secret: app_secret?,
            wechat: wechat?,
            ticket_key: ticket_key?,
            ticket_ttl: ticket_ttl?,
            telemetry: telemetry?,
        })
    }
}

fn wechat(env: &mut Env) -> Option<Url> {
    let base = env.text(&API_BASE);
    match Url::parse(&format!("{}/sns/jscode2session", base.trim().trim_end_matches('/'))) {
        Ok(url) if matches!(url.scheme(), "https" | "http") => Some(url),
        _ => env.wrong(format!("WECHAT_API_BASE is not an address such as {WECHAT}")),
    }
}
