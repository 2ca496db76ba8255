//! The services that the functions call, and the requests that they get.

use std::sync::atomic::{AtomicU64, Ordering};

use local::{Local, Options};
use serde_json::{Value, from_str, json};

/// Limits out of reach, since one address asks for thousands of codes.
const UNLIMITED: [(&str, &str); 3] =
    [("RESEND_COOLDOWN_SECONDS", "0"), ("IP_HOURLY_LIMIT", "1000000"), ("SMS_DAILY_BUDGET", "1000000")];

/// The tables, SNS and WeChat of one run. Each request is by a new person.
pub struct System {
    pub local: Local,
    client: reqwest::Client,
    people: AtomicU64,
}

impl System {
    /// `variables` override those that `local` generates.
    pub async fn start(variables: &[(&str, &str)]) -> Self {
        let variables = UNLIMITED.iter().chain(variables);
        let variables = variables.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let local = Local::start(Options { variables, ..Options::default() }).await.unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { local, client, people: AtomicU64::new(0) }
    }

    /// The variables that lead a function in another process to the system. The last one of a name counts.
    pub fn variables(&self) -> Vec<(String, String)> {
        let tables = ("AWS_ENDPOINT_URL_DYNAMODB", &*self.local.dynamodb.endpoint);
        let own = UNLIMITED.into_iter().chain([tables]);
        let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.local.variables.iter().cloned().chain(own).collect()
    }

    /// The answer of the functions in this process.
    pub async fn post(&self, path: &str, body: &Value) -> Value {
        let url = format!("http://{}{path}", self.local.address);
        let answer = self.client.post(url).body(body.to_string()).send().await.unwrap();
        from_str(&answer.text().await.unwrap()).unwrap()
    }

    /// A new name and a new number.
    fn somebody(&self) -> (String, String) {
        let nth = self.people.fetch_add(1, Ordering::Relaxed);
        (format!("person{nth}"), format!("+86138{nth:08}"))
    }

    /// The body of a request for a code.
    pub fn wants_a_code(&self) -> Value {
        json!({ "phoneNumber": self.somebody().1 })
    }

    /// The body of an exchange.
    pub fn has_a_wechat_code(&self) -> Value {
        json!({ "code": self.somebody().0 })
    }

    /// The body of a new person's login, with a ticket and a code from the functions in this process.
    pub async fn wants_in(&self) -> Value {
        let (name, number) = self.somebody();
        self.post("/send-code", &json!({ "phoneNumber": number })).await;
        let text = self.local.phones.sent().pop().unwrap().text;
        let code: String = text.chars().filter(char::is_ascii_digit).take(6).collect();
        let exchanged = self.post("/exchange-code", &json!({ "code": name })).await;
        json!({ "ticket": exchanged["ticket"], "phoneNumber": number, "verifyCode": code })
    }
}
