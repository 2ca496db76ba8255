//! `{"operator": "check"}`: the settings and secrets, the table, and the SMS providers.

use shared::{
    check::{self, Check, Examined, Ttl},
    codes::CODES_TABLE,
    config::Env,
};

use crate::{
    config::{Config, SECRETS},
    sms::{self, Routes},
};

/// Checks the deployment.
pub async fn check(env: Env) -> Vec<Check> {
    let routes = env.part(|env| Some(Routes::read(env, None)));
    let of_providers = routes.iter().flat_map(Routes::secrets);
    let secrets = SECRETS.into_iter().chain(of_providers).collect();
    let examined = Examined::new(env, secrets, Config::read).await;
    let tables = check::table(&examined, CODES_TABLE, Ttl::Needed);
    let providers = routes.iter().flat_map(|routes| sms::checks(routes, &examined));
    let under_way = tables.into_iter().chain(providers).collect();
    check::all(examined.checks(), under_way).await
}
