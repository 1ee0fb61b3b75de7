//! `PUT /api/v1/flows/{id}/tests`

use super::show::shown;
use super::{TESTS, View, shape};
use crate::auth::Caller;
use crate::body::Body;
use crate::error::{FieldError, Problem};
use crate::etag::IfMatch;
use crate::parameters::Id;
use crate::{ApiError, State};
use axum::extract;
use axum::response::IntoResponse;
use ivr::script::Test;
use model::FlowId;
use serde::Deserialize;
use std::collections::BTreeMap;
use store::flow_tests::Kept;
use utoipa::ToSchema;

/// The tests to be kept with a flow.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FlowTestsRequest)]
pub(crate) struct Request {
    /// At most 200 tests, each with a name of its own.
    #[schema(value_type = Vec<shape::Test>, max_items = 200)]
    tests: Vec<Test>,
    /// Whether the draft must pass them to be published.
    require_tests: bool,
}

impl Request {
    fn check(&self) -> Result<(), ApiError> {
        if self.tests.len() > TESTS {
            let detail = format!(
                "a flow has at most {TESTS} tests, these are {}",
                self.tests.len()
            );
            return Err(ApiError::invalid("/tests", detail));
        }
        let mut names = BTreeMap::new();
        let mut errors = Vec::new();
        for (at, test) in self.tests.iter().enumerate() {
            errors.extend(test.faults().into_iter().map(|fault| FieldError {
                pointer: shape::pointer(&format!("tests[{at}].{}", fault.path)),
                detail: fault.message,
            }));
            if let Some(other) = names.insert(test.name.trim(), at) {
                errors.push(FieldError {
                    pointer: format!("/tests/{at}/name"),
                    detail: format!("{:?} is also the name of test {other}", test.name),
                });
            }
        }
        errors.truncate(TESTS);
        if errors.is_empty() {
            Ok(())
        } else {
            Err(ApiError::Invalid(errors))
        }
    }
}

/// Keeps tests with a flow, in place of those that were seen; for administrators.
#[utoipa::path(
    put,
    path = "/api/v1/flows/{id}/tests",
    operation_id = "save_flow_tests",
    tag = "flows",
    params(
        ("id" = String, Path, format = "uuid", description = "the flow"),
        ("if-match" = String, Header, description = "the tests that were seen, such as \"3\""),
    ),
    request_body = Request,
    responses(
        (status = 200, body = View, headers(("etag" = String, description = "the list's version"))),
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
    request.check()?;
    let tests = serde_json::to_string(&request.tests)
        .map_err(|error| ApiError::invalid("/tests", error.to_string()))?;
    let kept = Kept {
        tests,
        require_tests: request.require_tests,
        version,
    };
    store::flow_tests::save(&state.db, caller.author(), id, &kept).await?;
    shown(&state, &caller, id).await
}
