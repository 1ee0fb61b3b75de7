//! What media costs: calls of two legs through the engine of the media threads, and the single
//! steps that they are made of.
//!
//! Everything is processor time of one thread, so that other work on the machine counts little. The
//! kernel's share is measured with sockets of its own in the same run; a relay that did nothing but
//! send and receive would cost that, and it is what calls are compared with.

mod kernel;
mod pair;
mod rivals;
pub(crate) mod speech;
mod steps;

use crate::table::Table;
use crate::time::FRAME;
use media::Codec;
use media::srtp::Suite;
use pair::{Extra, Goal, Pair, Party};
use std::io;
use std::time::Duration;

/// Datagrams that a call of two legs receives, and sends, in 20 ms.
const DATAGRAMS: u32 = 2;
/// Protected as browsers ask first.
const BROWSER: Option<Suite> = Some(Suite::AeadAes128Gcm);
/// As telephones and trunks write it into their descriptions.
const TELEPHONE: Option<Suite> = Some(Suite::AesCm128HmacSha1_80);

const fn plain(codec: Codec) -> Party {
    Party { codec, suite: None }
}

const fn secured(codec: Codec, suite: Option<Suite>) -> Party {
    Party { codec, suite }
}

const GOAL: Option<Goal> = Some(Goal {
    calls: 2_000,
    kernel_percent: 70,
});
const GOAL_OF_OPUS: Option<Goal> = Some(Goal {
    calls: 120,
    kernel_percent: 5,
});

/// The calls that are measured, with the goals that some have.
fn pairs() -> [Pair; 11] {
    let trunk = plain(Codec::Pcma);
    let telephone = secured(Codec::Pcma, TELEPHONE);
    let browser = secured(Codec::Pcma, BROWSER);
    let browser_with_opus = secured(Codec::Opus, BROWSER);
    let pair = |name, other, extra, goal| Pair {
        name,
        parties: [other, trunk],
        extra,
        goal,
    };
    [
        pair("G.711 both", trunk, Extra::None, GOAL),
        pair("G.711 A and µ", plain(Codec::Pcmu), Extra::None, None),
        pair("G.711, recorded", trunk, Extra::Recorded, None),
        pair("G.711, keys in the audio", trunk, Extra::InbandKeys, None),
        pair("G.711, listened to", trunk, Extra::Listened, None),
        pair("telephone with SRTP", telephone, Extra::None, None),
        pair("browser", browser, Extra::None, GOAL),
        pair("browser, recorded", browser, Extra::Recorded, None),
        pair("G.722", plain(Codec::G722), Extra::None, None),
        pair("Opus", plain(Codec::Opus), Extra::None, GOAL_OF_OPUS),
        pair(
            "browser with Opus",
            browser_with_opus,
            Extra::None,
            GOAL_OF_OPUS,
        ),
    ]
}

/// Measures and prints the single steps alone.
///
/// # Errors
/// A refusal of the system.
pub(crate) fn run_steps() -> io::Result<()> {
    steps::run(kernel::datagram()?)
}

/// Measures and prints.
///
/// # Errors
/// A refusal of the system, a call whose audio did not arrive, or one that costs too much beside the
/// kernel.
pub(crate) fn run() -> io::Result<()> {
    let datagram = kernel::datagram()?;
    let kernel = datagram * DATAGRAMS;
    let mut table = Table::new(&[
        "with a trunk of G.711 A",
        "engine, µs a 20 ms",
        "with the kernel",
        "calls a core",
        "goal",
        "kernel alone is",
    ]);
    let mut dear = Vec::new();
    for pair in pairs() {
        let engine = pair.cost()?;
        let share = kernel.as_secs_f64() / (engine + kernel).as_secs_f64() * 100.0;
        table.row(row(&pair, (engine, kernel), share));
        if pair.goal.is_some_and(|it| share < it.kernel_percent.into()) {
            dear.push(pair.name);
        }
    }
    table.print()?;
    steps::run(datagram)?;
    if dear.is_empty() {
        return Ok(());
    }
    let text = format!("too dear beside the kernel: {}", dear.join(", "));
    Err(io::Error::other(text))
}

fn row(pair: &Pair, (engine, kernel): (Duration, Duration), share: f64) -> Vec<String> {
    let whole = engine + kernel;
    let calls = FRAME.as_secs_f64() / whole.as_secs_f64();
    let goal = pair.goal.map_or_else(String::new, |goal| {
        let reached = calls >= goal.calls.into();
        let verdict = if reached { "met" } else { "missed" };
        format!("{}, {verdict}", goal.calls)
    });
    let micros = |it: Duration| format!("{:.2}", it.as_secs_f64() * 1e6);
    vec![
        pair.name.to_owned(),
        micros(engine),
        micros(whole),
        format!("{calls:.0}"),
        goal,
        format!("{share:.0} %"),
    ]
}
