//! Names that must be resolved before something can be sent (RFC 3263), and who waits for them.

use std::collections::BTreeSet;
use std::time::Duration;

use super::requests::RequestId;
use super::{Deadline, Endpoint};
use crate::event::{Output, SessionId};
use crate::resolver::{Destination, Located, QueryId, Record, ResolveError, Resolver};
use crate::trunk::{Gateway, TrunkId};

/// Who goes on when an answer of a name server comes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Waiter {
    Call(SessionId),
    Request(RequestId),
    Registration(TrunkId),
    Probe(TrunkId, Gateway),
}

/// The resolver with those who wait for it.
#[derive(Debug)]
pub(super) struct Resolving {
    resolver: Resolver,
    waiters: BTreeSet<Waiter>,
    due: Option<Duration>,
}

impl Resolving {
    pub(super) fn new(first: u64) -> Self {
        Self {
            resolver: Resolver::new(first),
            waiters: BTreeSet::new(),
            due: None,
        }
    }
}

impl Endpoint {
    /// Takes the answer to an [`Output::Resolve`](crate::Output::Resolve).
    pub fn handle_resolved(
        &mut self,
        now: Duration,
        query: QueryId,
        answer: Result<Vec<Record>, ResolveError>,
    ) {
        if self.resolving.resolver.answer(now, query, answer) {
            self.wake_waiters(now);
        }
    }

    /// Finds the servers of a gateway; asks for what is not known.
    pub(super) fn locate_gateway(&mut self, now: Duration, gateway: &Gateway) -> Located {
        let destination = Destination {
            host: &gateway.host,
            port: gateway.port,
            transport: gateway.transport,
        };
        let located = self
            .resolving
            .resolver
            .locate(now, &mut self.random, destination);
        while let Some((query, question)) = self.resolving.resolver.poll_question() {
            self.outputs.push_back(Output::Resolve { query, question });
        }
        self.settle_resolver();
        located
    }

    pub(super) fn wait_for_names(&mut self, waiter: Waiter) {
        self.resolving.waiters.insert(waiter);
    }

    pub(super) fn resolver_due(&mut self, now: Duration) {
        self.resolving.due = None;
        let is_any = self.resolving.resolver.handle_timeout(now);
        self.settle_resolver();
        if is_any {
            self.wake_waiters(now);
        }
    }

    /// Lets everybody look again; who still misses an answer waits on.
    pub(super) fn wake_waiters(&mut self, now: Duration) {
        for waiter in std::mem::take(&mut self.resolving.waiters) {
            match waiter {
                Waiter::Call(id) => self.hunt_call(now, id),
                Waiter::Request(id) => self.hunt_request(now, id),
                Waiter::Registration(id) => self.hunt_registrar(now, id),
                Waiter::Probe(id, gateway) => self.ask_health(now, id, &gateway),
            }
        }
        self.settle_resolver();
    }

    fn settle_resolver(&mut self) {
        let due = self.resolving.resolver.poll_timeout();
        let old = std::mem::replace(&mut self.resolving.due, due);
        self.deadlines.reschedule(Deadline::Resolver, old, due);
    }
}
