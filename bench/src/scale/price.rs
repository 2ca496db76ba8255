//! The bills, at the list prices of us-east-1 in November 2026, without free tiers.

use std::fs;

use shared::problem::ProblemCode;

use super::{flows::Recordings, line::Units, mix::Mix, model::milliseconds};

/// A line of the bill.
pub struct Part {
    pub name: &'static str,
    /// The quantity and the price of a unit.
    pub units: String,
    pub dollars: f64,
}

/// A function's memory in megabytes, the template's default.
const MEMORY: f64 = 256.0;

/// <https://aws.amazon.com/api-gateway/pricing/>, an HTTP API's first 300 million requests.
const API_REQUEST: f64 = 1.00e-6;
/// <https://aws.amazon.com/lambda/pricing/>
const LAMBDA_REQUEST: f64 = 0.20e-6;
/// The same page: a gigabyte-second on arm64.
const LAMBDA_GB_SECOND: f64 = 0.000_013_333_4;
/// <https://aws.amazon.com/dynamodb/pricing/on-demand/>
const WRITE: f64 = 0.625e-6;
const READ: f64 = 0.125e-6;
/// The same page: a gigabyte for a month, with its point-in-time recovery.
const STORED: f64 = 0.25 + 0.20;
/// <https://aws.amazon.com/secrets-manager/pricing/>, a read; and a secret for a month.
const SECRET_READ: f64 = 0.05e-4;
const SECRET: f64 = 0.40;
/// <https://aws.amazon.com/cloudwatch/pricing/>: a gigabyte of logs, and keeping one for a month.
const LOGGED: f64 = 0.50;
const LOGS_KEPT: f64 = 0.03;
/// The same page: a metric, a metric that an alarm looks at, a dashboard, for a month.
const METRIC: f64 = 0.30;
const ALARM_METRIC: f64 = 0.10;
const DASHBOARD: f64 = 3.00;
/// <https://aws.amazon.com/xray/pricing/>, a trace.
const TRACE: f64 = 5.00e-6;
/// <https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer>, a gigabyte out.
const SENT: f64 = 0.09;

/// The share of the requests, after the first in a second, that X-Ray traces.
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html>
const TRACED: f64 = 0.05;
/// The share of the requests that start a function: an estimate.
const COLD: f64 = 0.01;
/// Bytes per request in Lambda's lines (`platform.start`, `platform.report`) and the API's access log: an estimate.
const LOGGED_BESIDES: f64 = 900.0;
/// Bytes of an answer's headers: an estimate.
const HEADERS: f64 = 500.0;
/// Gigabyte-months that a gigabyte of logs takes: compressed, and for the six months of the template.
const KEPT: f64 = 0.15 * 6.0;
/// Detailed metrics of a route (`DetailedMetricsEnabled`), each charged as a custom metric.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html>
const METRICS_OF_A_ROUTE: f64 = 6.0;
/// Gigabytes of a million people's items, with the hundred bytes that `DynamoDB` adds to each.
const STORED_A_MILLION: f64 = 0.9;

/// How many secrets a function reads when it starts.
fn secrets_of(function: &str) -> f64 {
    match function {
        "login" => 3.0,
        _ => 2.0,
    }
}

/// The resources that flows use, per login.
#[derive(Default)]
pub struct Used {
    requests: f64,
    gigabyte_seconds: f64,
    milliseconds: f64,
    units: Units,
    secrets: f64,
    logged: f64,
    sent: f64,
}

/// The resources that the flows of a mix use, per login.
pub fn used(recorded: &Recordings, mix: &Mix) -> Used {
    let mut used = Used::default();
    for (flow, recorded) in recorded {
        let flows = mix.of(*flow);
        for request in &recorded.requests {
            used.requests += flows;
            used.milliseconds += flows * milliseconds(request);
            used.gigabyte_seconds += flows * milliseconds(request) / 1000.0 * MEMORY / 1024.0;
            used.secrets += flows * COLD * secrets_of(request.function);
            used.logged += flows * (request.logged as f64 + LOGGED_BESIDES);
            used.sent += flows * (request.answered as f64 + HEADERS);
        }
        for units in recorded.units.values() {
            used.units.add(units.times(flows));
        }
    }
    used
}

