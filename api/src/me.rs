//! `GET /api/v1/me`

use crate::auth::Caller;
use crate::error::Problem;
use crate::people::{EnterpriseView, UserView};
use crate::{ApiError, State};
use axum::{Json, extract};
use serde::Serialize;
use utoipa::ToSchema;

/// Who is signed in.
#[utoipa::path(
    get,
    path = "/api/v1/me",
    operation_id = "show_me",
    tag = "sessions",
    responses(
        (status = 200, body = Me),
        (status = 401, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<Json<Me>, ApiError> {
    let enterprise = store::enterprises::show(&state.db, caller.enterprise()).await?;
    Ok(Json(Me {
        user: caller.user.into(),
        enterprise: enterprise.into(),
    }))
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// The person.
    user: UserView,
    /// Their enterprise.
    enterprise: EnterpriseView,
}
