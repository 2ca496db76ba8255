//! Tools for all tests: the whole system on one machine, a clock that they turn, and its answers.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "a test that cannot go on should stop")]

pub mod accounts;
mod answer;
pub mod described;
pub mod emulated;
pub mod events;
pub mod forgetful;
pub mod logs;
pub mod tls;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

pub use answer::Answer;
use local::{Answered, Local, Options, dynamodb::Store};
use serde_json::{Value, json};
use shared::{
    clock::{Clock, Timestamp},
    config::{Env, Setting},
    random::{SystemRandom, uuid},
};

/// Noon UTC of a day in 2099, when every test begins. It is ahead of every machine's clock, since `DynamoDB` deletes expired
/// items by its own clock.
pub const NOON: Timestamp = Timestamp::from_unix(4_072_161_600);

/// A clock that stands still until a test turns it.
pub struct TestClock(Mutex<Timestamp>);

impl TestClock {
    /// Moves it forward by `seconds`.
    pub fn turn(&self, seconds: u64) {
        let mut now = self.0.lock().unwrap();
        *now = now.plus(seconds);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A system with these variables and its own tables. With `TEST_DYNAMODB_URL` they are in the `DynamoDB` Local at that URL,
/// which keeps the tables of each access key apart.
#[must_use]
pub fn options(variables: Vec<(String, String)>) -> Options {
    let Some(url) = Env::of_process().optional(&Setting::optional("TEST_DYNAMODB_URL")) else {
        return Options { variables, ..Options::default() };
    };
    // DynamoDB Local refuses a key with a hyphen.
    let access_key = ("AWS_ACCESS_KEY_ID".to_owned(), uuid(&SystemRandom).simple().to_string());
    let variables = variables.into_iter().chain([access_key]).collect();
    Options { store: Store::At(url), variables, ..Options::default() }
}

/// The system under test.
pub struct TestApp {
    /// The system, with its tables, its phones and its WeChat.
    pub local: Local,
    /// Its clock.
    pub clock: Arc<TestClock>,
    client: reqwest::Client,
    logged_before: usize,
}

impl TestApp {
    /// Starts the system with its default settings.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// Starts the system with these variables, which override its own.
    pub async fn with(variables: &[(&str, &str)]) -> Self {
        logs::capture();
        let logged_before = logs::length();
        let clock = Arc::new(TestClock(Mutex::new(NOON)));
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let options = Options { clock: clock.clone(), ..options(variables.collect()) };
        let local = Local::start(options).await.unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { local, clock, client, logged_before }
    }

    /// A request to the gateway.
    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method.parse().unwrap(), format!("http://{}{path}", self.local.address))
    }

