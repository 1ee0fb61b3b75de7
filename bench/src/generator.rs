//! The load: one thread that places calls, answers the agents' side of them, sends and hears RTP,
//! and measures.
//!
//! It works in steps of a millisecond. RTP sockets are read once a step and never waited for: on
//! loopback whoever sends also runs the receiver's wake-up, and the contestant would be billed for
//! it. The kernel's stamps keep the times of arrival exact.

mod agents;
pub(crate) mod bot;
mod callers;
pub(crate) mod crowd;
mod form;
mod outcome;
mod streams;

pub(crate) use outcome::{LATE_PERCENT_MAX, Outcome};

use crate::process::Usage;
use crate::scenario::{End, Scenario, Speaking};
use crate::socket::{Socket, realtime};
use agents::Agents;
use callers::Callers;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::time::TimeSpec;
use outcome::Measured;
use std::io;
use std::net::SocketAddrV4;
use std::os::fd::AsFd as _;
use std::time::Duration;
use streams::Streams;

const MS: u64 = 1_000_000;
/// How long the end of the last calls is waited for at most, and how often is looked.
const LAST_CALLS: u64 = 2_500 * MS;
const LOOK: u64 = 50 * MS;
/// A step that begins so late is a sign that the generator itself is held up.
const LATE: u64 = 5 * MS;

/// What to place on whom.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    pub(crate) scenario: Scenario,
    /// Calls begun in a second.
    pub(crate) rate: f64,
    /// How long the load settles before it is measured.
    pub(crate) ramp: Duration,
    /// How long is measured.
    pub(crate) window: Duration,
    /// Where the contestant listens.
    pub(crate) server: SocketAddrV4,
    /// The contestant's processes.
    pub(crate) processes: Vec<u32>,
}

/// The load's own sockets, bound before the contestant starts because it must know the agents'.
pub(crate) struct Sockets {
    callers: Socket,
    agents: Socket,
    media: [Socket; 2],
}

impl Sockets {
    pub(crate) fn bind() -> io::Result<Self> {
        Ok(Self {
            callers: Socket::bind()?,
            agents: Socket::bind()?,
            media: [Socket::bind()?, Socket::bind()?],
        })
    }

    /// Where the agents answer.
    pub(crate) fn agents_port(&self) -> io::Result<u16> {
        self.agents.port()
    }
}

/// Places the load and measures.
///
/// # Errors
/// A refusal of the system.
pub(crate) fn run(load: &Load, sockets: Sockets) -> io::Result<Outcome> {
    let speaking = load.scenario.speaking == Speaking::Always;
    let media = load.scenario.end != End::CallerAtOnce;
    let mut generator = Generator {
        streams: Streams::new(sockets.media, speaking, load.scenario.form),
        agents: Agents::new(sockets.agents, media)?,
        callers: Callers::new(sockets.callers, load.scenario, load.server)?,
        next_step: realtime(),
        steps: 0,
        late_steps: 0,
    };
    let at_rest = Usage::of(&load.processes);
    let begin = realtime();
    let opens = begin + nanos(load.ramp);
    let closes = opens + nanos(load.window);
    generator.run_until(opens, load.rate)?;
    let mut measured = Measured::begin(load, at_rest);
    generator.streams.measure(true);
    generator.callers.measure(true);
    generator.late_steps = 0;
    let first_step = generator.steps;
    generator.run_until(closes, load.rate)?;
    measured.end(load);
    measured.steps = generator.steps - first_step;
    measured.late_steps = generator.late_steps;
    generator.streams.measure(false);
    generator.callers.measure(false);
    generator.callers.hang_up_all(realtime());
    let last = realtime() + LAST_CALLS;
    while !generator.callers.are_done() && realtime() < last {
        generator.run_until(realtime() + LOOK, 0.0)?;
    }
    Ok(measured.outcome(&generator.callers.tally, generator.streams.tally()))
}

struct Generator {
    streams: Streams,
    agents: Agents,
    callers: Callers,
    next_step: u64,
    steps: u64,
    late_steps: u64,
}

impl Generator {
    fn run_until(&mut self, end: u64, rate: f64) -> io::Result<()> {
        let mut credit = 0.0;
        loop {
            let now = realtime();
            if now >= end {
                return Ok(());
            }
            while now >= self.next_step {
                self.late_steps += u64::from(now - self.next_step > LATE);
                self.next_step += MS;
                self.streams.speak(self.steps);
                self.steps += 1;
                credit += rate / 1_000.0;
                self.streams.hear();
            }
            while credit >= 1.0 {
                credit -= 1.0;
                self.callers.place(now);
            }
            self.callers.handle_timeouts(now, &mut self.streams);
            self.wait()?;
            self.agents.receive(&mut self.streams);
            self.callers.receive(&mut self.streams);
        }
    }

    fn wait(&mut self) -> io::Result<()> {
        let wait = self.next_step.saturating_sub(realtime());
        let mut sockets = [
            PollFd::new(self.callers.socket().as_fd(), PollFlags::POLLIN),
            PollFd::new(self.agents.socket().as_fd(), PollFlags::POLLIN),
        ];
        let wait = TimeSpec::from_duration(Duration::from_nanos(wait));
        match ppoll(&mut sockets, Some(wait), None) {
            Ok(_) | Err(nix::errno::Errno::EINTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
