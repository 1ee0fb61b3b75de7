//! `PUT /api/v1/flows/{id}/draft`

use super::show::shown;
use super::{Detail, Request};
use crate::auth::Caller;
use crate::body::Body;
use crate::error::Problem;
use crate::etag::IfMatch;
use crate::parameters::Id;
use crate::{ApiError, State};
use axum::extract;
use axum::response::IntoResponse;
use model::FlowId;

/// Saves what is drawn, whatever is wrong with it; for administrators.
#[utoipa::path(
    put,
    path = "/api/v1/flows/{id}/draft",
    operation_id = "save_flow_draft",
    tag = "flows",
    params(
        ("id" = String, Path, format = "uuid", description = "the flow"),
        ("if-match" = String, Header, description = "the draft that was seen, such as \"3\""),
    ),
    request_body = Request,
    responses(
        (status = 200, body = Detail, headers(("etag" = String, description = "the draft's version"))),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 412, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 428, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn save(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<FlowId>,
    IfMatch(version): IfMatch,
    Body(request): Body<Request>,
) -> Result<impl IntoResponse, ApiError> {
    caller.require_admin()?;
    let seen = (id, version);
    store::flow_drafts::save(&state.db, caller.author(), seen, &request.text()).await?;
    shown(&state, &caller, id).await
}
