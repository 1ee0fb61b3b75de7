//! An agent hands the customer on to somebody whom they rang and who has not answered yet (RFC 5589
//! §7, with a Replaces that names the agent's early dialog): what rings goes on ringing, for the
//! customer.

use super::transfer::{Join, Transfer, part};
use super::{Call, Dial, Party, Stage, Who};
use crate::exchange::{Exchange, Side};
use crate::leg::Farewell;
use media::Order;
use model::{AgentId, AnswerMode, CallFact, EndReason, EndedBy, Ending};
use std::time::Duration;

/// What rings, on its way from the agent's enquiry to the customer's call.
#[derive(Debug)]
pub(crate) struct Ringing {
    rung: Vec<Party>,
    /// Of an outside number.
    dial: Option<Dial>,
}

impl Ringing {
    /// The agent whose devices ring.
    pub(crate) fn agent(&self) -> Option<AgentId> {
        self.rung.first().and_then(|party| party.who.agent())
    }
}

impl Call {
    /// Whether this call is an enquiry of the agent's that still rings.
    pub(crate) fn can_give_ringing(&self, join: &Join, with: &Self) -> bool {
        let asks = match self.stage {
            Stage::Waiting { queue: None } => {
                self.colleague == Some(join.agent)
                    && self.customer.session == join.session
                    && !self.rung.is_empty()
            }
            Stage::Placing => {
                let party = self.party.as_ref();
                party.is_some_and(|it| it.leg.session == join.session)
                    && self.party_agent() == Some(join.agent)
                    && self.dial.is_some()
            }
            Stage::Arriving { .. }
            | Stage::Flow
            | Stage::Waiting { queue: Some(_) }
            | Stage::Dialing { .. }
            | Stage::Talking
            | Stage::Transferring(_)
            | Stage::Message { .. }
            | Stage::Ended
            | Stage::Parting { .. } => false,
        };
        asks && self.origin.enterprise == with.origin.enterprise
    }

    /// Gives away what rings; the enquiry is over with that.
    pub(crate) fn give_ringing(
        mut self,
        now: Duration,
        join: &Join,
        exchange: &mut Exchange,
    ) -> Ringing {
        let stage = self.end_stage();
        self.abandon_offer(now, exchange);
        let dial = self.dial.take();
        let mut rung = std::mem::take(&mut self.rung);
        let mut agents = self.customer.clone();
        if let (Some(dial), Some(party)) = (&dial, self.party.take()) {
            part(self.customer.media, party.leg.media, exchange);
            agents = party.leg;
            rung.push(Party {
                leg: self.customer.clone(),
                who: Who::Outside(dial.destination.number().clone()),
            });
        }
        let farewell = Farewell::because(487, 16, Some("handed on"));
        agents.hang_up(now, &farewell, exchange);
        agents.close(now, exchange);
        exchange.router.pass_offer(now, (self.origin.id, join.call));
        self.release_agent(now, join.agent, exchange);
        let ending = Ending {
            by: EndedBy::Agent,
            stage,
            reason: EndReason::Transferred,
            sip_code: None,
            q850: None,
        };
        self.note(now, CallFact::Ended(ending), exchange);
        Ringing { rung, dial }
    }

    /// Waits, in the agent's place, for whom the agent rang.
    pub(crate) fn take_ringing(
        &mut self,
        now: Duration,
        join: &Join,
        ringing: Ringing,
        exchange: &mut Exchange,
    ) {
        self.disconnect(exchange);
        let agent = Some(join.agent);
        self.note(now, CallFact::Unbridged { agent }, exchange);
        if let Some(agent) = ringing.agent() {
            let seat = exchange.router.seat(agent);
            let answer_mode = seat.and_then(queue::Seat::answer_mode);
            let fact = CallFact::Offered {
                agent,
                queue: None,
                answer_mode: answer_mode.unwrap_or(AnswerMode::Sip),
            };
            self.note(now, fact, exchange);
        }
        self.stage = Stage::Transferring(Transfer::new(join));
        for party in &ringing.rung {
            exchange.know_leg(party.leg.names(), self.name(), Side::Party);
            exchange.bring(&party.leg, self.customer.media);
        }
        self.rung = ringing.rung;
        self.dial = ringing.dial;
        let leg = self.customer.media;
        exchange.order(Order::StopPlay { leg });
        self.go_on_ringing(exchange);
    }
}
