//! What the terminal shows: what to do next, messages, and what went wrong.

use std::net::IpAddr;

use shared::config::{Env, Setting};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{Layer, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

/// Reads `LOG_LEVEL`: here `warn` is the default, a terminal is for messages.
pub(crate) fn level(env: &mut Env) -> Option<LevelFilter> {
    env.parsed(&Setting::text("LOG_LEVEL", "warn"))
}

/// Logs to standard error, for people: standard output may be a file of variables. Metrics are for `CloudWatch`, and the
/// embedded tables warn of each condition that did not hold, which is how this system works.
pub(crate) fn log(level: LevelFilter) {
    let targets = Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("shared", level)
        .with_targets(local::CRATES.map(|target| (target, level)))
        .with_target("dynoxide", level.min(LevelFilter::ERROR))
        .with_target("metrics", LevelFilter::OFF);
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines.with_filter(targets)).init();
}

/// The variables, as the readers of .env files take them.
pub(crate) fn env_file(variables: &[(String, String)]) -> String {
    let line =
        |(name, value): &(String, String)| format!("{name}={}", format!("{value:?}").replace('$', "\\$"));
    variables.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What to do next. The commands work as they are, pasted one after another into a shell with curl.
pub(crate) fn guide(here: &str) -> String {
    format!(
        r#"Phone login on {here}. Nothing leaves this machine; Ctrl-C stops it.
Open it in a browser to see all of it at work, or go on here.

1. Text a code to a number. It will be shown here.

curl -sw '\n' {here}/send-code -d '{{"phoneNumber":"13800138000"}}'

2. Ask WeChat who Alice is. The answer has her openid and a ticket that proves it.

ticket=$(curl -s {here}/exchange-code -d '{{"code":"alice"}}' | sed 's/.*"ticket":"\([^"]*\)".*/\1/'); echo $ticket

3. Log in with the ticket, the number and the code from the last SMS.

code=$(curl -s {here}/_local/sms | grep -o '[0-9]\{{6\}}' | tail -1); curl -sw '\n' {here}/login -d "{{\"ticket\":\"$ticket\",\"phoneNumber\":\"13800138000\",\"verifyCode\":\"$code\"}}"

Your own mini program:         {here} in place of its back end; its codes of uni.login are Alice's
The API, described:            {here}/docs
The keys that check the token: {here}/.well-known/jwks.json
All messages so far:           {here}/_local/sms"#
    )
}

/// The same where functions run elsewhere.
pub(crate) fn guide_to_services(here: &str) -> String {
    format!(
        "DynamoDB, WeChat and the SMS providers on {here}; Ctrl-C stops them. Functions that run elsewhere find them by\n\
         the variables on standard output: cargo lambda watch --env-file takes a file of them. Messages are shown here."
    )
}

/// What listening for others means: there is no password here.
pub(crate) fn warning_of_others(host: IpAddr) -> String {
    format!("It listens on {host}: who reaches this machine reads every message and logs in as anybody.")
}
