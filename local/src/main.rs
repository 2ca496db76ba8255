//! `cargo run -p local`: the whole system on `http://127.0.0.1:3000`.

use std::{net::Ipv4Addr, path::PathBuf, process::ExitCode, str::FromStr};

use local::{Local, Options, dynamodb::Store, openapi, reference, secrets};
use shared::config::{Env, Setting, process_variables};

mod arguments;
mod terminal;

use arguments::Command;

const LISTEN: Setting = Setting::optional("LISTEN");
const PORT: Setting = Setting::optional("PORT");

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
    let command = Command::read(std::env::args_os().skip(1));
    match command.map_err(|error| format!("{error}; see --help"))? {
        Command::Serve { services_only, data } => return serve(services_only, data).await,
        Command::Keygen { rsa: false } => print!("{}", secrets::signing_key()),
        Command::Keygen { rsa: true } => print!("{}", secrets::rsa_signing_key()),
        Command::Openapi => print!("{}", openapi::text()),
        Command::Pages(folder) => {
            for (name, page) in reference::pages() {
                std::fs::write(folder.join(name), page)?;
            }
        }
        Command::Help => println!("{}", arguments::help()),
    }
    Ok(())
}

async fn serve(services_only: bool, data: Option<PathBuf>) -> Result<(), Box<dyn std::error::Error>> {
    let (host, port, level) = Env::new(process_variables())
        .settings(|env| Some((env.optional(&LISTEN), env.optional(&PORT), terminal::level(env)?)))?;
    let loopback = Ipv4Addr::LOCALHOST.into();
    let host =
        given(host, loopback, "LISTEN must be an IP address to listen on, such as 127.0.0.1 or 0.0.0.0")?;
    let port = given(port, 3000, "PORT must be the port to listen on, a whole number up to 65535")?;
    terminal::log(level);

    let variables = process_variables().collect();
    let store = data.map_or(Store::Memory, Store::File);
    let local =
        Local::start(Options { host, port, store, variables, services_only, ..Options::default() }).await?;
    let here = format!("http://{}", local.address);
    if services_only {
        println!("{}", terminal::env_file(&local.variables));
        eprintln!("{}", terminal::guide_to_services(&here));
    } else {
        println!("{}", terminal::guide(&here));
    }
    if !host.is_loopback() {
        eprintln!("{}", terminal::warning_of_others(host));
    }
    let mut messages = local.phones.live();
    loop {
        tokio::select! {
            message = messages.recv() => if let Ok(message) = message {
                let shown = format!("\nSMS to {}, by {}\n  {}", message.to, message.carrier, message.text);
                if services_only { eprintln!("{shown}") } else { println!("{shown}") }
            },
            stop = tokio::signal::ctrl_c() => return stop.map_err(Into::into),
        }
    }
}

/// A variable's value or its default; `wants` describes valid values.
fn given<T: FromStr>(value: Option<String>, default: T, wants: &'static str) -> Result<T, &'static str> {
    value.map_or(Ok(default), |value| value.trim().parse().map_err(|_| wants))
}
