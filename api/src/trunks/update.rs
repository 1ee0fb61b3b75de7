//! `PUT /api/v1/trunks/{id}`

use super::View;
use super::settings::Settings;
use crate::auth::Caller;
use crate::body::Body;
use crate::error::Problem;
use crate::etag::IfMatch;
use crate::parameters::Id;
use crate::{ApiError, State};
use axum::extract;
use axum::response::IntoResponse;
use model::TrunkId;

/// Replaces a trunk's settings and puts them in force; a password that is not given stays as it
/// is. For administrators.
#[utoipa::path(
    put,
    path = "/api/v1/trunks/{id}",
    operation_id = "update_trunk",
    tag = "trunks",
    params(
        ("id" = String, Path, format = "uuid", description = "the trunk"),
        ("if-match" = String, Header, description = "the version that was seen, such as \"3\""),
    ),
    request_body = Settings,
    responses(
        (status = 200, body = View, headers(("etag" = String, description = "its version"))),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 412, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 428, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn update(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<TrunkId>,
    IfMatch(version): IfMatch,
    Body(settings): Body<Settings>,
) -> Result<impl IntoResponse, ApiError> {
    caller.require_admin()?;
    let enterprise = caller.enterprise();
    let before = store::trunks::show(&state.db, &state.vault, enterprise, id).await?;
    let trunk = settings.into_trunk((id, enterprise), Some(&before.trunk))?;
    let change = (&trunk, version);
    let stored = store::trunks::update(&state.db, &state.vault, caller.author(), change).await?;
    state.configuration.apply().await?;
    let live = state.engine.view();
    Ok(View::new(&stored, &live).tagged())
}
