//! The call record (通话记录): a fold over the facts of one call.

use crate::{
    AgentId, AnswerMode, CallFact, CallId, CallType, ConferenceSide, Direction, Ending,
    EnterpriseId, Finding, FlowId, OfferOutcome, PhoneNumber, QueueExit, QueueId, Rating,
    RecordingId, Timestamp, TrunkId,
};
use serde::{Deserialize, Serialize};

/// One call as people look it up afterwards. Build it with [`CallRecord::apply`], fact by fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    /// The call.
    pub id: CallId,
    /// Whose it is.
    pub enterprise: EnterpriseId,
    /// Who called whom.
    pub direction: Direction,
    /// How it came about.
    pub call_type: CallType,
    /// The trunk.
    pub trunk: TrunkId,
    /// The number of ours.
    pub trunk_number: PhoneNumber,
    /// The calling number.
    pub caller: PhoneNumber,
    /// The called number.
    pub called: PhoneNumber,
    /// The Call-ID of the customer's leg.
    pub sip_call_id: String,
    /// When it came in.
    pub started_at: Timestamp,
    /// When the customer's leg was answered.
    pub answered_at: Option<Timestamp>,
    /// When the customer first heard a human.
    pub bridged_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The first flow.
    pub flow: Option<FlowId>,
    /// The first queue.
    pub queue: Option<QueueId>,
    /// The agent who talked last.
    pub agent: Option<AgentId>,
    /// The device of that agent (接听方式).
    pub answer_mode: Option<AnswerMode>,
    /// How often a device of an agent rang.
    pub offers: u32,
    /// How often an agent handed the customer on.
    pub transfers: u32,
    /// How often an agent who talked in it called somebody else meanwhile (咨询).
    pub consults: u32,
    /// How often a third person was brought in.
    pub conferences: u32,
    /// Milliseconds spent waiting in queues.
    pub queue_ms: i64,
    /// Milliseconds during which an agent's device rang.
    pub ring_ms: i64,
    /// Milliseconds talking to a human.
    pub talk_ms: i64,
    /// Whether the customer was asked for a rating.
    pub surveyed: bool,
    /// How the customer rated; the last rating counts.
    pub rating: Option<Rating>,
    /// The recording, if there is one.
    pub recording: Option<RecordingId>,
    /// Why a number that was dialled for it was not reached, as its network told by tone or
    /// announcement; the last one counts.
    pub early_finding: Option<Finding>,
    /// Who answered a call that went out, as far as it sounds: a human, a machine, a fax.
    pub answered_by: Option<Finding>,
    /// How it ended.
    pub ending: Option<Ending>,
    /// Since when the present wait, ring or talk lasts; not part of what people see.
    pub open: OpenSpans,
}

/// Spans that have begun and not yet ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OpenSpans {
    /// Waiting in a queue.
    pub queue: Option<Timestamp>,
    /// An agent's device rings.
    pub ring: Option<Timestamp>,
    /// Talking to a human.
    pub talk: Option<Timestamp>,
}

impl CallRecord {
    /// Begins a record with the call's first fact; none if `fact` is not [`CallFact::Arrived`].
    pub fn begin(
        id: CallId,
        enterprise: EnterpriseId,
        at: Timestamp,
        fact: &CallFact,
    ) -> Option<Self> {
        let CallFact::Arrived {
            direction,
            call_type,
            trunk,
            trunk_number,
            caller,
            called,
            sip_call_id,
        } = fact
        else {
            return None;
        };
        Some(Self {
            id,
            enterprise,
            direction: *direction,
            call_type: *call_type,
            trunk: *trunk,
            trunk_number: trunk_number.clone(),
            caller: caller.clone(),
            called: called.clone(),
            sip_call_id: sip_call_id.clone(),
            started_at: at,
            answered_at: None,
            bridged_at: None,
            ended_at: None,
            flow: None,
            queue: None,
            agent: None,
            answer_mode: None,
            offers: 0,
            transfers: 0,
            consults: 0,
            conferences: 0,
            queue_ms: 0,
            ring_ms: 0,
            talk_ms: 0,
            surveyed: false,
            rating: None,
            recording: None,
            early_finding: None,
            answered_by: None,
            ending: None,
            open: OpenSpans::default(),
        })
    }

