//! Legs whose party is listened to for signals.

use super::Engine;
use crate::codec::Rate;
use crate::detect::{Listener, Listening};
use crate::{Event, LegId, Outbox};

impl Engine {
    /// Listens for something else from here on, or for nothing.
    pub(super) fn listen_for(&mut self, id: LegId, wanted: Listening) -> Option<()> {
        let leg = self.leg_mut(id)?;
        leg.listener = (!wanted.is_idle()).then(|| Box::new(Listener::new(wanted)));
        self.refresh_decoding(id);
        Some(())
    }

    /// Lets a leg's listener hear the running 20 ms. One that has listened for long enough goes.
    pub(super) fn hear_signals(&mut self, index: usize, outbox: &mut Outbox) {
        let Some(leg) = self.legs[index].as_mut() else {
            return;
        };
        let (Some(listener), Some(decoded)) = (&mut leg.listener, &leg.decoded) else {
            return;
        };
        let Some(frame) = decoded.frame(Rate::Narrow) else {
            return;
        };
        let leg_id = leg.id;
        listener.push(frame, |finding| {
            outbox.push_event(Event::Found {
                leg: leg_id,
                finding,
            });
        });
        if listener.is_done() {
            leg.listener = None;
            self.refresh_decoding(leg_id);
        }
    }
}
