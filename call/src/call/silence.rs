//! Calls of which nothing comes any more are dead, and are ended.

use super::{Call, Stage};
use crate::call::ending::Departure;
use crate::exchange::Exchange;
use crate::leg::Leg;
use crate::limits::DEAD_AIR;
use model::{EndReason, EndedBy, Ending};
use std::time::Duration;

impl Call {
    /// Nothing has come from a leg for a while.
    pub(super) fn silent(&mut self, now: Duration, leg: media::LegId, for_: Duration) {
        if let Some(leg) = self.part_sounding(leg).and_then(|part| self.leg_mut(part)) {
            leg.silent_since = Some(now.saturating_sub(for_));
        }
    }

    /// A leg is heard again.
    pub(super) fn heard(&mut self, leg: media::LegId) {
        if let Some(leg) = self.part_sounding(leg).and_then(|part| self.leg_mut(part)) {
            leg.silent_since = None;
        }
    }

    /// When the call is dead, should it stay as silent as it is. One side that speaks keeps it alive:
    /// phones that are muted send nothing.
    pub(super) fn dead_at(&self) -> Option<Duration> {
        self.answered_at?;
        if matches!(self.stage, Stage::Parting { .. } | Stage::Ended) {
            return None;
        }
        // A caller alone who never sent anything may be one who only listens.
        if self.party.is_none() && self.guest.is_none() {
            self.customer.latched?;
        }
        let last = self.sides().try_fold(Duration::ZERO, |last, leg| {
            Some(last.max(leg.silent_since()?))
        })?;
        Some(last + self.patience()?)
    }

    /// How long all sides may be silent: what the trunks say, of two the one with more patience.
    fn patience(&self) -> Option<Duration> {
        let mut trunks = self.sides().filter(|leg| leg.trunk.is_some()).peekable();
        if trunks.peek().is_none() {
            return Some(DEAD_AIR);
        }
        trunks.try_fold(Duration::ZERO, |most, leg| Some(most.max(leg.timeout()?)))
    }

    fn sides(&self) -> impl Iterator<Item = &Leg> {
        let others = self.party.iter().chain(&self.guest);
        std::iter::once(&self.customer).chain(others.map(|it| &it.leg))
    }

    /// Ends the call if it is dead.
    pub(super) fn end_if_dead(&mut self, now: Duration, exchange: &mut Exchange) {
        if self.dead_at().is_none_or(|at| at > now) {
            return;
        }
        exchange.touched.insert(self.origin.id);
        let ending = Ending {
            by: EndedBy::Network,
            stage: self.end_stage(),
            reason: EndReason::MediaTimeout,
            sip_code: None,
            q850: None,
        };
        self.end(now, Departure::of(ending), exchange);
    }
}
