//! Instant messages (RFC 3428): between agents, and between the two sides of a call.

use super::Switchboard;
use crate::limits::DEVICES;
use bytes::Bytes;
use sip::{Identity, InstantMessage, SessionId, Target};
use std::sync::Arc;
use std::time::Duration;

/// A message that arrived.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) from: Option<Identity>,
    pub(super) from_user: String,
    pub(super) to_user: String,
    pub(super) content_type: String,
    pub(super) body: Bytes,
    /// The dialog it came in.
    pub(super) session: Option<SessionId>,
}

impl Switchboard {
    /// Hands a message on. One that nobody can take is dropped: its sender was told no more than
    /// that we have it.
    pub(super) fn message(&mut self, now: Duration, letter: Letter) {
        match (letter.session, &letter.from) {
            (Some(session), _) => self.message_in_call(now, session, letter),
            (None, Some(Identity::Account(user))) => {
                let sender = user.clone();
                self.message_to_agent(now, &sender, &letter);
            }
            (None, _) => (),
        }
    }

    fn message_in_call(&mut self, now: Duration, session: SessionId, letter: Letter) {
        let call = self.exchange.call_of_session(session);
        let call = call.and_then(|call| self.calls.get(&call));
        let Some(other) = call.and_then(|call| call.other_side(session)) else {
            return;
        };
        let kind = letter.content_type;
        let endpoint = &mut self.exchange.endpoint;
        // A dialog that ends meanwhile takes no more messages.
        let _ = endpoint.message_in(now, other, &kind, letter.body);
    }

    /// From one agent to all devices of a colleague.
    fn message_to_agent(&mut self, now: Duration, sender: &str, letter: &Letter) {
        let directory = Arc::clone(&self.exchange.directory);
        let sender = directory.agent_with_extension(sender);
        let receiver = directory.agent_with_extension(&letter.to_user);
        let (Some(sender), Some(receiver)) = (sender, receiver) else {
            return;
        };
        if sender.enterprise != receiver.enterprise || sender.extension != letter.from_user {
            return;
        }
        let endpoint = &mut self.exchange.endpoint;
        let devices = endpoint.contacts(now, &receiver.extension);
        for device in devices.into_iter().take(DEVICES) {
            let message = InstantMessage {
                target: Target::Contact(device),
                from_user: sender.extension.clone(),
                to_user: receiver.extension.clone(),
                content_type: letter.content_type.clone(),
                body: letter.body.clone(),
            };
            // A device that cannot be reached does not keep the message from the others.
            let _ = endpoint.message(now, message);
        }
    }
}
