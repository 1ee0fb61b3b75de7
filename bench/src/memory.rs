//! Whether finished calls leave memory behind: two equal bursts of calls, each with the rest that
//! the timers of RFC 3261 need to forget it. The second must not add to what the first has left.

use crate::arguments::Plan;
use crate::contestant::{Contestant, Kind, Ports};
use crate::generator::{self, Load, Sockets};
use crate::process::Usage;
use crate::scenario::SETUP;
use crate::table::Table;
use std::io;
use std::thread::sleep;
use std::time::Duration;

/// No call of this kind is passed on to anybody.
const NOBODY: u16 = 9;
const RATE: f64 = 1_000.0;
const BURST: Duration = Duration::from_secs(5);
/// Timer J is 32 s; a little more lets the rest be done.
const REST: Duration = Duration::from_secs(34);

/// Measures and prints.
///
/// # Errors
/// A contestant that cannot be started.
pub(crate) fn run(plan: &Plan) -> io::Result<()> {
    let contestant = Contestant::start(Kind::Product, Ports::Most, NOBODY, plan)?;
    let processes = contestant.processes();
    let mut table = Table::new(&["memory", "calls finished", "MiB resident"]);
    let mut note = |when: &str, calls: f64| {
        let resident = Usage::of(&processes).resident_kib as f64 / 1_024.0;
        table.row(vec![
            when.to_owned(),
            format!("{calls:.0}"),
            format!("{resident:.1}"),
        ]);
    };
    note("at rest", 0.0);
    let mut calls = 0.0;
    for burst in ["first burst", "second burst"] {
        let load = Load {
            scenario: SETUP,
            rate: RATE,
            ramp: Duration::ZERO,
            window: BURST,
            server: contestant.server(),
            processes: processes.clone(),
        };
        let outcome = generator::run(&load, Sockets::bind()?)?;
        calls += outcome.setups_a_second * BURST.as_secs_f64();
        note(&format!("after the {burst}"), calls);
        sleep(REST);
        note(&format!("{} s later", REST.as_secs()), calls);
    }
    table.print()
}