    /// Folds the next fact in.
    pub fn apply(&mut self, at: Timestamp, fact: &CallFact) {
        match fact {
            CallFact::Answered => self.answered_at = self.answered_at.or(Some(at)),
            CallFact::FlowEntered { flow, .. } => self.flow = self.flow.or(Some(*flow)),
            CallFact::Queued { queue } => {
                self.queue = self.queue.or(Some(*queue));
                self.open.queue = Some(at);
            }
            CallFact::Dequeued { exit, .. } => self.leave_queue(at, *exit),
            CallFact::Offered { answer_mode, .. } => {
                self.offers += 1;
                self.answer_mode = Some(*answer_mode);
                self.open.ring = Some(at);
            }
            CallFact::OfferEnded { agent, outcome } => self.end_offer(at, *agent, *outcome),
            CallFact::Bridged { agent } => {
                self.bridged_at = self.bridged_at.or(Some(at));
                self.agent = agent.or(self.agent);
                self.open.talk = self.open.talk.or(Some(at));
            }
            CallFact::Unbridged { .. }
            | CallFact::ConferenceLeft {
                side: ConferenceSide::Customer,
            } => self.stop_talking(at),
            CallFact::Transferred { status, .. } => {
                self.transfers += u32::from((200..300).contains(status));
            }
            CallFact::SurveyOffered { .. } => self.surveyed = true,
            CallFact::Rated { rating, .. } => self.rating = Some(*rating),
            CallFact::Consulted { .. } => self.consults += 1,
            CallFact::ConferenceBegun { .. } => self.conferences += 1,
            CallFact::RecordingStarted { recording, .. } => self.recording = Some(*recording),
            CallFact::Found { finding, .. } => self.find(*finding),
            CallFact::Ended(ending) => self.end(at, ending),
            CallFact::Arrived { .. }
            | CallFact::NodeEntered { .. }
            | CallFact::NodeLeft { .. }
            | CallFact::Unreadable { .. }
            | CallFact::Dialed { .. }
            | CallFact::DialForbidden { .. }
            | CallFact::DialFailed { .. }
            | CallFact::HoldChanged { .. }
            | CallFact::SupervisionStarted { .. }
            | CallFact::SupervisionChanged { .. }
            | CallFact::SupervisionEnded { .. }
            | CallFact::ConferenceLeft { .. }
            | CallFact::RecordingEnded { .. }
            | CallFact::RecordingPaused { .. }
            | CallFact::RecordingResumed { .. }
            | CallFact::RecordingCompressed { .. }
            | CallFact::RecordingMoved { .. }
            | CallFact::VoicemailStarted
            | CallFact::Resumed
            | CallFact::LegQuality { .. } => (),
        }
    }

    /// A fax says more than the human or machine that it was taken for.
    fn find(&mut self, finding: Finding) {
        if finding.unreached().is_some() {
            self.early_finding = Some(finding);
        } else if finding.is_answerer() {
            self.answered_by = Some(finding);
        }
    }

    fn leave_queue(&mut self, at: Timestamp, _exit: QueueExit) {
        if let Some(since) = self.open.queue.take() {
            self.queue_ms += at.millis_since(since);
        }
    }

    fn end_offer(&mut self, at: Timestamp, agent: AgentId, outcome: OfferOutcome) {
        if let Some(since) = self.open.ring.take() {
            self.ring_ms += at.millis_since(since);
        }
        match outcome {
            OfferOutcome::Answered => self.agent = Some(agent),
            OfferOutcome::NoAnswer
            | OfferOutcome::Rejected
            | OfferOutcome::Unreachable
            | OfferOutcome::CallerGaveUp
            | OfferOutcome::PickedUp => (),
        }
    }

    fn stop_talking(&mut self, at: Timestamp) {
        if let Some(since) = self.open.talk.take() {
            self.talk_ms += at.millis_since(since);
        }
    }

    fn end(&mut self, at: Timestamp, ending: &Ending) {
        self.leave_queue(at, QueueExit::Ended);
        if let Some(since) = self.open.ring.take() {
            self.ring_ms += at.millis_since(since);
        }
        self.stop_talking(at);
        if self.bridged_at.is_none() && self.agent.is_none() {
            self.answer_mode = None;
        }
        self.ended_at = Some(at);
        self.ending = Some(ending.clone());
    }
}

#[cfg(test)]
mod tests;
