//! The tables of the model's results.

use std::fmt::Write;

use super::{
    aws,
    flows::{self, Recordings},
    line::Units,
    mix::Mix,
    model::{self, Deployed, Outcome, logins_of_day},
    price::{self, Part},
};

/// Logins a second at the peak of a day.
pub const RATES: [f64; 4] = [10.0, 100.0, 1_000.0, 10_000.0];

/// Room above the peak, since some days have more.
const ROOM: f64 = 1.25;

/// The settings for a rate, raised where they have to be.
pub async fn fitted(rate: f64, recorded: &Recordings, mix: &Mix) -> Deployed {
    let before = Deployed::default();
    let peak = model::at(rate, recorded, mix, &before);
    let requests = |function| peak.requests[function] * ROOM;
    let executions = peak.executions.values().sum::<f64>();
    let by_rate =
        peak.requests.values().fold(0.0, |most: f64, of| most.max(of / aws::REQUESTS_PER_EXECUTION));
    let tables = peak.tables.values().fold(Units::default(), |most, of| Units {
        writes: most.writes.max(of.writes * ROOM),
        reads: most.reads.max(of.reads * ROOM),
    });
    let raised = |from: f64, to: f64| from.max(round_up(to));
    let budget = raised(before.budget, logins_of_day(rate) * mix.codes() * ROOM);
    Deployed {
        budget,
        shards: flows::shards(model::whole(budget)).await.into(),
        ip_hourly: raised(before.ip_hourly, rate * mix.codes() * mix.behind_one * 3600.0 * ROOM),
        send_code_requests: raised(before.send_code_requests, requests("send-code")),
        requests: raised(before.requests, requests("exchange-code").max(requests("login"))),
        warm: Units {
            writes: raised(before.warm.writes, tables.writes),
            reads: raised(before.warm.reads, tables.reads),
        },
        table: Units {
            writes: raised(before.table.writes, tables.writes),
            reads: raised(before.table.reads, tables.reads),
        },
        executions: raised(before.executions, executions.max(by_rate) * ROOM),
        api: raised(before.api, peak.requests.values().sum::<f64>() * ROOM),
        sms: raised(before.sms, rate * mix.codes() * ROOM),
        ..before
    }
}

/// Rounds up to two digits.
fn round_up(value: f64) -> f64 {
    let unit = 10_f64.powf(value.log10().floor() - 1.0);
    (value / unit).ceil() * unit
}

/// `1,234,000`.
pub fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let parts: Vec<_> =
        digits.as_bytes().rchunks(3).rev().map(|part| std::str::from_utf8(part).unwrap()).collect();
    parts.join(",")
}

pub fn percent(share: f64) -> String {
    match share * 100.0 {
        small if small < 0.1 => "< 0.1 %".to_owned(),
        small if small < 10.0 => format!("{small:.1} %"),
        large => format!("{large:.0} %"),
    }
}

/// The table of what each flow touches.
pub fn touched(recorded: &Recordings) -> String {
    let mut text =
        "| | write units | read units | DynamoDB calls | milliseconds |\n| --- | --- | --- | --- | --- |\n"
            .to_owned();
    for (flow, recorded) in recorded {
        let of = |pick: fn(&Units) -> f64| {
            let each = recorded.units.iter().filter(|(_, units)| pick(units) > 0.0);
            let each =
                each.map(|((table, owner), units)| format!("{} `{table}`, {}", pick(units), owner.name()));
            each.collect::<Vec<_>>().join("; ")
        };
        let calls = recorded.requests.iter().flat_map(|request| &request.calls);
        let calls = calls.filter(|call| !call.operation.starts_with('/')).count();
        let milliseconds: f64 = recorded.requests.iter().map(model::milliseconds).sum();
        let (writes, reads) = (of(|units| units.writes), of(|units| units.reads));
        writeln!(text, "| {} | {writes} | {reads} | {calls} | {milliseconds:.0} |", flow.name()).unwrap();
    }
    text
}

