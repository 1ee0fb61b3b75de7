//! What the engine shows of its health: the probe behind `/readyz` and the figures of `/metrics`.

use super::Engine;
use api::Check;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// An engine that has not shown a pulse for so long does not serve.
const SILENCE: Duration = Duration::from_secs(2);
/// How often the figures are renewed.
const INTERVAL: Duration = Duration::from_secs(1);

/// Whether the engine is well, as other threads see it.
#[derive(Debug)]
pub(crate) struct Pulse {
    clock: net::Clock,
    last_ms: AtomicU64,
    journal_failed: AtomicBool,
    sync_failed: AtomicBool,
    leaving: AtomicBool,
}

impl Pulse {
    pub(crate) fn new(clock: net::Clock) -> Self {
        Self {
            clock,
            last_ms: AtomicU64::new(0),
            journal_failed: AtomicBool::new(false),
            sync_failed: AtomicBool::new(false),
            leaving: AtomicBool::new(false),
        }
    }

    pub(super) fn beat(&self, now: Duration, sync_failed: bool) {
        let ms = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        self.last_ms.store(ms, Ordering::Relaxed);
        if sync_failed {
            self.sync_failed.store(true, Ordering::Relaxed);
        }
    }

    pub(super) fn fail_journal(&self) {
        self.journal_failed.store(true, Ordering::Relaxed);
    }

    /// Notes that the journal was written; whether it had failed before. A failed `fsync` is not
    /// mended by a later write: what it left unwritten may be lost, and the process must be
    /// replaced.
    pub(super) fn mend_journal(&self) -> bool {
        self.journal_failed.swap(false, Ordering::Relaxed)
    }

    pub(super) fn is_journal_failed(&self) -> bool {
        self.journal_failed.load(Ordering::Relaxed)
    }

    /// Notes that the server stops: no new calls are taken.
    pub(super) fn leave(&self) {
        self.leaving.store(true, Ordering::Relaxed);
    }

    /// The parts that must work before the server can take calls.
    pub(crate) fn checks(&self) -> Vec<Check> {
        let last = Duration::from_millis(self.last_ms.load(Ordering::Relaxed));
        let silent = self.clock.now().saturating_sub(last) > SILENCE;
        let engine = silent.then(|| "the engine does not answer".to_owned());
        let leaving = self.leaving.load(Ordering::Relaxed);
        let leaving = leaving.then(|| "the server stops".to_owned());
        let failed = self.is_journal_failed() || self.sync_failed.load(Ordering::Relaxed);
        let journal = failed.then(|| "the journal cannot be written".to_owned());
        vec![
            Check {
                name: "sip",
                fault: engine.clone().or(leaving),
                vital: true,
            },
            Check {
                name: "media",
                fault: engine,
                vital: true,
            },
            Check {
                name: "journal",
                fault: journal,
                vital: true,
            },
        ]
    }
}

/// Renews the figures now and then.
#[derive(Debug, Default)]
pub(super) struct Gauger {
    next: Duration,
}

impl Gauger {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a gauge is a float, and the counts are far below its exact range"
    )]
    pub(super) fn measure(&mut self, now: Duration, engine: &Engine) {
        if now < self.next {
            return;
        }
        self.next = now + INTERVAL;
        let gauges = engine.switchboard.gauges();
        metrics::gauge!("trunkline_calls_active").set(gauges.calls as f64);
        metrics::gauge!("trunkline_media_legs").set(gauges.legs as f64);
        metrics::gauge!("trunkline_bot_streams").set(engine.doors.streams.count() as f64);
        metrics::gauge!("trunkline_recordings_open").set(gauges.recordings as f64);
        metrics::gauge!("trunkline_recordings_failing")
            .set(f64::from(u8::from(engine.recordings.are_failing())));
        metrics::gauge!("trunkline_journal_bytes").set(engine.journal.size_bytes() as f64);
        metrics::gauge!("trunkline_sip_shed_ratio").set(f64::from(gauges.shed_permille) / 1_000.0);
        count_sip(engine.switchboard.sip_counters());
        let seen = engine.reactor.counters();
        metrics::counter!("trunkline_sip_datagrams_in_total").absolute(seen.datagrams_in);
        metrics::counter!("trunkline_sip_datagrams_out_total").absolute(seen.datagrams_out);
        metrics::gauge!("trunkline_sip_connections").set(engine.reactor.connections() as f64);
        metrics::counter!("trunkline_sip_handshakes_failed_total").absolute(seen.handshakes_failed);
        for (thread, statistics) in engine.media.statistics().enumerate() {
            let figures = statistics.figures();
            let thread = thread.to_string();
            let counter = |name: &'static str, value: u64| {
                metrics::counter!(name, "thread" => thread.clone()).absolute(value);
            };
            counter("trunkline_rtp_packets_in_total", figures.packets_in);
            counter("trunkline_rtp_packets_out_total", figures.packets_out);
            counter("trunkline_media_ticks_missed_total", figures.ticks_missed);
            counter("trunkline_media_events_lost_total", figures.events_lost);
            metrics::gauge!("trunkline_media_busy_ratio", "thread" => thread.clone())
                .set(f64::from(figures.busy_permille) / 1_000.0);
        }
    }
}

fn count_sip(seen: &sip::Counters) {
    let counts = [
        ("parse_errors", seen.parse_errors),
        ("requests", seen.requests),
        ("responses", seen.responses),
        ("sent", seen.sent),
        ("retransmissions", seen.retransmissions),
        ("copies_received", seen.copies_received),
        ("incoming_calls", seen.incoming_calls),
        ("outgoing_calls", seen.outgoing_calls),
        ("challenges", seen.challenges),
        ("auth_failures", seen.auth_failures),
        ("dropped_throttled", seen.dropped_throttled),
        ("refused_unknown_source", seen.refused_unknown_source),
        ("dropped_responses", seen.dropped_responses),
        ("dropped_acks", seen.dropped_acks),
        ("shed", seen.shed),
        ("refused_overload", seen.refused_overload),
        ("dropped_unreachable", seen.dropped_unreachable),
    ];
    for (what, count) in counts {
        metrics::counter!("trunkline_sip_events_total", "what" => what).absolute(count);
    }
}
