//! The front door: routes each input to the call it concerns and gathers what is to be done.
//!
//! A step is: [`Switchboard::handle`] any number of times, [`Switchboard::seal`] once, then
//! [`Switchboard::poll_output`] until it is empty. The owner journals the facts and saved states of
//! the step before it does anything else of it.

mod asking;
mod joining;
mod leaving;
mod messaging;
mod offering;
mod restoring;
mod saving;
mod showing;
mod signalling;
mod sounding;
mod supervising;
mod trying;

pub use restoring::Restored;
pub use saving::Living;

use crate::admission::Regulator;
use crate::call::Call;
use crate::exchange::Exchange;
use crate::{Directory, Input, Key, Library, Output, limits};
use media::LegId;
use model::{CallId, EndReason, SrtpPolicy, Timestamp, TrunkId};
use sip::{SessionId, Shedding, Standing};
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// What a switchboard is made of.
#[derive(Debug, Clone)]
pub struct Config {
    /// The signalling layer's part.
    pub sip: sip::Config,
    /// UDP ports for RTP.
    pub media_ports: Range<u16>,
    /// Media threads.
    pub media_workers: usize,
    /// The addresses in our SDP, each for peers of its family; where there is none, the one that the
    /// peer reached.
    pub media_advertise: Vec<IpAddr>,
    /// SHA-256 of the certificate that media handshakes show; none to do without browsers.
    pub media_certificate: Option<[u8; 32]>,
    /// Whether the media of phones is encrypted; that of browsers always is.
    pub phone_srtp: SrtpPolicy,
    /// Whether the phones of supervisors are asked to answer by themselves when they want to listen.
    pub supervisors_answer: bool,
    /// Calls in progress at most.
    pub max_calls: usize,
}

/// Whether new calls are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// They are.
    Open,
    /// They are refused: the server stops, or cannot write its journal.
    Closed,
}

/// How full the switchboard is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gauges {
    /// Calls in progress.
    pub calls: usize,
    /// RTP ports in use.
    pub legs: usize,
    /// Recordings whose files are not complete.
    pub recordings: usize,
    /// Registrations at carriers that were taken back, without an answer yet.
    pub farewells: usize,
    /// New calls that are refused because there is too much to do, of a thousand.
    pub shed_permille: u16,
}

/// All calls, and everything they act upon.
#[derive(Debug)]
pub struct Switchboard {
    /// In boxes: a table that grows is copied within one turn, while packets wait.
    calls: HashMap<CallId, Box<Call>>,
    /// Deadlines of calls, so that the next one is found without asking each call.
    timers: BTreeSet<(Duration, CallId)>,
    deadlines: HashMap<CallId, Duration>,
    exchange: Exchange,
    /// Saved dialogs that belong to no call any more.
    leaving: BTreeSet<SessionId>,
    max_calls: usize,
    admission: Admission,
    /// Since when each trunk that registers is registered.
    registered: HashMap<TrunkId, Timestamp>,
    regulator: Regulator,
}

impl Switchboard {
    /// An empty switchboard; `seed` must be unpredictable and new for each process.
    pub fn new(config: &Config, library: Arc<Library>, seed: [u8; 32]) -> Self {
        let mut sip_seed = seed;
        for byte in &mut sip_seed {
            *byte ^= 0xA5;
        }
        let endpoint = sip::Endpoint::new(config.sip.clone(), sip_seed);
        Self {
            calls: HashMap::new(),
            timers: BTreeSet::new(),
            deadlines: HashMap::new(),
            exchange: Exchange::new(endpoint, config, library, seed),
            leaving: BTreeSet::new(),
            max_calls: config.max_calls.min(limits::CALLS),
            admission: Admission::Open,
            registered: HashMap::new(),
            regulator: Regulator::default(),
        }
    }

