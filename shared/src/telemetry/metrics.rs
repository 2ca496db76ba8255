//! Metrics: lines of `CloudWatch`'s embedded metric format in the log, which need no SDK and no call
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).

use std::{fmt, io::Write};

use serde_json::{Map, Value, json};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, fmt::MakeWriter, layer::Context};

use crate::clock::{Clock, SystemClock};

/// The target of the events that carry metrics. They are not logged.
pub(super) const TARGET: &str = "metrics";

/// A metric, by its name in `CloudWatch`. Alarms and dashboards use the name, so it is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    name: &'static str,
    /// Its dimension's name and value.
    dimension: Option<(&'static str, &'static str)>,
}

impl Metric {
    /// The metric with this name.
    #[must_use]
    pub const fn named(name: &'static str) -> Self {
        Self { name, dimension: None }
    }

    /// With the dimension `Limit`.
    #[must_use]
    pub const fn of_limit(self, limit: &'static str) -> Self {
        Self { dimension: Some(("Limit", limit)), ..self }
    }

    /// With the dimension `Provider`.
    #[must_use]
    pub const fn of_provider(self, provider: &'static str) -> Self {
        Self { dimension: Some(("Provider", provider)), ..self }
    }

    /// Counts one.
    pub fn count(self) {
        let (dimension, of) = self.dimension.unzip();
        tracing::info!(target: TARGET, metric = self.name, dimension, of);
    }
}

/// Writes the metric as a log line.
pub(super) struct Emf<W> {
    namespace: String,
    writer: W,
}

impl<W> Emf<W> {
    pub(super) fn new(namespace: String, writer: W) -> Self {
        Self { namespace, writer }
    }

    fn line(&self, counted: Counted) -> Value {
        let dimension = counted.dimension.zip(counted.of);
        let dimensions: Vec<_> = dimension.iter().map(|(name, _)| name).collect();
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
        line.extend(dimension.map(|(name, of)| (name, of.into())));
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
        // One write, so that lines do not mix. If the log cannot be written, nothing can report that.
        _ = self.writer.make_writer().write_all(format!("{}\n", self.line(counted)).as_bytes());
    }
}

#[derive(Default)]
struct Counted {
    metric: String,
    dimension: Option<String>,
    of: Option<String>,
}

impl Visit for Counted {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "metric" => value.clone_into(&mut self.metric),
            "dimension" => self.dimension = Some(value.to_owned()),
            "of" => self.of = Some(value.to_owned()),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}
