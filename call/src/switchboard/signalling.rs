//! What the signalling layer says.

use super::{Admission, Switchboard};
use crate::Output;
use crate::call::Arrival;
use sip::Event;
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
            sip::Output::Event(event) => self.sip_event(now, event),
        }
    }

    fn sip_event(&mut self, now: Duration, event: Event) {
        let session = match event {
            Event::Incoming { session, incoming } => {
                self.incoming(now, session, incoming);
                return;
            }
            Event::Registered { user, contacts } => {
                self.registered(now, &user, contacts);
                return;
            }
            Event::Barred {
                source,
                until,
                failures,
                user,
            } => {
                self.exchange.outputs.push_back(Output::Barred {
                    source,
                    until,
                    failures,
                    user,
                });
                return;
            }
            Event::Ringing { session, .. }
            | Event::Answered { session, .. }
            | Event::Refused { session, .. }
            | Event::Confirmed { session, .. }
            | Event::Offer { session, .. }
            | Event::Ended { session, .. }
            | Event::Info { session, .. } => session,
            _ => return,
        };
        if let Some((call, side)) = self.exchange.call_of_session(session) {
            self.with_call(now, call, |call, exchange| {
                call.handle_signal(now, side, event, exchange);
            });
        }
    }

    fn incoming(&mut self, now: Duration, session: sip::SessionId, incoming: sip::Incoming) {
        let closed = self.admission == Admission::Closed;
        let busy = closed || self.calls.len() >= self.max_calls;
        let Some(arrival) = Arrival::recognise(now, session, incoming, &mut self.exchange) else {
            return;
        };
        if let Some(call) = arrival.answer(now, busy, &mut self.exchange) {
            let id = call.origin.id;
            self.calls.insert(id, call);
            self.with_call(now, id, |_, _| ());
        }
    }

    fn registered(&mut self, now: Duration, user: &str, contacts: usize) {
        let agent = self.exchange.directory.agent_with_extension(user);
        if let Some(agent) = agent.map(|agent| agent.id) {
            self.exchange.router.set_reachable(now, agent, contacts > 0);
        }
    }
}
