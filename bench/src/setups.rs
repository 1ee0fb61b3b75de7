//! How many calls a second can be set up and ended: a ladder of rates, each step held for a while.

use crate::arguments::Plan;
use crate::contestant::{Contestant, Kind, Ports};
use crate::generator::{self, Load, Outcome, Sockets};
use crate::scenario::SETUP;
use crate::table::Table;
use std::io;
use std::time::Duration;

/// Calls a second, step by step.
const RATES: [f64; 6] = [1_000.0, 2_000.0, 3_000.0, 4_500.0, 6_000.0, 8_000.0];
const RAMP: Duration = Duration::from_millis(500);
const WINDOW: Duration = Duration::from_secs(3);
/// A rate that every contestant holds with ease, in calls a second.
const MODERATE: f64 = 1_000.0;
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
        "ladder",
        "who",
        "set-ups/s",
        "product is",
        "CPU %",
        "CPU-s/1,000",
        "set-up ms p50/p99",
        "generator",
    ]);
    let mut product = None;
    for kind in chosen(contestants, plan) {
        let best = climb(kind, plan)?.unwrap_or_default();
        let ours = *product.get_or_insert(best.setups_a_second);
        table.row(vec![
            SETUP.name.to_owned(),
            kind.name().to_owned(),
            format!("{:.0}", best.setups_a_second),
            format!("{:.0} %", ours / best.setups_a_second.max(1.0) * 100.0),
            format!("{:.1}", best.cpu_percent),
            format!("{:.3}", best.cpu_a_thousand_setups),
            format!("{:.2} / {:.2}", best.setup_ms.0, best.setup_ms.1),
            format!("{:.0} %", best.generator_percent),
        ]);
    }
    table.print()
}

/// What a call costs each contestant at one moderate rate, in turns; the product is the first.
///
/// # Errors
/// A contestant that cannot be started.
pub(crate) fn run_at_one_rate(plan: &Plan, contestants: &[Kind]) -> io::Result<()> {
    let contestants = chosen(contestants, plan);
    let rate = plan.rate.unwrap_or(MODERATE);
    let mut runs = vec![Vec::new(); contestants.len()];
    for _ in 0..plan.rounds {
        for (kind, runs) in contestants.iter().zip(&mut runs) {
            runs.push(step(*kind, rate, plan)?);
        }
    }
    let mut table = Table::new(&[
        "one rate",
        "calls/s",
        "CPU of a call, µs",
        "product is",
        "set-up ms p50/p99",
        "failed",
        "generator",
    ]);
    let medians: Vec<_> = runs.iter().map(|runs| Outcome::median(runs)).collect();
    let ours = medians.first().map_or(0.0, |it| it.cpu_a_thousand_setups);
    for ((kind, median), runs) in contestants.iter().zip(&medians).zip(&runs) {
        let sound = runs.iter().all(Outcome::is_sound);
        table.row(vec![
            kind.name().to_owned(),
            format!("{:.0}", median.setups_a_second),
            format!("{:.0}", median.cpu_a_thousand_setups * 1e3),
            format!("{:.2} ×", ours / median.cpu_a_thousand_setups.max(1e-6)),
            format!("{:.2} / {:.2}", median.setup_ms.0, median.setup_ms.1),
            median.failed.to_string(),
            format!(
                "{:.0} %{}",
                median.generator_percent,
                if sound { "" } else { ", late" }
            ),
        ]);
    }
    table.print()
}

/// Those that are wanted and there.
fn chosen(contestants: &[Kind], plan: &Plan) -> Vec<Kind> {
    let wanted = if plan.alone { 1 } else { contestants.len() };
    let (there, absent): (Vec<Kind>, Vec<Kind>) = contestants[..wanted]
        .iter()
        .partition(|kind| kind.is_installed());
    for kind in absent {
        eprintln!("{} is left out, because it is not installed", kind.name());
    }
    there
}

/// The highest step of the ladder that is held.
///
/// # Errors
/// A contestant that cannot be started.
pub(crate) fn climb(kind: Kind, plan: &Plan) -> io::Result<Option<Outcome>> {
    let mut best = None;
    for rate in RATES {
        let outcome = step(kind, rate, plan)?;
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

/// One rate, on a contestant of its own.
fn step(kind: Kind, rate: f64, plan: &Plan) -> io::Result<Outcome> {
    let sockets = Sockets::bind()?;
    let peer = sockets.agents_port()?;
    let contestant = Contestant::start(kind, Ports::Most, peer, plan)?;
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
    Ok(outcome)
}
