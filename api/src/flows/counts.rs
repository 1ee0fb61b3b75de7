//! `GET /api/v1/flows/{id}/counts`

use super::days::{Days, Wanted};
use crate::auth::Caller;
use crate::call_records::range::QuickRange;
use crate::error::Problem;
use crate::parameters::{Id, Parameters};
use crate::{ApiError, State};
use axum::{Json, extract};
use model::{FlowCount, FlowId, FlowVersion, NodeEvent};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::flow_counts::Counted;
use utoipa::ToSchema;

/// Which calls are counted. A parameter that is not listed here is refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Search {
    /// Whole days in the enterprise's zone; not together with `from` and `to`. `last7` if nothing is said.
    range: Option<QuickRange>,
    /// The first day in the enterprise's zone, such as `2026-11-17`; together with `to`.
    from: Option<jiff::civil::Date>,
    /// The last day in the enterprise's zone; at most 366 days from the first.
    to: Option<jiff::civil::Date>,
    /// The version; the live one if none is given.
    version: Option<u32>,
}

/// What callers did in one version of a flow.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlowCounts)]
pub(crate) struct View {
    /// The version; none where none is live.
    version: Option<u32>,
    /// The days on which the calls began.
    days: Days,
    /// The nodes that callers entered, by their ids.
    nodes: Vec<NodeView>,
}

/// What callers did in one node. Those who entered are the sum of all others.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = FlowNodeCounts)]
struct NodeView {
    /// The node; in a flow within a flow behind the nodes that led there, as in `ask/order`.
    node: String,
    /// How often it was entered.
    entered: i64,
    /// How often it was left, by exit.
    exits: Vec<ExitView>,
    /// How often callers hung up in it.
    hung_up: i64,
    /// How often a human answered them there.
    answered: i64,
    /// How often the call ended there without the caller's doing, or went to another flow.
    cut_off: i64,
    /// How many are still there.
    still_there: i64,
    /// How long all stayed who are not there any more, in milliseconds; until a human answered.
    spent_ms: i64,
}

/// How often a node was left by one exit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlowExitCount)]
struct ExitView {
    /// The exit.
    exit: String,
    /// How often.
    callers: i64,
    /// How long they were in the node, in milliseconds.
    spent_ms: i64,
}

/// Counts what callers did in one version of a flow: by which exit they left each node, where they hung up. A call
/// counts on the day on which it began. For supervisors and administrators.
#[utoipa::path(
    get,
    path = "/api/v1/flows/{id}/counts",
    operation_id = "count_flow",
    tag = "flows",
    params(
        ("id" = String, Path, format = "uuid", description = "the flow"),
        ("range" = Option<QuickRange>, Query, description = "whole days in the enterprise's zone, `last7` if nothing is said; not together with `from` and `to`"),
        ("from" = Option<String>, Query, format = Date, description = "the first day in the enterprise's zone, such as `2026-11-17`; together with `to`"),
        ("to" = Option<String>, Query, format = Date, description = "the last day, at most 366 days with the first"),
        ("version" = Option<u32>, Query, description = "the version; the live one if none is given"),
    ),
    responses(
        (status = 200, body = View),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn counts(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<FlowId>,
    Parameters(search): Parameters<Search>,
) -> Result<Json<View>, ApiError> {
    caller.require_supervisor()?;
    let enterprise = caller.enterprise();
    let drawn = store::flow_drafts::show(&state.db, enterprise, id).await?;
    let wanted = Wanted {
        range: search.range,
        from: search.from,
        to: search.to,
    };
    let place = store::enterprises::show(&state.db, enterprise).await?;
    let (days, period) = wanted.resolve(crate::sessions::now(), &place.time_zone)?;
    let version = match search.version.map(FlowVersion) {
        Some(version) => {
            store::flow_drafts::version(&state.db, enterprise, (id, version)).await?;
            Some(version)
        }
        None => drawn.live.map(|(version, _)| version),
    };
    state.ledger.catch_up().await;
    let counted = match version {
        Some(version) => store::flow_counts::of_version(&state.db, (id, version), period).await?,
        None => Vec::new(),
    };
    Ok(Json(View {
        version: version.map(|version| version.0),
        days,
        nodes: nodes(counted),
    }))
}

fn nodes(counted: Vec<Counted>) -> Vec<NodeView> {
    let mut nodes = BTreeMap::<String, NodeView>::new();
    for Counted { node, event, count } in counted {
        let view = nodes.entry(node.clone()).or_default();
        view.node = node;
        view.add(event, count);
    }
    nodes.into_values().collect()
}

impl NodeView {
    fn add(&mut self, event: NodeEvent, FlowCount { callers, spent_ms }: FlowCount) {
        self.spent_ms += spent_ms;
        self.still_there -= callers;
        match event {
            NodeEvent::Entered => {
                self.entered += callers;
                self.still_there += 2 * callers;
            }
            NodeEvent::Answered => self.answered += callers,
            NodeEvent::CutOff => self.cut_off += callers,
            NodeEvent::HungUp => self.hung_up += callers,
            NodeEvent::Left(exit) => self.exits.push(ExitView {
                exit,
                callers,
                spent_ms,
            }),
        }
    }
}