    /// Takes one thing that happened outside.
    pub fn handle(&mut self, now: Duration, input: Input) {
        let endpoint = &mut self.exchange.endpoint;
        match input {
            Input::Datagram { flow, data } => endpoint.handle_datagram(now, flow, data),
            Input::Connected { flow, names } => endpoint.handle_connected(now, flow, &names),
            Input::Stream { connection, data } => endpoint.handle_stream(now, connection, &data),
            Input::Closed(connection) => endpoint.handle_closed(now, connection),
            Input::Resolved { query, answer } => endpoint.handle_resolved(now, query, answer),
            Input::Media(event) => self.media_event(now, &event),
            Input::RecordingKept {
                recording,
                samples,
                size_bytes,
                sha256,
                fault,
            } => self.recording_kept(now, recording, (samples, size_bytes), (sha256, fault)),
            Input::StreamEnded { call, stream, end } => {
                self.with_call(now, call, |call, exchange| {
                    call.stream_ended(now, (stream, &end), exchange);
                });
            }
            Input::Answered {
                call,
                number,
                answer,
            } => {
                self.with_call(now, call, |call, exchange| {
                    call.take_answer(now, (number, &answer), exchange);
                });
            }
            Input::Rendered {
                call,
                number,
                spoken,
            } => {
                self.with_call(now, call, |call, exchange| {
                    call.take_rendered(now, (number, spoken), exchange);
                });
            }
            Input::Afterwards {
                enterprise,
                call,
                fact,
            } => self.exchange.note(now, (enterprise, call), fact),
            Input::Command { id, command } => self.command(now, id, &command),
            Input::Directory(directory) => self.take_directory(now, directory),
            Input::Library(library) => self.exchange.library = library,
        }
        self.settle(now);
    }

    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, now: Duration) {
        self.exchange.endpoint.handle_timeout(now);
        self.exchange.router.handle_timeout(now);
        self.forget_trials(now);
        while let Some((_, id)) = self.timers.first().copied().filter(|(at, _)| *at <= now) {
            self.with_call(now, id, |call, exchange| call.handle_timeout(now, exchange));
            // A call that did nothing about its deadline must not be asked again at once.
            if self.deadlines.get(&id).is_some_and(|at| *at <= now) {
                self.set_deadline(id, Some(now + Duration::from_millis(1)));
            }
        }
        self.settle(now);
    }

    /// When [`handle_timeout`](Self::handle_timeout) must be called next.
    pub fn poll_timeout(&self) -> Option<Duration> {
        let call = self.timers.first().map(|(at, _)| *at);
        let endpoint = self.exchange.endpoint.poll_timeout();
        let router = self.exchange.router.poll_timeout();
        let trials = self.exchange.trials.deadline();
        [call, endpoint, router, trials].into_iter().flatten().min()
    }

    /// Takes the next thing to do.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.exchange.outputs.pop_front()
    }

    /// How full the switchboard is.
    pub fn gauges(&self) -> Gauges {
        Gauges {
            calls: self.calls.len(),
            legs: self.exchange.legs_open(),
            recordings: self.exchange.recordings.len(),
            farewells: self.exchange.endpoint.farewells(),
            shed_permille: self.regulator.permille(),
        }
    }

    /// What the signalling layer has counted.
    pub fn sip_counters(&self) -> &sip::Counters {
        self.exchange.endpoint.counters()
    }

    /// Takes new calls, or refuses them with 503 while those in progress go on.
    pub fn admit(&mut self, admission: Admission) {
        self.admission = admission;
        let (standing, shedding) = match admission {
            Admission::Open => (Standing::Serving, Shedding::None),
            Admission::Closed => (Standing::Leaving, Shedding::All),
        };
        self.exchange.endpoint.set_standing(standing);
        self.exchange.endpoint.set_shedding(shedding);
    }

    /// Hears that the message which is handled next is a new call and has waited so long. Under a
    /// load that does not pass, some of them are refused unread.
    pub fn hear_newcomer(&mut self, now: Duration, waited: Duration) {
        let shedding = self.regulator.hear(now, waited);
        self.shed(shedding);
    }

    /// Hears that the message which is handled next has no known wait.
    pub fn hear_others(&mut self, now: Duration) {
        let shedding = self.regulator.shedding(now);
        self.shed(shedding);
    }

    fn shed(&mut self, shedding: Shedding) {
        let shedding = match self.admission {
            Admission::Open => shedding,
            Admission::Closed => Shedding::All,
        };
        self.exchange.endpoint.set_shedding(shedding);
    }

    /// Takes our registrations at carriers back, because the server stops.
    pub fn leave_carriers(&mut self, now: Duration) {
        self.exchange.endpoint.unregister_all(now);
        self.settle(now);
    }

    /// Leaves media ports out that this process does not hold.
    pub fn withhold(&mut self, legs: impl Iterator<Item = LegId>) {
        for leg in legs {
            self.exchange.ports.reserve(leg);
        }
    }

    /// Ends every call, because the server stops.
    pub fn end_all(&mut self, now: Duration) {
        let ids: Vec<CallId> = self.calls.keys().copied().collect();
        for id in ids {
            self.with_call(now, id, |call, exchange| {
                call.end_by_system(now, EndReason::Shutdown, exchange);
            });
        }
        self.settle(now);
    }

    fn take_directory(&mut self, now: Duration, directory: Arc<Directory>) {
        let exchange = &mut self.exchange;
        let trunks = crate::trunking::configs(&directory);
        exchange.endpoint.set_trunks(now, trunks);
        let agents: Vec<_> = directory
            .agents()
            .map(|agent| (agent.id, agent.enterprise))
            .collect();
        exchange.router.configure(now, directory.lines(), &agents);
        for agent in directory.agents() {
            let reachable = !exchange.endpoint.contacts(now, &agent.extension).is_empty();
            exchange.router.set_reachable(now, agent.id, reachable);
        }
        exchange.directory = directory;
        self.set_accounts();
    }

    /// Follows what the endpoint and the router have to say until both are silent.
    fn settle(&mut self, now: Duration) {
        loop {
            if let Some(output) = self.exchange.endpoint.poll_output() {
                self.sip_output(now, output);
            } else if let Some(decision) = self.exchange.router.poll_decision() {
                self.decide(now, decision);
            } else if let Some(join) = self.exchange.joins.pop_front() {
                self.join(now, &join);
            } else {
                return;
            }
        }
    }

    /// Acts on one call and looks after its deadline and its end.
    fn with_call(&mut self, now: Duration, id: CallId, act: impl FnOnce(&mut Call, &mut Exchange)) {
        let Some(call) = self.calls.get_mut(&id) else {
            self.set_deadline(id, None);
            return;
        };
        act(call, &mut self.exchange);
        call.follow(now, &mut self.exchange);
        if call.is_over() {
            self.calls.remove(&id);
            self.set_deadline(id, None);
            self.exchange
                .outputs
                .push_back(Output::Forget(Key::Call(id)));
        } else {
            let deadline = call.deadline().map(|at| at.max(now));
            self.set_deadline(id, deadline);
        }
    }

    fn set_deadline(&mut self, id: CallId, deadline: Option<Duration>) {
        let before = match deadline {
            Some(at) => self.deadlines.insert(id, at),
            None => self.deadlines.remove(&id),
        };
        if before == deadline {
            return;
        }
        if let Some(at) = before {
            self.timers.remove(&(at, id));
        }
        if let Some(at) = deadline {
            self.timers.insert((at, id));
        }
    }
}
