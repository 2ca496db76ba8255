//! Plays a flow against the functions, and records their calls.

use std::sync::Arc;

use serde_json::Value;
use tests::wrong;

use super::{
    flows::{Flow, OPEN, Request, settings},
    line::Manner,
    stage::{Answer, Asker, Luck, Stage, Turned},
};

/// The seconds after which a known person's proof is stored again.
const DAY: u64 = 24 * 60 * 60;

impl Flow {
    /// Plays the flow. Returns its own requests, without the preparation.
    pub async fn play(
        self,
        asker: &Asker,
        luck: Arc<Luck>,
        manner: Manner,
        secrets: &[(String, String)],
    ) -> Vec<Request> {
        let clock = Turned::at_noon();
        let limit = if self == Self::Pumping { "1" } else { "1000000" };
        let mut variables = settings(&OPEN);
        variables.retain(|(name, _)| name != "IP_HOURLY_LIMIT");
        variables.extend(settings(&[("IP_HOURLY_LIMIT", limit)]));
        variables.extend(secrets.iter().cloned());
        let stage = Stage::start(&variables, clock.clone(), luck, manner).await;
        let mut played = Played { stage: &stage, requests: Vec::new(), logged: tests::logs::length() };
        match self {
            Self::NewBySms => played.by_sms(asker).await,
            Self::NewByTap => {
                played.warm_up().await;
                played.by_tap(asker).await;
            }
            Self::KnownBySms => {
                played.by_sms(asker).await;
                clock.turn(DAY);
                played.forget();
                played.by_sms(asker).await;
            }
            Self::KnownByTap => {
                played.by_tap(asker).await;
                clock.turn(DAY);
                played.warm_up().await;
                played.by_tap(asker).await;
            }
            Self::Resend => {
                let ticket = stage.exchange(asker, false).await;
                played.sent(asker, &ticket).await;
                clock.turn(60);
                played.forget();
                played.sent(asker, &ticket).await;
            }
            Self::WrongCode => {
                let ticket = stage.exchange(asker, false).await;
                played.sent(asker, &ticket).await;
                played.forget();
                let code = wrong(&stage.code(asker));
                let answer = stage.log_in(asker, &ticket, Some(&code)).await;
                played.note("login", &answer, "code_incorrect");
            }
            Self::Renewal => {
                played.by_sms(asker).await;
                played.forget();
                let ticket = played.exchanged(asker, false).await;
                let answer = stage.renew(asker, &ticket).await;
                played.note("login", &answer, "200");
            }
            Self::Pumping => {
                played.sent(asker, &Value::Null).await;
                clock.turn(60);
                played.forget();
                let answer = stage.send(asker, &Value::Null).await;
                played.note("send-code", &answer, "ip_limit_reached");
            }
        }
        played.requests
    }
}

/// A flow while it is played.
struct Played<'stage> {
    stage: &'stage Stage,
    requests: Vec<Request>,
    logged: usize,
}

impl Played<'_> {
    /// Forgets the requests that prepared the flow.
    fn forget(&mut self) {
        self.stage.line.take();
        self.requests.clear();
        self.logged = tests::logs::length();
    }

    /// Somebody else taps first, so that the token request that an instance makes every two hours is not counted.
    async fn warm_up(&mut self) {
        self.stage.exchange(&Asker::nth(0), true).await;
        self.forget();
    }

    fn note(&mut self, function: &'static str, answer: &Answer, expected: &str) {
        assert_eq!(answer.outcome(), expected, "{answer:?}");
        let logged = tests::logs::length();
        let (calls, answered) = (self.stage.line.take(), answer.body.to_string().len());
        self.requests.push(Request { function, calls, logged: logged - self.logged, answered });
        self.logged = logged;
    }

    async fn exchanged(&mut self, asker: &Asker, taps: bool) -> Value {
        self.stage.line.take();
        let answer = self.stage.exchanged(asker, taps).await;
        self.note("exchange-code", &answer, "200");
        answer.body["ticket"].clone()
    }

    async fn sent(&mut self, asker: &Asker, ticket: &Value) {
        let answer = self.stage.send(asker, ticket).await;
        self.note("send-code", &answer, "200");
    }

    async fn by_sms(&mut self, asker: &Asker) {
        let ticket = self.exchanged(asker, false).await;
        self.sent(asker, &ticket).await;
        let code = self.stage.code(asker);
        let answer = self.stage.log_in(asker, &ticket, Some(&code)).await;
        self.note("login", &answer, "200");
    }

    async fn by_tap(&mut self, asker: &Asker) {
        let ticket = self.exchanged(asker, true).await;
        let answer = self.stage.log_in(asker, &ticket, None).await;
        self.note("login", &answer, "200");
    }
}
