//! `GET /.well-known/jwks.json` and `GET /.well-known/openid-configuration`: the documents that verify the tokens.

use serde::Serialize;
use shared::http::Reply;

use crate::function::Login;

pub(crate) const JWKS_PATH: &str = "/.well-known/jwks.json";
pub(crate) const DISCOVERY_PATH: &str = "/.well-known/openid-configuration";

impl Login {
    pub(crate) fn jwks(&self) -> Reply {
        published(self.tokens.jwks())
    }

    pub(crate) fn discovery(&self) -> Reply {
        published(&self.tokens.discovery(JWKS_PATH))
    }
}

/// A document that everybody may cache for an hour.
fn published(document: &impl Serialize) -> Reply {
    Reply::json(document).cacheable("public, max-age=3600")
}
