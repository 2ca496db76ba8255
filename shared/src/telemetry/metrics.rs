//! Metrics: lines of `CloudWatch`'s embedded metric format among the logs, which need no SDK and no call
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).

use std::{fmt, io::Write};

use serde_json::{Map, Value, json};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, fmt::MakeWriter, layer::Context};

use crate::{
    clock::{Clock, SystemClock},
    problem::Code,
};

/// Where metrics are sent within the process: events that no log line is made of.
pub(super) const TARGET: &str = "metrics";

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// A code was texted.
    CodesSent,
    /// Somebody logged in for the first time.
    LoginsNew,
    /// Somebody logged in again.
    LoginsReturning,
    /// A wrong code was judged.
    WrongCodes,
    /// A limit held, which one is the dimension `Limit`: the problem's code.
    LimitsReached(Code),
    /// The provider did not take a message.
    SmsFailures,
    /// The provider refuses a number.
    SmsRejections,
    /// `WeChat` is busy, down or throttles us.
    WechatFailures,
    /// `WeChat` does not know us.
    WechatMisconfigured,
    /// `DynamoDB` is throttled or out of reach.
    ServiceUnavailable,
}

impl Metric {
    /// What a refused request counts as.
    #[must_use]
    pub fn of_problem(code: Code) -> Option<Self> {
        match code {
            Code::CodeIncorrect => Some(Self::WrongCodes),
            Code::ResendTooSoon
            | Code::PhoneLimitReached
            | Code::IpLimitReached
            | Code::OpenidLimitReached
            | Code::SmsBudgetExhausted
            | Code::TooManyAttempts => Some(Self::LimitsReached(code)),
            Code::SmsUnavailable => Some(Self::SmsFailures),
            Code::SmsRejected => Some(Self::SmsRejections),
            Code::WechatBusy | Code::WechatRateLimited | Code::WechatUnavailable => {
                Some(Self::WechatFailures)
            }
            Code::WechatMisconfigured => Some(Self::WechatMisconfigured),
            Code::ServiceUnavailable => Some(Self::ServiceUnavailable),
            Code::InvalidRequest
            | Code::InvalidPhoneNumber
            | Code::UnsupportedCountry
            | Code::PayloadTooLarge
            | Code::NotFound
            | Code::MethodNotAllowed
            | Code::WechatCodeInvalid
            | Code::WechatCodeUsed
            | Code::WechatUserBlocked
            | Code::TicketRequired
            | Code::TicketInvalid
            | Code::TicketExpired
            | Code::OpenidMismatch
            | Code::CodeExpired
            | Code::CodeUsed
            | Code::PhoneTaken
            | Code::Internal => None,
        }
    }

    /// Counts one.
    pub fn count(self) {
        match self {
            Self::LimitsReached(code) => {
                tracing::info!(target: TARGET, metric = "LimitsReached", limit = code.name());
            }
            metric => tracing::info!(target: TARGET, metric = ?metric),
        }
    }
}

/// Writes what was counted.
pub(super) struct Emf<W> {
    namespace: String,
    writer: W,
}

impl<W> Emf<W> {
    pub(super) fn new(namespace: String, writer: W) -> Self {
        Self { namespace, writer }
    }

    fn line(&self, counted: Counted) -> Value {
        let dimensions: Vec<_> = counted.limit.iter().map(|_| "Limit").collect();
        let mut line = Map::new();
        line.insert(
            "_aws".into(),
            json!({
                "Timestamp": SystemClock.now().as_unix() * 1000,
                "CloudWatchMetrics": [{
                    "Namespace": self.namespace,
                    "Dimensions": [dimensions],
                    "Metrics": [{ "Name": counted.metric, "Unit": "Count" }],
                }],
            }),
        );
        line.extend(counted.limit.map(|limit| ("Limit".into(), limit.into())));
        line.insert(counted.metric, 1.into());
        line.into()
    }
}

impl<S, W> Layer<S> for Emf<W>
where
    S: Subscriber,
    W: for<'writer> MakeWriter<'writer> + 'static,
{
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut counted = Counted::default();
        event.record(&mut counted);
        // A log that can't be written can't be complained about either.
        _ = writeln!(self.writer.make_writer(), "{}", self.line(counted));
    }
}

#[derive(Default)]
struct Counted {
    metric: String,
    limit: Option<String>,
}

impl Visit for Counted {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "metric" => value.clone_into(&mut self.metric),
            "limit" => self.limit = Some(value.to_owned()),
            _ => {}
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}
