//! `PUT /api/v1/time-schemes/{id}`

use super::{Request, View, applied, require_unused};
use crate::auth::Caller;
use crate::body::Body;
use crate::error::Problem;
use crate::etag::IfMatch;
use crate::parameters::Id;
use crate::{ApiError, State};
use axum::extract;
use axum::response::IntoResponse;
use model::TimeSchemeId;

/// Changes a time scheme and puts it in force; calls in progress go on. The name can be changed
/// while no published flow looks at it. For administrators.
#[utoipa::path(
    put,
    path = "/api/v1/time-schemes/{id}",
    operation_id = "update_time_scheme",
    tag = "time-schemes",
    params(
        ("id" = String, Path, format = "uuid", description = "the time scheme"),
        ("if-match" = String, Header, description = "the version that was seen, such as \"3\""),
    ),
    request_body = Request,
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
    Id(id): Id<TimeSchemeId>,
    IfMatch(version): IfMatch,
    Body(request): Body<Request>,
) -> Result<impl IntoResponse, ApiError> {
    caller.require_admin()?;
    let enterprise = caller.enterprise();
    let before = store::time_schemes::show(&state.db, enterprise, id).await?;
    let scheme = request.into_scheme(id, enterprise)?;
    if scheme.name != before.scheme.name {
        require_unused(&state, enterprise, &before.scheme.name).await?;
    }
    let change = (&scheme, version);
    let stored = store::time_schemes::update(&state.db, caller.author(), change).await?;
    applied(&state, stored).await
}
