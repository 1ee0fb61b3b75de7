//! Coming back after the process was killed.

use super::Switchboard;
use crate::call::{Call, Outline, SavedCall};
use crate::exchange::OpenRecording;
use crate::leg::Farewell;
use crate::{Error, Key, Output};
use model::{CallFact, CallId, EndReason, EndedBy, Ending};
use std::collections::BTreeMap;
use std::time::Duration;

/// What came back.
#[derive(Debug, Default)]
pub struct Restored {
    /// Calls that go on.
    pub went_on: usize,
    /// Why each call that could not go on was closed.
    pub closed: Vec<Error>,
    /// What else could not be read: agents' states, registrations, open recordings.
    pub faults: Vec<Error>,
}

impl Switchboard {
    /// Puts back what the journal kept. The directory must have been given before. `last_at` is
    /// when the dead process last wrote: a call that cannot go on ended then.
    pub fn restore(
        &mut self,
        now: Duration,
        saved: &BTreeMap<Vec<u8>, Vec<u8>>,
        last_at: Duration,
    ) -> Restored {
        let mut restored = Restored::default();
        for (key, state) in saved {
            let kept = match key.first() {
                Some(b'a') => self.restore_seat(state),
                Some(b'd') => self.restore_devices(now, state),
                Some(b'r') => self.restore_recording(state),
                Some(b's') => self.restore_leaving(now, state),
                Some(b't') => self.restore_trunks(now, state),
                _ => Ok(()),
            };
            restored.faults.extend(kept.err());
        }
        let mut back = Vec::new();
        for (key, state) in saved {
            let Some(id) = call_of(key) else {
                continue;
            };
            match self.restore_call(now, id, state, last_at) {
                Ok(call) => back.push(call),
                Err(error) => restored.closed.push(error),
            }
        }
        restored.went_on = back.len();
        for mut call in back {
            let id = call.origin.id;
            call.go_on(now, &mut self.exchange);
            self.calls.insert(id, Box::new(call));
            self.with_call(now, id, |_, _| ());
        }
        self.forget_orphans(now, last_at);
        self.settle(now);
        restored
    }

    fn restore_seat(&mut self, state: &[u8]) -> Result<(), Error> {
        let seat: queue::Seat = postcard::from_bytes(state).map_err(Error::Unreadable)?;
        if self.exchange.directory.agent(seat.id()).is_some() {
            self.exchange.router.restore_seat(seat);
        }
        Ok(())
    }

    /// A phone whose binding cannot be read is not lost for long: it registers again by itself.
    fn restore_devices(&mut self, now: Duration, state: &[u8]) -> Result<(), Error> {
        let endpoint = &mut self.exchange.endpoint;
        endpoint.restore_bindings(now, state).map_err(Error::Dialog)
    }

    fn restore_trunks(&mut self, now: Duration, state: &[u8]) -> Result<(), Error> {
        let endpoint = &mut self.exchange.endpoint;
        endpoint.restore_trunks(now, state).map_err(Error::Dialog)
    }

    fn restore_recording(&mut self, state: &[u8]) -> Result<(), Error> {
        let open: OpenRecording = postcard::from_bytes(state).map_err(Error::Unreadable)?;
        self.exchange.recordings.insert(open.key, open);
        Ok(())
    }

    fn restore_call(
        &mut self,
        now: Duration,
        id: CallId,
        state: &[u8],
        last_at: Duration,
    ) -> Result<Call, Error> {
        let (outline, state) = Outline::read(state).ok_or(Error::NoOutline)?;
        let saved = match state {
            Some(state) => postcard::from_bytes::<SavedCall>(state).map_err(Error::Unreadable),
            None => Err(Error::OtherFormat),
        };
        let saved = saved.inspect_err(|_| self.note_loss(id, outline, last_at))?;
        saved
            .restore(now, &mut self.exchange)
            .map_err(|(call, error)| {
                self.hang_up_lost(now, *call);
                self.note_loss(id, outline, last_at);
                error
            })
    }

    /// Hangs up the parties of a call that cannot go on and gives back what it holds.
    fn hang_up_lost(&mut self, now: Duration, mut call: Call) {
        let exchange = &mut self.exchange;
        let others = call.party.take().into_iter().chain(call.guest.take());
        let others = others.chain(call.rung.drain(..));
        let mut legs: Vec<_> = others.map(|party| party.leg).collect();
        legs.extend(call.supervisors.drain(..).map(|it| it.leg));
        legs.push(call.customer);
        for mut leg in legs {
            leg.hang_up(now, &Farewell::because(500, 41, None), exchange);
            exchange.forget_session(leg.session);
            // A port that another program holds is not ours to give back.
            if exchange.call_of_leg(leg.media).is_some() {
                exchange.release_port(now, leg.media);
            }
        }
    }

    /// Writes down that a call could not go on: it ended when the dead process last gave a sign.
    fn note_loss(&mut self, id: CallId, outline: Outline, last_at: Duration) {
        let ending = Ending {
            by: EndedBy::System,
            stage: outline.stage,
            reason: EndReason::ServerFailure,
            sip_code: None,
            q850: None,
        };
        let call = (outline.enterprise, id);
        self.exchange.note(last_at, call, CallFact::Ended(ending));
        let forget = Output::Forget(Key::Call(id));
        self.exchange.outputs.push_back(forget);
    }

    /// Frees agents held by calls that are gone, and completes the recordings of such calls.
    fn forget_orphans(&mut self, now: Duration, last_at: Duration) {
        let calls = &self.calls;
        self.exchange
            .router
            .release_orphans(now, |call| calls.contains_key(&call));
        let agents: Vec<_> = self
            .exchange
            .directory
            .agents()
            .map(|agent| (agent.id, agent.extension.clone()))
            .collect();
        for (agent, extension) in agents {
            let reachable = !self.exchange.endpoint.contacts(now, &extension).is_empty();
            self.exchange.router.set_reachable(now, agent, reachable);
        }
        let recordings: Vec<_> = self
            .exchange
            .recordings
            .values()
            .filter(|open| {
                !self
                    .calls
                    .get(&open.call)
                    .is_some_and(|call| call.is_taping())
            })
            .map(|open| (open.key, open.path.clone(), open.samples(last_at)))
            .collect();
        for (recording, path, samples) in recordings {
            self.exchange.outputs.push_back(Output::RecoverRecording {
                recording,
                path,
                samples,
            });
        }
    }
}

/// The call that a saved state's key names, none for another kind of key.
fn call_of(key: &[u8]) -> Option<CallId> {
    let (tag, id) = key.split_first()?;
    let id = <[u8; 16]>::try_from(id).ok()?;
    (*tag == b'c').then(|| CallId::from_bytes(id))
}
