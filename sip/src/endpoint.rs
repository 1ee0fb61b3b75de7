//! The front door: everything that arrives goes in here, everything to be sent comes out.
//!
//! The endpoint is the UAS and UAC core of RFC 3261 §8 over the transactions of §17 and the
//! sessions of §13–15, with a registrar (§10). Each `endpoint/*.rs` file is one of its duties.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::event::{Binding, Event, Output, SessionId};
use crate::registrar::Registrar;
use crate::session::Session;
use crate::timer::Deadlines;
use crate::trace::{Trace, TraceEntry};
use crate::transaction::table::{Slot, Table};
use crate::transport::{ConnectionId, Flow};
use crate::trunk::{Strangers, TrunkId, Trunks};

mod access;
mod admission;
mod answers;
mod asking;
mod callers;
mod challenging;
mod changing;
pub(crate) mod config;
mod connections;
pub(crate) mod counters;
mod early;
mod failure;
mod flows;
mod gateways;
mod guard;
mod health;
mod in_dialog;
mod incoming;
mod leaving;
mod loops;
pub(crate) mod messaging;
mod naming;
mod offers;
mod outgoing;
mod parting;
mod probing;
mod progress;
mod receive;
mod referring;
mod refreshing;
mod registering;
mod registration;
mod replacing;
mod reply;
mod requests;
mod resolving;
mod screening;
pub(crate) mod shedding;
mod signing;
mod snapshot;
mod timeouts;
mod transferring;
mod transmit;
mod trunks;
mod waiting;

use access::Access;
use config::{Account, Config};
use connections::Connections;
use counters::{Counters, Occupancy};
use requests::Requests;
use resolving::Resolving;
use shedding::Load;
use waiting::Waiting;

/// A SIP user agent, registrar and call endpoint without sockets and without a clock.
///
/// Feed it with the `handle_…` methods, then drain [`poll_output`](Self::poll_output) and call
/// [`handle_timeout`](Self::handle_timeout) when [`poll_timeout`](Self::poll_timeout) is due. `now`
/// is the span since the Unix epoch on a clock that never jumps.
#[derive(Debug)]
pub struct Endpoint {
    config: Config,
    access: Access,
    registrar: Registrar,
    connections: Connections,
    transactions: Table,
    /// In boxes: a table that grows is copied within one turn, while packets wait.
    sessions: HashMap<SessionId, Box<Session>>,
    /// The age of the session that began last.
    youngest: u64,
    deadlines: Deadlines<Deadline>,
    random: ChaCha12Rng,
    outputs: VecDeque<Output>,
    touched: Vec<SessionId>,
    counters: Counters,
    load: Load,
    trace: Trace,
    trunks: Trunks,
    resolving: Resolving,
    requests: Requests,
    waiting: Waiting,
    strangers: Strangers,
}

/// Whose deadline it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Deadline {
    /// Those that are due at once go by age, which is the same after a restart.
    Transaction {
        age: u64,
        slot: Slot,
    },
    Session {
        age: u64,
        id: SessionId,
    },
    Trunk(TrunkId),
    Resolver,
}

impl Endpoint {
    /// Makes an endpoint without accounts, trusted sources or state.
    pub fn new(config: Config, seed: [u8; 32]) -> Self {
        let mut random = ChaCha12Rng::from_seed(seed);
        let mut secret = [0; 32];
        random.fill_bytes(&mut secret);
        let trace = Trace::new(config.trace);
        let load = Load::new(&secret);
        let connections = Connections::new(&config.limits, random.next_u64());
        let resolving = Resolving::new(random.next_u64());
        Self {
            access: Access::new(&config, secret),
            registrar: Registrar::new(&config.limits, &config.registrations),
            connections,
            config,
            transactions: Table::default(),
            sessions: HashMap::new(),
            youngest: 0,
            deadlines: Deadlines::new(),
            random,
            outputs: VecDeque::new(),
            touched: Vec::new(),
            counters: Counters::default(),
            load,
            trace,
            trunks: Trunks::default(),
            resolving,
            requests: Requests::default(),
            waiting: Waiting::default(),
            strangers: Strangers::default(),
        }
    }

