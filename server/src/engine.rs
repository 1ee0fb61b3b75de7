//! The engine thread: inputs in, outputs out, the next time-out. No tokio here.
//!
//! One turn: wait for sockets or a deadline, give everything that arrived to the switchboard, seal
//! the step, write its facts and states to the journal with one `write`, and only then send.

mod carry;
mod chronicle;
mod ending;
mod gauges;
mod intake;
mod phones;
mod snapshot;
mod threads;

pub(crate) use gauges::Pulse;
pub(crate) use phones::Phones;
pub(crate) use threads::{MediaThreads, Room};

use crate::handshakes::Handshakes;
use crate::questions::Questions;
use crate::recordings::Recordings;
use crate::resolver::Names;
use crate::routes::Routes;
use crate::speech::Renderings;
use crate::streams::Streams;
use call::{Answer, Command, CommandError, Directory, Input, LiveView, Switchboard};
use ending::Ending;
use gauges::Gauger;
use intake::Intake;
use journal::Journal;
use model::{CallFact, CallId, EnterpriseId};
use net::inherit::Heartbeat;
use net::signalling::{Event, Protection, Reactor};
use net::{Clock, disk};
use sip::{ConnectionId, Flow, Glance, Transport};
use snapshot::Snapshot;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// How often the console's view is made anew.
const VIEW_INTERVAL: Duration = Duration::from_millis(200);
/// How often the journal is told that the engine lives, which bounds the error of the end of calls
/// that a crash ends.
const PULSE_INTERVAL: Duration = Duration::from_millis(100);
/// Inputs of one kind taken in a turn.
const INPUTS_A_TURN: usize = 1_024;
/// Deadlines are met in steps, so that one wake-up serves the timers of many calls; the shortest
/// of SIP's is a hundred steps long.
const DEADLINE_STEP: Duration = Duration::from_millis(5);

/// Where the answer of a command goes.
pub(crate) type Reply = oneshot::Sender<Result<Answer, CommandError>>;

/// What the engine is asked for.
pub(crate) enum Asked {
    /// Carry out a command of the API.
    Command(Command, Reply),
    /// Write down what was done about a call that is over.
    Afterwards(EnterpriseId, CallId, CallFact),
    /// Take new settings, and say so.
    Directory(Arc<Directory>, oneshot::Sender<()>),
}

/// What other threads send to the engine.
pub(crate) struct Doors {
    /// Commands of the API.
    pub(crate) commands: Receiver<Asked>,
    /// Telephones over WebSocket.
    pub(crate) phones: Phones,
    /// Name servers.
    pub(crate) names: Names,
    /// Voice bots.
    pub(crate) streams: Streams,
    /// Other systems that flows ask.
    pub(crate) questions: Questions,
    /// What engines speak for flows.
    pub(crate) renderings: Renderings,
    /// What the recording writer says.
    pub(crate) disk: Receiver<disk::Event>,
    /// Set when the server is to stop.
    pub(crate) stop: watch::Receiver<bool>,
}

/// What the engine shows to others.
pub(crate) struct Windows {
    /// What goes on.
    pub(crate) live: watch::Sender<Arc<LiveView>>,
    /// Up to where the journal is written.
    pub(crate) written: watch::Sender<u64>,
    /// Up to where the journal is applied.
    pub(crate) applied: watch::Receiver<u64>,
    /// Whether the engine is well.
    pub(crate) pulse: Arc<Pulse>,
}

/// What the engine thread owns.
pub(crate) struct Engine {
    pub(crate) switchboard: Switchboard,
    pub(crate) journal: Journal,
    pub(crate) reactor: Reactor,
    pub(crate) clock: Clock,
    pub(crate) heartbeat: Heartbeat,
    pub(crate) media: MediaThreads,
    pub(crate) handshakes: Handshakes,
    pub(crate) recordings: Recordings,
    pub(crate) routes: Routes,
    pub(crate) doors: Doors,
    pub(crate) windows: Windows,
    /// How long calls may go on once the server was told to stop.
    pub(crate) drain: Duration,
}

/// The engine with what it needs from turn to turn.
struct Running {
    engine: Engine,
    replies: HashMap<u64, Reply>,
    /// Who waits until the settings of this turn are in force.
    taken: Vec<oneshot::Sender<()>>,
    next_reply: u64,
    inputs: Vec<Input>,
    intake: Intake,
    snapshot: Option<Snapshot>,
    gauger: Gauger,
    next_view: Duration,
    next_pulse: Duration,
    ending: Ending,
}

impl Engine {
    /// Runs until the server is told to stop and its calls are over.
    ///
    /// # Errors
    /// A refusal of the system that no turn can go on without.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let mut running = Running {
            engine: self,
            replies: HashMap::new(),
            taken: Vec::new(),
            next_reply: 0,
            inputs: Vec::with_capacity(INPUTS_A_TURN),
            intake: Intake::default(),
            snapshot: None,
            gauger: Gauger::default(),
            next_view: Duration::ZERO,
            next_pulse: Duration::ZERO,
            ending: Ending::default(),
        };
        let now = running.engine.clock.now();
        running.finish_step(now);
        let mut events = Vec::new();
        while running.turn(&mut events)? {}
        running.engine.reactor.close_all();
        Ok(())
    }
}

