//! The mini programs that log in here: one, or several from `WECHAT_APPS`.

use std::{collections::BTreeMap, sync::Mutex};

use secrecy::SecretString;
use serde_json::from_str;
use shared::config::{Env, Setting};

use crate::wechat::AccessToken;

const APP_ID: Setting =
    Setting::required("WECHAT_APP_ID").about("The mini program's AppID.", "小程序的 AppID。");
const APP_SECRET: Setting =
    Setting::secret("WECHAT_APP_SECRET", 1).about("The mini program's AppSecret.", "小程序的 AppSecret。");
const APPS: Setting = Setting::secret("WECHAT_APPS", 1)
    .about(
        "More mini programs, as JSON from AppID to AppSecret. With it, `WECHAT_APP_ID` and `WECHAT_APP_SECRET` are optional.",
        "其他小程序：JSON，AppID 对应 AppSecret。有了它可以不设 `WECHAT_APP_ID` 和 `WECHAT_APP_SECRET`。",
    )
    .only(["if there are several mini programs", "有多个小程序时"]);

/// The secrets that may be stored in Secrets Manager.
pub(crate) const SECRETS: [Setting; 2] = [APP_SECRET, APPS];

/// One mini program.
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) secret: SecretString,
    /// The access token of its server calls, once it has been needed.
    pub(crate) token: Mutex<Option<AccessToken>>,
}

/// All of them.
pub struct Apps {
    apps: Vec<App>,
    /// Whether requests without an `appId` mean the first one.
    has_default: bool,
}

/// Why a request belongs to none of them.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppError {
    /// There are several, and no default.
    #[error("the request does not name its mini program")]
    Unnamed,
    /// Not a mini program of this deployment.
    #[error("the request names an unknown mini program")]
    Unknown,
}

impl Apps {
    /// Reads `WECHAT_APP_ID`, `WECHAT_APP_SECRET` and `WECHAT_APPS`; notes mistakes in `env`.
    pub(crate) fn read(env: &mut Env) -> Option<Self> {
        let more = match env.optional(&APPS) {
            None => BTreeMap::new(),
            Some(apps) => parse(&apps).or_else(|| {
                env.wrong(
                    r#"WECHAT_APPS is not JSON such as {"wx0123456789abcdef": "its AppSecret"}"#.to_owned(),
                )
            })?,
        };
        let is_alone = more.is_empty() || env.is_set(&APP_ID) || env.is_set(&APP_SECRET);
        let first = if is_alone {
            let (id, secret) = (env.required(&APP_ID), env.secret(&APP_SECRET));
            Some((id?, secret?))
        } else {
            None
        };
        let has_default = first.is_some() || more.len() == 1;
        let more = more.into_iter().map(|(id, secret)| (id, secret.into()));
        let apps: Vec<_> = first.into_iter().chain(more).map(|(id, secret)| App::new(id, secret)).collect();
        if let Some(app) = apps.iter().find(|app| !is_app_id(&app.id)) {
            return env.wrong(format!("{:?} is not an AppID such as wx0123456789abcdef", app.id));
        }
        if apps.iter().skip(1).any(|app| app.id == apps[0].id) {
            return env.wrong(format!("WECHAT_APPS repeats {}, which is WECHAT_APP_ID", apps[0].id));
        }
        Some(Self { apps, has_default })
    }

    /// All of them.
    pub(crate) fn into_iter(self) -> impl Iterator<Item = App> {
        self.apps.into_iter()
    }

    /// The one that a request's `appId` means.
    pub(crate) fn pick(&self, app_id: Option<&str>) -> Result<&App, AppError> {
        match app_id {
            Some(app_id) => self.apps.iter().find(|app| app.id == app_id).ok_or(AppError::Unknown),
            None => self.apps.first().filter(|_| self.has_default).ok_or(AppError::Unnamed),
        }
    }
}

impl App {
    fn new(id: String, secret: SecretString) -> Self {
        Self { id, secret, token: Mutex::default() }
    }
}

/// Parses a JSON object from `AppID` to `AppSecret`; no secret may be empty.
fn parse(apps: &str) -> Option<BTreeMap<String, String>> {
    let apps: BTreeMap<String, String> = from_str(apps).ok()?;
    let is_whole = !apps.is_empty() && apps.values().all(|secret| !secret.trim().is_empty());
    is_whole.then_some(apps)
}

/// WeChat writes `wx` and 16 hexadecimal digits. Here it only matters that an id can be part of a table key.
fn is_app_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Apps, String> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Env::new(variables).settings(Apps::read).map_err(|error| error.to_string())
    }

    fn picked(apps: &Apps, app_id: Option<&str>) -> Result<String, AppError> {
        apps.pick(app_id).map(|app| app.id.clone())
    }

    const PAIR: [(&str, &str); 2] = [("WECHAT_APP_ID", "wx1"), ("WECHAT_APP_SECRET", "s1")];

    #[test]
    fn one_mini_program_needs_no_name() {
        for variables in [&PAIR[..], &[("WECHAT_APPS", r#"{"wx1": "s1"}"#)]] {
            let apps = read(variables).unwrap();
            assert_eq!(picked(&apps, None), Ok("wx1".into()));
            assert_eq!(picked(&apps, Some("wx1")), Ok("wx1".into()));
            assert_eq!(picked(&apps, Some("wx2")), Err(AppError::Unknown));
        }
    }

    #[test]
    fn without_an_app_id_the_single_pair_is_used() {
        let more = ("WECHAT_APPS", r#"{"wx0": "s0", "wx2": "s2"}"#);
        let apps = read(&[PAIR[0], PAIR[1], more]).unwrap();
        assert_eq!(picked(&apps, None), Ok("wx1".into()));
        assert_eq!(picked(&apps, Some("wx2")), Ok("wx2".into()));
        let apps = read(&[more]).unwrap();
        assert_eq!(picked(&apps, None), Err(AppError::Unnamed));
        assert_eq!(picked(&apps, Some("wx0")), Ok("wx0".into()));
    }

    #[test]
    fn mistakes_are_reported_without_secrets() {
        for (variables, wrong) in [
            (&[][..], "WECHAT_APP_ID is not set"),
            (
                &[("WECHAT_APP_ID", "wx1"), ("WECHAT_APPS", r#"{"wx2": "swordfish"}"#)],
                "neither WECHAT_APP_SECRET",
            ),
            (&[("WECHAT_APPS", "swordfish")], "WECHAT_APPS is not JSON"),
            (&[("WECHAT_APPS", r#"{"wx2": ""}"#)], "WECHAT_APPS is not JSON"),
            (&[("WECHAT_APPS", r#"{"wx#2": "swordfish"}"#)], "is not an AppID"),
            (&[PAIR[0], PAIR[1], ("WECHAT_APPS", r#"{"wx1": "swordfish"}"#)], "which is WECHAT_APP_ID"),
        ] {
            let error = read(variables).err().unwrap();
            assert!(error.contains(wrong) && !error.contains("swordfish"), "{error}");
        }
    }
}
