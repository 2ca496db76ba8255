//! `cargo run -p local`: the whole system on `http://127.0.0.1:3000`.

use std::{path::PathBuf, process::ExitCode};

use local::{Local, Options, openapi};
use shared::config::{Env, process_variables};

const USAGE: &str = "usage: cargo run -p local [-- --data FILE | openapi]

  --data FILE   keeps codes and users in FILE; without it they are gone when this stops
  openapi       prints openapi.json and ends
  PORT          the port on 127.0.0.1 (3000)

Every setting of the functions can be given as an environment variable, RESEND_COOLDOWN_SECONDS=5 say.";

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
    let data = match arguments(std::env::args().skip(1))? {
        Command::Describe => {
            print!("{}", openapi::text());
            return Ok(());
        }
        Command::Serve { data } => data,
    };
    let (port, log_level) = Env::new(process_variables()).settings(|env| {
        Some((env.parsed("PORT", 3000)?, env.parsed("LOG_LEVEL", tracing::Level::WARN.into())?))
    })?;
    shared::telemetry::init(log_level);

    let local =
        Local::start(Options { port, data, variables: process_variables().collect(), ..Options::default() })
            .await?;
    println!("{}", guide(&format!("http://{}", local.address)));
    let mut messages = local.phones.live();
    loop {
        tokio::select! {
            message = messages.recv() => if let Ok(message) = message {
                println!("\nSMS to {}\n  {}", message.to, message.text);
            },
            stop = tokio::signal::ctrl_c() => return stop.map_err(Into::into),
        }
    }
}

enum Command {
    Describe,
    Serve { data: Option<PathBuf> },
}

fn arguments(mut arguments: impl Iterator<Item = String>) -> Result<Command, &'static str> {
    match (arguments.next().as_deref(), arguments.next(), arguments.next()) {
        (None, _, _) => Ok(Command::Serve { data: None }),
        (Some("--data"), Some(file), None) => Ok(Command::Serve { data: Some(file.into()) }),
        (Some("openapi"), None, None) => Ok(Command::Describe),
        _ => Err(USAGE),
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
