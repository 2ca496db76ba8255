//! The terminal's output: first steps, messages, and errors.

use std::net::IpAddr;

use shared::config::{Env, Setting};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{Layer, filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

/// Reads `LOG_LEVEL`. The default here is `warn`, to leave the terminal to messages.
pub(crate) fn level(env: &mut Env) -> Option<LevelFilter> {
    env.parsed(&Setting::text("LOG_LEVEL", "warn"))
}

/// Logs to standard error, since standard output may be a file of variables. Leaves out metrics, which are for `CloudWatch`,
/// and the embedded tables' warnings about failed conditions, which are normal here.
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

/// The variables in the format of .env files.
pub(crate) fn env_file(variables: &[(String, String)]) -> String {
    let line =
        |(name, value): &(String, String)| format!("{name}={}", format!("{value:?}").replace('$', "\\$"));
    variables.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The first steps. The commands work as they are, pasted one after another into a shell with curl.
pub(crate) fn guide(here: &str) -> String {
    format!(
        r#"Phone login on {here}. Nothing leaves this machine; Ctrl-C stops it.
Open it in a browser to see the whole system at work, or continue here.

1. Send a code to a number. The SMS is shown here.

curl -sw '\n' {here}/send-code -d '{{"phoneNumber":"13800138000"}}'

2. Exchange Alice's WeChat code for her openid and a ticket that proves it.

ticket=$(curl -s {here}/exchange-code -d '{{"code":"alice"}}' | sed 's/.*"ticket":"\([^"]*\)".*/\1/'); echo $ticket

3. Log in with the ticket, the number and the code from the last SMS.

code=$(curl -s {here}/_local/sms | grep -o '[0-9]\{{6\}}' | tail -1); curl -sw '\n' {here}/login -d "{{\"ticket\":\"$ticket\",\"phoneNumber\":\"13800138000\",\"verifyCode\":\"$code\"}}"

Your own mini program:         use {here} as its back end; its uni.login codes stand for Alice
The API description:           {here}/docs
The keys that verify tokens:   {here}/.well-known/jwks.json
All messages so far:           {here}/_local/sms"#
    )
}

/// The first steps for functions that run elsewhere.
pub(crate) fn guide_to_services(here: &str) -> String {
    format!(
        "DynamoDB, WeChat and the SMS providers on {here}; Ctrl-C stops them. Standard output has the variables for\n\
         functions that run elsewhere: save them to a file for cargo lambda watch --env-file. Messages are shown here."
    )
}

/// The warning when other machines can connect: there is no password.
pub(crate) fn warning_of_others(host: IpAddr) -> String {
    format!(
        "It listens on {host}: anybody who can reach this machine can read every message and log in as anybody."
    )
}
