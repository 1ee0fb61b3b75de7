//! `GET /api/v1/trunk-numbers`

use crate::auth::Caller;
use crate::error::Problem;
use crate::names::{Named, Names};
use crate::page::Page;
use crate::{ApiError, State};
use axum::{Json, extract};
use model::{Destination, TrunkNumber};
use serde::Serialize;
use utoipa::ToSchema;

/// The numbers of the enterprise (中继号码).
#[utoipa::path(
    get,
    path = "/api/v1/trunk-numbers",
    operation_id = "list_trunk_numbers",
    tag = "trunk-numbers",
    responses(
        (status = 200, body = Page<View>),
        (status = 401, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<Json<Page<View>>, ApiError> {
    let numbers = store::trunk_numbers::list(&state.db, caller.enterprise()).await?;
    let names = Names::load(&state, caller.enterprise()).await?;
    Ok(Json(Page::whole(
        numbers.into_iter().map(|number| View::new(number, &names)),
    )))
}

/// A number reached through a trunk.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TrunkNumber)]
pub(crate) struct View {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// The number.
    number: String,
    /// The trunk it is reached through.
    trunk: Named,
    /// Where its calls go.
    destination: DestinationView,
    /// Whether its calls are recorded from the answer on.
    recorded: bool,
}

/// Where the calls of a number go.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "to", rename_all = "snake_case")]
#[schema(as = Destination)]
pub(crate) enum DestinationView {
    /// Into a flow.
    Flow { flow: Named },
    /// Straight into a queue.
    Queue { queue: Named },
}

impl View {
    fn new(number: TrunkNumber, names: &Names) -> Self {
        Self {
            id: number.id.to_string(),
            number: number.number.into(),
            trunk: names.trunk(number.trunk),
            destination: match number.destination {
                Destination::Flow(id) => DestinationView::Flow {
                    flow: names.flow(id),
                },
                Destination::Queue(id) => DestinationView::Queue {
                    queue: names.queue(id),
                },
            },
            recorded: number.recorded,
        }
    }
}
