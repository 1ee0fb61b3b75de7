//! `POST /api/v1/flows/tests/read`

use super::shape;
use crate::ApiError;
use crate::auth::Caller;
use crate::body::Body;
use crate::error::Problem;
use axum::Json;
use ivr::script::{Script, Test};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A test file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FlowTestFile)]
pub(crate) struct Request {
    /// Its text, YAML or JSON, as `trunkline flow test` reads it.
    text: String,
}

/// What a test file holds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlowTestScript)]
pub(crate) struct View {
    /// The flow file that it names.
    flow: String,
    /// The tests, in order.
    #[schema(value_type = Vec<shape::Test>)]
    tests: Vec<Test>,
}

/// Reads a test file and keeps nothing of it; for supervisors and administrators.
#[utoipa::path(
    post,
    path = "/api/v1/flows/tests/read",
    operation_id = "read_flow_tests",
    tag = "flows",
    request_body = Request,
    responses(
        (status = 200, body = View),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn read(
    caller: Caller,
    Body(request): Body<Request>,
) -> Result<Json<View>, ApiError> {
    caller.require_supervisor()?;
    let script =
        Script::from_yaml(&request.text).map_err(|fault| ApiError::invalid("/text", fault))?;
    Ok(Json(View {
        flow: script.flow,
        tests: script.tests,
    }))
}
