//! What happened to a call, fact by fact, with names in place of ids.

use crate::call_records::RatingView;
use crate::names::{Named, Names};
use crate::vocabulary::{
    AnswerMode, CallType, ConferenceSide, Direction, EndReason, EndStage, EndedBy, Finding,
    OfferOutcome, QueueExit, SupervisionEnd, SupervisionMode,
};
use model::{CallFact, DialRefusal};
use serde::Serialize;
use utoipa::ToSchema;

/// Why a number may not be dialled over a trunk.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DialRule {
    /// No prefix with + allows this number abroad.
    Abroad,
    /// A prefix denies it.
    Denied,
    /// No prefix allows it.
    NotAllowed,
    /// It is a short number that is not named.
    ShortNumber,
}

impl From<&DialRefusal> for DialRule {
    fn from(refusal: &DialRefusal) -> Self {
        match refusal {
            DialRefusal::Abroad => Self::Abroad,
            DialRefusal::Denied { .. } => Self::Denied,
            DialRefusal::NotAllowed => Self::NotAllowed,
            DialRefusal::ShortNumber => Self::ShortNumber,
        }
    }
}

/// One thing that happened to a call.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum CallEvent {
    /// A call came in, or we began to dial one.
    Arrived {
        direction: Direction,
        call_type: CallType,
        trunk: Named,
        trunk_number: String,
        caller: String,
        called: String,
        sip_call_id: String,
    },
    /// The customer's leg was answered.
    Answered,
    /// A flow took the call.
    FlowEntered { flow: Named, version: u32 },
    /// The flow reached a node.
    NodeEntered { node: String },
    /// The flow left a node.
    NodeLeft {
        node: String,
        exit: String,
        keys: String,
    },
    /// A text could not be read to the caller.
    Unreadable { node: String, reason: String },
    /// The call entered a queue.
    Queued { queue: Named },
    /// The call left a queue.
    Dequeued { queue: Named, exit: QueueExit },
    /// The call was offered to an agent whose device rings.
    Offered {
        agent: Named,
        queue: Option<Named>,
        answer_mode: AnswerMode,
    },
    /// An offer ended.
    OfferEnded { agent: Named, outcome: OfferOutcome },
    /// An outside number was dialled for the call.
    Dialed { number: String, trunk: Named },
    /// An outside number was not dialled, because the rules of the trunk do not allow it.
    DialForbidden {
        number: String,
        trunk: Named,
        /// Who wanted it; none for a flow.
        agent: Option<Named>,
        /// The number as it would have gone out.
        dialed: String,
        /// Which rule says so.
        rule: DialRule,
        /// The prefix that denies it, where one does.
        prefix: Option<String>,
    },
    /// The outside number did not answer.
    DialFailed {
        number: String,
        reason: EndReason,
        sip_code: Option<u16>,
        q850: Option<u8>,
        /// Where the peer said that the number is to be found, if that was not followed.
        redirected_to: Option<String>,
    },
    /// The customer and a human hear each other.
    Bridged { agent: Option<Named> },
    /// The agent's side left and the customer stays.
    Unbridged { agent: Option<Named> },
    /// The customer is asked for a rating of whoever talked with them last.
    SurveyOffered { node: String },
    /// The customer rated.
    Rated { node: String, rating: RatingView },
    /// An agent handed the customer on, or tried to; 200 where the customer has left the agent.
    Transferred {
        agent: Named,
        to: String,
        status: u16,
    },
    /// A supervisor's phone was answered: from here on they hear the call.
    SupervisionStarted {
        supervisor: Named,
        by: Named,
        mode: SupervisionMode,
    },
    /// A supervisor takes part in another way.
    SupervisionChanged {
        supervisor: Named,
        mode: SupervisionMode,
    },
    /// A supervisor's part is over, or never began.
    SupervisionEnded {
        supervisor: Named,
        end: SupervisionEnd,
    },
    /// An agent who talks in it calls somebody else meanwhile, and it rings there.
    Consulted {
        agent: Named,
        to: String,
        /// The call in which they do.
        #[schema(format = "uuid")]
        call: String,
    },
    /// An agent let the customer and whom they consulted hear each other.
    ConferenceBegun {
        agent: Named,
        /// Whom they consulted, if that is an agent.
        guest: Option<Named>,
        /// The outside number that they consulted.
        number: Option<String>,
    },
    /// One of three left, and the other two go on.
    ConferenceLeft { side: ConferenceSide },
    /// A party put the other on hold, or took it back.
    HoldChanged { held: bool, by_customer: bool },
    /// A recording began.
    RecordingStarted {
        #[schema(format = "uuid")]
        recording: String,
    },
    /// A recording is complete and closed.
    RecordingEnded {
        #[schema(format = "uuid")]
        recording: String,
        duration_ms: i64,
        size_bytes: i64,
        fault: Option<String>,
        /// The SHA-256 of its file in hexadecimal digits.
        sha256: Option<String>,
    },
    /// What is said is kept out of a recording.
    RecordingPaused {
        #[schema(format = "uuid")]
        recording: String,
        /// From where on, in milliseconds of the recording.
        at_ms: i64,
        /// Who wanted it; none where a flow takes sensitive keys.
        by: Option<Named>,
    },
    /// What is said is recorded again.
    RecordingResumed {
        #[schema(format = "uuid")]
        recording: String,
        /// From where on, in milliseconds of the recording.
        at_ms: i64,
        /// Who wanted it; none where a flow took sensitive keys.
        by: Option<Named>,
    },
    /// The file of a recording was replaced by a smaller one of the same length.
    RecordingCompressed {
        #[schema(format = "uuid")]
        recording: String,
        size_bytes: i64,
        sha256: String,
    },
    /// The file of a recording went into a bucket.
    RecordingMoved {
        #[schema(format = "uuid")]
        recording: String,
        bucket: String,
    },
    /// A signal was recognised in the audio of a leg.
    Found {
        /// Whether it is the customer's leg.
        customer: bool,
        finding: Finding,
    },
    /// The caller began to leave a message.
    VoicemailStarted,
    /// The process was restarted and the call went on.
    Resumed,
    /// The quality of one leg, reported as it closed.
    LegQuality {
        customer: bool,
        received: u64,
        lost: u64,
        rejected: u64,
        jitter_ms: u32,
        /// Estimated listening quality of the peer's audio (MOS-LQE), 1 to 4.5.
        mos: Option<f64>,
        /// Milliseconds to the peer and back, by its reports.
        round_trip_ms: Option<u32>,
        /// Packets of ours that the peer missed, by its reports.
        far_lost: Option<u64>,
        /// Interarrival jitter of our packets there.
        far_jitter_ms: Option<u32>,
        /// Estimated listening quality of our audio there.
        far_mos: Option<f64>,
    },
    /// The call is over.
    Ended {
        by: EndedBy,
        stage: EndStage,
        reason: EndReason,
        sip_code: Option<u16>,
        q850: Option<u8>,
    },
}

