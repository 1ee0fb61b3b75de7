//! What outlives the process: the states that a step changed, and all of them one by one.

use super::Switchboard;
use crate::call::SavedCallRef;
use crate::{Key, Output};
use media::RecordingKey;
use model::{AgentId, CallId};
use serde::Serialize;
use sip::SessionId;

/// Something that has a state.
#[derive(Debug, Clone)]
pub struct Living(Place);

/// Where its state is found.
#[derive(Debug, Clone)]
enum Place {
    Call(CallId),
    Dialog(SessionId),
    Agent(AgentId),
    Devices(String),
    Recording(RecordingKey),
    Trunks,
}

impl Switchboard {
    /// Ends a step: what changed is added to the outputs as saved states.
    pub fn seal(&mut self) {
        self.save_dialogs();
        let calls = std::mem::take(&mut self.exchange.touched);
        let agents = self.exchange.router.take_touched();
        let users = self.exchange.endpoint.take_touched_users();
        let trunks = self.exchange.endpoint.take_touched_trunks();
        let places = calls.into_iter().map(Place::Call);
        let places = places.chain(agents.into_iter().map(Place::Agent));
        let places = places.chain(users.into_iter().map(Place::Devices));
        for place in places.chain(trunks.then_some(Place::Trunks)) {
            if let Some((key, state)) = self.state(&Living(place)) {
                self.exchange.outputs.push_back(Output::Save { key, state });
            }
        }
    }

    /// Everything that has a state now. Whoever saves all of it anew takes a few at a time: there
    /// are as many as there are calls and dialogs that end.
    pub fn living(&self) -> Vec<Living> {
        let exchange = &self.exchange;
        let calls = self.calls.keys().copied().map(Place::Call);
        let dialogs = self.leaving.iter().copied().map(Place::Dialog);
        let agents = exchange.router.seats().map(|seat| Place::Agent(seat.id()));
        let users = exchange.directory.agents();
        let users = users.map(|agent| Place::Devices(agent.extension.clone()));
        let recordings = exchange.recordings.keys().copied().map(Place::Recording);
        let places = calls.chain(dialogs).chain(agents).chain(users);
        let places = places.chain(recordings).chain([Place::Trunks]);
        places.map(Living).collect()
    }

    /// Its state at this moment, and the key to save it under; none if it is gone.
    pub fn state(&self, living: &Living) -> Option<(Key, Vec<u8>)> {
        let exchange = &self.exchange;
        Some(match &living.0 {
            Place::Call(id) => {
                let call = SavedCallRef::of(self.calls.get(id)?, exchange);
                (Key::Call(*id), call.to_bytes().ok()?)
            }
            Place::Dialog(session) => {
                let session = self.leaving.get(session)?;
                (Key::Dialog(*session), exchange.endpoint.save(*session)?)
            }
            Place::Agent(id) => (Key::Agent(*id), bytes(exchange.router.seat(*id)?)?),
            Place::Devices(user) => {
                // Who may only hear a draft can register, to nobody's use.
                exchange.directory.agent_with_extension(user)?;
                let state = exchange.endpoint.save_bindings(user);
                (Key::Devices(user.clone()), state)
            }
            Place::Recording(key) => {
                let open = exchange.recordings.get(key)?;
                (Key::Recording(open.id), bytes(open)?)
            }
            Place::Trunks => (Key::Trunks, exchange.endpoint.save_trunks()),
        })
    }
}

fn bytes(state: &impl Serialize) -> Option<Vec<u8>> {
    postcard::to_stdvec(state).ok()
}
