//! `POST /api/v1/flows/{id}/draft/test`

use super::{played, tests_of};
use crate::auth::Caller;
use crate::body::Body;
use crate::error::Problem;
use crate::flows::{self, ProblemView};
use crate::parameters::Id;
use crate::{ApiError, State};
use axum::{Json, extract};
use ivr::script::Difference;
use model::FlowId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// The most characters that are shown of one side of a difference.
const SHOWN_CHARS: usize = 2_000;

/// What the tests are run against.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FlowTestRun)]
pub(crate) struct Request {
    /// A flow document; the draft as it is saved if none is given.
    #[serde(default)]
    document: Option<Value>,
}

/// What came of the tests.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlowTestReport)]
pub(crate) struct View {
    /// What is wrong with the flow; no test is run where there is something.
    problems: Vec<ProblemView>,
    /// What came of each test, in the order of the tests.
    results: Vec<Outcome>,
}

/// What came of one test.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlowTestOutcome)]
struct Outcome {
    /// The test's name.
    name: String,
    /// Whether everything came as expected.
    passed: bool,
    /// What came in another way.
    differences: Vec<DifferenceView>,
}

/// Something that came in another way than expected.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlowTestDifference)]
struct DifferenceView {
    /// What was compared: `path`, `heard`, `variable NAME` or `end`.
    what: String,
    /// What the test expects; its beginning where it is long.
    expected: String,
    /// What came; its beginning where it is long.
    got: String,
}

/// Runs the tests that are kept with a flow; for supervisors and administrators.
#[utoipa::path(
    post,
    path = "/api/v1/flows/{id}/draft/test",
    operation_id = "test_flow_draft",
    tag = "flows",
    params(("id" = String, Path, format = "uuid", description = "the flow")),
    request_body = Request,
    responses(
        (status = 200, body = View),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn run(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<FlowId>,
    Body(request): Body<Request>,
) -> Result<Json<View>, ApiError> {
    caller.require_supervisor()?;
    let enterprise = caller.enterprise();
    let kept = store::flow_tests::show(&state.db, enterprise, id).await?;
    let tests = tests_of(&kept)?;
    let found = match flows::tried(&state, (enterprise, id), request.document).await? {
        Ok(found) => found,
        Err(problems) => {
            return Ok(Json(View {
                problems: problems.into_iter().map(ProblemView::from).collect(),
                results: Vec::new(),
            }));
        }
    };
    let results = played(&found, move |flow, beside| {
        let outcomes = tests.into_iter().map(|test| {
            let differences = test.differences(flow, beside);
            Outcome {
                name: test.name,
                passed: differences.is_empty(),
                differences: differences.into_iter().map(DifferenceView::from).collect(),
            }
        });
        outcomes.collect()
    })
    .await?;
    Ok(Json(View {
        problems: Vec::new(),
        results,
    }))
}

impl From<Difference> for DifferenceView {
    fn from(difference: Difference) -> Self {
        Self {
            what: difference.what,
            expected: shortened(difference.expected),
            got: shortened(difference.got),
        }
    }
}

fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(SHOWN_CHARS) {
        text.truncate(end);
        text.push('…');
    }
    text
}
