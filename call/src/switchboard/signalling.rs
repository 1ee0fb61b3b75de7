//! What the signalling layer says.

use super::messaging::Letter;
use super::{Admission, Switchboard};
use crate::Output;
use crate::call::{Arrival, Call, Move, Placement};
use model::{EnterpriseId, SourceFact, Timestamp};
use sip::{Event, Identity, SessionId};
use std::time::Duration;

impl Switchboard {
    pub(super) fn sip_output(&mut self, now: Duration, output: sip::Output) {
        match output {
            sip::Output::Transmit(transmit) => {
                self.exchange.outputs.push_back(Output::Transmit(transmit));
            }
            sip::Output::Connect {
                connection,
                transport,
                remote,
                name,
            } => self.exchange.outputs.push_back(Output::Connect {
                connection,
                transport,
                remote,
                name,
            }),
            sip::Output::Close(connection) => {
                self.exchange
                    .outputs
                    .push_back(Output::Disconnect(connection));
            }
            sip::Output::Resolve { query, question } => {
                let resolve = Output::Resolve { query, question };
                self.exchange.outputs.push_back(resolve);
            }
            sip::Output::Event(event) => self.sip_event(now, event),
        }
    }

    fn sip_event(&mut self, now: Duration, event: Event) {
        let Some(session) = session_of(&event) else {
            self.outside_of_calls(now, event);
            return;
        };
        if let Some(call) = self.exchange.call_of_session(session) {
            self.with_call(now, call, |call, exchange| {
                call.handle_signal(now, session, event, exchange);
            });
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the events of the signalling layer grow, and most belong to calls"
    )]
    fn outside_of_calls(&mut self, now: Duration, event: Event) {
        match event {
            Event::Incoming { session, incoming } => self.incoming(now, session, incoming),
            Event::Registered { user, contacts } => self.registered(now, &user, contacts),
            Event::TrunkChanged { trunk } => self.trunk_changed(now, trunk),
            Event::Barred {
                source,
                until,
                failures,
                user,
            } => {
                let enterprise = user
                    .as_deref()
                    .and_then(|user| self.exchange.directory.agent_with_extension(user))
                    .map_or(EnterpriseId::SERVER, |agent| agent.enterprise);
                let fact = SourceFact::Barred {
                    until: Timestamp::from_now(until),
                    failures,
                    user,
                };
                self.exchange.note_source(now, enterprise, (source, fact));
            }
            Event::Message {
                message,
                from,
                from_user,
                to_user,
                content_type,
                body,
                session,
                ..
            } => {
                let letter = Letter {
                    message,
                    from,
                    from_user,
                    to_user,
                    content_type,
                    body,
                    session,
                };
                self.message(now, &letter);
            }
            // An offer that was refused changes nothing, nobody waits for an INFO, and the rest
            // belongs to calls.
            _ => (),
        }
    }

    fn incoming(&mut self, now: Duration, session: SessionId, incoming: sip::Incoming) {
        let closed = self.admission == Admission::Closed;
        let busy = closed || self.calls.len() >= self.max_calls;
        if let Some(replaced) = incoming.replaces {
            self.take_over(now, (session, replaced), incoming);
            return;
        }
        let call = match incoming.identity.clone() {
            Identity::Account(user) => match self.take_trial(&user) {
                Some(trial) => self.try_out(now, (session, incoming), (busy, trial)),
                None => self.place(now, (session, incoming), (busy, &user)),
            },
            Identity::Trunk(_) => {
                let exchange = &mut self.exchange;
                Arrival::recognise(now, session, incoming, exchange)
                    .and_then(|arrival| arrival.answer(now, busy, exchange))
            }
        };
        if let Some(call) = call {
            let id = call.origin.id;
            let placed_by = call.placed_by();
            self.calls.insert(id, Box::new(call));
            self.with_call(now, id, |_, _| ());
            if let Some(agent) = placed_by {
                self.note_consult(now, (agent, id));
            }
        }
    }

    /// A call that an agent makes from their phone.
    fn place(
        &mut self,
        now: Duration,
        (session, incoming): (SessionId, sip::Incoming),
        (busy, user): (bool, &str),
    ) -> Option<Call> {
        let exchange = &mut self.exchange;
        let placement = Placement::recognise(now, session, (user, incoming), exchange)?;
        placement.place(now, busy, exchange)
    }

    /// A call in the place of another, which only an agent's phone may ask for.
    fn take_over(
        &mut self,
        now: Duration,
        (session, replaced): (SessionId, SessionId),
        incoming: sip::Incoming,
    ) {
        let agent = if let Identity::Account(user) = &incoming.identity {
            let agent = self.exchange.directory.agent_with_extension(user);
            agent.map(|agent| agent.id)
        } else {
            None
        };
        let call = self.exchange.call_of_session(replaced);
        let (Some(agent), Some(call)) = (agent, call) else {
            let refusal = sip::Refusal::plain(603);
            let _ = self.exchange.endpoint.refuse(now, session, &refusal);
            return;
        };
        let moving = Move {
            replaced,
            session,
            incoming,
            agent,
        };
        self.with_call(now, call, |call, exchange| {
            call.moved(now, &moving, exchange);
        });
    }

    fn registered(&mut self, now: Duration, user: &str, contacts: usize) {
        let agent = self.exchange.directory.agent_with_extension(user);
        if let Some(agent) = agent.map(|agent| agent.id) {
            self.exchange.router.set_reachable(now, agent, contacts > 0);
        }
    }
}

/// The dialog of a call that an event is about.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the events of the signalling layer grow, and not all are about a dialog"
)]
fn session_of(event: &Event) -> Option<SessionId> {
    match event {
        Event::Ringing { session, .. }
        | Event::Answered { session, .. }
        | Event::Refused { session, .. }
        | Event::Confirmed { session, .. }
        | Event::Offer { session, .. }
        | Event::OfferAnswered { session, .. }
        | Event::Referred { session, .. }
        | Event::Ended { session, .. }
        | Event::Info { session, .. } => Some(*session),
        _ => None,
    }
}
