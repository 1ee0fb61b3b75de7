//! One call: who takes part, how far it is, and which part of the code acts on what happens.
//!
//! ```text
//! Arriving ──ACK──▶ Flow ◀──────────────┐
//!                    │ ──to queue──▶ Waiting ──an agent answers──▶ Talking ──▶ (ended)
//!                    │ ──to number─▶ Dialing ──answered──────────▶ Talking
//!                    └──voicemail──▶ Message
//!
//! Placing  ──the customer answers an agent's phone──▶ Talking
//! Waiting  ──a colleague answers an agent's phone───▶ Talking
//! Talking ──REFER──▶ Transferring ──answered──▶ Talking ──▶ …
//!    ▲                    └──nobody there──┐
//!    └─────────────────────────────────────┘
//! Talking ──the party hangs up, and the flow has more for the caller──▶ Flow
//! ```
//! This file holds the state and the dispatch; each arrow lives in a file of its own.

mod arrival;
mod asking;
mod bridge;
mod conference;
mod dialing;
mod ending;
mod enquiry;
mod flow_step;
mod hearing;
mod internal;
mod joined;
mod keys;
mod listening;
mod message;
mod moved;
mod offer_answer;
mod parts;
mod pause;
mod pickup;
mod placing;
mod queueing;
mod record;
mod rendering;
mod rung;
mod saved;
mod shown;
mod silence;
mod streaming;
mod supervision;
mod talked;
mod tones;
mod transfer;
mod trial;

pub(crate) use arrival::Arrival;
pub use asking::AskRequest;
pub(crate) use moved::Move;
pub(crate) use parts::Part;
pub(crate) use placing::Placement;
pub use rendering::RenderRequest;
pub(crate) use saved::{Outline, SavedCall, SavedCallRef};
pub use streaming::{StreamEnd, StreamRequest};
pub(crate) use supervision::Wish;
pub(crate) use transfer::{Join, refuse as refuse_transfer};

use crate::FlowEntry;
use crate::authorize::AuthorizedDestination;
use crate::exchange::Exchange;
use crate::leg::Leg;
use media::LegId;
use model::{
    AgentId, CallFact, CallId, Destination, Direction, EndReason, Ending, EnterpriseId, FlowId,
    FlowVersion, PhoneNumber, QueueId, TrunkId,
};
use record::Taping;
use serde::{Deserialize, Serialize};
use sip::SessionId;
use std::collections::BTreeSet;
use std::time::Duration;
use supervision::Supervisor;
use transfer::Transfer;

/// Who the call's other side is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Who {
    /// One of our agents.
    Agent(AgentId),
    /// An outside number.
    Outside(PhoneNumber),
}

impl Who {
    /// The agent, if it is one.
    pub(crate) const fn agent(&self) -> Option<AgentId> {
        match self {
            Self::Agent(agent) => Some(*agent),
            Self::Outside(_) => None,
        }
    }
}

/// The call's other side, from the moment its device is rung.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Party {
    pub(crate) leg: Leg,
    pub(crate) who: Who,
}

/// An outside number that is being dialled, with the trunks that are left to try.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Dial {
    pub(crate) destination: AuthorizedDestination,
    pub(crate) deadline: Duration,
    /// Whether somebody's phone rang: that trunk did what it could.
    pub(crate) rang: bool,
    /// Why the number will not be reached, as its network told by sound. A new process listens
    /// anew.
    #[serde(skip)]
    pub(crate) heard: Option<EndReason>,
}

/// How far a call is; each state carries what exists in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Stage {
    /// Answered; the flow or queue begins with the ACK, or at the deadline without it.
    Arriving { deadline: Duration },
    /// In the flow.
    Flow,
    /// In a line, or ringing at one agent.
    Waiting { queue: Option<QueueId> },
    /// An outside number rings.
    Dialing { recorded: bool },
    /// The customer's phone rings for an agent who dialled; the agent's leg is the party's.
    Placing,
    /// Customer and party hear each other.
    Talking,
    /// The party, an agent, hands the customer on to somebody whose device rings.
    Transferring(Transfer),
    /// The caller leaves a message.
    Message {
        deadline: Duration,
        end_keys: String,
    },
    /// Over; the switchboard drops it after the step.
    Ended,
    /// Over but for the tone that tells the customer so.
    Parting { deadline: Duration, ending: Ending },
}

