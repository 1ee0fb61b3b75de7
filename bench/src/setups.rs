//! How many calls a second can be set up and ended: a ladder of rates, each step held for a while.

use crate::arguments::Plan;
use crate::contestant::{Contestant, Kind, Ports};
use crate::generator::{self, Load, Outcome, Sockets};
use crate::scenario::SETUP;
use crate::table::Table;
use std::io;
use std::time::Duration;

/// Calls a second, step by step.
const RATES: [f64; 7] = [500.0, 1_000.0, 2_000.0, 3_000.0, 4_500.0, 6_000.0, 8_000.0];
const RAMP: Duration = Duration::from_millis(500);
const WINDOW: Duration = Duration::from_secs(3);
/// The share of the offered rate that must be answered.
const ANSWERED_MIN: f64 = 0.98;
/// An answer that takes longer than this comes after the caller's first retransmission.
const SETUP_MAX_MS: f64 = 500.0;

/// Climbs until a step is not held, and prints the highest that was.
///
/// # Errors
/// A contestant that cannot be started.
pub(crate) fn run(plan: &Plan) -> io::Result<()> {
    run_with(plan, &[Kind::Product, Kind::Stub])
}

/// The same with other contestants; the product is the first of them.
///
/// # Errors
/// A contestant that cannot be started.
pub(crate) fn run_with(plan: &Plan, contestants: &[Kind]) -> io::Result<()> {
    let mut table = Table::new(&[
        "scenario",
        "who",
        "set-ups/s",
        "CPU %",
        "CPU-s/1,000",
        "set-up ms p50/p99",
        "generator",
    ]);
    let contestants = if plan.alone {
        &contestants[..1]
    } else {
        contestants
    };
    for kind in contestants {
        let best = climb(*kind, plan)?.unwrap_or_default();
        table.row(vec![
            SETUP.name.to_owned(),
            kind.name().to_owned(),
            format!("{:.0}", best.setups_a_second),
            format!("{:.1}", best.cpu_percent),
            format!("{:.3}", best.cpu_a_thousand_setups),
            format!("{:.2} / {:.2}", best.setup_ms.0, best.setup_ms.1),
            format!("{:.0} %", best.generator_percent),
        ]);
    }
    table.print()
}

fn climb(kind: Kind, plan: &Plan) -> io::Result<Option<Outcome>> {
    let mut best = None;
    for rate in RATES {
        let sockets = Sockets::bind()?;
        let peer = sockets.agents_port()?;
        let contestant = Contestant::start(kind, Ports::Most, peer, plan.folder.as_deref())?;
        let load = Load {
            scenario: SETUP,
            rate,
            ramp: RAMP,
            window: WINDOW,
            server: contestant.server(),
            processes: contestant.processes(),
        };
        let outcome = generator::run(&load, sockets)?;
        eprintln!(
            "{} {}: {rate} offered, {:.0} answered, {} failed, {} resent, {:.1} % CPU, p99 {:.2} ms",
            SETUP.name,
            kind.name(),
            outcome.setups_a_second,
            outcome.failed,
            outcome.retransmissions,
            outcome.cpu_percent,
            outcome.setup_ms.1,
        );
        let held = outcome.failed == 0
            && outcome.setups_a_second >= rate * ANSWERED_MIN
            && outcome.setup_ms.1 <= SETUP_MAX_MS;
        if !held {
            break;
        }
        best = Some(outcome);
    }
    Ok(best)
}