    /// Replaces the accounts that may register and call with digest credentials.
    pub fn set_accounts(&mut self, accounts: Vec<Account>) {
        self.access.set_accounts(accounts);
    }

    /// Takes one datagram.
    pub fn handle_datagram(&mut self, now: Duration, flow: Flow, data: Bytes) {
        self.trace.note_time(now);
        self.receive_datagram(now, flow, data);
    }

    /// Takes the news that a connection was accepted, or opened on our request.
    ///
    /// After a restart the socket layer announces the connections that are still open before
    /// sessions and bindings are restored. `names` are the subject names of the certificate that
    /// the peer has proved to own, none where it showed none.
    pub fn handle_connected(&mut self, now: Duration, flow: Flow, names: &[String]) {
        self.trace.note_time(now);
        self.note_connected(now, flow, names);
    }

    /// Takes bytes of a stream, in any pieces; of a WebSocket one whole message.
    pub fn handle_stream(&mut self, now: Duration, connection: ConnectionId, data: &[u8]) {
        self.trace.note_time(now);
        self.receive_stream(now, connection, data);
    }

    /// Takes the news that a connection is closed or could not be opened.
    pub fn handle_closed(&mut self, now: Duration, connection: ConnectionId) {
        self.trace.note_time(now);
        self.note_closed(now, connection);
    }

    /// Fires every timer that is due at `now`.
    pub fn handle_timeout(&mut self, now: Duration) {
        self.trace.note_time(now);
        self.fire_deadlines(now);
        let lapsed = self.registrar.handle_timeout(now);
        self.announce(lapsed);
        self.probe_silent(now);
    }

    /// Takes the next thing to do, if any.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`handle_timeout`](Self::handle_timeout) must be called next, if ever.
    pub fn poll_timeout(&self) -> Option<Duration> {
        let bindings = self.registrar.poll_timeout();
        self.deadlines.first().into_iter().chain(bindings).min()
    }

    /// The live bindings of a user, best first; of each phone the one that it refreshed last.
    pub fn contacts(&self, now: Duration, user: &str) -> Vec<Binding> {
        let contacts = self.registrar.reachable(now, user);
        contacts
            .iter()
            .map(|contact| contact.binding(user))
            .collect()
    }

    /// What is left of the messages with these Call-IDs, oldest first, secrets masked.
    pub fn ladder(&self, call_ids: &[&str]) -> Vec<TraceEntry> {
        self.trace.ladder(call_ids)
    }

    /// The path to the peer of a session, as its last message took it.
    pub fn peer_of(&self, session: SessionId) -> Option<Flow> {
        Some(self.sessions.get(&session)?.dialog.flow)
    }

    /// The Call-ID of a session.
    pub fn call_id(&self, session: SessionId) -> Option<&str> {
        let session = self.sessions.get(&session)?;
        Some(&session.dialog.call_id)
    }

    /// Totals since the endpoint was made.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// How much exists at this moment.
    pub fn occupancy(&self) -> Occupancy {
        Occupancy {
            transactions: self.transactions.len(),
            sessions: self.sessions.len(),
            deadlines: self.deadlines.len(),
            connections: self.connections.len(),
            users: self.registrar.len(),
            waiting: self.waiting.len(),
        }
    }

    fn emit(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }

    fn touch(&mut self, session: SessionId) {
        if self.touched.last() != Some(&session) {
            self.touched.push(session);
        }
    }

    fn random_token(&mut self) -> u128 {
        let mut token = [0; 16];
        self.random.fill_bytes(&mut token);
        u128::from_be_bytes(token)
    }

    fn random_session(&mut self) -> SessionId {
        loop {
            let id = SessionId(self.random.next_u64());
            if !self.sessions.contains_key(&id) {
                return id;
            }
        }
    }
}
