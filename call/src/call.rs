//! One call: who takes part, how far it is, and which part of the code acts on what happens.
//!
//! ```text
//! Arriving ──ACK──▶ Flow ◀──────────────┐
//!                    │ ──to queue──▶ Waiting ──an agent answers──▶ Talking ──▶ (ended)
//!                    │ ──to number─▶ Dialing ──answered──────────▶ Talking
//!                    └──voicemail──▶ Message
//! ```
//! This file holds the state and the dispatch; each arrow lives in a file of its own.

mod arrival;
mod bridge;
mod ending;
mod flow_step;
mod message;
mod offer_answer;
mod originate;
mod queueing;
mod record;
mod saved;

pub(crate) use arrival::Arrival;
pub(crate) use saved::{Outline, SavedCall, SavedCallRef};

use crate::exchange::{Exchange, Side};
use crate::leg::Leg;
use crate::live::LiveCall;
use ivr::Happening;
use media::LegId;
use model::{
    AgentId, CallFact, CallId, Destination, EndStage, EnterpriseId, FlowId, FlowVersion,
    PhoneNumber, QueueId, Timestamp, TrunkId,
};
use record::Taping;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Who the call's other side is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Who {
    /// One of our agents.
    Agent(AgentId),
    /// An outside number.
    Outside(PhoneNumber),
}

/// The call's other side, from the moment its device is rung.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Party {
    pub(crate) leg: Leg,
    pub(crate) who: Who,
}

/// How far a call is; each state carries what exists in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Stage {
    /// Answered; the flow or queue begins with the ACK, or at the deadline without it.
    Arriving { deadline: Duration },
    /// In the flow.
    Flow,
    /// In a line, or ringing at one agent. The call's party is the agent whose device rings.
    Waiting { queue: Option<QueueId> },
    /// An outside number rings.
    Dialing {
        number: PhoneNumber,
        recorded: bool,
        deadline: Duration,
    },
    /// Customer and party hear each other.
    Talking,
    /// The caller leaves a message.
    Message {
        deadline: Duration,
        end_keys: String,
    },
    /// Over; the switchboard drops it after the step.
    Ended,
}

/// What was known when the call came in; it never changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Origin {
    pub(crate) id: CallId,
    pub(crate) enterprise: EnterpriseId,
    pub(crate) trunk: TrunkId,
    pub(crate) trunk_number: PhoneNumber,
    pub(crate) caller: PhoneNumber,
    pub(crate) called: PhoneNumber,
    pub(crate) started_at: Duration,
    pub(crate) destination: Destination,
    /// Recorded from the answer on.
    pub(crate) recorded: bool,
    pub(crate) max_forwards: u8,
}

/// One call.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Call {
    pub(crate) origin: Origin,
    pub(crate) stage: Stage,
    pub(crate) customer: Leg,
    pub(crate) party: Option<Party>,
    /// The queue the call came from or waits in.
    pub(crate) queue: Option<QueueId>,
    pub(crate) answered_at: Duration,
    /// The flow it is in and the walk through it, while it may go on.
    pub(crate) entered: Option<(FlowId, FlowVersion)>,
    #[serde(skip)]
    pub(crate) walk: Option<ivr::Session>,
    pub(crate) taping: Option<Taping>,
    /// Number of the last [`media::Order::Play`] to the customer.
    play: u64,
}

impl Call {
    /// The call and whose it is.
    pub(crate) fn name(&self) -> (EnterpriseId, CallId) {
        (self.origin.enterprise, self.origin.id)
    }

    pub(crate) fn is_taping(&self) -> bool {
        self.taping.is_some()
    }

