//! `POST /api/v1/flows/check`

use super::spoken::{Spoken, spoken};
use super::{ProblemView, Request, checked};
use crate::auth::Caller;
use crate::body::Body;
use crate::error::Problem;
use crate::{ApiError, State};
use axum::{Json, extract};
use ivr::Locale;
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// What is to be said of a flow document, saved or not.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlowCheck)]
pub(crate) struct View {
    /// Everything that keeps it from being published.
    problems: Vec<ProblemView>,
    /// What is read of its texts.
    spoken: Vec<Spoken>,
    /// The clips that the voices have.
    clips: BTreeSet<String>,
}

/// Checks a flow document that need not be saved; for supervisors and administrators.
#[utoipa::path(
    post,
    path = "/api/v1/flows/check",
    operation_id = "check_flow",
    tag = "flows",
    request_body = Request,
    responses(
        (status = 200, body = View),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn check(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Body(request): Body<Request>,
) -> Result<Json<View>, ApiError> {
    caller.require_supervisor()?;
    let found = checked(&state, caller.enterprise(), &request.text()).await?;
    let problems = found.err().unwrap_or_default().into_iter();
    let clips = Locale::ALL.into_iter().flat_map(|locale| {
        let names = state.voices.clip_names(locale);
        names.map(str::to_owned).collect::<Vec<_>>()
    });
    Ok(Json(View {
        problems: problems.map(ProblemView::from).collect(),
        spoken: spoken(&request.document),
        clips: clips.collect(),
    }))
}
