//! What can happen to a call, and how it can end.

use crate::{
    AgentId, AnswerMode, CallId, ConferenceSide, DialRefusal, Finding, FlowId, PhoneNumber,
    QueueId, Rating, RecordingId, SupervisionEnd, SupervisionMode, TrunkId, UserId,
};
use serde::{Deserialize, Serialize};

/// Who called whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The customer called us.
    Inbound,
    /// We called the customer.
    Outbound,
    /// Agent to agent.
    Internal,
}

/// How the call came about (通话类型).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallType {
    /// 呼入: the customer called a trunk number.
    Inbound,
    /// 普通外呼: an agent dialled.
    Outbound,
    /// 点击拨号: customer first, then a flow, then a human.
    ClickToDial,
    /// 内部通话.
    Internal,
    /// 试拨: somebody heard a draft of a flow from the designer; part of no figure.
    Trial,
}

/// Who ended a call (挂断方).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// The customer hung up or gave up.
    Customer,
    /// The agent hung up.
    Agent,
    /// The flow, a limit or an operator ended it.
    System,
    /// Signalling or media was lost.
    Network,
}

/// How far a call had come when it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndStage {
    /// Before any flow or queue took it.
    PreIvr,
    /// In a flow.
    Ivr,
    /// Waiting in a queue.
    Queue,
    /// While an agent or an outside number was ringing.
    Ringing,
    /// Talking to a human.
    Talking,
    /// Leaving a message.
    Voicemail,
    /// Asked for a rating.
    Survey,
}

/// Why a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// A party hung up in the ordinary way.
    HungUp,
    /// The caller cancelled before we answered.
    Cancelled,
    /// The flow came to its end.
    FlowEnded,
    /// The called number leads nowhere.
    UnknownNumber,
    /// The offer could not be met: no codec in common.
    NotAcceptable,
    /// A limit on calls, ports or load was reached.
    Overloaded,
    /// Nobody was signed in to the queue.
    NoAgent,
    /// The queue's longest wait was over.
    QueueTimeout,
    /// The queue was full.
    QueueFull,
    /// The other side did not answer in time.
    NoAnswer,
    /// The other side was busy.
    Busy,
    /// The other side declined or failed.
    Refused,
    /// No trunk may dial the number.
    Forbidden,
    /// No media arrived for too long.
    MediaTimeout,
    /// The signalling peer stopped answering.
    SignallingTimeout,
    /// An operator ended the call.
    Operator,
    /// The server is shutting down.
    Shutdown,
    /// The process died and the call could not be restored.
    ServerFailure,
    /// A fault of ours, logged with the call.
    InternalError,
    /// The session was not refreshed in time (RFC 4028), or lived as long as any may.
    Expired,
    /// An agent put the two they talked with together and left.
    Transferred,
    /// The network says that it cannot put the call through.
    Congestion,
    /// The network says that the number is barred or suspended (停机).
    OutOfService,
    /// The network says that the telephone is switched off (关机).
    PoweredOff,
    /// The network says that the telephone cannot be reached for the moment (无法接通).
    Unreachable,
}

/// The end of a call: who, how far, why, and what the wire said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// Who ended it.
    pub by: EndedBy,
    /// How far it had come.
    pub stage: EndStage,
    /// Why.
    pub reason: EndReason,
    /// The SIP status that ended it, if one did.
    pub sip_code: Option<u16>,
    /// The Q.850 cause of a Reason header (RFC 3326), if one came.
    pub q850: Option<u8>,
}

/// How an offer of a call to an agent ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferOutcome {
    /// The agent answered.
    Answered,
    /// Ring-no-answer: the deadline passed.
    NoAnswer,
    /// The agent's device declined.
    Rejected,
    /// The agent's device could not be reached.
    Unreachable,
    /// The caller gave up while it rang.
    CallerGaveUp,
    /// A colleague took the call at their own phone while it rang.
    PickedUp,
}

/// How a call left a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueExit {
    /// An agent answered.
    Answered,
    /// The caller gave up.
    Abandoned,
    /// The longest wait was over.
    TimedOut,
    /// The queue was full on arrival.
    Full,
    /// Nobody was signed in.
    NoAgent,
    /// The call ended otherwise.
    Ended,
}

