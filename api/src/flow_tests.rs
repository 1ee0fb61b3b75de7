//! The tests that are kept with a flow (测试): run against its draft, and in the way of publishing where they are
//! required.

pub(crate) mod read;
pub(crate) mod run;
pub(crate) mod save;
pub(crate) mod shape;
pub(crate) mod show;

use crate::error::FieldError;
use crate::flows::checked::Checked;
use crate::{ApiError, State};
use ivr::script::{Difference, Test};
use ivr::{Flow, Flows};
use model::{EnterpriseId, FlowId};
use serde::Serialize;
use std::sync::Arc;
use store::flow_tests::Kept;
use utoipa::ToSchema;

/// The most tests of one flow.
pub(crate) const TESTS: usize = 200;

/// The tests that are kept with a flow.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlowTests)]
pub(crate) struct View {
    /// The tests, in order.
    #[schema(value_type = Vec<shape::Test>)]
    tests: Vec<Test>,
    /// Whether the draft must pass them to be published.
    require_tests: bool,
    /// Counts what was saved; `If-Match` names the one that was seen.
    version: i64,
}

impl View {
    fn new(kept: &Kept) -> Result<Self, ApiError> {
        Ok(Self {
            tests: tests_of(kept)?,
            require_tests: kept.require_tests,
            version: kept.version,
        })
    }
}

fn tests_of(kept: &Kept) -> Result<Vec<Test>, ApiError> {
    serde_json::from_str(&kept.tests).map_err(|error| {
        ApiError::Store(store::Error::Unreadable {
            what: "list of tests",
            problem: error.to_string(),
        })
    })
}

/// What is asked of a flow, away from the threads that answer others.
pub(crate) async fn played<T: Send + 'static>(
    found: &Checked,
    play: impl FnOnce(&Arc<Flow>, &Arc<Flows>) -> T + Send + 'static,
) -> Result<T, ApiError> {
    let (flow, beside) = (Arc::clone(&found.flow), Arc::clone(&found.beside));
    tokio::task::spawn_blocking(move || play(&flow, &beside))
        .await
        .map_err(|error| ApiError::File(error.into()))
}

/// Refuses a draft that does not pass the tests that it must pass.
pub(crate) async fn require(
    state: &State,
    (enterprise, id): (EnterpriseId, FlowId),
    found: &Checked,
) -> Result<(), ApiError> {
    let kept = store::flow_tests::show(&state.db, enterprise, id).await?;
    if !kept.require_tests {
        return Ok(());
    }
    let tests = tests_of(&kept)?;
    let failed = played(found, move |flow, beside| {
        let failures = tests.iter().enumerate().filter_map(|(at, test)| {
            let differences = test.differences(flow, beside);
            (!differences.is_empty()).then(|| FieldError {
                pointer: format!("tests[{at}]"),
                detail: failure(&test.name, &differences),
            })
        });
        failures.collect::<Vec<_>>()
    })
    .await?;
    if failed.is_empty() {
        Ok(())
    } else {
        Err(ApiError::TestsFailed(failed))
    }
}

/// Which test fails, and in what; how is what running the tests tells.
fn failure(name: &str, differences: &[Difference]) -> String {
    let differ = differences
        .iter()
        .map(|difference| difference.what.as_str());
    let differ = differ.collect::<Vec<_>>().join(", ");
    format!("the test {name:?} fails in: {differ}")
}
