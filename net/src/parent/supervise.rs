//! Starts the worker, hears its heartbeat, starts it again.
//!
//! ```text
//! start ──▶ watch ──exit 0, or asked to stop──▶ leave
//!   ▲         │
//!   └─ pause ◀┘ any other end; silence ──▶ SIGABRT ──▶ SIGKILL
//! ```

use super::{Sockets, crashes::Crashes};
use crate::{
    Clock,
    inherit::{VARIABLE, Written},
    syscall::{
        option::{Inheritance, set_inheritance},
        poll::{Interest, Poller},
        process::{self, Signals},
    },
};
use std::{
    ffi::OsString,
    io::{self, Read as _, Write as _},
    os::{
        fd::AsRawFd as _,
        unix::{
            net::UnixStream,
            process::{CommandExt as _, ExitStatusExt as _},
        },
    },
    path::PathBuf,
    process::{Child, Command, ExitStatus},
    time::{Duration, Instant},
};

/// What the parent starts.
#[derive(Debug, Clone)]
pub struct Worker {
    /// The program: an absolute path, so that a replaced file is what starts next.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
}

/// How patient the parent is.
#[derive(Debug, Clone)]
pub struct Options {
    /// A worker without a heartbeat for so long is killed. Default 2 s.
    pub silence: Duration,
    /// The first heartbeat may take so long: databases are opened before it. Default 60 s.
    pub first_beat: Duration,
    /// From the signal that leaves a core file to the one that cannot be refused. Default 500 ms.
    pub last_words: Duration,
    /// Exit codes besides 0 after which another start would end in the same way: bad usage and
    /// bad configuration. Default 64 and 78 (sysexits.h).
    pub final_codes: Vec<i32>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            silence: Duration::from_secs(2),
            first_beat: Duration::from_mins(1),
            last_words: Duration::from_millis(500),
            final_codes: vec![64, 78],
        }
    }
}

/// Why the parent cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The system refused something that the parent cannot do without.
    #[error("{what}")]
    System {
        /// What was tried.
        what: &'static str,
        /// Why it was refused.
        #[source]
        source: io::Error,
    },
    /// The first worker could not be started.
    #[error("start {}", program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

fn system(what: &'static str) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::System { what, source }
}

/// Runs workers one after another until one leaves by itself or the parent is asked to stop; the
/// exit code to leave with. SIGTERM and SIGINT are passed on as SIGTERM and SIGHUP as it is; SIGUSR2
/// replaces the worker.
///
/// # Errors
/// A refused system call before the first worker runs.
pub fn supervise(sockets: &Sockets, worker: &Worker, options: &Options) -> Result<i32, Error> {
    let signals = Signals::catch().map_err(system("catch signals"))?;
    let mut parent = Parent {
        sockets,
        worker,
        options,
        signals,
        clock: Clock::anchored_here(),
        born: Instant::now(),
        crashes: Crashes::default(),
        generation: 0,
        stopping: false,
    };
    loop {
        let pause = match parent.start() {
            Ok(running) => {
                let end = parent.watch(running).map_err(system("watch the worker"))?;
                if let Some(code) = parent.final_code(end.status) {
                    return Ok(code);
                }
                parent.after(&end)
            }
            Err(source) if parent.generation == 0 => {
                let program = worker.program.clone();
                return Err(Error::Start { program, source });
            }
            Err(error) => {
                tracing::error!(%error, "the worker does not start");
                parent.crashes.record(parent.born.elapsed())
            }
        };
        parent.generation += 1;
        parent.pause(pause).map_err(system("wait"))?;
        if parent.stopping {
            return Ok(1);
        }
    }
}

struct Parent<'a> {
    sockets: &'a Sockets,
    worker: &'a Worker,
    options: &'a Options,
    signals: Signals,
    clock: Clock,
    born: Instant,
    crashes: Crashes,
    generation: u64,
    stopping: bool,
}

struct Running {
    child: Child,
    beats: UnixStream,
    last_beat: Instant,
    patience: Duration,
    aborted_at: Option<Instant>,
    replaced: bool,
}

struct End {
    status: ExitStatus,
    replaced: bool,
}

