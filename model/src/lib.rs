//! The vocabulary: ids, time, numbers, facts, records and business states. No IO, no clock.
//!
//! Everything later is folded from [`Fact`]s; nothing here knows how a fact came about or where it
//! is kept.

mod agent;
mod audit;
mod call;
mod call_record;
mod enterprise;
mod fact;
mod finding;
mod flow;
mod flow_count;
mod id;
mod number;
mod queue;
mod rating;
mod recording;
mod secret;
mod sound;
mod source;
mod supervision;
mod time;
mod time_scheme;
mod trunk;
mod user;

pub use agent::{AgentFact, AnswerMode, BreakKind, LoginStatus, StatusActor, WorkState};
pub use audit::{AuditAction, AuditChange, AuditEntry};
pub use call::{
    CallFact, CallType, Direction, EndReason, EndStage, EndedBy, Ending, FarQuality, OfferOutcome,
    QueueExit,
};
pub use call_record::{CallRecord, OpenSpans};
pub use enterprise::{Enterprise, Region, RegionError};
pub use fact::{Event, Fact};
pub use finding::Finding;
pub use flow::{FlowVersion, PublishedFlow};
pub use flow_count::{FlowCount, FlowCountKey, FlowCounts, NodeEvent, flow_counts};
pub use id::{
    AgentId, AuditEntryId, CallId, EnterpriseId, FactId, FlowId, QueueId, RecordingId, SoundId,
    TimeSchemeId, TrunkId, TrunkNumberId, UserId,
};
pub use number::{NumberError, PhoneNumber};
pub use queue::{Queue, Strategy};
pub use rating::{Rating, RatingScale};
pub use recording::{Recording, RecordingFormat, RecordingState};
pub use secret::Secret;
pub use sound::Sound;
pub use source::SourceFact;
pub use supervision::{ConferenceSide, SupervisionEnd, SupervisionMode};
pub use time::Timestamp;
pub use time_scheme::{
    Day, Holiday, Hours, NamedTimeScheme, Opening, TimeScheme, TimeSchemeProblem, Workday,
};
pub use trunk::{
    CallerIdentity, Codec, Destination, DialRefusal, DialRules, DtmfMode, EarlyMedia, FromNumber,
    Host, HostError, Network, NetworkError, NumberRule, NumberRules, SdpFixup, SrtpPolicy, Trunk,
    TrunkAccount, TrunkCredentials, TrunkDetection, TrunkFault, TrunkGateway, TrunkInbound,
    TrunkLimits, TrunkMedia, TrunkNumber, TrunkOutbound, TrunkProblem, TrunkRegistration,
    TrunkTransport, WhenUnavailable,
};
pub use user::{Role, User};
