//! The services that the functions of a soak call, in their own process.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    panic::catch_unwind,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method},
    response::IntoResponse,
};
use local::{Local, Options};
use serde_json::Value;
use shared::clock::Clock;
use tests::accounts;

use crate::relay;

/// The other process, and the codes that were sent and not read yet.
pub struct Services {
    process: Child,
    output: BufReader<std::process::ChildStdout>,
    variables: Vec<(String, String)>,
    codes: Arc<Codes>,
}

#[derive(Default)]
struct Codes(Mutex<HashMap<String, String>>);

/// Reads the messages on their way to SNS.
#[derive(Clone)]
struct Phones {
    sns: String,
    client: reqwest::Client,
    codes: Arc<Codes>,
}

impl Services {
    pub async fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["none", "soak", "services"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let mut variables: Vec<(String, String)> = serde_json::from_str(&line).unwrap();

        let (_, sns) = variables.iter_mut().find(|(name, _)| name == "AWS_ENDPOINT_URL_SNS").unwrap();
        let codes = Arc::<Codes>::default();
        let phones = Phones { sns: sns.clone(), client: relay::client(), codes: codes.clone() };
        *sns = relay::serve(Router::new().fallback(texted).with_state(phones)).await;
        Self { process, output, variables, codes }
    }

    /// The variables that lead functions to the services.
    pub fn variables(&self) -> Vec<(String, String)> {
        self.variables.clone()
    }

    /// Takes the code that a number got, if there is one.
    pub fn take_code(&self, number: &str) -> Option<String> {
        self.codes.0.lock().unwrap().remove(number)
    }

    /// The error in the tables at this time, or `good` with the number of items.
    pub fn judge(&mut self, clock: &dyn Clock) -> String {
        writeln!(self.process.stdin.as_mut().unwrap(), "{}", clock.now().as_unix()).unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// Passes a message on, and keeps its code.
async fn texted(State(phones): State<Phones>, headers: HeaderMap, body: Bytes) -> impl IntoResponse {
    let fields: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let url = format!("{}/", phones.sns);
    let answer = relay::forward(&phones.client, (Method::POST, &url), &headers, body).await;
    let code = fields["Message"].chars().filter(char::is_ascii_digit).take(6).collect();
    phones.codes.0.lock().unwrap().insert(fields["PhoneNumber"].clone(), code);
    answer
}

/// Passes a call on to the tables, without the token that makes a transaction idempotent. The embedded tables keep each token
/// for ten minutes, and every transaction looks at all of them: within minutes that takes most of the time.
async fn called(
    State((client, tables)): State<(reqwest::Client, String)>,
    headers: HeaderMap,
    mut body: Bytes,
) -> impl IntoResponse {
    if headers.get("x-amz-target").is_some_and(|target| target.as_bytes().ends_with(b"TransactWriteItems")) {
        let mut call: Value = serde_json::from_slice(&body).unwrap();
        call.as_object_mut().unwrap().remove("ClientRequestToken");
        body = call.to_string().into();
    }
    relay::forward(&client, (Method::POST, &tables), &headers, body).await
}

/// The other process. Prints the variables, reads a time, and prints its judgement of the tables at that time.
pub async fn serve() -> bool {
    let mut local = Local::start(Options { services_only: true, ..Options::default() }).await.unwrap();
    let state = (relay::client(), local.dynamodb.endpoint.clone());
    let endpoint = local.variables.iter_mut().find(|(name, _)| name == "AWS_ENDPOINT_URL_DYNAMODB").unwrap();
    endpoint.1 = relay::serve(Router::new().fallback(called).with_state(state)).await;
    println!("{}", serde_json::to_string(&local.variables).unwrap());
    let now = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line)
    });
    let Ok(now) = now.await.unwrap().unwrap().trim().parse() else { return true };
    let codes = local.dynamodb.items("codes").await.unwrap();
    let users = local.dynamodb.items("users").await.unwrap();
    println!("{}", judged(&codes, &users, now));
    true
}

/// The error in the tables, or `good` with the number of items.
fn judged(codes: &Value, users: &Value, now: u64) -> String {
    let codes = codes.as_array().unwrap();
    let ends = |item: &&Value| item["ttl"]["N"].as_str().and_then(|ttl| ttl.parse::<u64>().ok());
    let stays = codes.iter().filter(|item| ends(item).is_none_or(|ttl| ttl > now)).count();
    if stays > 0 {
        return format!("{stays} of {} items in the codes table have not expired", codes.len());
    }
    match catch_unwind(|| accounts::judged(users)) {
        Ok(accounts) => format!(
            "good: {} accounts in {} items, and {} expired items of the codes table",
            accounts.len(),
            users.as_array().unwrap().len(),
            codes.len()
        ),
        Err(_) => "the accounts contradict each other".to_owned(),
    }
}
