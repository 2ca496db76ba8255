//! `getStableAccessToken`: returns the same token to every caller until it expires, so each instance keeps its own copy.
//! <https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.html>.

use std::sync::PoisonError;

use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use shared::clock::Timestamp;

use super::{Wechat, WechatCall, WechatError};
use crate::apps::App;

/// A token is replaced this many seconds before it expires.
const MARGIN: u64 = 60;

/// The token that authorises a server's calls to WeChat for a mini program.
#[derive(Clone)]
pub(crate) struct AccessToken {
    pub(super) token: SecretString,
    good_until: Timestamp,
}

impl Wechat {
    /// The app's access token: the stored one, or a new one shortly before it expires.
    pub(crate) async fn access_token(&self, app: &App) -> Result<AccessToken, WechatError> {
        let kept = app.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match kept.filter(|kept| self.clock.now() < kept.good_until) {
            Some(kept) => Ok(kept),
            None => self.new_access_token(app).await,
        }
    }

    /// Asks WeChat for the current token.
    pub(super) async fn new_access_token(&self, app: &App) -> Result<AccessToken, WechatError> {
        let body = json!({
            "grant_type": "client_credential",
            "appid": app.id,
            "secret": app.secret.expose_secret(),
            "force_refresh": false,
        })
        .to_string();
        let url = self.url("cgi-bin/stable_token");
        let call = WechatCall::StableToken;
        let asked = self.clock.now();
        let request = |client: &reqwest::Client| {
            client.post(url.clone()).header(CONTENT_TYPE, "application/json").body(body.clone())
        };
        let answer = self.ask(call, &request).await?;
        let token = answer["access_token"].as_str().filter(|token| !token.is_empty());
        let (Some(token), Some(lasts)) = (token, answer["expires_in"].as_u64()) else {
            return Err(WechatError::Incomplete(call));
        };
        let token = AccessToken { token: token.into(), good_until: asked.plus(lasts.saturating_sub(MARGIN)) };
        *app.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        Ok(token)
    }
}
