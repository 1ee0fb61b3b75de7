//! `POST /api/v1/flows/{id}/draft/replay`

use super::days::{Days, Wanted};
use super::{ProblemView, tried};
use crate::auth::Caller;
use crate::body::Body;
use crate::call_records::range::QuickRange;
use crate::error::Problem;
use crate::flow_tests::played;
use crate::parameters::Id;
use crate::time::At;
use crate::{ApiError, State};
use axum::{Json, extract};
use ivr::Document;
use ivr::replay::{NotReplayable, Outcome, Unknown, Walked, Way};
use model::{CallId, EnterpriseId, Fact, FlowId, FlowVersion, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The most calls that are replayed at a time.
const MOST_CALLS: u32 = 500;
/// Calls whose facts are in memory at a time.
const CALLS_AT_A_TIME: usize = 50;

/// Which calls are replayed, through what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FlowReplayRequest)]
pub(crate) struct Request {
    /// A flow document; the draft as it is saved if none is given.
    #[serde(default)]
    document: Option<Value>,
    /// Whole days in the enterprise's zone; not together with `from` and `to`. `last7` if nothing is said.
    #[serde(default)]
    range: Option<QuickRange>,
    /// The first day in the enterprise's zone, such as `2026-11-17`; together with `to`.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    from: Option<jiff::civil::Date>,
    /// The last day, at most 366 days with the first.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    to: Option<jiff::civil::Date>,
    /// The newest calls, at most so many: 1 to 500, 500 if nothing is said.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// What came of the calls.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlowReplay)]
pub(crate) struct View {
    /// What keeps the flow from being published; nothing is replayed where there is something.
    problems: Vec<ProblemView>,
    /// The days on which the calls began.
    days: Days,
    /// How many calls were looked at, the newest first.
    calls: usize,
    /// How many take the same way.
    same: usize,
    /// Those that take another.
    different: Vec<Different>,
    /// How many cannot be followed to their end, by what the facts do not hold.
    unknown: Vec<NotFollowed>,
}

/// A call that takes another way.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlowReplayDifference)]
struct Different {
    /// The call.
    #[schema(format = "uuid")]
    call: String,
    /// When it began.
    started_at: At,
    /// The version that it went through.
    version: u32,
    /// The node where the ways part; none where the start is another.
    node: Option<String>,
    /// How it went on there.
    happened: WayView,
    /// How it would go on.
    would: WayView,
}

/// How a call goes on from a node.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlowReplayWay)]
struct WayView {
    /// The exit; none where the call stays there, or waits for what the facts do not tell.
    exit: Option<String>,
    /// The node that follows; none where the call is over.
    to: Option<String>,
}

/// Calls that cannot be followed to their end.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlowReplayUnknown)]
struct NotFollowed {
    /// Why.
    reason: Reason,
    /// How many.
    calls: usize,
}

/// Why a call cannot be followed to its end. `sensitive`: what the caller typed is kept out of the facts. `answer`:
/// what another system answered decides. `queue`: how a queue was decides. `bot`: what a bot said decides.
/// `typed_ahead`: whether keys were pressed before they were asked for decides. `in_progress`: it goes on.
/// `incomplete`: its facts do not tell how it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FlowReplayReason)]
enum Reason {
    Sensitive,
    Answer,
    Queue,
    Bot,
    TypedAhead,
    InProgress,
    Incomplete,
}

/// Plays real calls once more through what is drawn and lists those that take another way. No telephone rings and
/// nothing is changed. For supervisors and administrators.
#[utoipa::path(
    post,
    path = "/api/v1/flows/{id}/draft/replay",
    operation_id = "replay_flow_draft",
    tag = "flows",
    params(("id" = String, Path, format = "uuid", description = "the flow")),
    request_body = Request,
    responses(
        (status = 200, body = View),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn replay(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<FlowId>,
    Body(request): Body<Request>,
) -> Result<Json<View>, ApiError> {
    caller.require_supervisor()?;
    let enterprise = caller.enterprise();
    let limit = request.limit.unwrap_or(MOST_CALLS);
    if !(1..=MOST_CALLS).contains(&limit) {
        return Err(ApiError::invalid(
            "/limit",
            format!("allowed are 1 to {MOST_CALLS}"),
        ));
    }
    let wanted = Wanted {
        range: request.range,
        from: request.from,
        to: request.to,
    };
    let found = tried(&state, (enterprise, id), request.document).await?;
    let place = store::enterprises::show(&state.db, enterprise).await?;
    let (days, period) = wanted.resolve(crate::sessions::now(), &place.time_zone)?;
    let mut view = View {
        problems: Vec::new(),
        days,
        calls: 0,
        same: 0,
        different: Vec::new(),
        unknown: Vec::new(),
    };
    let found = match found {
        Ok(found) => found,
        Err(problems) => {
            view.problems = problems.into_iter().map(ProblemView::from).collect();
            return Ok(Json(view));
        }
    };
    state.ledger.catch_up().await;
    let calls =
        store::call_records::latest_of_flow(&state.db, (enterprise, id), period, limit).await?;
    view.calls = calls.len();
    let mut versions = Versions::default();
    let mut unknown = BTreeMap::<Reason, usize>::new();
    for some in calls.chunks(CALLS_AT_A_TIME) {
        let facts = store::facts::of_some_calls(&state.db, some).await?;
        let walked = walks(&facts, id);
        for (_, _, walk) in &walked {
            if let Ok(walk) = walk {
                versions
                    .load(&state, (enterprise, id), walk.version)
                    .await?;
            }
        }
        let before = versions.0.clone();
        let outcomes = played(&found, move |flow, beside| {
            let played = walked.into_iter().map(|(call, at, walk)| {
                let outcome = walk.map(|walk| {
                    let before = before.get(&walk.version).and_then(Option::as_ref);
                    (walk.version, walk.replay(before, flow, beside))
                });
                (call, at, outcome)
            });
            played.collect::<Vec<_>>()
        })
        .await?;
        for (call, at, outcome) in outcomes {
            view.take((call, at), outcome, &mut unknown);
        }
    }
    view.leave_unknown(unknown);
    Ok(Json(view))
}

/// The versions that calls went through, as far as they can be read.
#[derive(Default)]
struct Versions(BTreeMap<FlowVersion, Option<Document>>);

impl Versions {
    async fn load(
        &mut self,
        state: &State,
        (enterprise, id): (EnterpriseId, FlowId),
        version: FlowVersion,
    ) -> Result<(), ApiError> {
        if self.0.contains_key(&version) {
            return Ok(());
        }
        let found = store::flow_drafts::version(&state.db, enterprise, (id, version)).await;
        let document = match found {
            Ok(text) => Document::from_json(&text).ok(),
            Err(store::Error::NotFound(_)) => None,
            Err(error) => return Err(error.into()),
        };
        self.0.insert(version, document);
        Ok(())
    }
}

type Walk = (CallId, Timestamp, Result<Walked, NotReplayable>);

fn walks(facts: &[(CallId, Fact)], flow: FlowId) -> Vec<Walk> {
    let calls = facts.chunk_by(|one, other| one.0 == other.0);
    let walks = calls.filter_map(|of_call| {
        let (call, begin) = of_call.first()?;
        let facts: Vec<Fact> = of_call.iter().map(|(_, fact)| fact.clone()).collect();
        Some((*call, begin.at, Walked::read(&facts, flow)))
    });
    walks.collect()
}

impl View {
    fn leave_unknown(&mut self, unknown: BTreeMap<Reason, usize>) {
        let unknown = unknown.into_iter();
        let unknown = unknown.map(|(reason, calls)| NotFollowed { reason, calls });
        self.unknown = unknown.collect();
    }

    fn take(
        &mut self,
        (call, at): (CallId, Timestamp),
        outcome: Result<(FlowVersion, Outcome), NotReplayable>,
        unknown: &mut BTreeMap<Reason, usize>,
    ) {
        match outcome {
            Ok((_, Outcome::Same)) => self.same += 1,
            Ok((version, Outcome::Differs(parting))) => self.different.push(Different {
                call: call.to_string(),
                started_at: At(at),
                version: version.0,
                node: parting.node,
                happened: parting.happened.into(),
                would: parting.would.into(),
            }),
            Ok((_, Outcome::Unknown { what, .. })) => {
                *unknown.entry(what.into()).or_default() += 1;
            }
            Err(why) => *unknown.entry(why.into()).or_default() += 1,
        }
    }
}

impl From<Way> for WayView {
    fn from(Way { exit, to }: Way) -> Self {
        Self { exit, to }
    }
}

impl From<Unknown> for Reason {
    fn from(what: Unknown) -> Self {
        match what {
            Unknown::Sensitive => Self::Sensitive,
            Unknown::Answer => Self::Answer,
            Unknown::Queue => Self::Queue,
            Unknown::Bot => Self::Bot,
            Unknown::TypedAhead => Self::TypedAhead,
        }
    }
}

impl From<NotReplayable> for Reason {
    fn from(why: NotReplayable) -> Self {
        match why {
            NotReplayable::InProgress => Self::InProgress,
            NotReplayable::Incomplete => Self::Incomplete,
        }
    }
}
