//! The load of a day's logins, compared with AWS's limits.

use std::collections::BTreeMap;

use super::{
    aws,
    flows::{Flow, Owner, Recordings, Request},
    line::Units,
    mix::Mix,
    stage::mixed,
};

/// The settings and quotas of a deployment.
#[derive(Debug, Clone)]
pub struct Deployed {
    pub budget: f64,
    /// How many items share the budget's count; recorded.
    pub shards: f64,
    pub ip_hourly: f64,
    pub send_code_requests: f64,
    pub requests: f64,
    pub warm: Units,
    /// An item's limit. It cannot be raised; a run has a smaller one.
    pub item: Units,
    pub table: Units,
    pub executions: f64,
    pub api: f64,
    pub sms: f64,
}

/// The defaults of the template and of an account.
impl Default for Deployed {
    fn default() -> Self {
        Self {
            budget: 10_000.0,
            shards: 4.0,
            ip_hourly: 60.0,
            send_code_requests: 500.0,
            requests: 1_000.0,
            warm: aws::NEW_TABLE,
            item: aws::ITEM,
            table: aws::TABLE,
            executions: aws::EXECUTIONS,
            api: aws::API,
            sms: aws::SNS,
        }
    }
}

/// The results for a rate.
pub struct Outcome {
    /// Units a second at the peak, by table.
    pub tables: BTreeMap<String, Units>,
    /// The hottest item of each kind.
    pub items: BTreeMap<(String, Owner), Hot>,
    /// Requests a second at the peak, by function.
    pub requests: BTreeMap<&'static str, f64>,
    /// Concurrent executions at the peak, by function.
    pub executions: BTreeMap<&'static str, f64>,
    /// The exceeded limits.
    pub refusals: Vec<Refusal>,
}

/// The hottest item of a kind.
#[derive(Debug, Default, Clone, Copy)]
pub struct Hot {
    /// Units a second.
    pub units: Units,
    /// The share of an item's limit that they use.
    pub share: f64,
    /// The share of the load on all items of the kind that is over its item's limit.
    pub refused: f64,
}

/// An exceeded limit.
pub struct Refusal {
    pub limit: String,
    /// The share of its requests that is refused.
    pub share: f64,
    /// The answer that a client gets.
    pub told: &'static str,
}

/// The share of the peak at a second of the day; the night has a tenth.
pub fn of_day(second: f64) -> f64 {
    0.1 + 0.9 * (1.0 - (second / 86_400.0 * std::f64::consts::TAU).cos()) / 2.0
}

/// Logins of a day with this peak.
pub fn logins_of_day(peak: f64) -> f64 {
    (0..1440).map(|minute| of_day(f64::from(minute) * 60.0) * peak * 60.0).sum()
}

/// The largest used share of a table's limit on its first day. The limit is twice the load of half an hour before, or
/// the warm throughput if that is more.
fn rising(peak: Units, warm: Units) -> f64 {
    const HALF_AN_HOUR: u32 = 30;
    let at = |minute: u32| peak.times(of_day(f64::from(minute) * 60.0));
    let minutes = (HALF_AN_HOUR..=720)
        .map(|minute| at(minute).share_of(larger(warm, at(minute - HALF_AN_HOUR).times(2.0))));
    minutes.fold(0.0, f64::max)
}

/// How long a request takes, in milliseconds: its longest chain of calls, and the function's computing.
pub fn milliseconds(request: &Request) -> f64 {
    let mut ends: Vec<(usize, f64)> = Vec::new();
    let mut calls: Vec<_> = request.calls.iter().collect();
    calls.sort_by_key(|call| call.began);
    for call in calls {
        let before = ends.iter().filter(|(ended, _)| *ended < call.began).map(|(_, at)| *at);
        ends.push((call.ended, before.fold(0.0, f64::max) + aws::milliseconds(&call.operation)));
    }
    ends.into_iter().map(|(_, at)| at).fold(0.0, f64::max) + aws::computes(request.function)
}

/// The results of `rate` logins a second at the peak.
pub fn at(rate: f64, recorded: &Recordings, mix: &Mix, deployed: &Deployed) -> Outcome {
    let mut outcome = Outcome {
        tables: BTreeMap::new(),
        items: BTreeMap::new(),
        requests: BTreeMap::new(),
        executions: BTreeMap::new(),
        refusals: Vec::new(),
    };
    let mut items: BTreeMap<(String, Owner), Units> = BTreeMap::new();
    for (flow, recorded) in recorded {
        let flows = rate * mix.of(*flow);
        for request in &recorded.requests {
            *outcome.requests.entry(request.function).or_default() += flows;
            *outcome.executions.entry(request.function).or_default() +=
                flows * milliseconds(request) / 1000.0;
        }
        for ((table, owner), units) in &recorded.units {
            outcome.tables.entry(table.clone()).or_default().add(units.times(flows));
            let item = items.entry((table.clone(), *owner)).or_default();
            match owner {
                Owner::All | Owner::Shard => item.add(units.times(flows)),
                // The host that pumps has its own item.
                Owner::Address if *flow == Flow::Pumping => *item = larger(*item, units.times(flows)),
                Owner::Address => item.add(units.times(flows * mix.behind_one)),
                // One person does one thing within a second.
                Owner::Number | Owner::Person | Owner::Account => *item = larger(*item, *units),
            }
        }
    }
    outcome.items = items
        .into_iter()
        .map(|((table, owner), units)| {
            let hot = if owner == Owner::Shard { drawn(units, deployed) } else { of_one(units, deployed) };
            ((table, owner), hot)
        })
        .collect();
    outcome.refusals = refusals(rate, mix, deployed, &outcome);
    outcome
}

