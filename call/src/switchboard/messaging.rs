//! Instant messages (RFC 3428): between agents, from a trunk to an agent, and between the two sides
//! of a call. Its sender is told that a message was taken only when it is on its way.

use super::Switchboard;
use crate::AgentEntry;
use crate::identity::ANONYMOUS;
use crate::limits::DEVICES;
use bytes::Bytes;
use model::{NumberRule, PhoneNumber};
use sip::{Identity, InstantMessage, MessageId, SessionId, Target, TrunkId};
use std::sync::Arc;
use std::time::Duration;

/// A message that arrived.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) message: MessageId,
    pub(super) from: Option<Identity>,
    pub(super) from_user: String,
    pub(super) to_user: String,
    pub(super) content_type: String,
    pub(super) body: Bytes,
    /// The dialog it came in.
    pub(super) session: Option<SessionId>,
}

/// The statuses of a message that nobody gets.
mod refusal {
    /// The sender writes in the name of somebody else.
    pub(super) const NOT_YOU: u16 = 403;
    /// Nobody has that name.
    pub(super) const NOBODY: u16 = 404;
    /// Whom it is for has no device, or it cannot be reached.
    pub(super) const NOT_THERE: u16 = 480;
}

impl Switchboard {
    /// Hands a message on, and tells its sender whether that was possible.
    pub(super) fn message(&mut self, now: Duration, letter: &Letter) {
        let handed_on = match (letter.session, &letter.from) {
            (Some(session), _) => self.message_in_call(now, session, letter),
            (None, Some(Identity::Account(user))) => self.message_of_agent(now, user, letter),
            (None, Some(Identity::Trunk(trunk))) => self.message_of_trunk(now, *trunk, letter),
            (None, None) => Err(refusal::NOBODY),
        };
        let endpoint = &mut self.exchange.endpoint;
        let answered = match handed_on {
            Ok(()) => endpoint.accept_message(now, letter.message),
            Err(status) => endpoint.refuse_message(now, letter.message, status),
        };
        // A dialog that ended with the same step has answered for us.
        drop(answered);
    }

    fn message_in_call(
        &mut self,
        now: Duration,
        session: SessionId,
        letter: &Letter,
    ) -> Result<(), u16> {
        let call = self.exchange.call_of_session(session);
        let call = call.and_then(|call| self.calls.get(&call));
        let other = call.and_then(|call| call.other_side(session));
        let other = other.ok_or(refusal::NOT_THERE)?;
        let (kind, body) = (&letter.content_type, letter.body.clone());
        let sent = self.exchange.endpoint.message_in(now, other, kind, body);
        sent.map(drop).map_err(|_| refusal::NOT_THERE)
    }

    /// From one agent to a colleague.
    fn message_of_agent(&mut self, now: Duration, user: &str, letter: &Letter) -> Result<(), u16> {
        let directory = Arc::clone(&self.exchange.directory);
        let sender = directory.agent_with_extension(user);
        let sender = sender.ok_or(refusal::NOT_YOU)?;
        if sender.extension != letter.from_user {
            return Err(refusal::NOT_YOU);
        }
        let receiver = directory.agent_with_extension(&letter.to_user);
        let receiver = receiver.filter(|it| it.enterprise == sender.enterprise);
        let receiver = receiver.ok_or(refusal::NOBODY)?;
        self.message_to_agent(now, receiver, &sender.extension, letter)
    }

    /// From outside to the agent whose work number it names.
    fn message_of_trunk(
        &mut self,
        now: Duration,
        trunk: TrunkId,
        letter: &Letter,
    ) -> Result<(), u16> {
        let directory = Arc::clone(&self.exchange.directory);
        let trunk = directory.trunk_of(trunk).ok_or(refusal::NOBODY)?;
        let number = PhoneNumber::parse(&letter.to_user).map_err(|_| refusal::NOBODY)?;
        let number = NumberRule::rewrite(&trunk.rules.called_in, &number);
        let receiver = directory.agent_with_extension(number.as_str());
        let receiver = receiver.filter(|it| it.enterprise == trunk.enterprise);
        let receiver = receiver.ok_or(refusal::NOBODY)?;
        let sender = PhoneNumber::parse(&letter.from_user).map_or(ANONYMOUS.to_owned(), |number| {
            let number = NumberRule::rewrite(&trunk.rules.caller_in, &number);
            number.as_str().to_owned()
        });
        self.message_to_agent(now, receiver, &sender, letter)
    }

    /// To all devices of an agent.
    fn message_to_agent(
        &mut self,
        now: Duration,
        receiver: &AgentEntry,
        from_user: &str,
        letter: &Letter,
    ) -> Result<(), u16> {
        let endpoint = &mut self.exchange.endpoint;
        let devices = endpoint.contacts(now, &receiver.extension);
        let mut is_sent = false;
        for device in devices.into_iter().take(DEVICES) {
            let message = InstantMessage {
                target: Target::Contact(device),
                from_user: from_user.to_owned(),
                to_user: receiver.extension.clone(),
                content_type: letter.content_type.clone(),
                body: letter.body.clone(),
            };
            // A device that cannot be reached does not keep the message from the others.
            is_sent |= endpoint.message(now, message).is_ok();
        }
        is_sent.then_some(()).ok_or(refusal::NOT_THERE)
    }
}
