//! `GET /api/v1/call-records/{id}/events`

use super::event::CallEvent;
use super::visible;
use crate::auth::Caller;
use crate::error::Problem;
use crate::names::Names;
use crate::page::Page;
use crate::parameters::Id;
use crate::time::At;
use crate::{ApiError, State};
use axum::Json;
use axum::extract;
use model::{CallFact, CallId, Event};
use serde::Serialize;
use utoipa::ToSchema;

/// What happened in one call, oldest first.
#[utoipa::path(
    get,
    path = "/api/v1/call-records/{id}/events",
    operation_id = "list_call_record_events",
    tag = "call-records",
    params(("id" = String, Path, format = "uuid", description = "the call")),
    responses(
        (status = 200, body = Page<Entry>),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn events(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<CallId>,
) -> Result<Json<Page<Entry>>, ApiError> {
    visible(&state, &caller, id).await?;
    let facts = store::facts::of_call(&state.db, caller.enterprise(), id).await?;
    let names = Names::load(&state, caller.enterprise()).await?;
    Ok(Json(Page::whole(facts.into_iter().filter_map(
        |fact| match fact.event {
            // Agents are not told who listened to them.
            Event::Call { fact: happened, .. } if is_secret(&happened) && !caller.sees_all() => {
                None
            }
            Event::Call { fact: happened, .. } => Some(Entry {
                id: fact.id.to_string(),
                at: fact.at.into(),
                event: CallEvent::new(happened, &names),
            }),
            Event::Agent { .. } | Event::Source { .. } => None,
        },
    ))))
}

fn is_secret(fact: &CallFact) -> bool {
    matches!(
        fact,
        CallFact::SupervisionStarted { .. }
            | CallFact::SupervisionChanged { .. }
            | CallFact::SupervisionEnded { .. }
    )
}

/// One thing that happened, and when.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallRecordEvent)]
pub(crate) struct Entry {
    /// The fact's id.
    #[schema(format = "uuid")]
    id: String,
    /// When it happened.
    at: At,
    /// What happened.
    #[serde(flatten)]
    event: CallEvent,
}
