//! Runs the release binaries under Amazon's runtime interface emulator and sends them the files of `events/`.
//!
//! `cargo run -p tests --example emulator -- EMULATOR FOLDER [AWS | --settings FILE] [-- RUNNER…]`
//!
//! - `EMULATOR`: the emulator's program.
//! - `FOLDER`: has `SendCode/bootstrap`, `ExchangeCode/bootstrap` and `Login/bootstrap`, as `sam build` leaves it.
//! - `AWS`: the address of Secrets Manager and SNS (moto, for example), which then hold the secrets and get the messages. Without
//!   it, secrets are variables and messages go to `local`, and people log in with the three calls and by one tap. Either way,
//!   Tencent Cloud and Aliyun are `local`'s, and one person logs in with a code from each.
//! - `--settings FILE`: each function gets exactly the variables of FILE (JSON, by the functions' names in the template), and
//!   `local` runs elsewhere, at the addresses in FILE.
//! - `RUNNER`: a command that runs programs of another processor, such as `qemu-aarch64`.
#![expect(clippy::unwrap_used, reason = "a check that cannot go on should stop")]

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::Path,
    process::{Command, ExitCode},
};

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use local::{Local, Options, phones::Carrier};
use serde_json::{Value, from_str, json};
use shared::random::{SystemRandom, uuid};
use tests::{
    emulated::Emulated,
    events::{self, FUNCTIONS, Feed},
};

#[tokio::main]
async fn main() -> ExitCode {
    let mut given = std::env::args().skip(1);
    let arguments: Vec<_> = given.by_ref().take_while(|argument| argument != "--").collect();
    let runner: Vec<_> = given.collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let (emulator, folder, source) = match arguments[..] {
        [emulator, folder] => (emulator, folder, Source::here(None).await),
        [emulator, folder, "--settings", file] => (emulator, folder, Source::of_file(file)),
        [emulator, folder, aws] => (emulator, folder, Source::here(Some(aws)).await),
        _ => {
            eprintln!("usage: emulator EMULATOR FOLDER [AWS | --settings FILE] [-- RUNNER…]");
            return ExitCode::FAILURE;
        }
    };

    let mut tally = Tally::default();
    let mut functions = BTreeMap::new();
    for (function, name) in FUNCTIONS {
        let binary = Path::new(folder).join(name).join("bootstrap").canonicalize().unwrap();
        let command = [&runner[..], &[binary.to_str().unwrap().to_owned()]].concat();
        tally.note(
            &format!("{function} without settings"),
            &refusal_to_start(&command),
            "all settings named",
        );
        let variables = source.variables(name).await;
        tally.note(
            &format!("{function} outside Lambda"),
            &panic(&command, &variables),
            "a place and no message",
        );
        let emulated =
            Emulated::start(emulator, &command, &variables, &File::create("/dev/null").unwrap()).await;
        let mut feed = Feed::default();
        for event in events::all().into_iter().filter(|event| event.function == function) {
            let answer = emulated.invoke(&feed.fill(&event)).await;
            let outcome = outcome(&mut feed, answer);
            tally.note(&format!("events/{function}/{}.json", event.name), &outcome, &event.expected);
        }
        functions.insert(function, emulated);
    }
    if let Source::Here(local, None) = &source {
        tally.note("a login of three calls", &log_in(local, &functions, "13800138000").await, "success");
    }
    if let Source::Here(..) = &source {
        tally.note("a login by one tap", &tap(&functions, "13800138009").await, "success");
    }
    if let Source::Here(local, _) = &source {
        for (provider, carrier, number) in
            [("tencent", Carrier::Tencent, "13800138001"), ("aliyun", Carrier::Aliyun, "13800138002")]
        {
            let variables = source.variables_with("SendCode", |local| by_provider(local, provider)).await;
            let log = File::create("/dev/null").unwrap();
            let binary = Path::new(folder).join("SendCode/bootstrap").canonicalize().unwrap();
            let command = [&runner[..], &[binary.to_str().unwrap().to_owned()]].concat();
            functions.insert("send-code", Emulated::start(emulator, &command, &variables, &log).await);
            let logged_in = log_in(local, &functions, number).await;
            let carried = local.phones.sent().pop().is_some_and(|message| message.carrier == carrier);
            let outcome = if carried { logged_in } else { "another carried it".to_owned() };
            tally.note(&format!("a login by a code that {provider} carried"), &outcome, "success");
        }
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    if tally.failed == 0 && tally.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Where the functions' variables come from.
enum Source {
    /// `events/env.json` with the addresses of this system; the secrets and messages at the AWS of that address, if there is one.
    Here(Box<Local>, Option<String>),
    /// A file, unchanged.
    File(BTreeMap<String, BTreeMap<String, String>>),
}

impl Source {
    async fn here(aws: Option<&str>) -> Self {
        let options = Options { variables: events::all_settings(), ..Options::default() };
        Self::Here(Box::new(Local::start(options).await.unwrap()), aws.map(str::to_owned))
    }

    fn of_file(file: &str) -> Self {
        Self::File(from_str(&fs::read_to_string(file).unwrap()).unwrap())
    }

    async fn variables(&self, name: &str) -> Vec<(String, String)> {
        self.variables_with(name, |_| Vec::new()).await
    }

    async fn variables_with(
        &self,
        name: &str,
        more: impl Fn(&Local) -> Vec<(String, String)>,
    ) -> Vec<(String, String)> {
        match self {
            Self::File(functions) => functions[name].clone().into_iter().collect(),
            Self::Here(local, aws) => {
                let mut variables = variables(local, name);
                variables.extend(more(local));
                if let Some(aws) = aws {
                    move_to_aws(&mut variables, aws).await;
                }
                variables
            }
        }
    }
}

/// The variables of `send-code` with this provider for every message.
fn by_provider(local: &Local, provider: &str) -> Vec<(String, String)> {
    let prefix = format!("{}_SMS_", provider.to_uppercase());
    let own = local.variables.iter().filter(|(name, _)| name.starts_with(&prefix)).cloned();
    own.chain([("SMS_ROUTES".to_owned(), format!("*={provider}"))]).collect()
}

#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
}

impl Tally {
    fn note(&mut self, what: &str, outcome: &str, expected: &str) {
        if outcome == expected {
            self.passed += 1;
        } else {
            self.failed += 1;
            println!("{what}: {outcome}");
        }
    }
}

/// The output of a function that is started without its settings.
fn refusal_to_start(command: &[String]) -> String {
    let region =
        [("AWS_REGION", "local"), ("AWS_ACCESS_KEY_ID", "local"), ("AWS_SECRET_ACCESS_KEY", "local")];
    let output = Command::new(&command[0]).args(&command[1..]).env_clear().envs(region).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let named =
        said.contains("neither TICKET_KEY nor TICKET_KEY_SECRET_ARN is set") && !output.status.success();
    if named { "all settings named".to_owned() } else { said }
}

/// The log of a function whose runtime panics because Lambda's own variables are missing.
fn panic(command: &[String], variables: &[(String, String)]) -> String {
    let variables = variables.iter().filter(|(name, _)| !name.starts_with("AWS_LAMBDA_")).cloned();
    let output = Command::new(&command[0]).args(&command[1..]).env_clear().envs(variables).output().unwrap();
    let said =
        [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    let log: Value = from_str(&said).unwrap_or_default();
    let placed = log["place"].as_str().is_some_and(|place| place.contains("lambda_runtime"));
    if placed && !said.contains("AWS_LAMBDA_FUNCTION_NAME") {
        "a place and no message".to_owned()
    } else {
        said
    }
}

/// The settings of a function from `events/env.json`, with the addresses of this run.
fn variables(local: &Local, name: &str) -> Vec<(String, String)> {
    let here = ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SNS", "WECHAT_API_BASE"];
    let addresses = local.variables.iter().filter(|(name, _)| here.contains(&name.as_str())).cloned();
    let lambda = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_LAMBDA_FUNCTION_NAME", name),
    ];
    let lambda = lambda.map(|(name, value)| (name.to_owned(), value.to_owned()));
    events::settings(name).into_iter().chain(addresses).chain(lambda).collect()
}

/// Stores every secret in Secrets Manager, replaces it with its ARN, and sends messages to SNS there.
async fn move_to_aws(variables: &mut Vec<(String, String)>, endpoint: &str) {
    const SECRETS: [&str; 6] = [
        "CODE_PEPPER",
        "TICKET_KEY",
        "WECHAT_APP_SECRET",
        "TOKEN_SIGNING_KEY",
        "TENCENT_SMS_SECRET_KEY",
        "ALIYUN_SMS_ACCESS_KEY_SECRET",
    ];
    let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::from_keys("local", "local", None))
        .endpoint_url(endpoint)
        .load()
        .await;
    let secrets = aws_sdk_secretsmanager::Client::new(&config);
    for (name, value) in variables.iter_mut().filter(|(name, _)| SECRETS.contains(&name.as_str())) {
        let secret = secrets.create_secret().name(uuid(&SystemRandom).to_string()).secret_string(&*value);
        *value = secret.send().await.unwrap().arn.unwrap();
        name.push_str("_SECRET_ARN");
    }
    variables.retain(|(name, _)| name != "AWS_ENDPOINT_URL_SNS");
    for name in ["AWS_ENDPOINT_URL_SNS", "AWS_ENDPOINT_URL_SECRETS_MANAGER"] {
        variables.push((name.to_owned(), endpoint.to_owned()));
    }
}

