//! A leg goes from one engine to another: the same stream, numbered on, and the recording of which
//! it is the customer with it.
//!
//! Both engines number their legs alike, so nothing of a leg has to be renamed. Whom it heard stays
//! behind; it is bridged anew where it arrives.

use super::Engine;
use crate::leg::Leg;
use crate::recorder::Recorder;
use crate::sink::SourceId;
use crate::{LegId, Outbox, RtcpPath};

/// A leg on its way to the engine of another thread.
#[derive(Debug)]
pub struct Departure {
    leg: LegId,
    to: usize,
    freight: Option<Freight>,
}

#[derive(Debug)]
struct Freight {
    leg: Box<Leg>,
    recorder: Option<Recorder>,
}

impl Departure {
    /// Which leg it is.
    pub fn leg(&self) -> LegId {
        self.leg
    }

    /// The thread it goes to, as the order named it.
    pub fn to(&self) -> usize {
        self.to
    }

    /// Whether the leg's reports go beside its media.
    pub fn reports_beside(&self) -> bool {
        let path = self.freight.as_ref().map(|freight| freight.leg.terms.rtcp);
        matches!(path, Some(RtcpPath::Beside { .. }))
    }
}

impl Engine {
    /// Lets a leg go. One that is not open leaves as a name alone, because its orders wait for it
    /// where it is expected.
    pub(super) fn depart(&mut self, leg: LegId, to: usize, outbox: &mut Outbox) -> Option<()> {
        let freight = self.unload(leg);
        let known = freight.is_some();
        outbox.push_departure(Departure { leg, to, freight });
        known.then_some(())
    }

    fn unload(&mut self, id: LegId) -> Option<Freight> {
        let index = self.index(id)?;
        for other in self.neighbours(id)? {
            self.part(id, other);
        }
        let mut leg = self.legs[index as usize].take()?;
        // A bot knows the thread that its leg was on.
        leg.stream = None;
        self.forget_phase(index);
        if let Some(recorder) = self.recorder_at(leg.agent_of.take()) {
            recorder.forget_agent(index);
        }
        let slot = leg.customer_of.take();
        let recorder = slot.and_then(|slot| self.recorders.get_mut(slot as usize)?.take());
        let recorder = recorder.map(|mut recorder| {
            for at in recorder.agents() {
                if let Some(agent) = self.legs[at as usize].as_mut() {
                    agent.agent_of = None;
                }
            }
            recorder.set_agents(&[]);
            recorder
        });
        Some(Freight { leg, recorder })
    }

    /// The legs that it hears, and those that hear it.
    pub(super) fn neighbours(&mut self, id: LegId) -> Option<Vec<LegId>> {
        let leg = self.leg_mut(id)?;
        let heard = leg.plan.sources().iter();
        let mut found: Vec<LegId> = heard.map(|&(SourceId::Leg(other), _)| other).collect();
        let listeners = leg.listeners.clone();
        let hearers = listeners
            .iter()
            .filter_map(|at| self.legs[*at as usize].as_ref());
        found.extend(hearers.map(|hearer| hearer.id));
        Some(found)
    }

    /// Takes a leg in that left another engine; whether there is one. Its time goes on by the same
    /// clock.
    pub fn arrive(&mut self, departure: Departure) -> bool {
        let departed = departure.leg;
        let index = self.index(departed);
        let (Some(index), Some(freight)) = (index, departure.freight) else {
            return false;
        };
        if self.legs[index as usize].is_some() {
            self.counters.unknown += 1;
            return false;
        }
        let Freight { mut leg, recorder } = freight;
        leg.customer_of = recorder.map(|recorder| self.keep_recorder(recorder));
        self.legs[index as usize] = Some(leg);
        self.join_phase(index);
        self.refresh_decoding(departed);
        true
    }
}