    pub(crate) fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Ended)
    }

    /// When [`handle_timeout`](Self::handle_timeout) has something to do.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        match &self.stage {
            // Without media nothing can begin: the ACK brings the answer to our offer, and the
            // signalling layer ends the call if it never comes.
            Stage::Arriving { .. } if self.customer.agreed.is_none() => None,
            Stage::Arriving { deadline }
            | Stage::Dialing { deadline, .. }
            | Stage::Message { deadline, .. } => Some(*deadline),
            Stage::Flow => self.walk.as_ref().and_then(ivr::Session::poll_timeout),
            Stage::Waiting { .. } | Stage::Talking | Stage::Ended => None,
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Duration, exchange: &mut Exchange) {
        if self.deadline().is_none_or(|at| at > now) {
            return;
        }
        exchange.touched.insert(self.origin.id);
        match self.stage {
            Stage::Arriving { .. } => self.begin(now, exchange),
            Stage::Flow => self.flow_timeout(now, exchange),
            Stage::Dialing { .. } => self.dial_timeout(now, exchange),
            Stage::Message { .. } => self.finish_message(now, exchange),
            Stage::Waiting { .. } | Stage::Talking | Stage::Ended => (),
        }
    }

    /// What the signalling layer says about one of the two dialogs.
    pub(crate) fn handle_signal(
        &mut self,
        now: Duration,
        side: Side,
        event: sip::Event,
        exchange: &mut Exchange,
    ) {
        match (side, event) {
            (Side::Customer, sip::Event::Confirmed { sdp, .. }) => {
                self.acknowledged(now, sdp, exchange);
            }
            (Side::Party, sip::Event::Ringing { sdp, .. }) => self.party_rings(sdp.as_deref()),
            (Side::Party, sip::Event::Answered { sdp, .. }) => {
                self.party_answered(now, sdp.as_deref(), exchange);
            }
            (Side::Party, sip::Event::Refused { status, .. }) => {
                self.party_refused(now, status, exchange);
            }
            (side, sip::Event::Confirmed { sdp, .. }) => self.late_answer(now, side, sdp, exchange),
            (side, sip::Event::Offer { sdp, .. }) => self.renegotiate(now, side, sdp, exchange),
            (side, sip::Event::Ended { by, .. }) => self.party_gone(now, side, by, exchange),
            // What no dialog in this state can say, and what a later kind of event may say.
            _ => (),
        }
    }

    /// What the media says about one of the two legs.
    pub(crate) fn handle_media(
        &mut self,
        now: Duration,
        side: Side,
        event: &media::Event,
        exchange: &mut Exchange,
    ) {
        match *event {
            media::Event::Digit { digit, .. } if side == Side::Customer => {
                self.key_pressed(now, digit, exchange);
            }
            media::Event::PlayEnded { play, .. } => self.play_ended(now, play, exchange),
            media::Event::Latched { remote, .. } => {
                if let Some(leg) = self.leg_mut(side) {
                    leg.latched = Some(remote);
                    exchange.touched.insert(self.origin.id);
                }
            }
            media::Event::Silent { for_, .. } => self.silence(now, side, for_, exchange),
            media::Event::Heard { .. } => {
                if let Some(leg) = self.leg_mut(side) {
                    leg.silent = false;
                }
            }
            media::Event::Digit { .. }
            | media::Event::RecordingStopped { .. }
            | media::Event::Closed { .. } => (),
        }
    }

    fn key_pressed(&mut self, now: Duration, digit: char, exchange: &mut Exchange) {
        match &self.stage {
            Stage::Flow => self.tell_flow(now, Happening::Digit(digit), exchange),
            Stage::Message { end_keys, .. } if end_keys.contains(digit) => {
                self.finish_message(now, exchange);
            }
            Stage::Arriving { .. }
            | Stage::Waiting { .. }
            | Stage::Dialing { .. }
            | Stage::Talking
            | Stage::Message { .. }
            | Stage::Ended => (),
        }
    }

    fn play_ended(&mut self, now: Duration, play: u64, exchange: &mut Exchange) {
        if play == self.play && matches!(self.stage, Stage::Flow) {
            self.tell_flow(now, Happening::PlayEnded, exchange);
        }
    }

    /// Plays to the customer, replacing what they hear.
    pub(crate) fn play(
        &mut self,
        segments: Vec<media::Segment>,
        repeat: bool,
        exchange: &mut Exchange,
    ) {
        self.play += 1;
        exchange.order(media::Order::Play {
            leg: self.customer.media,
            play: self.play,
            segments,
            repeat,
        });
    }

    pub(crate) fn note(&self, now: Duration, fact: CallFact, exchange: &mut Exchange) {
        exchange.note(now, self.name(), fact);
    }

    fn leg_mut(&mut self, side: Side) -> Option<&mut Leg> {
        match side {
            Side::Customer => Some(&mut self.customer),
            Side::Party => self.party.as_mut().map(|party| &mut party.leg),
        }
    }

    /// The RTP leg of the other side, if there is one.
    pub(crate) fn party_media(&self) -> Option<LegId> {
        self.party.as_ref().map(|party| party.leg.media)
    }

    /// How far the call is, as its record names it.
    pub(crate) fn end_stage(&self) -> EndStage {
        match &self.stage {
            Stage::Arriving { .. } => EndStage::PreIvr,
            Stage::Flow | Stage::Ended => EndStage::Ivr,
            Stage::Waiting { .. } if self.party.is_some() => EndStage::Ringing,
            Stage::Waiting { .. } => EndStage::Queue,
            Stage::Dialing { .. } => EndStage::Ringing,
            Stage::Talking => EndStage::Talking,
            Stage::Message { .. } => EndStage::Voicemail,
        }
    }

    /// The call as the console shows it.
    pub(crate) fn live(&self) -> LiveCall {
        let origin = &self.origin;
        LiveCall {
            id: origin.id,
            enterprise: origin.enterprise,
            caller: origin.caller.clone(),
            called: origin.called.clone(),
            trunk_number: origin.trunk_number.clone(),
            started_at: Timestamp::from_now(origin.started_at),
            answered_at: Some(Timestamp::from_now(self.answered_at)),
            stage: self.end_stage(),
            queue: self.queue,
            agent: self.party.as_ref().and_then(|party| match party.who {
                Who::Agent(agent) => Some(agent),
                Who::Outside(_) => None,
            }),
            recording: self.taping.is_some(),
        }
    }
}
