//! A million logins in one run. Checks that the functions' memory stays flat, that all items of the codes table expire,
//! and that the accounts are consistent. The functions run in this process; the tables, SNS and WeChat run in another
//! one, so that their memory is not counted.

mod services;

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use futures_util::{StreamExt, stream};
use local::{Local, Options};
use serde_json::{Value, json};
use shared::random::SystemRandom;

use services::Services;
pub use services::serve;

use crate::scale::stage::{Answer, Asker, Turned, invoke, mixed};

/// Requests at the same time.
const TOGETHER: usize = 16;

/// Logins per minute of the clock: a million logins take two weeks.
const LOGINS_A_MINUTE: u64 = 50;

/// Logins per person, on average.
const LOGINS_A_PERSON: u64 = 10;

/// How many megabytes the memory may grow between a fifth of the logins and the end.
const MORE_MEMORY: f64 = 4.0;

/// Limits that nobody reaches here; other tests cover them.
const VARIABLES: [(&str, &str); 7] = [
    ("RESEND_COOLDOWN_SECONDS", "0"),
    ("IP_HOURLY_LIMIT", "1000000"),
    ("OPENID_DAILY_LIMIT", "1000"),
    ("PHONE_DAILY_LIMIT", "1000"),
    ("OPENID_DAILY_GUESSES", "1000"),
    ("SMS_DAILY_BUDGET", "1000000000"),
    // Short, so that numbers change owners within the run.
    ("PHONE_RELEASE_AFTER_SECONDS", "86400"),
];

/// A run.
struct Soak {
    functions: Local,
    services: Services,
    clock: Arc<Turned>,
    people: u64,
    done: AtomicU64,
    outcomes: Mutex<BTreeMap<String, u64>>,
    failed: AtomicU64,
}

/// Runs the logins and prints the results; true if every check passed.
pub async fn run(logins: u64) -> bool {
    let services = Services::start().await;
    let clock = Turned::at_noon();
    let mut variables = services.variables();
    variables.extend(VARIABLES.map(|(name, value)| (name.to_owned(), value.to_owned())));
    variables.push(("LOGIN_LASTS_SECONDS".into(), "86400".into()));
    let options =
        Options { variables, clock: clock.clone(), random: Arc::new(SystemRandom), ..Options::default() };
    let soak = Soak {
        functions: Local::start(options).await.unwrap(),
        services,
        clock,
        people: (logins / LOGINS_A_PERSON).max(1),
        done: AtomicU64::new(0),
        outcomes: Mutex::default(),
        failed: AtomicU64::new(0),
    };

    let memory = Mutex::new(Vec::new());
    let step = (logins / 20).max(1);
    stream::iter(0..logins)
        .for_each_concurrent(TOGETHER, |nth| {
            let (soak, memory) = (&soak, &memory);
            async move {
                soak.one(nth).await;
                let done = soak.done.fetch_add(1, Ordering::Relaxed) + 1;
                if done.is_multiple_of(LOGINS_A_MINUTE) {
                    soak.clock.turn(60);
                }
                if done.is_multiple_of(step) {
                    let megabytes = resident();
                    eprintln!("{done} of {logins} logins, {megabytes:.1} MB");
                    memory.lock().unwrap().push(megabytes);
                }
            }
        })
        .await;
    soak.report(&memory.into_inner().unwrap())
}

impl Soak {
    /// One person's login, at random with a wrong code, a renewal, a logout or a deletion.
    async fn one(&self, nth: u64) {
        let drawn = mixed(nth);
        let of_hundred = |shift: u32| (drawn >> shift) % 100;
        let mut asker = Asker::nth(drawn % self.people);
        if of_hundred(8) < 5 {
            asker.number = Asker::nth(mixed(drawn) % self.people).number;
        }
        let taps = of_hundred(16) < 45;
        let phone_code = taps.then_some(&asker.number);
        let body = json!({ "code": asker.name, "phoneCode": phone_code });
        let ticket = self.post("exchange-code", &asker, "/exchange-code", &body).await.body["ticket"].clone();
        let mut login = json!({ "ticket": ticket });
        if !taps {
            let body = json!({ "phoneNumber": asker.number, "ticket": ticket });
            if self.post("send-code", &asker, "/send-code", &body).await.status != 200 {
                return;
            }
            // A concurrent login by the same number may have taken the code.
            let Some(code) = self.services.take_code(&asker.number) else { return };
            login["phoneNumber"] = asker.number.clone().into();
            if of_hundred(24) < 10 {
                login["verifyCode"] = tests::wrong(&code).into();
                self.post("login, wrong", &asker, "/login", &login).await;
            }
            login["verifyCode"] = code.into();
        }
        let answer = self.post("login", &asker, "/login", &login).await;
        if answer.status != 200 {
            return;
        }
        let ticket = json!({ "ticket": ticket });
        if of_hundred(32) < 20 {
            self.post("renew", &asker, "/renew", &ticket).await;
        }
        let token = answer.body["token"].as_str();
        match of_hundred(40) {
            0..2 => {
                let everywhere = json!({ "everywhere": true });
                self.call("logout", &asker, ("POST", "/logout"), token, &everywhere).await;
            }
            2 => {
                self.call("delete", &asker, ("DELETE", "/account"), token, &ticket).await;
            }
            _ => {}
        }
    }

    async fn post(&self, what: &str, asker: &Asker, path: &str, body: &Value) -> Answer {
        self.call(what, asker, ("POST", path), None, body).await
    }

    async fn call(
        &self,
        what: &str,
        asker: &Asker,
        route: (&str, &str),
        token: Option<&str>,
        body: &Value,
    ) -> Answer {
        let answer = invoke(&self.functions, asker, route, token, body).await;
        self.failed.fetch_add(u64::from(answer.status >= 500), Ordering::Relaxed);
        *self.outcomes.lock().unwrap().entry(format!("{what} {}", answer.outcome())).or_default() += 1;
        answer
    }

    /// Prints the results; true if every check passed.
    fn report(mut self, memory: &[f64]) -> bool {
        let outcomes = self.outcomes.lock().unwrap().clone();
        println!("| answer | times |\n| --- | --- |");
        for (outcome, times) in &outcomes {
            println!("| {outcome} | {times} |");
        }
        let failed = self.failed.load(Ordering::Relaxed);
        let settled = memory[memory.len() / 5];
        let last = *memory.last().unwrap();
        // After two days everything in the codes table has expired.
        self.clock.turn(2 * 24 * 60 * 60);
        let judged = self.services.judge(&*self.clock);
        println!("\nmemory after a fifth {settled:.1} MB, at the end {last:.1} MB; {judged}");
        _ = std::io::stdout().flush();
        let is_flat = last - settled <= MORE_MEMORY;
        for (what, good) in [
            ("nothing failed", failed == 0),
            ("memory is flat", is_flat),
            ("only expired items are left, and the accounts are consistent", judged.starts_with("good")),
        ] {
            println!("{what}: {}", if good { "yes" } else { "NO" });
        }
        failed == 0 && is_flat && judged.starts_with("good")
    }
}

/// Megabytes of memory that the process holds.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse::<f64>().unwrap() / 1024.0
}
