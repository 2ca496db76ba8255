//! What the functions talk to, and the requests that they are sent.

use std::sync::atomic::{AtomicU64, Ordering};

use local::{Local, Options};
use serde_json::{Value, from_str, json};

/// Limits that are out of reach: one address asks for thousands of codes.
const UNLIMITED: [(&str, &str); 3] =
    [("RESEND_COOLDOWN_SECONDS", "0"), ("IP_HOURLY_LIMIT", "1000000"), ("SMS_DAILY_BUDGET", "1000000")];

/// Tables, SNS and WeChat of one run, and people who have never been there before.
pub struct System {
    pub local: Local,
    client: reqwest::Client,
    people: AtomicU64,
}

impl System {
    /// `variables` over the ones that `local` makes up.
    pub async fn start(variables: &[(&str, &str)]) -> Self {
        let variables = UNLIMITED.iter().chain(variables);
        let variables = variables.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let local = Local::start(Options { variables, ..Options::default() }).await.unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { local, client, people: AtomicU64::new(0) }
    }

    /// The variables with which a function outside finds the system; a later one counts.
    pub fn variables(&self) -> Vec<(String, String)> {
        let tables = ("AWS_ENDPOINT_URL_DYNAMODB", &*self.local.dynamodb.endpoint);
        let own = UNLIMITED.into_iter().chain([tables]);
        let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.local.variables.iter().cloned().chain(own).collect()
    }

    /// What the functions in here answer.
    pub async fn post(&self, path: &str, body: &Value) -> Value {
        let url = format!("http://{}{path}", self.local.address);
        let answer = self.client.post(url).body(body.to_string()).send().await.unwrap();
        from_str(&answer.text().await.unwrap()).unwrap()
    }

    /// A name and a number that nobody has had yet.
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

    /// The body of a new person's login, with a ticket and a code that were sent by the functions in here.
    pub async fn wants_in(&self) -> Value {
        let (name, number) = self.somebody();
        self.post("/send-code", &json!({ "phoneNumber": number })).await;
        let text = self.local.phones.sent().pop().unwrap().text;
        let code: String = text.chars().filter(char::is_ascii_digit).take(6).collect();
        let exchanged = self.post("/exchange-code", &json!({ "code": name })).await;
        json!({ "ticket": exchanged["ticket"], "phoneNumber": number, "verifyCode": code })
    }
}
