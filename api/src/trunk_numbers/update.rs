//! `PUT /api/v1/trunk-numbers/{id}`

use super::{Request, View, applied, naming_part};
use crate::auth::Caller;
use crate::body::Body;
use crate::error::Problem;
use crate::etag::IfMatch;
use crate::parameters::Id;
use crate::{ApiError, State};
use axum::extract;
use axum::response::IntoResponse;
use model::TrunkNumberId;

/// Changes a number and puts it in force; for administrators.
#[utoipa::path(
    put,
    path = "/api/v1/trunk-numbers/{id}",
    operation_id = "update_trunk_number",
    tag = "trunk-numbers",
    params(
        ("id" = String, Path, format = "uuid", description = "the number"),
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
    Id(id): Id<TrunkNumberId>,
    IfMatch(version): IfMatch,
    Body(request): Body<Request>,
) -> Result<impl IntoResponse, ApiError> {
    caller.require_admin()?;
    let enterprise = caller.enterprise();
    store::trunk_numbers::show(&state.db, enterprise, id).await?;
    let number = request.into_number(id, enterprise);
    let change = (&number, version);
    let stored = store::trunk_numbers::update(&state.db, caller.author(), change).await;
    applied(&state, stored.map_err(naming_part)?).await
}