/// What was known when the call came in; it never changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Origin {
    pub(crate) id: CallId,
    pub(crate) enterprise: EnterpriseId,
    pub(crate) direction: Direction,
    /// The trunk of the customer's first leg; [`NO_TRUNK`] for an internal call.
    pub(crate) trunk: TrunkId,
    pub(crate) trunk_number: PhoneNumber,
    pub(crate) caller: PhoneNumber,
    /// Whether the caller asked not to be shown (RFC 3323).
    pub(crate) private: bool,
    pub(crate) called: PhoneNumber,
    pub(crate) started_at: Duration,
    /// Where an inbound call leads.
    pub(crate) destination: Option<Destination>,
    /// Recorded from the answer on.
    pub(crate) recorded: bool,
    pub(crate) max_forwards: u8,
}

/// Stands for the trunk of a call that uses none.
pub(crate) const NO_TRUNK: TrunkId = TrunkId::from_bytes([0; 16]);

/// One call.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Call {
    pub(crate) origin: Origin,
    pub(crate) stage: Stage,
    pub(crate) customer: Leg,
    /// The agent on the customer's leg: the caller of an internal call, or who is left of one.
    pub(crate) colleague: Option<AgentId>,
    /// Whom the customer talks with; of a call that an agent places, their phone from the start.
    pub(crate) party: Option<Party>,
    /// Devices that ring for the call.
    pub(crate) rung: Vec<Party>,
    /// The outside number among them, or that of the customer of a call being placed.
    pub(crate) dial: Option<Dial>,
    /// The queue the call came from or waits in.
    pub(crate) queue: Option<QueueId>,
    pub(crate) answered_at: Option<Duration>,
    /// The draft that it is about to enter.
    #[serde(skip)]
    trial: Option<FlowEntry>,
    /// The flow it is in and the walk through it, while it may go on.
    pub(crate) entered: Option<(FlowId, FlowVersion)>,
    #[serde(skip)]
    pub(crate) walk: Option<ivr::Session>,
    pub(crate) taping: Option<Taping>,
    /// The bot that the caller is with. A new process connects to it anew.
    #[serde(skip)]
    pub(crate) streaming: Option<media::StreamKey>,
    /// The number of the question that another system is asked. A new process asks it anew.
    #[serde(skip)]
    asked: Option<u32>,
    /// What engines speak for it.
    #[serde(skip)]
    rendering: rendering::Rendering,
    /// Number of the last [`media::Order::Play`].
    play: u64,
    /// Whom the agent brought in: a third who talks with customer and party.
    pub(crate) guest: Option<Party>,
    /// Who listens to the conversation, or is rung for that.
    pub(crate) supervisors: Vec<Supervisor>,
    /// Who hears whom beside customer and party, as the media thread was told.
    #[serde(skip)]
    edges: BTreeSet<hearing::Edge>,
    /// The legs of the recording's right channel, as the media thread was told.
    #[serde(skip)]
    voices: Vec<LegId>,
}

