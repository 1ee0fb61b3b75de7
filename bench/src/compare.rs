//! Contestants in turn on the same processor: A B A B, each turn with a new process, so that what
//! else the machine does meets both alike.

use crate::arguments::Plan;
use crate::contestant::{Contestant, Kind, Ports};
use crate::generator::{self, Load, Outcome, Sockets};
use crate::scenario::{CALL, Scenario};
use crate::table::Table;
use std::io;
use std::time::Duration;

/// Calls begin evenly, so after a little more than their length as many end as begin.
const RAMP: Duration = Duration::from_secs(11);

/// Measures each scenario and prints a table.
///
/// # Errors
/// A contestant that cannot be started.
pub(crate) fn run(scenarios: &[Scenario], plan: &Plan) -> io::Result<()> {
    let mut table = Table::new(&[
        "scenario",
        "who",
        "held",
        "calls",
        "CPU %",
        "calls/core",
        "CPU-s/call-min",
        "set-up ms p50/p99",
        "20 ms ± p99",
        "lost ‰",
        "delay ms p50/p99",
        "KiB/call",
        "generator",
    ]);
    for scenario in scenarios {
        let contestants: &[Kind] = if plan.alone {
            &[Kind::Product]
        } else {
            &[Kind::Product, Kind::Stub]
        };
        let mut runs = vec![Vec::new(); contestants.len()];
        for round in 0..plan.rounds {
            for (kind, runs) in contestants.iter().zip(&mut runs) {
                let outcome = turn(*scenario, *kind, plan)?;
                eprintln!(
                    "{} {} {}/{}: {:.0} calls, {:.1} % CPU, {} failed, {} resent",
                    scenario.name,
                    kind.name(),
                    round + 1,
                    plan.rounds,
                    outcome.concurrent,
                    outcome.cpu_percent,
                    outcome.failed,
                    outcome.retransmissions,
                );
                runs.push(outcome);
            }
        }
        let medians: Vec<_> = runs.iter().map(|runs| Outcome::median(runs)).collect();
        for ((kind, median), runs) in contestants.iter().zip(&medians).zip(&runs) {
            table.row(row(scenario.name, *kind, median, runs));
        }
        if let [product, stub] = &medians[..] {
            let share = product.calls_a_core() / stub.calls_a_core() * 100.0;
            let mut cells = vec![String::new(); 13];
            "ratio".clone_into(&mut cells[1]);
            cells[5] = format!("{share:.0} %");
            table.row(cells);
        }
    }
    table.print()
}

fn turn(scenario: Scenario, kind: Kind, plan: &Plan) -> io::Result<Outcome> {
    let sockets = Sockets::bind()?;
    let peer = sockets.agents_port()?;
    let contestant = Contestant::start(kind, Ports::Usual, peer, plan)?;
    let calls = plan.calls.unwrap_or(scenario.calls);
    let load = Load {
        scenario,
        rate: f64::from(calls) / CALL.as_secs_f64(),
        ramp: RAMP,
        window: plan.window,
        server: contestant.server(),
        processes: contestant.processes(),
    };
    generator::run(&load, sockets)
}

fn row(scenario: &str, kind: Kind, median: &Outcome, runs: &[Outcome]) -> Vec<String> {
    let held = runs.iter().filter(|run| run.held()).count();
    let sound = runs.iter().all(Outcome::is_sound);
    let delay = median.delay_ms.filter(|_| scenario.starts_with("relay"));
    vec![
        scenario.to_owned(),
        kind.name().to_owned(),
        format!("{held} of {}", runs.len()),
        format!("{:.0}", median.concurrent),
        format!("{:.1}", median.cpu_percent),
        format!("{:.0}", median.calls_a_core()),
        format!("{:.4}", median.cpu_a_call_minute),
        format!("{:.2} / {:.2}", median.setup_ms.0, median.setup_ms.1),
        format!("{:.2}", median.deviation_ms),
        format!("{:.2}", median.lost_permille),
        delay.map_or_else(
            || "-".to_owned(),
            |(p50, p99)| format!("{p50:.2} / {p99:.2}"),
        ),
        format!("{:.1}", median.kib_a_call),
        format!(
            "{:.0} %{}",
            median.generator_percent,
            if sound { "" } else { ", late" }
        ),
    ]
}