/// The row of a rate.
pub fn row(rate: f64, outcome: &Outcome, dollars: f64) -> String {
    let ((table, owner), hot) =
        outcome.items.iter().max_by(|one, other| one.1.share.total_cmp(&other.1.share)).unwrap();
    let refused: Vec<_> = outcome
        .refusals
        .iter()
        .map(|refusal| format!("{} at {} ({})", percent(refusal.share), refusal.limit, refusal.told))
        .collect();
    let refused = if refused.is_empty() { "nothing".to_owned() } else { refused.join("; ") };
    let executions = outcome.executions.values().sum::<f64>();
    format!(
        "| {} | `{table}`, {}: {:.0} writes a second, {} | {refused} | {} | {:.2} |\n",
        thousands(rate),
        owner.name(),
        hot.units.writes,
        percent(hot.share),
        thousands(executions.ceil()),
        dollars * 1e6
    )
}

pub const ROWS: &str = "| logins a second | hottest item, its share of an item's limit | refused, by each limit alone | concurrent executions | dollars for a million logins of this mix, with their renewals |\n\
                        | --- | --- | --- | --- | --- |\n";

type Setting = fn(&Deployed) -> f64;

/// The table of the settings for each rate.
pub fn settings(fitted: &[(f64, Deployed)]) -> String {
    let mut text = "| |".to_owned();
    for (rate, _) in fitted {
        write!(text, " {} |", thousands(*rate)).unwrap();
    }
    writeln!(text, "\n|{}", " --- |".repeat(fitted.len() + 1)).unwrap();
    let before = Deployed::default();
    let rows: [(&str, Setting); 11] = [
        ("`SmsDailyBudget`", |deployed| deployed.budget),
        ("`IpHourlyLimit`, if one person in a thousand shares an address", |deployed| deployed.ip_hourly),
        ("`SendCodeRequestsPerSecond`", |deployed| deployed.send_code_requests),
        ("`RequestsPerSecond`", |deployed| deployed.requests),
        ("`WarmWriteUnits`", |deployed| deployed.warm.writes),
        ("`WarmReadUnits`", |deployed| deployed.warm.reads),
        ("quota: write units of a table", |deployed| deployed.table.writes),
        ("quota: read units of a table", |deployed| deployed.table.reads),
        ("quota: Lambda's concurrent executions", |deployed| deployed.executions),
        ("quota: API Gateway's requests a second", |deployed| deployed.api),
        ("quota: messages a second, at SNS or your provider", |deployed| deployed.sms),
    ];
    for (name, value) in rows {
        write!(text, "| {name} |").unwrap();
        for (_, deployed) in fitted {
            let (value, default) = (value(deployed), value(&before));
            let value = thousands(value);
            let value = if value == thousands(default) { "as it is".to_owned() } else { value };
            write!(text, " {value} |").unwrap();
        }
        text.push('\n');
    }
    text
}

/// A bill.
pub fn bill(parts: &[Part]) -> String {
    let mut text = String::new();
    for Part { name, units, dollars } in parts {
        writeln!(text, "| {name} | {units} | {dollars:.2} |").unwrap();
    }
    let sum: f64 = parts.iter().map(|part| part.dollars).sum();
    writeln!(text, "| sum | | **{sum:.2}** |").unwrap();
    text
}

/// The bills in docs/operations.md: of a million logins by SMS of known people, and of a month.
pub fn costs(recorded: &Recordings) -> String {
    let nothing =
        Mix { new: 0.0, taps: 0.0, resends: 0.0, wrong: 0.0, renewals: 0.0, pumping: 0.0, behind_one: 0.0 };
    let million = |mix: &Mix| price::used(recorded, mix).of_a_million();
    let sum = |mix: &Mix| price::used(recorded, mix).of_one() * 1e6;
    let by_sms = sum(&nothing);
    let by_tap = sum(&Mix { taps: 1.0, ..nothing.clone() });
    let new = sum(&Mix { new: 1.0, ..nothing.clone() }) - by_sms;
    let renewals = sum(&Mix { renewals: 1.0, ..nothing.clone() }) - by_sms;
    format!(
        "| a million logins | units | dollars |\n| --- | --- | --- |\n{}\nBy one tap they are ${by_tap:.2}; those of new people ${new:.2} more; a million \
         renewals ${renewals:.2}.\n\n| a month, with all of the template's alarms and metrics | | dollars |\n| --- | --- | --- |\n{}",
        bill(&million(&nothing)),
        bill(&price::of_a_month()),
    )
}