impl Call {
    /// A call that begins.
    pub(crate) fn new(origin: Origin, stage: Stage, customer: Leg) -> Self {
        Self {
            origin,
            stage,
            customer,
            colleague: None,
            party: None,
            rung: Vec::new(),
            dial: None,
            queue: None,
            answered_at: None,
            trial: None,
            entered: None,
            walk: None,
            taping: None,
            streaming: None,
            asked: None,
            rendering: rendering::Rendering::default(),
            play: 0,
            guest: None,
            supervisors: Vec::new(),
            edges: BTreeSet::new(),
            voices: Vec::new(),
        }
    }

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
        let deadlines = [
            self.stage_deadline(),
            self.supervisor_deadline(),
            self.dead_at(),
        ];
        deadlines.into_iter().flatten().min()
    }

    fn stage_deadline(&self) -> Option<Duration> {
        match &self.stage {
            // Without media nothing can begin: the ACK brings the answer to our offer, and the
            // signalling layer ends the call if it never comes.
            Stage::Arriving { .. } if self.customer.agreed.is_none() => None,
            Stage::Arriving { deadline }
            | Stage::Message { deadline, .. }
            | Stage::Parting { deadline, .. } => Some(*deadline),
            Stage::Dialing { .. } | Stage::Placing | Stage::Transferring(_) => {
                self.dial.as_ref().map(|dial| dial.deadline)
            }
            Stage::Flow => self.walk.as_ref().and_then(ivr::Session::poll_timeout),
            Stage::Waiting { .. } | Stage::Talking | Stage::Ended => None,
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Duration, exchange: &mut Exchange) {
        self.supervisor_timeout(now, exchange);
        self.end_if_dead(now, exchange);
        if self.stage_deadline().is_none_or(|at| at > now) {
            return;
        }
        exchange.touched.insert(self.origin.id);
        match self.stage {
            Stage::Arriving { .. } => self.begin(now, exchange),
            Stage::Flow => self.flow_timeout(now, exchange),
            Stage::Dialing { .. } | Stage::Placing | Stage::Transferring(_) => {
                self.dial_timeout(now, exchange);
            }
            Stage::Message { .. } => self.finish_message(now, exchange),
            Stage::Parting { .. } => self.part(now, exchange),
            Stage::Waiting { .. } | Stage::Talking | Stage::Ended => (),
        }
    }

    /// What the signalling layer says about one of the dialogs.
    pub(crate) fn handle_signal(
        &mut self,
        now: Duration,
        session: SessionId,
        event: sip::Event,
        exchange: &mut Exchange,
    ) {
        let Some(part) = self.part_of(session) else {
            return;
        };
        match (part, event) {
            (part, sip::Event::Confirmed { sdp, .. }) => {
                self.acknowledged(now, part, sdp, exchange);
            }
            (part, sip::Event::Ringing { status, sdp, .. }) => {
                self.rings(now, part, (status, sdp.as_deref()), exchange);
            }
            (part, sip::Event::Answered { sdp, .. }) => {
                self.answered(now, part, sdp.as_deref(), exchange);
            }
            (
                part,
                sip::Event::Refused {
                    status,
                    reason,
                    contacts,
                    ..
                },
            ) => {
                let refused = rung::Refused {
                    status,
                    reason,
                    contacts,
                };
                self.refused(now, part, &refused, exchange);
            }
            (part, sip::Event::Offer { sdp, .. }) => self.renegotiate(now, part, sdp, exchange),
            (part, sip::Event::Ended { by, .. }) => self.party_gone(now, part, by, exchange),
            (
                part,
                sip::Event::Info {
                    content_type, body, ..
                },
            ) => self.informed(now, part, (&content_type, &body), exchange),
            (part, sip::Event::OfferAnswered { sdp, .. }) => {
                self.offer_answered(now, part, &sdp, exchange);
            }
            (
                part,
                sip::Event::Referred {
                    transfer, refer_to, ..
                },
            ) => self.referred(now, part, (transfer, &refer_to), exchange),
            // What no dialog in this state can say, and what a later kind of event may say.
            _ => (),
        }
    }

    /// What the media says about one of the legs.
    pub(crate) fn handle_media(
        &mut self,
        now: Duration,
        leg: LegId,
        event: &media::Event,
        exchange: &mut Exchange,
    ) {
        let Some(part) = self.part_sounding(leg) else {
            return;
        };
        match *event {
            media::Event::Digit { digit, .. } => {
                self.key_heard(now, part, digit, exchange);
            }
            media::Event::PlayEnded { play, .. } => self.play_ended(now, play, exchange),
            media::Event::Found { finding, .. } => self.found(now, part, finding, exchange),
            media::Event::Latched { remote, .. } => {
                if let Some(leg) = self.leg_mut(part) {
                    leg.latched = Some(remote);
                    exchange.touched.insert(self.origin.id);
                }
            }
            media::Event::Silent { for_, .. } => self.silent(now, leg, for_),
            media::Event::Heard { .. } => self.heard(leg),
            media::Event::Secured {
                keys, ref flight, ..
            } => {
                if let Some(leg) = self.leg_mut(part) {
                    leg.secured(keys, flight.clone(), exchange);
                    exchange.touched.insert(self.origin.id);
                }
            }
            media::Event::Unsecured { .. } => self.insecure(now, part, exchange),
            media::Event::RecordingStopped { .. }
            | media::Event::Closed { .. }
            | media::Event::Handshake { .. }
            | media::Event::HandshakeAnswer { .. } => (),
        }
    }

    pub(crate) fn note(&self, now: Duration, fact: CallFact, exchange: &mut Exchange) {
        exchange.note(now, self.name(), fact);
    }
}