fn of_one(units: Units, deployed: &Deployed) -> Hot {
    let share = units.share_of(deployed.item);
    Hot { units, share, refused: (1.0 - 1.0 / share).max(0.0) }
}

/// Each write goes to a random shard, so each second has another hottest one: this is their average.
fn drawn(units: Units, deployed: &Deployed) -> Hot {
    const SECONDS: u64 = 20;
    let (shards, limit) = (whole(deployed.shards), deployed.item.writes);
    let (mut hottest, mut all, mut past) = (0.0, 0.0, 0.0);
    for second in 0..SECONDS {
        let mut counts = vec![0_u32; usize::try_from(shards).unwrap()];
        for nth in 0..whole(units.writes) {
            counts[usize::try_from(mixed(nth ^ second << 40) % shards).unwrap()] += 1;
        }
        let counts = || counts.iter().copied().map(f64::from);
        hottest += counts().fold(0.0, f64::max) / SECONDS as f64;
        all += counts().sum::<f64>();
        past += counts().map(|count| (count - limit).max(0.0)).sum::<f64>();
    }
    let units = Units { writes: hottest, reads: units.reads / deployed.shards };
    Hot { units, share: units.share_of(deployed.item), refused: if all > 0.0 { past / all } else { 0.0 } }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
pub fn whole(count: f64) -> u64 {
    count.round() as u64
}

fn larger(one: Units, other: Units) -> Units {
    Units { writes: one.writes.max(other.writes), reads: one.reads.max(other.reads) }
}

/// The exceeded limits, each by itself.
fn refusals(rate: f64, mix: &Mix, deployed: &Deployed, outcome: &Outcome) -> Vec<Refusal> {
    const GATEWAY: &str = "429 of API Gateway";
    let mut refusals = Vec::new();
    let mut hold = |limit: String, used: f64, told| {
        if used > 1.0 {
            refusals.push(Refusal { limit, share: 1.0 - 1.0 / used, told });
        }
    };
    let requests = |function| outcome.requests.get(function).copied().unwrap_or_default();
    hold("`SendCodeRequestsPerSecond`".into(), requests("send-code") / deployed.send_code_requests, GATEWAY);
    let renewals = rate * mix.of(Flow::Renewal);
    let busiest = requests("exchange-code").max(requests("login") - renewals).max(renewals);
    hold("`RequestsPerSecond`".into(), busiest / deployed.requests, GATEWAY);
    hold("API Gateway's quota".into(), outcome.requests.values().sum::<f64>() / deployed.api, GATEWAY);
    let executions = outcome.executions.values().sum::<f64>();
    let by_rate =
        outcome.requests.values().fold(0.0, |most: f64, of| most.max(of / aws::REQUESTS_PER_EXECUTION));
    hold("Lambda's concurrency".into(), executions.max(by_rate) / deployed.executions, "503 of API Gateway");
    let most = outcome.executions.values().copied().fold(0.0, f64::max);
    let more = format!(
        "Lambda's {:.0} more executions in ten seconds, if it starts from none",
        aws::EXECUTIONS_MORE
    );
    hold(more, most / aws::EXECUTIONS_MORE, "503 of API Gateway");
    let codes = rate * mix.codes();
    hold("SMS a second".into(), codes / deployed.sms, "`sms_unavailable`");
    hold(
        "`SmsDailyBudget`".into(),
        logins_of_day(rate) * mix.codes() / deployed.budget,
        "`sms_budget_exhausted`",
    );
    let behind_one = codes * mix.behind_one * 3600.0;
    hold(
        "`IpHourlyLimit`, at the busiest address".into(),
        behind_one / deployed.ip_hourly,
        "`ip_limit_reached`",
    );
    for ((table, owner), hot) in &outcome.items {
        let used = 1.0 / (1.0 - hot.refused);
        hold(format!("an item of `{table}`, {}", owner.name()), used, "`service_unavailable`");
    }
    for (table, units) in &outcome.tables {
        hold(format!("the quota of `{table}`"), units.share_of(deployed.table), "`service_unavailable`");
        hold(
            format!("`{table}` on the morning of its first day"),
            rising(*units, deployed.warm),
            "`service_unavailable`",
        );
        hold(
            format!("`{table}` in its first half hour at the peak"),
            units.share_of(deployed.warm),
            "`service_unavailable`",
        );
    }
    let tokens = outcome.executions.get("exchange-code").copied().unwrap_or_default();
    hold("WeChat's access tokens".into(), tokens / aws::WECHAT_TOKENS, "`wechat_rate_limited`");
    refusals
}
