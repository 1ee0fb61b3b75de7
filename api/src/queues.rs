//! `GET /api/v1/queues`

use crate::auth::Caller;
use crate::error::Problem;
use crate::page::Page;
use crate::vocabulary::Strategy;
use crate::{ApiError, State};
use axum::{Json, extract};
use call::LiveView;
use model::Queue;
use serde::Serialize;
use utoipa::ToSchema;

/// The queues of the enterprise, by name.
#[utoipa::path(
    get,
    path = "/api/v1/queues",
    operation_id = "list_queues",
    tag = "queues",
    responses(
        (status = 200, body = Page<View>),
        (status = 401, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<Json<Page<View>>, ApiError> {
    let queues = store::queues::list(&state.db, caller.enterprise()).await?;
    let live = state.engine.view();
    Ok(Json(Page::whole(
        queues.into_iter().map(|queue| View::new(queue, &live)),
    )))
}

/// Where calls wait for agents.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Queue)]
pub(crate) struct View {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// Its name.
    name: String,
    /// Who gets the next call.
    strategy: Strategy,
    /// How long one agent's device rings before the next is tried.
    ring_timeout_seconds: u64,
    /// How long a caller may wait.
    max_wait_seconds: u64,
    /// How many callers may wait.
    max_length: u32,
    /// How long an agent has after a call.
    wrap_up_seconds: u64,
    /// Whether conversations from this queue are recorded.
    recorded: bool,
    /// How many callers wait at this moment.
    waiting: usize,
}

impl View {
    fn new(queue: Queue, live: &LiveView) -> Self {
        let waits = |stage| matches!(stage, model::EndStage::Queue | model::EndStage::Ringing);
        let waiting = live
            .calls
            .iter()
            .filter(|call| call.queue == Some(queue.id) && waits(call.stage))
            .count();
        Self {
            id: queue.id.to_string(),
            name: queue.name,
            strategy: queue.strategy.into(),
            ring_timeout_seconds: queue.ring_timeout.as_secs(),
            max_wait_seconds: queue.max_wait.as_secs(),
            max_length: queue.max_length,
            wrap_up_seconds: queue.wrap_up.as_secs(),
            recorded: queue.recorded,
            waiting,
        }
    }
}
