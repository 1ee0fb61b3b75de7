//! The front door: everything that arrives goes in here, everything to be sent comes out.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use crate::error::Error;
use crate::event::{Binding, Invite, Output, ReasonHeader, Refusal, SessionId};
use crate::transport::{ConnectionId, Flow};

pub(crate) mod config;
pub(crate) mod counters;

use config::{Account, Config, TrustedSource};
use counters::{Counters, Occupancy};

/// A SIP user agent, registrar and call endpoint without sockets and without a clock.
#[derive(Debug)]
pub struct Endpoint {
    outputs: VecDeque<Output>,
    counters: Counters,
}

#[expect(unused_variables, clippy::needless_pass_by_value, clippy::unused_self, clippy::unnecessary_wraps, reason = "being filled")]
impl Endpoint {
    /// Makes an endpoint without accounts, trusted sources or state.
    pub fn new(config: Config, seed: [u8; 32]) -> Self {
        Self { outputs: VecDeque::new(), counters: Counters::default() }
    }
    /// Replaces the accounts.
    pub fn set_accounts(&mut self, accounts: Vec<Account>) {}
    /// Replaces the trusted networks.
    pub fn set_trusted(&mut self, sources: Vec<TrustedSource>) {}
    /// Takes one datagram.
    pub fn handle_datagram(&mut self, now: Duration, flow: Flow, data: Bytes) {}
    /// Takes the news that a connection was accepted or opened.
    pub fn handle_connected(&mut self, now: Duration, flow: Flow) {}
    /// Takes bytes of a stream.
    pub fn handle_stream(&mut self, now: Duration, connection: ConnectionId, data: &[u8]) {}
    /// Takes the news that a connection is closed or could not be opened.
    pub fn handle_closed(&mut self, now: Duration, connection: ConnectionId) {}
    /// Fires every timer that is due.
    pub fn handle_timeout(&mut self, now: Duration) {}
    /// Takes the next thing to do.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
    /// When `handle_timeout` must be called next, if ever.
    pub fn poll_timeout(&self) -> Option<Duration> {
        None
    }
    /// Makes a call.
    pub fn invite(&mut self, now: Duration, invite: Invite) -> Result<SessionId, Error> {
        Err(Error::TooManySessions(0))
    }
    /// Tells the caller that the callee is alerted (180).
    pub fn ring(&mut self, now: Duration, session: SessionId) -> Result<(), Error> {
        Err(Error::UnknownSession(session))
    }
    /// Answers a call (200).
    pub fn answer(&mut self, now: Duration, session: SessionId, sdp: Bytes) -> Result<(), Error> {
        Err(Error::UnknownSession(session))
    }
    /// Refuses a call.
    pub fn refuse(&mut self, now: Duration, session: SessionId, refusal: Refusal) -> Result<(), Error> {
        Err(Error::UnknownSession(session))
    }
    /// Answers a re-INVITE or UPDATE (200).
    pub fn answer_offer(&mut self, now: Duration, session: SessionId, sdp: Bytes) -> Result<(), Error> {
        Err(Error::UnknownSession(session))
    }
    /// Refuses a re-INVITE or UPDATE; the session goes on unchanged.
    pub fn refuse_offer(&mut self, now: Duration, session: SessionId, status: u16) -> Result<(), Error> {
        Err(Error::UnknownSession(session))
    }
    /// Sends the ACK with our answer when the 200 carried the offer.
    pub fn acknowledge(&mut self, now: Duration, session: SessionId, sdp: Bytes) -> Result<(), Error> {
        Err(Error::UnknownSession(session))
    }
    /// Ends a session in whatever state it is.
    pub fn hang_up(&mut self, now: Duration, session: SessionId, cause: Option<ReasonHeader>) -> Result<(), Error> {
        Err(Error::UnknownSession(session))
    }
    /// The saved form of a session; none when it is gone.
    pub fn save(&self, session: SessionId) -> Option<Vec<u8>> {
        None
    }
    /// Brings a saved session back.
    pub fn restore(&mut self, now: Duration, saved: &[u8]) -> Result<SessionId, Error> {
        Err(Error::UnreadableState(String::new()))
    }
    /// Sessions whose saved form changed since the last call.
    pub fn take_touched(&mut self) -> Vec<SessionId> {
        Vec::new()
    }
    /// The saved form of a user's bindings.
    pub fn save_bindings(&self, user: &str) -> Vec<u8> {
        Vec::new()
    }
    /// Brings a user's bindings back.
    pub fn restore_bindings(&mut self, now: Duration, saved: &[u8]) -> Result<(), Error> {
        Ok(())
    }
    /// Users whose bindings changed since the last call.
    pub fn take_touched_users(&mut self) -> Vec<String> {
        Vec::new()
    }
    /// The live bindings of a user, best first.
    pub fn contacts(&self, now: Duration, user: &str) -> Vec<Binding> {
        Vec::new()
    }
    /// Totals since the endpoint was made.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }
    /// How much exists at this moment.
    pub fn occupancy(&self) -> Occupancy {
        Occupancy::default()
    }
}