/// How our audio arrived at a peer, by its own reports (RTCP).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FarQuality {
    /// RTP packets that the peer missed.
    pub lost: u64,
    /// Interarrival jitter there, in milliseconds.
    pub jitter_ms: u32,
    /// Time from us to the peer and back, in milliseconds, if it could be measured.
    pub round_trip_ms: Option<u32>,
    /// Estimated listening quality (MOS-LQE) there, in hundredths.
    pub mos_hundredths: u16,
}

/// One thing that happened to a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CallFact {
    /// A call came in, or we began to dial one.
    Arrived {
        /// Who called whom.
        direction: Direction,
        /// How it came about.
        call_type: CallType,
        /// The trunk it uses.
        trunk: TrunkId,
        /// The number of ours that is involved (中继号码).
        trunk_number: PhoneNumber,
        /// The calling number.
        caller: PhoneNumber,
        /// The called number.
        called: PhoneNumber,
        /// The Call-ID of the customer's leg.
        sip_call_id: String,
    },
    /// We answered the customer's leg, or the customer answered ours.
    Answered,
    /// A flow took the call.
    FlowEntered {
        /// The flow.
        flow: FlowId,
        /// Its published version.
        version: u32,
    },
    /// The flow reached a node.
    NodeEntered {
        /// The node's id in the flow document.
        node: String,
    },
    /// The flow left a node.
    NodeLeft {
        /// The node's id in the flow document.
        node: String,
        /// The exit taken.
        exit: String,
        /// Keys pressed in the node; `*` for each key where the node is sensitive.
        keys: String,
    },
    /// A text could not be read to the caller.
    Unreadable {
        /// The node's id in the flow document.
        node: String,
        /// What was wrong, the value masked.
        reason: String,
    },
    /// The call entered a queue.
    Queued {
        /// The queue.
        queue: QueueId,
    },
    /// The call left a queue.
    Dequeued {
        /// The queue.
        queue: QueueId,
        /// How.
        exit: QueueExit,
    },
    /// The call was offered to an agent whose device rings.
    Offered {
        /// The agent.
        agent: AgentId,
        /// The queue it came from, none for a direct transfer.
        queue: Option<QueueId>,
        /// The device that rings (接听方式).
        answer_mode: AnswerMode,
    },
    /// An offer ended.
    OfferEnded {
        /// The agent.
        agent: AgentId,
        /// How.
        outcome: OfferOutcome,
    },
    /// An outside number was dialled for the call.
    Dialed {
        /// The number.
        number: PhoneNumber,
        /// Over which trunk.
        trunk: TrunkId,
    },
    /// An outside number was not dialled, because the rules of the trunk do not allow it.
    DialForbidden {
        /// The number as it was asked for.
        number: PhoneNumber,
        /// The trunk that would have been tried first.
        trunk: TrunkId,
        /// The agent who wanted it; none for a flow.
        agent: Option<AgentId>,
        /// The number as it would have gone out.
        dialed: PhoneNumber,
        /// The rule that says so.
        #[serde(flatten)]
        refusal: DialRefusal,
    },
    /// The outside number did not answer.
    DialFailed {
        /// The number.
        number: PhoneNumber,
        /// Why.
        reason: EndReason,
        /// The SIP status, if one came.
        sip_code: Option<u16>,
        /// The Q.850 cause of a Reason header (RFC 3326), if one came.
        #[serde(default)]
        q850: Option<u8>,
        /// Where a 3xx that was not followed pointed to.
        #[serde(default)]
        redirected_to: Option<String>,
    },
    /// The customer and a human hear each other.
    Bridged {
        /// The agent, none when an outside number answered.
        agent: Option<AgentId>,
    },
    /// The agent's side left and the customer stays.
    Unbridged {
        /// The agent who left.
        agent: Option<AgentId>,
    },
    /// The customer is asked for a rating (满意度评价), of whoever talked with them last.
    SurveyOffered {
        /// The node that asks.
        node: String,
    },
    /// The customer rated.
    Rated {
        /// The node that asked.
        node: String,
        /// How.
        rating: Rating,
    },
    /// An agent handed the customer on, or tried to.
    Transferred {
        /// The agent.
        agent: AgentId,
        /// To whom: a work number, a number of ours or an outside number.
        to: PhoneNumber,
        /// How it went, as a SIP status: 200 where the customer has left the agent.
        status: u16,
    },
    /// A supervisor's phone was answered: from here on they hear the call.
    SupervisionStarted {
        /// The supervisor, by their phone.
        supervisor: AgentId,
        /// The supervisor, as they signed in.
        by: UserId,
        /// How they take part.
        mode: SupervisionMode,
    },
    /// A supervisor takes part in another way.
    SupervisionChanged {
        /// The supervisor.
        supervisor: AgentId,
        /// How they take part from here on.
        mode: SupervisionMode,
    },
    /// A supervisor's part is over, or never began.
    SupervisionEnded {
        /// The supervisor.
        supervisor: AgentId,
        /// How.
        end: SupervisionEnd,
    },
    /// An agent who talks in it calls somebody else meanwhile (咨询), and it rings there.
    Consulted {
        /// The agent.
        agent: AgentId,
        /// Whom they call.
        to: PhoneNumber,
        /// The call in which they do.
        call: CallId,
    },
    /// An agent let the customer and whom they consulted hear each other.
    ConferenceBegun {
        /// The agent.
        agent: AgentId,
        /// Whom they consulted, if that is an agent.
        guest: Option<AgentId>,
        /// The outside number that they consulted.
        number: Option<PhoneNumber>,
    },
    /// One of three left, and the other two go on.
    ConferenceLeft {
        /// Who.
        side: ConferenceSide,
    },
    /// A party put the other on hold (RFC 3264 §8.4), or took it back.
    HoldChanged {
        /// Whether it is on hold.
        held: bool,
        /// Whether the customer's side did it.
        by_customer: bool,
    },
    /// A recording began.
    RecordingStarted {
        /// The recording.
        recording: RecordingId,
        /// Its file below the data folder.
        path: String,
    },
    /// A recording is complete and closed.
    RecordingEnded {
        /// The recording.
        recording: RecordingId,
        /// Its length in milliseconds.
        duration_ms: i64,
        /// Its size in bytes.
        size_bytes: i64,
        /// Why nothing or not everything was kept, if so.
        fault: Option<String>,
        /// The SHA-256 of its file, in hexadecimal digits, if there is one.
        #[serde(default)]
        sha256: Option<String>,
    },
    /// What is said is kept out of a recording: silence lies in its place.
    RecordingPaused {
        /// The recording.
        recording: RecordingId,
        /// From where on, in milliseconds of the recording.
        at_ms: i64,
        /// Who wanted it; none where a flow takes sensitive keys.
        by: Option<UserId>,
    },
    /// What is said is recorded again.
    RecordingResumed {
        /// The recording.
        recording: RecordingId,
        /// From where on, in milliseconds of the recording.
        at_ms: i64,
        /// Who wanted it; none where a flow took sensitive keys.
        by: Option<UserId>,
    },
    /// The file of a recording was replaced by a smaller one of the same length.
    RecordingCompressed {
        /// The recording.
        recording: RecordingId,
        /// The new file below the data folder.
        path: String,
        /// Its size in bytes.
        size_bytes: i64,
        /// Its SHA-256 in hexadecimal digits.
        sha256: String,
    },
    /// The file of a recording is in a bucket, byte for byte.
    RecordingMoved {
        /// The recording.
        recording: RecordingId,
        /// The bucket.
        bucket: String,
        /// The file's key in it.
        key: String,
    },
    /// A signal was recognised in the audio of a leg.
    Found {
        /// Whether it is the customer's leg.
        customer: bool,
        /// What.
        finding: Finding,
    },
    /// The caller began to leave a message (留言).
    VoicemailStarted,
    /// The process was killed and the call went on in a new one.
    Resumed,
    /// The quality of one leg, reported as it closed.
    LegQuality {
        /// Whether it is the customer's leg.
        customer: bool,
        /// RTP packets received.
        received: u64,
        /// RTP packets missing from the sequence.
        lost: u64,
        /// RTP packets refused because they came from another source.
        rejected: u64,
        /// Interarrival jitter in milliseconds (RFC 3550 §6.4.1).
        jitter_ms: u32,
        /// What the peer's reports add, if it sent any.
        #[serde(default)]
        far: Option<FarQuality>,
        /// Estimated listening quality (MOS-LQE) of the peer's audio, in hundredths.
        #[serde(default)]
        mos_hundredths: Option<u16>,
    },
    /// The call is over.
    Ended(Ending),
}