impl Used {
    /// The bill of a million logins.
    pub fn of_a_million(&self) -> Vec<Part> {
        let part = |name, units, dollars: f64| Part { name, units, dollars: dollars * 1e6 };
        let gigabytes = |bytes: f64| bytes / 1e9;
        let (requests, units) = (self.requests, self.units);
        let milliseconds = self.milliseconds / requests;
        vec![
            part(
                "API Gateway, HTTP API",
                format!("{requests:.2} M requests at $1.00"),
                requests * API_REQUEST,
            ),
            part("Lambda, requests", format!("{requests:.2} M at $0.20"), requests * LAMBDA_REQUEST),
            part(
                "Lambda, time",
                format!(
                    "{requests:.2} M × {milliseconds:.0} ms × 256 MB at $0.0000133334 a GB-s; the waiting is an estimate"
                ),
                self.gigabyte_seconds * LAMBDA_GB_SECOND,
            ),
            part("DynamoDB, writes", format!("{:.2} M units at $0.625", units.writes), units.writes * WRITE),
            part("DynamoDB, reads", format!("{:.2} M units at $0.125", units.reads), units.reads * READ),
            part(
                "Secrets Manager",
                format!(
                    "{:.2} M reads at $5.00, if one request in a hundred starts a function",
                    self.secrets
                ),
                self.secrets * SECRET_READ,
            ),
            part(
                "CloudWatch, logs",
                format!("{:.1} GB at $0.50, and $0.03 a month for what is kept of it", self.logged / 1e3),
                gigabytes(self.logged) * (LOGGED + LOGS_KEPT * KEPT),
            ),
            part(
                "X-Ray",
                format!("a trace of one request in twenty, {:.2} M at $5.00", requests * TRACED),
                requests * TRACED * TRACE,
            ),
            part("data sent", format!("{:.1} GB at $0.09", self.sent / 1e3), gigabytes(self.sent) * SENT),
        ]
    }

    /// The dollars of one login.
    pub fn of_one(&self) -> f64 {
        self.of_a_million().iter().map(|part| part.dollars).sum::<f64>() / 1e6
    }
}

/// The bill of a month in which nobody logs in, for the resources of the template.
pub fn of_a_month() -> Vec<Part> {
    let template = fs::read_to_string("template.yaml").unwrap();
    let count = |what: &str| template.matches(what).count() as f64;
    let alarms = count("Type: AWS::CloudWatch::Alarm");
    let math = count("MetricStat:");
    // An alarm on an expression has no metric of its own.
    let plain = alarms - count("      Metrics:\n");
    let routes = count("Type: AWS::ApiGatewayV2::Route");
    let ours = ProblemCode::ALL.iter().filter(|code| code.is_limit()).count()
        + [
            "CodesSent",
            "LoginsNew",
            "LoginsReturning",
            "Renewals",
            "WrongCodes",
            "SmsFailures",
            "WechatFailures",
        ]
        .len();
    let (ours, detailed) = (ours as f64, routes * METRICS_OF_A_ROUTE);
    let part = |name, units, dollars| Part { name, units, dollars };
    vec![
        part("secrets", "4 at $0.40".to_owned(), 4.0 * SECRET),
        part(
            "alarms",
            format!("{alarms:.0} over {:.0} metrics at $0.10", math + plain),
            (math + plain) * ALARM_METRIC,
        ),
        part("metrics of the functions", format!("about {ours:.0} at $0.30"), ours * METRIC),
        part(
            "metrics of the routes in detail",
            format!("{METRICS_OF_A_ROUTE:.0} of each of {routes:.0} routes at $0.30, those that are asked"),
            detailed * METRIC,
        ),
        part("dashboard", "1 at $3.00".to_owned(), DASHBOARD),
    ]
}

/// The dollars of a month per login, with this many people who each log in once in ninety days.
pub fn of_people(people: f64, renewals_a_day: f64, recorded: &Recordings) -> f64 {
    let logins = people / 3.0;
    let mix = Mix { renewals: renewals_a_day * 90.0, pumping: 0.0, ..Mix::default() };
    let fixed = of_a_month().iter().map(|part| part.dollars).sum::<f64>();
    let stored = people / 1e6 * STORED_A_MILLION * STORED;
    used(recorded, &mix).of_one() + (fixed + stored) / logins
}
