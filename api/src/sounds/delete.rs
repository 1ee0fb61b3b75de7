//! `DELETE /api/v1/sounds/{id}`

use super::uses::Uses;
use crate::auth::Caller;
use crate::error::Problem;
use crate::etag::IfMatch;
use crate::parameters::Id;
use crate::{ApiError, State};
use axum::extract;
use axum::http::StatusCode;
use model::SoundId;

/// Removes a sound that no flow plays, live or drawn; for administrators.
#[utoipa::path(
    delete,
    path = "/api/v1/sounds/{id}",
    operation_id = "delete_sound",
    tag = "sounds",
    params(
        ("id" = String, Path, format = "uuid", description = "the sound"),
        ("if-match" = String, Header, description = "the version that was seen, such as \"3\""),
    ),
    responses(
        (status = 204, description = "removed"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 412, body = Problem, content_type = "application/problem+json"),
        (status = 428, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn delete(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<SoundId>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, ApiError> {
    caller.require_admin()?;
    let enterprise = caller.enterprise();
    let name = store::sounds::show(&state.db, enterprise, id)
        .await?
        .sound
        .name;
    let uses = Uses::load(&state, enterprise).await?.of(&name);
    if !uses.is_empty() {
        let flows = uses.join(", ");
        let refusal = format!("the sound {name:?} is played by flows: {flows}");
        return Err(ApiError::InUse(refusal));
    }
    store::sounds::delete(&state.db, caller.author(), (id, version)).await?;
    state.configuration.apply().await?;
    Ok(StatusCode::NO_CONTENT)
}