impl CallEvent {
    /// Puts names in place of the ids of `fact`.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm a fact, each a plain renaming"
    )]
    pub(crate) fn new(fact: CallFact, names: &Names) -> Self {
        match fact {
            CallFact::Arrived {
                direction,
                call_type,
                trunk,
                trunk_number,
                caller,
                called,
                sip_call_id,
            } => Self::Arrived {
                direction: direction.into(),
                call_type: call_type.into(),
                trunk: names.trunk(trunk),
                trunk_number: trunk_number.into(),
                caller: caller.into(),
                called: called.into(),
                sip_call_id,
            },
            CallFact::Answered => Self::Answered,
            CallFact::FlowEntered { flow, version } => Self::FlowEntered {
                flow: names.flow(flow),
                version,
            },
            CallFact::NodeEntered { node } => Self::NodeEntered { node },
            CallFact::NodeLeft { node, exit, keys } => Self::NodeLeft { node, exit, keys },
            CallFact::Unreadable { node, reason } => Self::Unreadable { node, reason },
            CallFact::Queued { queue } => Self::Queued {
                queue: names.queue(queue),
            },
            CallFact::Dequeued { queue, exit } => Self::Dequeued {
                queue: names.queue(queue),
                exit: exit.into(),
            },
            CallFact::Offered {
                agent,
                queue,
                answer_mode,
            } => Self::Offered {
                agent: names.agent(agent),
                queue: queue.map(|id| names.queue(id)),
                answer_mode: answer_mode.into(),
            },
            CallFact::OfferEnded { agent, outcome } => Self::OfferEnded {
                agent: names.agent(agent),
                outcome: outcome.into(),
            },
            CallFact::Dialed { number, trunk } => Self::Dialed {
                number: number.into(),
                trunk: names.trunk(trunk),
            },
            CallFact::DialForbidden {
                number,
                trunk,
                agent,
                dialed,
                refusal,
            } => Self::DialForbidden {
                number: number.into(),
                trunk: names.trunk(trunk),
                agent: agent.map(|id| names.agent(id)),
                dialed: dialed.into(),
                rule: DialRule::from(&refusal),
                prefix: match refusal {
                    DialRefusal::Denied { prefix } => Some(prefix),
                    DialRefusal::Abroad | DialRefusal::NotAllowed | DialRefusal::ShortNumber => {
                        None
                    }
                },
            },
            CallFact::DialFailed {
                number,
                reason,
                sip_code,
                q850,
                redirected_to,
            } => Self::DialFailed {
                number: number.into(),
                reason: reason.into(),
                sip_code,
                q850,
                redirected_to,
            },
            CallFact::Bridged { agent } => Self::Bridged {
                agent: agent.map(|id| names.agent(id)),
            },
            CallFact::Unbridged { agent } => Self::Unbridged {
                agent: agent.map(|id| names.agent(id)),
            },
            CallFact::SurveyOffered { node } => Self::SurveyOffered { node },
            CallFact::Rated { node, rating } => Self::Rated {
                node,
                rating: rating.into(),
            },
            CallFact::Transferred { agent, to, status } => Self::Transferred {
                agent: names.agent(agent),
                to: to.into(),
                status,
            },
            CallFact::SupervisionStarted {
                supervisor,
                by,
                mode,
            } => Self::SupervisionStarted {
                supervisor: names.agent(supervisor),
                by: names.user(by),
                mode: mode.into(),
            },
            CallFact::SupervisionChanged { supervisor, mode } => Self::SupervisionChanged {
                supervisor: names.agent(supervisor),
                mode: mode.into(),
            },
            CallFact::SupervisionEnded { supervisor, end } => Self::SupervisionEnded {
                supervisor: names.agent(supervisor),
                end: end.into(),
            },
            CallFact::Consulted { agent, to, call } => Self::Consulted {
                agent: names.agent(agent),
                to: to.into(),
                call: call.to_string(),
            },
            CallFact::ConferenceBegun {
                agent,
                guest,
                number,
            } => Self::ConferenceBegun {
                agent: names.agent(agent),
                guest: guest.map(|id| names.agent(id)),
                number: number.map(Into::into),
            },
            CallFact::ConferenceLeft { side } => Self::ConferenceLeft { side: side.into() },
            CallFact::HoldChanged { held, by_customer } => Self::HoldChanged { held, by_customer },
            CallFact::RecordingStarted { recording, .. } => Self::RecordingStarted {
                recording: recording.to_string(),
            },
            CallFact::RecordingEnded {
                recording,
                duration_ms,
                size_bytes,
                fault,
                sha256,
            } => Self::RecordingEnded {
                recording: recording.to_string(),
                duration_ms,
                size_bytes,
                fault,
                sha256,
            },
            CallFact::RecordingPaused {
                recording,
                at_ms,
                by,
            } => Self::RecordingPaused {
                recording: recording.to_string(),
                at_ms,
                by: by.map(|id| names.user(id)),
            },
            CallFact::RecordingResumed {
                recording,
                at_ms,
                by,
            } => Self::RecordingResumed {
                recording: recording.to_string(),
                at_ms,
                by: by.map(|id| names.user(id)),
            },
            CallFact::RecordingCompressed {
                recording,
                size_bytes,
                sha256,
                ..
            } => Self::RecordingCompressed {
                recording: recording.to_string(),
                size_bytes,
                sha256,
            },
            CallFact::RecordingMoved {
                recording, bucket, ..
            } => Self::RecordingMoved {
                recording: recording.to_string(),
                bucket,
            },
            CallFact::Found { customer, finding } => Self::Found {
                customer,
                finding: finding.into(),
            },
            CallFact::VoicemailStarted => Self::VoicemailStarted,
            CallFact::Resumed => Self::Resumed,
            CallFact::LegQuality {
                customer,
                received,
                lost,
                rejected,
                jitter_ms,
                far,
                mos_hundredths,
            } => Self::LegQuality {
                customer,
                received,
                lost,
                rejected,
                jitter_ms,
                mos: mos_hundredths.map(score),
                round_trip_ms: far.and_then(|far| far.round_trip_ms),
                far_lost: far.map(|far| far.lost),
                far_jitter_ms: far.map(|far| far.jitter_ms),
                far_mos: far.map(|far| score(far.mos_hundredths)),
            },
            CallFact::Ended(ending) => Self::Ended {
                by: ending.by.into(),
                stage: ending.stage.into(),
                reason: ending.reason.into(),
                sip_code: ending.sip_code,
                q850: ending.q850,
            },
        }
    }
}

fn score(hundredths: u16) -> f64 {
    f64::from(hundredths) / 100.0
}
