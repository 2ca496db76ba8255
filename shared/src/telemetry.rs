//! Logs and metrics: one JSON object a line on standard output, where Lambda collects them.

use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{
    Layer, filter::Targets, fmt::MakeWriter, layer::SubscriberExt, util::SubscriberInitExt,
};

use crate::config::{Env, Setting};

mod metrics;
mod panics;

pub use metrics::Metric;
pub use panics::log_panics;

/// This crate's logs, which every function enables.
const THIS: &str = env!("CARGO_CRATE_NAME");

/// The target of the audit trail's lines, which are written at any `LOG_LEVEL` (docs/adr/0017-audit-trail.md).
pub const AUDIT: &str = "audit";

const LEVEL: Setting = Setting::choice("LOG_LEVEL", &["info", "warn", "error"]).about(
    "The least severe level that is logged; the audit trail and the metrics always are. `debug` and `trace` are not compiled in.",
    "日志的最低级别；审计记录和指标总会写出。`debug` 和 `trace` 不编译进程序。",
);
const NAMESPACE: Setting = Setting::text("METRICS_NAMESPACE", "PhoneLogin")
    .about("The namespace of the metrics in CloudWatch.", "CloudWatch 中指标的命名空间。");

/// `LOG_LEVEL` and `METRICS_NAMESPACE`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The least severe level that is logged: `error`, `warn` or `info` (the default).
    pub level: LevelFilter,
    /// The metrics' namespace in `CloudWatch`.
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

/// Starts logging `crates` and this crate to standard output.
///
/// Other crates log warnings at most, since their details may hold what must not be logged: the SDK's trace of a request
/// to SNS holds the number and the code.
pub fn init(settings: Settings, crates: &[&str]) {
    subscriber(settings, crates, std::io::stdout).init();
}

/// The same for a function that cannot start: at `info`, in the default namespace.
pub fn init_without_settings(crates: &[&str]) {
    let namespace = NAMESPACE.default().unwrap_or_default();
    init(Settings { level: LevelFilter::INFO, namespace }, crates);
}

/// The subscriber that [`init`] starts, with another output.
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
