//! Call records (通话记录): search, one record, what happened in it, its recording.

pub(crate) mod event;
pub(crate) mod events;
pub(crate) mod filter;
pub(crate) mod list;
pub(crate) mod range;
pub(crate) mod recording;
pub(crate) mod show;
pub(crate) mod source;
mod wave;

use crate::auth::Caller;
use crate::names::Named;
use crate::time::{At, whole_seconds};
use crate::vocabulary::{
    AnswerMode, CallType, Direction, EndReason, EndStage, EndedBy, Finding, RatingScale,
    RecordingFormat, RecordingState,
};
use crate::{ApiError, State};
use model::{CallId, Recording};
use serde::Serialize;
use store::call_records::Entry;
use utoipa::ToSchema;

/// One call as people look it up afterwards.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallRecord)]
pub(crate) struct View {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// Who called whom.
    direction: Direction,
    /// How it came about.
    call_type: CallType,
    /// The trunk's id.
    #[schema(format = "uuid")]
    trunk: String,
    /// The number of ours.
    trunk_number: String,
    /// The calling number.
    caller: String,
    /// The called number.
    called: String,
    /// The Call-ID of the customer's leg.
    sip_call_id: String,
    /// When it came in.
    started_at: At,
    /// When the customer's leg was answered.
    answered_at: Option<At>,
    /// When the customer first heard a human.
    bridged_at: Option<At>,
    /// When it ended; none while it lasts.
    ended_at: Option<At>,
    /// The first flow.
    flow: Option<Named>,
    /// The first queue.
    queue: Option<Named>,
    /// The agent who talked last.
    agent: Option<Named>,
    /// The work number of that agent.
    extension: Option<String>,
    /// The device of that agent.
    answer_mode: Option<AnswerMode>,
    /// How often a device of an agent rang.
    offers: u32,
    /// How often an agent handed the customer on.
    transfers: u32,
    /// How often an agent who talked in it called somebody else meanwhile.
    consults: u32,
    /// How often a third person was brought in.
    conferences: u32,
    /// Whether the customer was asked for a rating.
    surveyed: bool,
    /// How the customer rated; the last rating counts.
    rating: Option<RatingView>,
    /// From the arrival to the end; none while it lasts.
    duration_ms: Option<i64>,
    /// The same in whole seconds.
    duration_seconds: Option<i64>,
    /// Waiting in queues.
    queue_ms: i64,
    /// The same in whole seconds.
    queue_seconds: i64,
    /// While an agent's device rang.
    ring_ms: i64,
    /// The same in whole seconds.
    ring_seconds: i64,
    /// Talking to a human.
    talk_ms: i64,
    /// The same in whole seconds.
    talk_seconds: i64,
    /// The recording's id, if there is one.
    #[schema(format = "uuid")]
    recording: Option<String>,
    /// Why a number that was dialled was not reached, as its network told by tone or announcement.
    early_finding: Option<Finding>,
    /// Who answered a call that went out, as far as it sounds.
    answered_by: Option<Finding>,
    /// How it ended; none while it lasts.
    ending: Option<EndingView>,
}

/// How a customer rated.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Rating)]
pub(crate) struct RatingView {
    /// One to five stars, or zero to ten points.
    score: u8,
    /// By what.
    scale: RatingScale,
}

impl From<model::Rating> for RatingView {
    fn from(rating: model::Rating) -> Self {
        Self {
            score: rating.score,
            scale: rating.scale.into(),
        }
    }
}

/// How a call ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Ending)]
pub(crate) struct EndingView {
    /// Who ended it.
    by: EndedBy,
    /// How far it had come.
    stage: EndStage,
    /// Why.
    reason: EndReason,
    /// The SIP status that ended it, if one did.
    sip_code: Option<u16>,
    /// The Q.850 cause that came with it, if one did.
    q850: Option<u8>,
}

/// A stereo recording of a call: customer left, agent right.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Recording)]
pub(crate) struct RecordingView {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// When its first sample was taken.
    started_at: At,
    /// Its length, once it is closed.
    duration_ms: Option<i64>,
    /// Its size, once it is closed.
    size_bytes: Option<i64>,
    /// How far it is.
    state: RecordingState,
    /// What is missing and why.
    fault: Option<String>,
    /// What kind of file it is.
    format: RecordingFormat,
    /// The SHA-256 of the file in hexadecimal digits, once it is closed.
    sha256: Option<String>,
    /// The bucket that holds the file; none while the server's own disk does.
    bucket: Option<String>,
}

impl View {
    fn new(entry: Entry) -> Self {
        let record = entry.record;
        let duration_ms = record
            .ended_at
            .map(|ended| ended.millis_since(record.started_at));
        Self {
            id: record.id.to_string(),
            direction: record.direction.into(),
            call_type: record.call_type.into(),
            trunk: record.trunk.to_string(),
            trunk_number: record.trunk_number.into(),
            caller: record.caller.into(),
            called: record.called.into(),
            sip_call_id: record.sip_call_id,
            started_at: record.started_at.into(),
            answered_at: record.answered_at.map(At),
            bridged_at: record.bridged_at.map(At),
            ended_at: record.ended_at.map(At),
            flow: record.flow.map(|id| Named::new(id, entry.flow_name)),
            queue: record.queue.map(|id| Named::new(id, entry.queue_name)),
            agent: record.agent.map(|id| Named::new(id, entry.agent_name)),
            extension: entry.extension,
            answer_mode: record.answer_mode.map(AnswerMode::from),
            offers: record.offers,
            transfers: record.transfers,
            consults: record.consults,
            conferences: record.conferences,
            surveyed: record.surveyed,
            rating: record.rating.map(RatingView::from),
            duration_ms,
            duration_seconds: duration_ms.map(whole_seconds),
            queue_ms: record.queue_ms,
            queue_seconds: whole_seconds(record.queue_ms),
            ring_ms: record.ring_ms,
            ring_seconds: whole_seconds(record.ring_ms),
            talk_ms: record.talk_ms,
            talk_seconds: whole_seconds(record.talk_ms),
            recording: record.recording.map(|id| id.to_string()),
            early_finding: record.early_finding.map(Finding::from),
            answered_by: record.answered_by.map(Finding::from),
            ending: record.ending.map(|ending| EndingView {
                by: ending.by.into(),
                stage: ending.stage.into(),
                reason: ending.reason.into(),
                sip_code: ending.sip_code,
                q850: ending.q850,
            }),
        }
    }
}

impl From<Recording> for RecordingView {
    fn from(recording: Recording) -> Self {
        Self {
            id: recording.id.to_string(),
            started_at: recording.started_at.into(),
            duration_ms: recording.duration_ms,
            size_bytes: recording.size_bytes,
            state: recording.state.into(),
            fault: recording.fault,
            format: recording.format.into(),
            sha256: recording.sha256,
            bucket: recording.bucket,
        }
    }
}

/// The record, if the caller may see it.
async fn visible(state: &State, caller: &Caller, id: CallId) -> Result<Entry, ApiError> {
    state.ledger.catch_up().await;
    let entry = store::call_records::show(&state.db, caller.enterprise(), id).await?;
    if caller.may_see(entry.record.agent) {
        Ok(entry)
    } else {
        Err(ApiError::NotFound("call record"))
    }
}
