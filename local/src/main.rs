//! `cargo run -p local`: the whole system on `http://127.0.0.1:3000`.

use std::process::ExitCode;

use local::{Local, Options, dynamodb::Store, openapi, secrets};
use shared::{
    config::{Env, process_variables},
    telemetry,
};

const USAGE: &str = "usage: cargo run -p local [-- [--services] [--data FILE] | -- keygen [--rsa] | -- openapi]

  --services    starts DynamoDB, SNS and WeChat alone, and prints the variables with which functions that run elsewhere
                find them: cargo lambda watch --env-file takes the output as it is. Messages go to standard error
  --data FILE   keeps codes and users in FILE; without it they are gone when this stops
  keygen        prints a new key for TOKEN_SIGNING_KEY: P-256, or RSA for API Gateway's JWT authorizer
  openapi       prints openapi.json

Every setting of the functions can be given as an environment variable, RESEND_COOLDOWN_SECONDS=5 say; PORT is the port on
127.0.0.1 (3000).";

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => return serve(false, Store::Memory).await,
        ["--data", file] => return serve(false, Store::File(file.into())).await,
        ["--services"] => return serve(true, Store::Memory).await,
        ["--services", "--data", file] => return serve(true, Store::File(file.into())).await,
        ["openapi"] => print!("{}", openapi::text()),
        ["keygen"] => print!("{}", secrets::signing_key()),
        ["keygen", "--rsa"] => print!("{}", secrets::rsa_signing_key()),
        _ => return Err(USAGE.into()),
    }
    Ok(())
}

async fn serve(services_only: bool, store: Store) -> Result<(), Box<dyn std::error::Error>> {
    // A terminal is for messages; LOG_LEVEL=info brings the functions' logs there, too.
    let quiet = [("LOG_LEVEL".to_owned(), "warn".to_owned())];
    let (port, telemetry) = Env::new(quiet.into_iter().chain(process_variables()))
        .settings(|env| Some((env.parsed("PORT", 3000)?, telemetry::Settings::read(env)?)))?;
    telemetry::init(telemetry, &local::CRATES);

    let variables = process_variables().collect();
    let local = Local::start(Options { port, store, variables, services_only, ..Options::default() }).await?;
    if services_only {
        // As the readers of .env files take them.
        for (name, value) in &local.variables {
            println!("{name}={}", format!("{value:?}").replace('$', "\\$"));
        }
    } else {
        println!("{}", guide(&format!("http://{}", local.address)));
    }
    let mut messages = local.phones.live();
    loop {
        tokio::select! {
            message = messages.recv() => if let Ok(message) = message {
                let shown = format!("\nSMS to {}\n  {}", message.to, message.text);
                if services_only { eprintln!("{shown}") } else { println!("{shown}") }
            },
            stop = tokio::signal::ctrl_c() => return stop.map_err(Into::into),
        }
    }
}

/// What to do next. The commands work as they are, pasted one after another into a shell with curl.
fn guide(here: &str) -> String {
    format!(
        r#"Phone login on {here}. Nothing leaves this machine; Ctrl-C stops it.
Open it in a browser to see all of it at work, or go on here.

1. Text a code to a number. It will be shown here.

curl -sw '\n' {here}/send-code -d '{{"phoneNumber":"13800138000"}}'

2. Ask WeChat who Alice is. The answer has her openid and a ticket that proves it.

ticket=$(curl -s {here}/exchange-code -d '{{"code":"alice"}}' | sed 's/.*"ticket":"\([^"]*\)".*/\1/'); echo $ticket

3. Log in with the ticket, the number and the code from the last SMS.

code=$(curl -s {here}/_local/sms | grep -o '[0-9]\{{6\}}' | tail -1); curl -sw '\n' {here}/login -d "{{\"ticket\":\"$ticket\",\"phoneNumber\":\"13800138000\",\"verifyCode\":\"$code\"}}"

The API, described:            {here}/docs
The keys that check the token: {here}/.well-known/jwks.json
All messages so far:           {here}/_local/sms"#
    )
}