/// The result of a login by a person who reads the code from their phone.
async fn log_in(local: &Local, functions: &BTreeMap<&str, Emulated>, number: &str) -> String {
    let call = async |function, body: Value| {
        functions[function].invoke(&events::with_body(function, &body).to_string()).await
    };
    call("send-code", json!({ "phoneNumber": number })).await;
    let Some(message) = local.phones.sent().pop() else { return "no message".to_owned() };
    let code: String = message.text.chars().filter(char::is_ascii_digit).take(6).collect();
    let ticket = ticket(&call("exchange-code", json!({ "code": "alice" })).await);
    let login = json!({ "ticket": ticket, "phoneNumber": number, "verifyCode": code });
    outcome(&mut Feed::default(), call("login", login).await)
}

/// The result of a login by a person who lets WeChat name their number.
async fn tap(functions: &BTreeMap<&str, Emulated>, number: &str) -> String {
    let call = async |function, body: Value| {
        functions[function].invoke(&events::with_body(function, &body).to_string()).await
    };
    let exchanged = call("exchange-code", json!({ "code": "carol", "phoneCode": number })).await;
    outcome(&mut Feed::default(), call("login", json!({ "ticket": ticket(&exchanged) })).await)
}

/// The ticket in an answer of `exchange-code`.
fn ticket(answer: &str) -> Value {
    let answer: Value = from_str(answer).unwrap();
    from_str::<Value>(answer["body"].as_str().unwrap()).unwrap()["ticket"].take()
}

/// The result of an answer, as events are named.
fn outcome(feed: &mut Feed, answer: String) -> String {
    let parsed: Value = from_str(&answer).unwrap_or_default();
    match (parsed["statusCode"].as_u64(), parsed["body"].as_str()) {
        (Some(status), body) => feed.outcome(u16::try_from(status).unwrap(), body.unwrap_or_default()),
        _ => answer,
    }
}
