//! Dialogs whose call is over for us: their BYE, CANCEL or final answer still has to arrive.
//!
//! They are saved by themselves. Otherwise a process that dies between writing down the end of a
//! call and sending the BYE would leave the other phone in a call that nobody ends.

use super::Switchboard;
use crate::{Error, Key, Output};
use sip::SessionId;
use std::time::Duration;

impl Switchboard {
    /// Marks the calls whose dialogs changed and saves the dialogs that belong to none.
    pub(super) fn save_dialogs(&mut self) {
        for session in self.exchange.endpoint.take_touched() {
            if let Some(call) = self.exchange.call_of_session(session) {
                self.exchange.touched.insert(call);
            } else {
                self.save_leaving(session);
            }
        }
    }

    fn save_leaving(&mut self, session: SessionId) {
        let key = Key::Dialog(session);
        let output = match self.exchange.endpoint.save(session) {
            Some(state) => {
                self.leaving.insert(session);
                Output::Save { key, state }
            }
            None if self.leaving.remove(&session) => Output::Forget(key),
            None => return,
        };
        self.exchange.outputs.push_back(output);
    }

    /// Lets a dialog finish that the dead process was about to end.
    pub(super) fn restore_leaving(&mut self, now: Duration, state: &[u8]) -> Result<(), Error> {
        let restored = self.exchange.endpoint.restore(now, state);
        self.leaving.insert(restored.map_err(Error::Dialog)?);
        Ok(())
    }
}
