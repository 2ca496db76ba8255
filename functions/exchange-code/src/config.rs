//! `exchange-code`'s settings.

use reqwest::Url;
use shared::{
    aws::{self, Aws},
    config::{ConfigError, Env, Setting},
    identity::{TICKET_KEY, TicketKey},
    telemetry,
};

use crate::apps::{self, Apps};

const API_BASE: Setting = Setting::text("WECHAT_API_BASE", WECHAT).about("WeChat's API.", "微信接口的地址。");
const TICKET_TTL: Setting = Setting::number("TICKET_TTL_SECONDS", 300, 30, 3600).about(
    "How many seconds a ticket is valid; at most 300 for a ticket with a phone number.",
    "`ticket` 的有效秒数；带手机号的 `ticket` 最多 300 秒。",
);

const WECHAT: &str = "https://api.weixin.qq.com";

/// The settings of this function.
pub struct Config {
    /// `WECHAT_APP_ID`, `WECHAT_APP_SECRET`, `WECHAT_APPS`.
    pub apps: Apps,
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
    /// Reads it on Lambda, with the AWS configuration.
    pub async fn on_aws(env: Env) -> Result<(Aws, Self), ConfigError> {
        let [app_secret, apps] = apps::SECRETS;
        aws::settings(env, &[TICKET_KEY, app_secret, apps], &[], Self::read).await
    }

    /// Reads it; notes mistakes in `env`.
    pub fn read(env: &mut Env) -> Option<Self> {
        let apps = Apps::read(env);
        let wechat = wechat(env);
        let ticket_key = TicketKey::read(env);
        let ticket_ttl = env.number(&TICKET_TTL);
        let telemetry = telemetry::Settings::read(env);
        Some(Self {
            apps: apps?,
            wechat: wechat?,
            ticket_key: ticket_key?,
            ticket_ttl: ticket_ttl?,
            telemetry: telemetry?,
        })
    }
}

pub(crate) fn wechat(env: &mut Env) -> Option<Url> {
    let base = env.text(&API_BASE);
    match Url::parse(&format!("{}/", base.trim().trim_end_matches('/'))) {
        Ok(url) if matches!(url.scheme(), "https" | "http") => Some(url),
        _ => env.wrong(format!("WECHAT_API_BASE is not an address such as {WECHAT}")),
    }
}
