//! Logs: a JSON object a line, on standard output, where Lambda picks them up.

use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{
    Layer, filter::Targets, fmt::MakeWriter, layer::SubscriberExt, util::SubscriberInitExt,
};

/// This project's crates. What others log in detail may hold what must not be logged: the SDK's trace of a request to
/// SNS holds the number and the code.
const OWN: [&str; 5] = ["shared", "send_code", "exchange_code", "login", "local"];

/// Starts logging to standard output at `level` (`LOG_LEVEL`); other crates' logs never go below warnings.
pub fn init(level: LevelFilter) {
    subscriber(level, std::io::stdout).init();
}

/// What [`init`] starts, with another place to write to.
pub fn subscriber<W>(level: LevelFilter, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let targets = Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_targets(OWN.map(|target| (target, level)));
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_writer(writer);
    tracing_subscriber::registry().with(lines.with_filter(targets))
}
