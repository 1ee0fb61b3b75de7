//! Contestants in turn on the same processor: A B A B, each turn with a new process, so that what
//! else the machine does meets both alike.

mod goals;

use crate::arguments::Plan;
use crate::contestant::{Contestant, Kind, Ports};
use crate::generator::{self, Load, Outcome, Sockets, bot};
use crate::scenario::{CALL, Form, Scenario};
use crate::table::Table;
use std::io;
use std::time::Duration;

/// Calls begin evenly, so after a little more than their length as many end as begin.
const RAMP: Duration = Duration::from_secs(11);

const HEADS: [&str; 13] = [
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
];

/// Measures each scenario and prints a table, and one of the goals.
///
/// # Errors
/// A contestant that cannot be started, or a scenario that costs too much beside the stub.
pub(crate) fn run(scenarios: &[Scenario], plan: &Plan) -> io::Result<()> {
    let mut table = Table::new(&HEADS);
    let mut goals = Table::new(&["goal", "scenario", "bound", "measured", "verdict"]);
    let mut dear = Vec::new();
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
        let share = match &medians[..] {
            [product, stub] => Some(product.calls_a_core() / stub.calls_a_core() * 100.0),
            _ => None,
        };
        if let Some(share) = share {
            let mut cells = vec![String::new(); 13];
            "ratio".clone_into(&mut cells[1]);
            cells[5] = format!("{share:.0} %");
            table.row(cells);
        }
        for row in medians
            .first()
            .map_or_else(Vec::new, |it| goals::rows(scenario, it, share))
        {
            goals.row(row);
        }
        if goals::is_too_dear(&scenario.goal, share) {
            dear.push(scenario.name);
        }
    }
    table.print()?;
    goals.print()?;
    if dear.is_empty() {
        return Ok(());
    }
    let text = format!("too dear beside the stub: {}", dear.join(", "));
    Err(io::Error::other(text))
}

fn turn(scenario: Scenario, kind: Kind, plan: &Plan) -> io::Result<Outcome> {
    let sockets = Sockets::bind()?;
    let peer = sockets.agents_port()?;
    let mut contestant = Contestant::start(kind, Ports::Usual, peer, plan)?;
    if kind == Kind::Product {
        let bot = if scenario.form == Form::Bot {
            bot::start()?
        } else {
            0
        };
        contestant.prepare(scenario.form, (bot, plan))?;
    }
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
    let delay = median.delay_ms.filter(|_| !scenario.starts_with("ivr"));
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
