//! Who hears whom beside customer and party: supervisors, and the third of a conference.
//!
//! It follows from the state of the call after each step; only what differs is told to the media
//! thread, so that what goes on is not disturbed. Customer and party themselves are put together
//! and parted where that happens.

use super::{Call, Stage};
use crate::exchange::Exchange;
use crate::leg::Leg;
use media::{Gain, LegId, Order};
use std::collections::BTreeSet;
use std::time::Duration;

/// One leg hears another.
pub(super) type Edge = (LegId, LegId);

impl Call {
    /// Lets supervisors and guests follow what the step has changed.
    pub(crate) fn follow(&mut self, now: Duration, exchange: &mut Exchange) {
        if self.supervisors.is_empty() && self.guest.is_none() && self.edges.is_empty() {
            return;
        }
        let conversing = matches!(self.stage, Stage::Talking | Stage::Transferring(_));
        if !conversing || self.party.is_none() {
            self.dismiss_supervisors(now, exchange);
        }
        self.listen(exchange);
        if self.taping.is_some() && self.voices != self.recorded_voices() {
            self.tape_party(exchange);
        }
    }

    /// Tells the media thread what has changed: new sounds come before old ones go.
    fn listen(&mut self, exchange: &mut Exchange) {
        let wanted = self.wanted_edges();
        let legs: BTreeSet<LegId> = self.legs().map(|(leg, _)| leg.media).collect();
        for &(leg, source) in wanted.difference(&self.edges) {
            let gain = Gain::UNITY;
            exchange.order(Order::Hear { leg, source, gain });
        }
        for &(leg, source) in self.edges.difference(&wanted) {
            // What a leg heard that is gone has gone with it.
            if legs.contains(&leg) && legs.contains(&source) {
                exchange.order(Order::Unhear { leg, source });
            }
        }
        self.edges = wanted;
    }

    fn wanted_edges(&self) -> BTreeSet<Edge> {
        let mut edges = Edges::default();
        let Some(party) = &self.party else {
            return edges.0;
        };
        let (customer, agent) = (&self.customer, &party.leg);
        let talking = matches!(self.stage, Stage::Talking);
        let guest = self.guest.as_ref().filter(|_| talking);
        let guest = guest.map(|guest| &guest.leg);
        // What a phone plays while it holds is nothing for a conference.
        if let Some(guest) = guest {
            for other in [customer, agent] {
                edges.add_unless_held(guest, other);
                edges.add_unless_held(other, guest);
            }
        }
        for supervisor in self.supervisors.iter().filter(|it| it.hears()) {
            let ear = &supervisor.leg;
            edges.add(ear, customer);
            edges.add_unless_held(ear, agent);
            if let Some(guest) = guest {
                edges.add_unless_held(ear, guest);
            }
            for other in self.supervisors.iter().filter(|it| it.speaks()) {
                edges.add(ear, &other.leg);
            }
            if supervisor.barges() {
                for other in [customer, agent].into_iter().chain(guest) {
                    edges.add(other, ear);
                }
            } else if supervisor.speaks() && party.who.agent().is_some() {
                edges.add(agent, ear);
            }
        }
        edges.0
    }

    /// Customer and party are put together or parted as such.
    pub(super) fn forget_pair(&mut self, a: LegId, b: LegId) {
        self.edges.remove(&(a, b));
        self.edges.remove(&(b, a));
    }

    /// Whom the customer hears: the right channel of the recording. What is whispered is not for it.
    pub(super) fn recorded_voices(&self) -> Vec<LegId> {
        let talking = matches!(self.stage, Stage::Talking);
        let party = self.party.iter().map(|party| &party.leg);
        let guest = self.guest.iter().map(|guest| &guest.leg);
        let barging = self.supervisors.iter().filter(|it| it.barges());
        let others = guest.chain(barging.map(|it| &it.leg));
        party
            .chain(others.filter(|_| talking))
            .map(|leg| leg.media)
            .collect()
    }
}

#[derive(Default)]
struct Edges(BTreeSet<Edge>);

impl Edges {
    fn add(&mut self, hearer: &Leg, source: &Leg) {
        if hearer.media != source.media && hearer.is_open() && source.is_open() {
            self.0.insert((hearer.media, source.media));
        }
    }

    fn add_unless_held(&mut self, hearer: &Leg, source: &Leg) {
        if !source.is_held() {
            self.add(hearer, source);
        }
    }
}
