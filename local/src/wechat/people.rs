//! The mini programs, and who people are in them.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};

/// Names more mini programs than the one that is always there.
pub(crate) const MORE_APPS: &str = "WECHAT_APPS";

/// The mini programs that this WeChat knows.
pub(crate) struct Apps {
    /// `WECHAT_APP_ID`.
    first: String,
    /// The secret of each, by its `AppID`.
    secrets: BTreeMap<String, String>,
}

impl Apps {
    /// Of the functions' variables. A `WECHAT_APPS` that cannot be read adds none: `exchange-code`, which starts with the
    /// same variables, says what is wrong with it.
    pub(crate) fn read(variable: impl Fn(&str) -> String) -> Self {
        let first = variable("WECHAT_APP_ID");
        let mut secrets: BTreeMap<String, String> =
            serde_json::from_str(&variable(MORE_APPS)).unwrap_or_default();
        secrets.insert(first.clone(), variable("WECHAT_APP_SECRET"));
        Self { first, secrets }
    }

    pub(super) fn first(&self) -> &str {
        &self.first
    }

    /// Each `AppID`, the first one at the front.
    pub(super) fn ids(&self) -> Vec<&str> {
        let others = self.secrets.keys().map(String::as_str).filter(|id| *id != self.first);
        [self.first()].into_iter().chain(others).collect()
    }

    /// The refusal, unless this is one of the mini programs and its secret.
    pub(super) fn check(&self, app_id: &str, secret: &str) -> Result<(), (i64, &'static str)> {
        match self.secrets.get(app_id) {
            None => Err((40013, "invalid appid")),
            Some(its) if its != secret => Err((40125, "invalid appsecret")),
            Some(_) => Ok(()),
        }
    }
}

/// Who a name is. Everything is made of the name, so that nothing has to be kept.
#[derive(Default)]
pub(super) struct People {
    /// Which Open Platform account the mini programs are bound to; 0 before they are bound to one.
    platform: AtomicUsize,
}

impl People {
    pub(super) fn bind(&self) {
        // Bound already: it stays with its account.
        _ = self.platform.compare_exchange(0, 1, Ordering::Relaxed, Ordering::Relaxed);
    }

    pub(super) fn rebind(&self) {
        self.bind();
        self.platform.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn openid(app_id: &str, name: &str) -> String {
        id(&format!("openid of {name} at {app_id}"))
    }

    pub(super) fn session_key(app_id: &str, name: &str) -> String {
        BASE64_STANDARD.encode(&hash(&format!("session of {name} at {app_id}"))[..16])
    }

    /// The same in each mini program, since all are bound to one account; another one with another account.
    pub(super) fn unionid(&self, name: &str) -> Option<String> {
        match self.platform.load(Ordering::Relaxed) {
            0 => None,
            platform => Some(id(&format!("unionid of {name} at platform {platform}"))),
        }
    }
}

fn id(text: &str) -> String {
    format!("o{}", &BASE64_URL_SAFE_NO_PAD.encode(hash(text))[..27])
}

fn hash(text: &str) -> Vec<u8> {
    digest(&SHA256, text.as_bytes()).as_ref().to_vec()
}
