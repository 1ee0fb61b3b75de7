//! `GET /api/v1/flows/{id}/versions` and one of them

use super::value_of;
use crate::auth::Caller;
use crate::error::Problem;
use crate::names::{Named, Names};
use crate::page::Page;
use crate::parameters::Id;
use crate::time::At;
use crate::{ApiError, State};
use axum::{Json, extract};
use model::{FlowId, FlowVersion};
use serde::Serialize;
use serde_json::Value;
use store::flow_drafts::Version;
use utoipa::ToSchema;

/// A version that was published.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlowVersion)]
pub(crate) struct View {
    /// Its number.
    version: u32,
    /// When it was published.
    published_at: At,
    /// Who published it; none for those that came with the server.
    published_by: Option<Named>,
}

/// A version with its document.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlowVersionDetail)]
pub(crate) struct Detail {
    /// Its number.
    version: u32,
    /// The flow document, drawn as it was when it was published.
    document: Value,
}

impl View {
    fn new(version: &Version, names: &Names) -> Self {
        Self {
            version: version.version.0,
            published_at: At(version.at),
            published_by: version.by.map(|id| names.user(id)),
        }
    }
}

/// The published versions of a flow, newest first; for supervisors and administrators.
#[utoipa::path(
    get,
    path = "/api/v1/flows/{id}/versions",
    operation_id = "list_flow_versions",
    tag = "flows",
    params(("id" = String, Path, format = "uuid", description = "the flow")),
    responses(
        (status = 200, body = Page<View>),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<FlowId>,
) -> Result<Json<Page<View>>, ApiError> {
    caller.require_supervisor()?;
    store::flow_drafts::show(&state.db, caller.enterprise(), id).await?;
    let versions = store::flow_drafts::versions(&state.db, caller.enterprise(), id).await?;
    let names = Names::load(&state, caller.enterprise()).await?;
    Ok(Json(Page::whole(
        versions.iter().map(|version| View::new(version, &names)),
    )))
}

/// A published version with its document; for supervisors and administrators.
#[utoipa::path(
    get,
    path = "/api/v1/flows/{id}/versions/{version}",
    operation_id = "show_flow_version",
    tag = "flows",
    params(
        ("id" = String, Path, format = "uuid", description = "the flow"),
        ("version" = u32, Path, description = "the version"),
    ),
    responses(
        (status = 200, body = Detail),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id((id, version)): Id<(FlowId, FlowVersion)>,
) -> Result<Json<Detail>, ApiError> {
    caller.require_supervisor()?;
    let wanted = (id, version);
    let document = store::flow_drafts::version(&state.db, caller.enterprise(), wanted).await?;
    Ok(Json(Detail {
        version: version.0,
        document: value_of(&document)?,
    }))
}
