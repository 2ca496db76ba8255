//! Runs the same logins on the functions, at a smaller rate and with smaller limits of `DynamoDB`. The clock is turned
//! a second at a time, so the machine's own speed does not matter.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use ::tests::{logs, wrong};
use futures_util::{StreamExt, stream};

use super::{
    aws,
    flows::{self, Flow, OPEN, Owner, settings},
    line::{Bounds, Manner, Units},
    mix::Mix,
    model::{self, Deployed, Outcome},
    stage::{Answer, Asker, Luck, Stage, Turned},
};

/// The parameters of a run.
pub struct Plan {
    /// Logins a second.
    pub rate: u32,
    /// Seconds of the clock.
    pub seconds: u32,
    /// How many times smaller the limits are than `DynamoDB`'s.
    pub smaller: f64,
    pub budget: u64,
}

/// The results of a run.
#[derive(Debug, Default)]
pub struct Ran {
    /// Units a second, by table.
    pub tables: BTreeMap<String, Units>,
    /// The used share of the hottest item's limit, averaged over the seconds. Only items that several people share count.
    pub hottest: f64,
    /// How often each answer came.
    pub outcomes: BTreeMap<String, u64>,
}

impl Ran {
    /// The share of the requested codes that `DynamoDB`'s limits refused.
    pub fn refused_codes(&self) -> f64 {
        let of = |outcome: &str| self.outcomes.get(outcome).copied().unwrap_or_default() as f64;
        let (refused, sent) = (of("send-code service_unavailable"), of("send-code 200"));
        refused / (refused + sent)
    }
}

/// The seconds after which a known person's proof is stored again.
const DAY: u64 = 24 * 60 * 60;

/// Requests at the same time.
const TOGETHER: usize = 16;

/// Runs the logins of a plan.
pub async fn run(mix: &Mix, plan: &Plan) -> Ran {
    logs::capture();
    let clock = Turned::at_noon();
    let on = Arc::new(AtomicBool::new(false));
    let item = aws::ITEM.times(1.0 / plan.smaller);
    let bounds =
        Bounds { item, table: aws::TABLE.times(1.0 / plan.smaller), clock: clock.clone(), on: on.clone() };
    let budget = plan.budget.to_string();
    let mut variables = settings(&OPEN);
    variables.retain(|(name, _)| name != "SMS_DAILY_BUDGET");
    variables.extend(settings(&[("SMS_DAILY_BUDGET", &budget)]));
    let stage = Stage::start(&variables, clock.clone(), Luck::drawn(1), Manner::Bounded(bounds)).await;

    let plays = seconds_of(mix, plan);
    let known = plays.iter().flatten().filter(|doing| doing.is_known());
    let welcome = async |asker: &Asker| {
        let ticket = stage.exchange(asker, true).await;
        assert_eq!(stage.log_in(asker, &ticket, None).await.outcome(), "200");
    };
    stream::iter(known).for_each_concurrent(TOGETHER, |doing| welcome(&doing.asker)).await;
    clock.turn(DAY);
    stage.line.take();
    on.store(true, Ordering::Relaxed);

    let mut ran = Ran::default();
    for second in &plays {
        let outcomes = stream::iter(second).map(|doing| doing.play(&stage)).buffer_unordered(TOGETHER);
        for outcome in outcomes.collect::<Vec<_>>().await.into_iter().flatten() {
            *ran.outcomes.entry(outcome).or_default() += 1;
        }
        let mut by_key: BTreeMap<String, (Units, u32)> = BTreeMap::new();
        for touch in stage.line.take().into_iter().flat_map(|call| call.touches) {
            let each_second = touch.units.times(1.0 / f64::from(plan.seconds));
            ran.tables.entry(touch.table).or_default().add(each_second);
            let (units, touches) = by_key.entry(touch.key).or_default();
            units.add(touch.units);
            *touches += 1;
        }
        // One person touches an item four times a second at most.
        let used = by_key.values().filter(|(_, touches)| *touches > 4).map(|(units, _)| units.share_of(item));
        ran.hottest += used.fold(0.0, f64::max) / f64::from(plan.seconds);
        clock.turn(1);
    }
    ran
}

/// One person's flow.
struct Doing {
    flow: Flow,
    asker: Asker,
    /// Asks for a second code.
    resends: bool,
    /// Types a wrong code first.
    errs: bool,
}

