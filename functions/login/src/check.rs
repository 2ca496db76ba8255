//! `{"operator": "check"}`: the settings and secrets, the tables, and whether APIs can find the public keys.

use std::time::Duration;

use lambda_http::http::Uri;
use secrecy::SecretString;
use serde_json::Value;
use shared::{
    check::{self, Check, Checking, Examined, Ttl},
    codes::CODES_TABLE,
    config::Env,
    net::JsonClient,
};

use crate::{
    config::{Config, SECRETS, USERS_TABLE},
    keys::DISCOVERY_PATH,
    token::{ISSUER, SIGNING_KEY, SigningKeys},
};

/// The time limit of each of the issuer's two documents.
const DOCUMENT: Duration = Duration::from_millis(1400);

/// Checks the deployment.
pub async fn check(env: Env) -> Vec<Check> {
    let examined = Examined::new(env, SECRETS.into(), Config::read).await;
    let under_way = [
        check::table(&examined, CODES_TABLE, Ttl::Needed),
        check::table(&examined, USERS_TABLE, Ttl::None),
        issuer(&examined),
    ];
    check::all(examined.checks(), under_way.into_iter().flatten().collect()).await
}

/// Fetches the issuer's documents as a verifying API does: by name, over the network, from another execution.
fn issuer(examined: &Examined) -> Option<Checking> {
    let name = examined.part(|env| env.required(&ISSUER))?;
    let http = examined.aws.as_ref()?.json();
    // An unreadable key is reported by its own check.
    let signs = examined
        .part(|env| SigningKeys::parse(&SecretString::from(env.optional(&SIGNING_KEY)?)).ok())
        .and_then(|keys| keys.signs_by());
    Some(Check::begin(ISSUER.name, async move {
        let issuer = name.trim_end_matches('/');
        let discovery = document(&http, &format!("{issuer}{DISCOVERY_PATH}")).await?;
        if discovery["issuer"] != name.as_str() {
            let other = discovery["issuer"].as_str().unwrap_or("nobody");
            return Err(format!(
                "{name} names {other} as the issuer: TokenIssuer and the API's public address must be the same"
            ));
        }
        let jwks = discovery["jwks_uri"].as_str().unwrap_or_default().to_owned();
        let published = document(&http, &jwks).await?;
        let mut kids = published["keys"].as_array().into_iter().flatten().map(|key| &key["kid"]);
        match signs {
            None => Ok(format!("{name} is reachable; the signing key could not be read")),
            Some(kid) if kids.any(|published| *published == kid.as_str()) => {
                Ok(format!("{name} is reachable, and {jwks} has the signing key"))
            }
            Some(_) => Err(format!(
                "{jwks} lacks the signing key: running executions still use an older key, so restart the functions; keep the old key \
                 after the new one (docs/operations.md, The tokens' key)"
            )),
        }
    }))
}

/// Fetches JSON.
async fn document(http: &JsonClient, address: &str) -> Result<Value, String> {
    let url: Uri = address.parse().map_err(|_| format!("{address:?} is not a URL"))?;
    let answer = http.get(url, DOCUMENT).await.map_err(|error| {
        format!("{address} gives no answer ({error}): point its domain to the API, or correct TokenIssuer; in a VPC, check its route to the Internet")
    })?;
    if answer.status == 200 {
        Ok(answer.body)
    } else {
        Err(format!("{address} answers HTTP status {}", answer.status))
    }
}
