//! Runs the release binaries under Amazon's runtime interface emulator and feeds them the files of `events/`.
//!
//! `cargo run -p tests --bin emulator -- EMULATOR FOLDER`: the emulator's program, and the folder with `send-code`,
//! `exchange-code` and `login`.
#![expect(clippy::unwrap_used, reason = "a check that cannot go on should stop")]

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, ExitCode, Stdio},
    time::Duration,
};

use local::{Local, Options};
use serde_json::{Value, from_str};
use shared::clock::{Clock, SystemClock};
use tests::events::{self, FUNCTIONS};

/// A function under its emulator, until it is dropped.
struct Emulated {
    emulator: Child,
    address: SocketAddr,
}

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(emulator), Some(folder)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: emulator EMULATOR FOLDER");
        return ExitCode::FAILURE;
    };
    let options = Options { variables: events::all_settings(), ..Options::default() };
    let local = Local::start(options).await.unwrap();
    events::seed(&local, SystemClock.now()).await;

    let (mut passed, mut failed) = (0, 0);
    for (function, name) in FUNCTIONS {
        let binary = Path::new(&folder).join(function);
        let emulated = Emulated::start(&emulator, &binary, &variables(&local, name)).await;
        for event in events::all().into_iter().filter(|event| event.function == function) {
            let outcome = emulated.invoke(&event.json).await;
            if outcome == event.expected {
                passed += 1;
            } else {
                failed += 1;
                println!("events/{function}/{}.json was answered {outcome}", event.expected);
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The settings of a function as `events/env.json` has them, with the addresses of this run.
fn variables(local: &Local, name: &str) -> Vec<(String, String)> {
    let here = ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SNS", "WECHAT_API_BASE"];
    let addresses = local.variables.iter().filter(|(name, _)| here.contains(&name.as_str())).cloned();
    let lambda = [
        ("AWS_REGION", "local"),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_LAMBDA_FUNCTION_NAME", name),
    ];
    let lambda = lambda.map(|(name, value)| (name.to_owned(), value.to_owned()));
    events::settings(name).into_iter().chain(addresses).chain(lambda).collect()
}

impl Emulated {
    async fn start(emulator: &str, binary: &Path, variables: &[(String, String)]) -> Self {
        let (address, runtime_api) = (free_address(), free_address());
        let emulator = Command::new(emulator)
            .args(["--runtime-interface-emulator-address", &address.to_string()])
            .args(["--runtime-api-address", &runtime_api.to_string()])
            .arg(binary.canonicalize().unwrap())
            .env_clear()
            .envs(variables.iter().cloned())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let emulated = Self { emulator, address };
        while tokio::net::TcpStream::connect(address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        emulated
    }

    async fn invoke(&self, event: &str) -> String {
        let url = format!("http://{}/2015-03-31/functions/function/invocations", self.address);
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
        let answer = client.post(url).body(event.to_owned()).send().await.unwrap().text().await.unwrap();
        let parsed: Value = from_str(&answer).unwrap_or_default();
        match (parsed["statusCode"].as_u64(), parsed["body"].as_str()) {
            (Some(status), Some(body)) => events::outcome(u16::try_from(status).unwrap(), body),
            _ => answer,
        }
    }
}

impl Drop for Emulated {
    fn drop(&mut self) {
        _ = self.emulator.kill();
        _ = self.emulator.wait();
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
