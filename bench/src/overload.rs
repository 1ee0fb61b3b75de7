//! Twice as many new calls as the server can take, while others talk: how soon those too many are
//! refused, what is still answered, and whether those who talk notice.

use crate::arguments::Plan;
use crate::contestant::{Contestant, Kind, Ports};
use crate::generator::crowd::{Crowd, Phase, Seen};
use crate::generator::{LATE_PERCENT_MAX, Sockets};
use crate::scenario::TALK;
use crate::setups;
use crate::table::Table;
use std::io;
use std::time::Duration;

/// How many times its capacity the server is offered, phase by phase; half of it afterwards shows
/// whether it has recovered.
const PHASES: [(&str, f64); 4] = [
    ("nobody at the door", 0.0),
    ("twice the capacity", 2.0),
    ("four times", 4.0),
    ("half of it, a second later", 0.5),
];
const SETTLING: Duration = Duration::from_secs(1);
/// The load must leave its own processor room, whatever the capacity.
const RATE_MAX: f64 = 16_000.0;

const NOTHING_HELD: &str =
    "no rate of set-ups is held on this machine as it is; name one with --rate";

/// Measures and prints.
///
/// # Errors
/// A contestant that cannot be started, or one that holds no step of the ladder.
pub(crate) fn run(plan: &Plan) -> io::Result<()> {
    let capacity = if let Some(rate) = plan.rate {
        rate
    } else {
        let held = setups::climb(Kind::Product, plan)?;
        held.ok_or_else(|| io::Error::other(NOTHING_HELD))?
            .setups_a_second
    };
    let sockets = Sockets::bind()?;
    let peer = sockets.agents_port()?;
    let contestant = Contestant::start(Kind::Product, Ports::Most, peer, plan)?;
    let (server, processes) = (contestant.server(), contestant.processes());
    let mut crowd = Crowd::gather(sockets, server, processes)?;
    if crowd.parties() < u64::from(TALK.calls) {
        return Err(io::Error::other("not all parties came to talk"));
    }
    let mut table = Table::new(&[
        "overload",
        "offered/s",
        "answered/s",
        "set-up ms p50/p99",
        "503/s",
        "503 ms p50/p99",
        "other failures",
        "CPU %",
        "20 ms ± p99",
        "lost ‰",
        "delay ms p50/p99",
        "parties lost",
        "load",
    ]);
    for (name, times) in PHASES {
        let phase = Phase {
            rate: (capacity * times).min(RATE_MAX),
            settling: SETTLING,
            window: plan.window,
        };
        let seen = crowd.pass(phase)?;
        table.row(row(name, &seen, plan.window.as_secs_f64()));
    }
    table.print()
}

fn row(name: &str, seen: &Seen, seconds: f64) -> Vec<String> {
    let (crowd, media) = (&seen.crowd, &seen.media);
    let pair = |it: &crate::histogram::Histogram| {
        let ms = |permille| it.percentile(permille).map(|it| it.as_secs_f64() * 1e3);
        ms(500).zip(ms(990)).map_or_else(
            || "-".to_owned(),
            |(p50, p99)| format!("{p50:.2} / {p99:.2}"),
        )
    };
    let deviation = media.deviation.percentile(990).unwrap_or_default();
    let lost = media.lost as f64 * 1e3 / ((media.heard + media.lost) as f64).max(1.0);
    vec![
        name.to_owned(),
        format!("{:.0}", seen.offered as f64 / seconds),
        format!("{:.0}", crowd.answered as f64 / seconds),
        pair(&crowd.setup),
        format!("{:.0}", crowd.refused.count() as f64 / seconds),
        pair(&crowd.refused),
        crowd
            .failed
            .saturating_sub(crowd.refused.count())
            .to_string(),
        format!("{:.0}", seen.cpu.as_secs_f64() / seconds * 100.0),
        format!("{:.2}", deviation.as_secs_f64() * 1e3),
        format!("{lost:.2}"),
        pair(&media.delay),
        seen.lost_parties.to_string(),
        if seen.late_percent > LATE_PERCENT_MAX {
            format!("late {:.0} %", seen.late_percent)
        } else {
            "in time".to_owned()
        },
    ]
}