impl Running {
    /// One turn; false when the engine is done.
    fn turn(&mut self, events: &mut Vec<Event>) -> anyhow::Result<bool> {
        let before = self.engine.clock.now();
        let wait = if self.intake.is_empty() {
            self.next_deadline().saturating_sub(before)
        } else {
            Duration::ZERO
        };
        self.engine.reactor.poll(before, Some(wait), events)?;
        let now = self.engine.clock.now();
        self.gather(now, events);
        self.engine.switchboard.hear_others(now);
        for (place, input) in std::mem::take(&mut self.inputs).into_iter().enumerate() {
            self.take_in_order(now, place, input);
        }
        for taken in self.taken.drain(..) {
            // Whoever asked may have stopped waiting.
            let _ = taken.send(());
        }
        self.take_newcomers(now);
        if self
            .engine
            .switchboard
            .poll_timeout()
            .is_some_and(|at| at <= now)
        {
            self.engine.switchboard.handle_timeout(now);
        }
        let go_on = self.look_at_the_end(now);
        self.finish_step(now);
        self.show(now);
        Ok(go_on)
    }

    fn next_deadline(&self) -> Duration {
        let due = self
            .engine
            .switchboard
            .poll_timeout()
            .map_or(self.next_pulse, |at| at.min(self.next_pulse));
        let step = DEADLINE_STEP.as_micros();
        let due = due.as_micros().next_multiple_of(step);
        u64::try_from(due).map_or(Duration::MAX, Duration::from_micros)
    }

    /// Turns what arrived into inputs. What is not taken in this turn waits in its bounded channel.
    fn gather(&mut self, now: Duration, events: &mut Vec<Event>) {
        for event in events.drain(..) {
            self.signal(now, event);
        }
        self.hear_phones(now);
        for _ in 0..INPUTS_A_TURN {
            let Some((query, answer)) = self.engine.doors.names.answer() else {
                break;
            };
            self.inputs.push(Input::Resolved { query, answer });
        }
        for _ in 0..INPUTS_A_TURN {
            let Some(input) = self.engine.doors.streams.ended() else {
                break;
            };
            self.inputs.push(input);
        }
        for _ in 0..INPUTS_A_TURN {
            let Some(input) = self.engine.doors.questions.answer() else {
                break;
            };
            self.inputs.push(input);
        }
        for _ in 0..INPUTS_A_TURN {
            let Some(input) = self.engine.doors.renderings.answer() else {
                break;
            };
            self.inputs.push(input);
        }
        let inputs = &mut self.inputs;
        let handshakes = &self.engine.handshakes;
        self.engine.media.drain(INPUTS_A_TURN, |event| {
            inputs.extend(handshakes.hear(event).map(Input::Media));
        });
        let outcomes = handshakes.outcomes().take(INPUTS_A_TURN);
        inputs.extend(outcomes.map(Input::Media));
        for event in self.engine.doors.disk.try_iter().take(INPUTS_A_TURN) {
            inputs.extend(self.engine.recordings.event(&event));
        }
        for asked in self.engine.doors.commands.try_iter().take(INPUTS_A_TURN) {
            match asked {
                Asked::Command(command, answer) => {
                    let id = self.next_reply;
                    self.next_reply += 1;
                    self.replies.insert(id, answer);
                    inputs.push(Input::Command { id, command });
                }
                Asked::Afterwards(enterprise, call, fact) => inputs.push(Input::Afterwards {
                    enterprise,
                    call,
                    fact,
                }),
                Asked::Directory(directory, taken) => {
                    self.taken.push(taken);
                    inputs.push(Input::Directory(directory));
                }
            }
        }
    }

    fn signal(&mut self, now: Duration, event: Event) {
        let input = match event {
            Event::Datagram {
                local,
                remote,
                data,
                waited,
            } => {
                let flow = Flow {
                    transport: Transport::Udp,
                    local: self.engine.routes.local(local, remote.ip()),
                    remote,
                    connection: None,
                };
                let glance = Glance::at(&data);
                let input = Input::Datagram { flow, data };
                self.sort(glance, now.saturating_sub(waited), input);
                return;
            }
            Event::Accepted {
                connection,
                local,
                remote,
                protection,
            }
            | Event::Connected {
                connection,
                local,
                remote,
                protection,
            } => connected(connection, (local, remote), protection),
            Event::Data {
                connection,
                data,
                waited,
            } => {
                let glance = Glance::at(&data);
                let input = Input::Stream {
                    connection: ConnectionId(connection),
                    data,
                };
                self.line_up(glance, now.saturating_sub(waited), input);
                return;
            }
            Event::Closed { connection, .. } => Input::Closed(ConnectionId(connection)),
        };
        self.inputs.push(input);
    }

    /// Seals the step and carries it out.
    fn finish_step(&mut self, now: Duration) {
        self.engine.switchboard.seal();
        self.carry_out(now);
        self.save_anew(now);
        self.engine.media.push();
    }

    /// Everything that is looked at now and then.
    fn show(&mut self, now: Duration) {
        let engine = &mut self.engine;
        if engine.media.all_run() {
            engine.heartbeat.beat(now);
        }
        if now >= self.next_pulse {
            self.next_pulse = now + PULSE_INTERVAL;
            engine.windows.pulse.beat(now, engine.journal.sync_failed());
            self.beat_journal(now);
        }
        if now >= self.next_view {
            self.next_view = now + VIEW_INTERVAL;
            let engine = &mut self.engine;
            let view = Arc::new(engine.switchboard.live(now));
            engine.windows.live.send_replace(view);
            self.gauger.measure(now, engine);
            let applied = *engine.windows.applied.borrow();
            if let Err(error) = engine.journal.retire(applied) {
                tracing::warn!(%error, "an old journal segment could not be removed");
            }
        }
    }
}

fn connected(
    connection: u64,
    (local, remote): (SocketAddr, SocketAddr),
    protection: Protection,
) -> Input {
    let (transport, names) = match protection {
        Protection::None => (Transport::Tcp, Vec::new()),
        Protection::Tls { names } => (Transport::Tls, names),
    };
    let flow = Flow {
        transport,
        local,
        remote,
        connection: Some(ConnectionId(connection)),
    };
    Input::Connected { flow, names }
}
