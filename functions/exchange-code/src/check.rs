//! `{"operator": "check"}`: the settings and secrets, and WeChat's answer to each mini program.

use std::sync::Arc;

use shared::{
    aws::Aws,
    check::{self, Check, Checking, Examined},
    clock::SystemClock,
    config::Env,
    identity::TICKET_KEY,
    random::SystemRandom,
};

use crate::{
    apps::{self, App, Apps},
    config::{self, Config},
    wechat::{Wechat, WechatCall, WechatError},
};

/// A code that `uni.login` never returns.
const NO_CODE: &str = "operator-check";

/// Checks the deployment.
pub async fn check(env: Env) -> Vec<Check> {
    let secrets = [TICKET_KEY].into_iter().chain(apps::SECRETS).collect();
    let examined = Examined::new(env, secrets, Config::read).await;
    let under_way = match (&examined.aws, examined.part(config::wechat), examined.part(Apps::read)) {
        (Some(aws), Some(base), Some(apps)) => of_wechat(aws, &base, apps),
        _ => Vec::new(),
    };
    check::all(examined.checks(), under_way).await
}

fn of_wechat(aws: &Aws, base: &reqwest::Url, apps: Apps) -> Vec<Checking> {
    let wechat = Wechat::new(base.clone(), aws.tls().clone(), Arc::new(SystemClock), Arc::new(SystemRandom))
        .map(Arc::new);
    let Ok(wechat) = wechat else {
        return vec![Check::begin("WeChat", async { Err("TLS could not be set up".to_owned()) })];
    };
    apps.into_iter().map(Arc::new).flat_map(|app| of_app(&wechat, &app)).collect()
}

/// WeChat checks `AppID`, secret and source address before it checks a code. The access token is what one tap needs, and its
/// call is the one that WeChat's IP allow-list applies to; without `force_refresh` it revokes no token in use.
fn of_app(wechat: &Arc<Wechat>, app: &Arc<App>) -> [Checking; 2] {
    let session = {
        let (wechat, app) = (wechat.clone(), app.clone());
        async move {
            match wechat.session(&app, NO_CODE).await {
                Ok(_) | Err(WechatError::Refused { call: WechatCall::Code2Session, errcode: 40029, .. }) => {
                    Ok("WeChat accepts its AppID and AppSecret".to_owned())
                }
                Err(error) => Err(advice(&error, "nobody can log in")),
            }
        }
    };
    let token = {
        let (wechat, app) = (wechat.clone(), app.clone());
        async move {
            match wechat.access_token(&app).await {
                Ok(_) => Ok("WeChat issues an access token, which one tap (getPhoneNumber) needs".to_owned()),
                Err(error) => Err(advice(&error, "one tap fails; ignore this if the app has no such button")),
            }
        }
    };
    [
        Check::begin(format!("WeChat {}", app.id), session),
        Check::begin(format!("WeChat access token {}", app.id), token),
    ]
}

/// What is wrong, what to do, and what users notice.
fn advice(error: &WechatError, felt: &str) -> String {
    let WechatError::Refused { errcode, address, .. } = error else {
        return format!("{error}: try again; in a VPC, check its route to the Internet");
    };
    let address = address.map_or_else(|| "this function's address".to_owned(), |address| address.to_string());
    let act = match errcode {
        40013 => "WeChat does not know this AppID: copy it from WeChat's console".to_owned(),
        40125 => {
            "the AppSecret does not belong to this AppID: reset it in WeChat's console and store the new one"
                .to_owned()
        }
        40164 => format!(
            "{address} is not on WeChat's IP allow-list: add it, or empty the list. Lambda has no fixed address \
             without a VPC and a NAT gateway"
        ),
        -1 | 45009 | 45011 => "WeChat is busy or limits the rate of calls: try again later".to_owned(),
        _ => "look the errcode up in WeChat's documentation".to_owned(),
    };
    format!("errcode {errcode}: {act}. Until then, {felt}")
}
