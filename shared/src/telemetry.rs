//! Logs: a JSON object a line, on standard output, where Lambda picks them up. Metrics go the same way.

use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{
    Layer, filter::Targets, fmt::MakeWriter, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::config::{Env, Setting};

mod metrics;
mod panics;

pub use metrics::Metric;
pub use panics::log_panics;

/// What is logged here is logged whoever uses it.
const THIS: &str = env!("CARGO_CRATE_NAME");

/// The target of the audit trail's lines: they are written whatever `LOG_LEVEL` says (docs/adr/0017-audit-trail.md).
pub const AUDIT: &str = "audit";

const LEVEL: Setting = Setting::choice("LOG_LEVEL", &["info", "warn", "error"]).about(
    "What is logged, beside the audit trail and the metrics. Nothing below `info` is compiled in.",
    "除审计记录和指标外记录哪些日志。`info` 以下的不编译。",
);
const NAMESPACE: Setting = Setting::text("METRICS_NAMESPACE", "PhoneLogin")
    .about("The namespace of the metrics in CloudWatch.", "CloudWatch 中指标的命名空间。");

/// `LOG_LEVEL` and `METRICS_NAMESPACE`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What is logged: `error`, `warn` or `info` (the default).
    pub level: LevelFilter,
    /// Under which name `CloudWatch` keeps the metrics.
    pub namespace: String,
}

impl Settings {
    /// Reads them from the settings.
    pub fn read(env: &mut Env) -> Option<Self> {
        let level = env.parsed(&LEVEL);
        let namespace = env.text(&NAMESPACE);
        Some(Self { level: level?, namespace })
    }
}

/// Starts logging to standard output what `crates` and this one log.
///
/// Other crates' logs never go below warnings. What they log in detail may hold what must not be logged: the SDK's trace of
/// a request to SNS holds the number and the code.
pub fn init(settings: Settings, crates: &[&str]) {
    subscriber(settings, crates, std::io::stdout).init();
}

/// The same for a function whose settings keep it from starting: at `info`, in the namespace that is there without a setting.
pub fn init_without_settings(crates: &[&str]) {
    let namespace = NAMESPACE.default().unwrap_or_default();
    init(Settings { level: LevelFilter::INFO, namespace }, crates);
}

/// What [`init`] starts, with another place to write to.
pub fn subscriber<W>(settings: Settings, crates: &[&str], writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'writer> MakeWriter<'writer> + Clone + Send + Sync + 'static,
{
    let level = settings.level;
    let targets = Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target(THIS, level)
        .with_targets(crates.iter().map(|target| (*target, level)))
        .with_target(AUDIT, LevelFilter::INFO)
        .with_target(metrics::TARGET, LevelFilter::OFF);
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(writer.clone());
    let metrics = metrics::Emf::new(settings.namespace, writer);
    tracing_subscriber::registry()
        .with(lines.with_filter(targets))
        .with(metrics.with_filter(Targets::new().with_target(metrics::TARGET, LevelFilter::INFO)))
}

/// An error with its sources, on one line.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        source = cause.source();
    }
    line
}
