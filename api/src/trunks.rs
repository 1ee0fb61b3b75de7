//! `GET /api/v1/trunks`

use crate::auth::Caller;
use crate::error::Problem;
use crate::page::Page;
use crate::{ApiError, State};
use axum::{Json, extract};
use model::{Trunk, TrunkGateway};
use serde::Serialize;
use utoipa::ToSchema;

/// The trunks of the enterprise, by name; for supervisors.
#[utoipa::path(
    get,
    path = "/api/v1/trunks",
    operation_id = "list_trunks",
    tag = "trunks",
    responses(
        (status = 200, body = Page<View>),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<Json<Page<View>>, ApiError> {
    caller.require_supervisor()?;
    let trunks = store::trunks::list(&state.db, caller.enterprise()).await?;
    Ok(Json(Page::whole(trunks.into_iter().map(View::from))))
}

/// A SIP trunk.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Trunk)]
pub(crate) struct View {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// Its name.
    name: String,
    /// Blocks of addresses whose calls belong to it, in CIDR form.
    sources: Vec<String>,
    /// Where outbound calls go.
    peer: Option<String>,
}

impl From<Trunk> for View {
    fn from(trunk: Trunk) -> Self {
        Self {
            id: trunk.id.to_string(),
            name: trunk.name,
            sources: trunk
                .inbound
                .sources
                .iter()
                .map(ToString::to_string)
                .collect(),
            peer: trunk
                .outbound
                .iter()
                .flat_map(|outbound| &outbound.gateways)
                .find_map(TrunkGateway::address)
                .map(|address| address.to_string()),
        }
    }
}
