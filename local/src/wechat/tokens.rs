//! Access tokens of `getStableAccessToken`
//! (<https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.html>).

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde_json::{Value, json};
use shared::clock::Timestamp;

use crate::secrets;

/// How long a token is valid.
const SECONDS: u64 = 7200;

/// A call in these last seconds gets a new token; the old one stays valid until it expires.
const RENEWED_BEFORE: u64 = 300;

/// All tokens issued so far.
#[derive(Default)]
pub(super) struct AccessTokens(Mutex<HashMap<String, AccessToken>>);

struct AccessToken {
    app_id: String,
    ends: Timestamp,
    is_ended: bool,
}

impl AccessTokens {
    /// The app's token with its remaining seconds; a new one if there is none, or if `refresh` asks for one, which revokes the
    /// old one.
    pub(super) fn give(&self, app_id: &str, refresh: bool, now: Timestamp) -> Value {
        let mut tokens = self.tokens();
        if refresh {
            tokens.values_mut().filter(|it| it.app_id == app_id).for_each(|it| it.is_ended = true);
        }
        let lasting = |it: &AccessToken| {
            it.app_id == app_id && !it.is_ended && now.seconds_until(it.ends) > RENEWED_BEFORE
        };
        if let Some((token, it)) = tokens.iter().find(|(_, it)| lasting(it)) {
            return json!({ "access_token": token, "expires_in": now.seconds_until(it.ends) });
        }
        let token = format!("99_{}{}", secrets::secret(), secrets::secret());
        let it = AccessToken { app_id: app_id.to_owned(), ends: now.plus(SECONDS), is_ended: false };
        tokens.insert(token.clone(), it);
        json!({ "access_token": token, "expires_in": SECONDS })
    }

    /// The mini program of a token, or the refusal.
    pub(super) fn check(&self, token: &str, now: Timestamp) -> Result<String, (i64, &'static str)> {
        match self.tokens().get(token) {
            _ if token.is_empty() => Err((41001, "access_token missing")),
            Some(it) if !it.is_ended && it.ends > now => Ok(it.app_id.clone()),
            Some(it) if !it.is_ended => Err((42001, "access_token expired")),
            _ => Err((40001, "invalid credential, access_token is invalid or not latest")),
        }
    }

    pub(super) fn all(&self) -> Vec<String> {
        self.tokens().keys().cloned().collect()
    }

    pub(super) fn end_all(&self) {
        self.tokens().values_mut().for_each(|it| it.is_ended = true);
    }

    fn tokens(&self) -> MutexGuard<'_, HashMap<String, AccessToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
