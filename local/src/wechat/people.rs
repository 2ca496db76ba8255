//! The mini programs, and the people's ids in them.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};

/// More mini programs, beside the first.
pub(crate) const MORE_APPS: &str = "WECHAT_APPS";

/// The mini programs that this WeChat knows.
pub(crate) struct Apps {
    /// `WECHAT_APP_ID`.
    first: String,
    /// The secret of each, by its `AppID`.
    secrets: BTreeMap<String, String>,
}

impl Apps {
    /// From the functions' variables. An unreadable `WECHAT_APPS` adds none; `exchange-code`, which reads the same variable,
    /// reports what is wrong with it.
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

    /// Each `AppID`, the first mini program's first.
    pub(super) fn ids(&self) -> Vec<&str> {
        let others = self.secrets.keys().map(String::as_str).filter(|id| *id != self.first);
        [self.first()].into_iter().chain(others).collect()
    }

    /// The refusal, unless this is one of the mini programs with its secret.
    pub(super) fn check(&self, app_id: &str, secret: &str) -> Result<(), (i64, &'static str)> {
        match self.secrets.get(app_id) {
            None => Err((40013, "invalid appid")),
            Some(its) if its != secret => Err((40125, "invalid appsecret")),
            Some(_) => Ok(()),
        }
    }
}

/// The ids of a name. They are computed from the name, so nothing has to be stored.
#[derive(Default)]
pub(super) struct People {
    /// The Open Platform account that the mini programs are bound to; 0 for none.
    platform: AtomicUsize,
}

impl People {
    pub(super) fn bind(&self) {
        // Already bound: it keeps its account.
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

    /// The same in each mini program, since all are bound to one account; it changes with the account.
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
