//! Parties who talk, and a crowd of new callers at the door meanwhile.

use super::agents::Agents;
use super::callers::{self, Callers};
use super::outcome::ratio;
use super::streams::{self, Streams};
use super::{LATE, MS, Sockets, nanos};
use crate::process::Usage;
use crate::scenario::{Form, SETUP, TALK};
use crate::socket::{Socket, realtime};
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::time::TimeSpec;
use std::io;
use std::net::SocketAddrV4;
use std::os::fd::AsFd as _;
use std::time::Duration;

/// A stretch of time with one rate of new calls.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Phase {
    /// New calls a second.
    pub(crate) rate: f64,
    /// How long this goes on before it is measured.
    pub(crate) settling: Duration,
    /// How long is measured.
    pub(crate) window: Duration,
}

/// What a phase has shown.
pub(crate) struct Seen {
    /// New calls begun in the window.
    pub(crate) offered: u64,
    /// What became of the crowd's calls that were begun in the window.
    pub(crate) crowd: callers::Tally,
    /// What the parties heard of each other in the window.
    pub(crate) media: streams::Tally,
    /// Processor time of the contestant in the window.
    pub(crate) cpu: Duration,
    /// Parties whose call ended before its time, so far.
    pub(crate) lost_parties: u64,
    /// The share of the load's steps that began too late.
    pub(crate) late_percent: f64,
}

/// See the module.
pub(crate) struct Crowd {
    streams: Streams,
    agents: Agents,
    talking: Callers,
    newcomers: Callers,
    next_step: u64,
    steps: u64,
    late_steps: u64,
    offered: u64,
    processes: Vec<u32>,
}

/// How long the last parties may take to be up, and how often is looked.
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(100);
/// Parties rung in a second until all are up.
const RINGING: f64 = 50.0;

impl Crowd {
    /// Brings the parties up and lets them talk.
    ///
    /// # Errors
    /// A refusal of the system.
    pub(crate) fn gather(
        sockets: Sockets,
        server: SocketAddrV4,
        processes: Vec<u32>,
    ) -> io::Result<Self> {
        let mut gathered = Self {
            streams: Streams::new(sockets.media, true, Form::Plain),
            agents: Agents::new(sockets.agents, true)?,
            talking: Callers::new(sockets.callers, TALK, server)?,
            newcomers: Callers::new(Socket::bind()?, SETUP, server)?,
            next_step: realtime(),
            steps: 0,
            late_steps: 0,
            offered: 0,
            processes,
        };
        let ringing = Duration::from_secs_f64(f64::from(TALK.calls) / RINGING);
        for _ in 0..TALK.calls {
            gathered.talking.place(realtime());
            gathered.live(ringing / TALK.calls, 0.0)?;
        }
        let until = realtime() + nanos(PATIENCE);
        while gathered.parties() < u64::from(TALK.calls) && realtime() < until {
            gathered.live(LOOK, 0.0)?;
        }
        Ok(gathered)
    }

    /// Lives through a phase.
    ///
    /// # Errors
    /// A refusal of the system.
    pub(crate) fn pass(&mut self, phase: Phase) -> io::Result<Seen> {
        self.live(phase.settling, phase.rate)?;
        let before = Usage::of(&self.processes);
        self.streams.take_tally();
        self.streams.measure(true);
        self.newcomers.tally = callers::Tally::new();
        self.newcomers.measure(true);
        self.offered = 0;
        self.late_steps = 0;
        let first_step = self.steps;
        self.live(phase.window, phase.rate)?;
        let offered = self.offered;
        self.streams.measure(false);
        self.newcomers.measure(false);
        let cpu = Usage::of(&self.processes).cpu.saturating_sub(before.cpu);
        let media = self.streams.take_tally();
        let crowd = std::mem::replace(&mut self.newcomers.tally, callers::Tally::new());
        Ok(Seen {
            offered,
            crowd,
            media,
            cpu,
            lost_parties: self.talking.tally.failed,
            late_percent: ratio(self.late_steps, self.steps - first_step) * 100.0,
        })
    }

    /// How many parties are up.
    pub(crate) fn parties(&self) -> u64 {
        self.talking.up()
    }

    fn live(&mut self, span: Duration, rate: f64) -> io::Result<()> {
        let end = realtime() + nanos(span);
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
                self.offered += 1;
                self.newcomers.place(now);
            }
            self.talking.handle_timeouts(now, &mut self.streams);
            self.newcomers.handle_timeouts(now, &mut self.streams);
            self.wait()?;
            self.agents.receive(&mut self.streams);
            self.talking.receive(&mut self.streams);
            self.newcomers.receive(&mut self.streams);
        }
    }

    fn wait(&mut self) -> io::Result<()> {
        let wait = self.next_step.saturating_sub(realtime());
        let mut sockets = [
            PollFd::new(self.talking.socket().as_fd(), PollFlags::POLLIN),
            PollFd::new(self.newcomers.socket().as_fd(), PollFlags::POLLIN),
            PollFd::new(self.agents.socket().as_fd(), PollFlags::POLLIN),
        ];
        let wait = TimeSpec::from_duration(Duration::from_nanos(wait));
        match ppoll(&mut sockets, Some(wait), None) {
            Ok(_) | Err(nix::errno::Errno::EINTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