    /// Posts JSON as `uni.request` does. The answer must match `openapi.json`.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        let answer = Answer::of(
            self.request("POST", path).header("content-type", "application/json").body(body.to_string()),
        )
        .await;
        described::answer("POST", path, &answer);
        answer
    }

    /// Requests a code.
    pub async fn send_code(&self, number: &str) -> Answer {
        self.post("/send-code", &json!({ "phoneNumber": number })).await
    }

    /// Requests a code and reads it from the SMS.
    pub async fn texted(&self, number: &str) -> String {
        assert_eq!(self.send_code(number).await.status, 200);
        self.last_code()
    }

    /// The code in the last SMS.
    #[must_use]
    pub fn last_code(&self) -> String {
        let text = self.local.phones.sent().pop().unwrap().text;
        text.chars().filter(char::is_ascii_digit).take(6).collect()
    }

    /// Exchanges a code of `uni.login`, which is a person's name; `alice@wx2` is Alice in the mini program `wx2`.
    pub async fn exchange(&self, name: &str) -> Answer {
        let (name, app_id) = in_app(name);
        self.post("/exchange-code", &json!({ "code": name, "appId": app_id })).await
    }

    /// The same, with a code of WeChat's button.
    pub async fn exchange_with(&self, name: &str, phone_code: &str) -> Answer {
        let (name, app_id) = in_app(name);
        let body = json!({ "code": name, "appId": app_id, "phoneCode": phone_code });
        self.post("/exchange-code", &body).await
    }

    /// A ticket for the person with this name.
    pub async fn ticket(&self, name: &str) -> String {
        self.exchange(name).await.ticket()
    }

    /// Logs the person with this name in by one tap, with a code of WeChat's button.
    pub async fn tap(&self, name: &str, phone_code: &str) -> Answer {
        let ticket = self.exchange_with(name, phone_code).await.ticket();
        self.log_in_by(&ticket).await
    }

    /// Logs in with a ticket alone.
    pub async fn log_in_by(&self, ticket: &str) -> Answer {
        self.post("/login", &json!({ "ticket": ticket })).await
    }

    /// The openid of the person with this name.
    #[must_use]
    pub fn openid(&self, name: &str) -> String {
        match in_app(name) {
            (name, Some(app_id)) => self.local.wechat.openid_in(app_id, name),
            (name, None) => self.local.wechat.openid(name),
        }
    }

    /// Logs the person with this name in with a code.
    pub async fn log_in(&self, name: &str, number: &str, code: &str) -> Answer {
        self.log_in_with(&self.ticket(name).await, number, code).await
    }

    /// Logs the ticket's person in with a code.
    pub async fn log_in_with(&self, ticket: &str, number: &str, code: &str) -> Answer {
        self.post("/login", &json!({ "ticket": ticket, "phoneNumber": number, "verifyCode": code })).await
    }

    /// Gets a code by SMS and logs in with it; the login must succeed.
    pub async fn logged_in(&self, name: &str, number: &str) -> Value {
        let code = self.texted(number).await;
        let answer = self.log_in(name, number, &code).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    /// Renews the token of the person with this name.
    pub async fn renew(&self, name: &str) -> Answer {
        self.post("/renew", &json!({ "ticket": self.ticket(name).await })).await
    }

    /// A call with a token, and with a body if given. The answer must match `openapi.json`.
    pub async fn by_token(&self, method: &str, path: &str, token: &str, body: Option<&Value>) -> Answer {
        let request = self.request(method, path).header("authorization", format!("Bearer {token}"));
        let request = body.into_iter().fold(request, |request, body| request.body(body.to_string()));
        let answer = Answer::of(request).await;
        described::answer(method, path, &answer);
        answer
    }

    /// Calls `GET /account` with a token.
    pub async fn account(&self, token: &str) -> Answer {
        self.by_token("GET", "/account", token, None).await
    }

    /// Logs out with a token.
    pub async fn log_out(&self, token: &str) -> Answer {
        self.by_token("POST", "/logout", token, None).await
    }

    /// Deletes the account of a token, with a ticket of the person with this name.
    pub async fn delete_account(&self, token: &str, name: &str) -> Answer {
        let ticket = self.ticket(name).await;
        self.by_token("DELETE", "/account", token, Some(&json!({ "ticket": ticket }))).await
    }

    /// The answer to an operator who invokes `login` with this event.
    pub async fn operate(&self, event: &Value) -> Value {
        match self.local.functions.invoke("login", &event.to_string()).await.unwrap().unwrap() {
            Answered::Operator(answer) => answer,
            Answered::Http(answer) => panic!("{event} was taken for a request: {answer:?}"),
        }
    }

    /// An operator's view of the account of the person with this name.
    pub async fn look_up(&self, name: &str) -> Value {
        let app_id = in_app(name).1.unwrap_or_else(|| self.variable("WECHAT_APP_ID"));
        self.operate(&json!({ "operator": "find", "openid": self.openid(name), "appId": app_id })).await
    }

    /// Lets an operator change an account.
    pub async fn act(&self, operator: &str, user_id: &Value) -> Value {
        self.operate(&json!({ "operator": operator, "userId": user_id })).await
    }

    /// A variable of the functions.
    #[must_use]
    pub fn variable(&self, name: &str) -> &str {
        &self.local.variables.iter().find(|(set, _)| set == name).unwrap().1
    }
}

/// Checks that the system logged no personal data and no secrets.
impl Drop for TestApp {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let mut secrets: Vec<String> = [
            "CODE_PEPPER",
            "TICKET_KEY",
            "WECHAT_APP_SECRET",
            "TENCENT_SMS_SECRET_KEY",
            "ALIYUN_SMS_ACCESS_KEY_SECRET",
            "TOKEN_SIGNING_KEY",
        ]
        .map(|name| self.variable(name).to_owned())
        .into();
        // A log shows a key's line ends as \n, so its lines are searched one by one.
        let key = secrets.pop().unwrap_or_default();
        if let Some((_, apps)) = self.local.variables.iter().find(|(name, _)| name == "WECHAT_APPS") {
            let apps: BTreeMap<String, String> = serde_json::from_str(apps).unwrap();
            secrets.extend(apps.into_values());
        }
        secrets
            .extend(key.lines().filter(|line| line.len() > 16 && !line.starts_with('-')).map(str::to_owned));
        secrets.retain(|secret| !secret.is_empty());
        for message in self.local.phones.sent() {
            secrets.push(message.text.chars().filter(char::is_ascii_digit).take(6).collect());
            secrets.push(message.to.replace("+86", ""));
            secrets.push(message.to);
        }
        for name in ["alice", "bob", "carol", "dave", "mallory"] {
            secrets.extend([self.local.wechat.openid(name), self.local.wechat.session_key(name)]);
        }
        secrets.extend(self.local.wechat.access_tokens());
        // The numbers that tests use with WeChat's button.
        secrets.extend(["13800138000", "13900139000", "13700137000", "51234567"].map(str::to_owned));
        // The start of a JWT.
        for line in logs::since(self.logged_before) {
            assert!(!line.contains("eyJ"), "a ticket or token was logged: {line}");
            for secret in &secrets {
                assert!(!logs::holds(&line, secret), "{secret} was logged: {line}");
            }
        }
    }
}

/// A person's name and, after an `@`, their mini program.
fn in_app(name: &str) -> (&str, Option<&str>) {
    name.split_once('@').map_or((name, None), |(name, app_id)| (name, Some(app_id)))
}

/// A code that differs from this one.
#[must_use]
pub fn wrong(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}