/// The flows of each second, each by another person.
fn seconds_of(mix: &Mix, plan: &Plan) -> Vec<Vec<Doing>> {
    let mut people = 1..;
    let mut done: BTreeMap<Flow, f64> = BTreeMap::new();
    let mut is_due = |nth: u32, flow: Flow| {
        let done = done.entry(flow).or_default();
        let is_due = *done + 0.5 < f64::from(plan.rate * (nth + 1)) * mix.of(flow);
        *done += f64::from(u8::from(is_due));
        is_due
    };
    let mut second = |nth: u32| {
        let mut all = Vec::new();
        for flow in [Flow::NewBySms, Flow::KnownBySms, Flow::NewByTap, Flow::KnownByTap, Flow::Renewal] {
            while is_due(nth, flow) {
                let by_sms = matches!(flow, Flow::NewBySms | Flow::KnownBySms);
                let resends = by_sms && is_due(nth, Flow::Resend);
                let errs = by_sms && is_due(nth, Flow::WrongCode);
                all.push(Doing { flow, asker: Asker::nth(people.next().unwrap()), resends, errs });
            }
        }
        all
    };
    (0..plan.seconds).map(&mut second).collect()
}

impl Doing {
    /// Whether the person already has an account.
    fn is_known(&self) -> bool {
        matches!(self.flow, Flow::KnownBySms | Flow::KnownByTap | Flow::Renewal)
    }

    /// Plays the flow as far as it gets. Returns the outcome of each request after the exchange.
    async fn play(&self, stage: &Stage) -> Vec<String> {
        let asker = &self.asker;
        let taps = matches!(self.flow, Flow::NewByTap | Flow::KnownByTap);
        let ticket = stage.exchange(asker, taps).await;
        let answered = |path: &str, answer: &Answer| format!("{path} {}", answer.outcome());
        if self.flow == Flow::Renewal {
            return vec![answered("renew", &stage.renew(asker, &ticket).await)];
        }
        if taps {
            return vec![answered("login", &stage.log_in(asker, &ticket, None).await)];
        }
        let mut outcomes = Vec::new();
        let mut code = None;
        for _ in 0..=u32::from(self.resends) {
            let answer = stage.send(asker, &ticket).await;
            outcomes.push(answered("send-code", &answer));
            if answer.status == 200 {
                code = Some(stage.code(asker));
            }
        }
        let Some(code) = code else { return outcomes };
        let guesses = self.errs.then(|| wrong(&code)).into_iter().chain([code]);
        for guess in guesses {
            outcomes.push(answered("login", &stage.log_in(asker, &ticket, Some(&guess)).await));
        }
        outcomes
    }
}

/// A figure, by the model and by a run.
pub struct Compared {
    pub what: String,
    pub model: f64,
    pub run: f64,
}

impl Compared {
    /// Whether both differ by a tenth at most.
    pub fn agrees(&self) -> bool {
        (self.model - self.run).abs() <= 0.1 * self.model
    }
}

/// Compares the model with two runs: one within the limits, and one that exceeds them.
pub async fn compare() -> Vec<Compared> {
    let recorded = flows::recorded().await;
    let mix = Mix { pumping: 0.0, behind_one: 0.0, ..Mix::default() };
    let holds = Plan { rate: 50, seconds: 5, smaller: 40.0, budget: 10_000 };
    let shards = f64::from(flows::shards(holds.budget).await);
    let modelled = |plan: &Plan| {
        let deployed = Deployed { shards, item: aws::ITEM.times(1.0 / plan.smaller), ..Deployed::default() };
        model::at(plan.rate.into(), recorded, &mix, &deployed)
    };
    let of_shards = |outcome: &Outcome| outcome.items[&("codes".to_owned(), Owner::Shard)];

    let (model, ran) = (modelled(&holds), run(&mix, &holds).await);
    let mut compared = Vec::new();
    for (table, units) in &model.tables {
        let (what, run) = (format!("write units a second, {table}"), ran.tables[table]);
        compared.push(Compared { what, model: units.writes, run: run.writes });
        let what = format!("read units a second, {table}");
        compared.push(Compared { what, model: units.reads, run: run.reads });
    }
    let what = "the hottest item's share of its limit".to_owned();
    compared.push(Compared { what, model: of_shards(&model).share, run: ran.hottest });

    // The same load, on limits six times smaller.
    let past = Plan { smaller: 250.0, seconds: 4, ..holds };
    let (model, ran) = (of_shards(&modelled(&past)), run(&mix, &past).await);
    let what = "share of the codes that are refused".to_owned();
    compared.push(Compared { what, model: model.refused, run: ran.refused_codes() });
    compared
}

/// The comparison as a table, and whether all figures agree.
pub async fn table() -> (String, bool) {
    let compared = compare().await;
    let mut text = "| | model | run |\n| --- | --- | --- |\n".to_owned();
    for Compared { what, model, run } in &compared {
        writeln!(text, "| {what} | {model:.2} | {run:.2} |").unwrap();
    }
    (text, compared.iter().all(Compared::agrees))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn the_model_and_a_run_agree_within_a_tenth() {
        for compared in compare().await {
            let Compared { what, model, run } = &compared;
            assert!(compared.agrees(), "{what}: {model} by the model, {run} in a run");
        }
    }
}
