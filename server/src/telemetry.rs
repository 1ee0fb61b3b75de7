//! Logs and metrics.

mod one_line;

use self::one_line::OneLine;
use crate::config::Config;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::io::Write;
use tracing_subscriber::EnvFilter;

/// Upper bounds of the buckets of spans of time, in seconds.
const SECONDS: &[f64] = &[
    0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];
/// Bounds of the histograms of listening quality.
const SCORES: &[f64] = &[1.5, 2.0, 2.5, 3.0, 3.5, 3.8, 4.0, 4.2, 4.4];
/// Bounds of the histograms of shares.
const RATIOS: &[f64] = &[0.0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5];

/// Starts the log. A filter that cannot be read gives way to `info`, with a line that says so.
pub(crate) fn start(config: &Config) {
    let filter = EnvFilter::try_new(&config.log_filter);
    let wrong = filter.as_ref().err().map(ToString::to_string);
    let filter = filter.unwrap_or_else(|_| EnvFilter::new("info"));
    tracing::subscriber::set_global_default(subscriber(config.log_json, filter, std::io::stderr))
        .expect("the log starts once a process");
    if let Some(fault) = wrong {
        tracing::error!(
            fault,
            "log.filter cannot be read, so everything from info up is logged"
        );
    }
}

/// What writes the log, to whatever `paper` gives. It has no colours: they are control characters,
/// and none passes.
fn subscriber<W: Write + 'static>(
    is_json: bool,
    filter: EnvFilter,
    paper: impl Fn() -> W + Send + Sync + 'static,
) -> Box<dyn tracing::Subscriber + Send + Sync> {
    let log = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_env_filter(filter)
        .with_writer(move || OneLine(paper()));
    if is_json {
        Box::new(log.json().finish())
    } else {
        Box::new(log.finish())
    }
}

/// Starts the metrics; gives what `/metrics` renders.
///
/// # Errors
/// The registry was started before.
pub(crate) fn metrics() -> anyhow::Result<PrometheusHandle> {
    Ok(PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_mos".to_owned()), SCORES)?
        .set_buckets_for_metric(Matcher::Suffix("_ratio".to_owned()), RATIOS)?
        .install_recorder()?)
}