impl Parent<'_> {
    fn start(&mut self) -> io::Result<Running> {
        let (beats, worker_beats) = UnixStream::pair()?;
        beats.set_nonblocking(true)?;
        worker_beats.set_nonblocking(true)?;
        set_inheritance(&worker_beats, Inheritance::Inherited)?;
        let mut table = Written::new();
        table.number("anchor_us", self.clock.anchor().as_micros());
        table.number("generation", self.generation);
        table.number("recent_crashes", self.crashes.recent(self.born.elapsed()));
        table.descriptors("heartbeat", &[&worker_beats]);
        table.descriptors("sip_udp", &self.sockets.sip_udp);
        table.descriptors("sip_tcp", &self.sockets.sip_tcp);
        table.descriptors("sip_tls", &self.sockets.sip_tls);
        table.descriptors("http", &self.sockets.http);
        table.descriptors("rtp", &self.sockets.rtp);
        table.descriptors("checkpoint", &self.sockets.checkpoints);
        let mut file = process::memory_file()?;
        file.write_all(table.text().as_bytes())?;
        let mut command = Command::new(&self.worker.program);
        command.args(&self.worker.args);
        command.env(VARIABLE, file.as_raw_fd().to_string());
        // A key press in a terminal reaches the parent alone, which asks the worker to stop.
        command.process_group(0);
        process::bind_life_to_ours(&mut command);
        let child = command.spawn()?;
        tracing::info!(
            worker.pid = child.id(),
            generation = self.generation,
            "worker started"
        );
        Ok(Running {
            child,
            beats,
            last_beat: Instant::now(),
            patience: self.options.first_beat,
            aborted_at: None,
            replaced: false,
        })
    }

    /// Waits for the end of a worker, and brings it about when the worker is silent.
    fn watch(&mut self, mut running: Running) -> io::Result<End> {
        const SIGNALS: u64 = 0;
        const BEATS: u64 = 1;
        const LOOK: Duration = Duration::from_millis(100);
        let mut poller = Poller::new()?;
        poller.add(&self.signals, SIGNALS, Interest::Read)?;
        poller.add(&running.beats, BEATS, Interest::Read)?;
        if self.stopping {
            ask_to_stop(&running.child);
        }
        loop {
            for index in 0..poller.wait(Some(LOOK))? {
                if poller.ready(index).token == BEATS && !running.hear(self.options.silence) {
                    poller.remove(&running.beats)?;
                }
            }
            while let Some(signal) = self.signals.take() {
                self.obey(signal, &mut running);
            }
            if let Some(status) = running.child.try_wait()? {
                let replaced = running.replaced;
                return Ok(End { status, replaced });
            }
            running.end_silence(self.options.last_words);
        }
    }

    fn obey(&mut self, signal: i32, running: &mut Running) {
        match signal {
            libc::SIGTERM | libc::SIGINT => {
                self.stopping = true;
                ask_to_stop(&running.child);
            }
            libc::SIGHUP => send(&running.child, libc::SIGHUP),
            libc::SIGUSR2 => {
                running.replaced = true;
                send(&running.child, libc::SIGKILL);
            }
            _ => {}
        }
    }

    /// The code to leave with if no other worker is to follow.
    fn final_code(&self, status: ExitStatus) -> Option<i32> {
        let code = status
            .code()
            .unwrap_or_else(|| 128 + status.signal().unwrap_or_default());
        let ends = self.stopping || code == 0 || self.options.final_codes.contains(&code);
        ends.then_some(code)
    }

    fn after(&mut self, end: &End) -> Duration {
        if end.replaced {
            tracing::info!("worker replaced");
            return Duration::ZERO;
        }
        tracing::error!(status = %end.status, generation = self.generation, "worker died");
        self.crashes.record(self.born.elapsed())
    }

    /// Waits before the next start, unless asked to stop.
    fn pause(&mut self, pause: Duration) -> io::Result<()> {
        let until = Instant::now() + pause;
        let mut poller = Poller::new()?;
        poller.add(&self.signals, 0, Interest::Read)?;
        while !self.stopping {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            poller.wait(Some(left))?;
            while let Some(signal) = self.signals.take() {
                self.stopping |= matches!(signal, libc::SIGTERM | libc::SIGINT);
            }
        }
        Ok(())
    }
}

impl Running {
    /// Takes the beats that came; `false` when no more can come.
    fn hear(&mut self, silence: Duration) -> bool {
        let mut beats = [0; 64];
        match self.beats.read(&mut beats) {
            Ok(0) => return false,
            Ok(_) => {
                self.last_beat = Instant::now();
                self.patience = silence;
            }
            Err(error) => return error.kind() == io::ErrorKind::WouldBlock,
        }
        true
    }

    fn end_silence(&mut self, last_words: Duration) {
        match self.aborted_at {
            None if self.last_beat.elapsed() > self.patience => {
                tracing::error!(worker.pid = self.child.id(), "worker is silent");
                send(&self.child, libc::SIGABRT);
                self.aborted_at = Some(Instant::now());
            }
            Some(at) if at.elapsed() > last_words => send(&self.child, libc::SIGKILL),
            _ => {}
        }
    }
}

fn ask_to_stop(child: &Child) {
    send(child, libc::SIGTERM);
}

fn send(child: &Child, signal: i32) {
    if let Err(error) = process::signal(child.id(), signal) {
        tracing::warn!(%error, signal, "the worker does not take a signal");
    }
}

#[cfg(test)]
mod tests;
