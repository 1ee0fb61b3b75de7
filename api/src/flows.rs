//! IVR flows (流程): drawn as drafts, checked, published as versions.

pub(crate) mod call;
pub(crate) mod check;
pub(crate) mod checked;
pub(crate) mod counts;
pub(crate) mod create;
mod days;
pub(crate) mod list;
pub(crate) mod publish;
pub(crate) mod replay;
pub(crate) mod save;
pub(crate) mod show;
pub(crate) mod simulate;
mod spoken;
pub(crate) mod versions;

use crate::error::FieldError;
use crate::names::{Named, Names};
use crate::time::At;
use crate::{ApiError, State};
use checked::{Checked, checked};
use ivr::Problem;
use model::{EnterpriseId, FlowId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::flow_drafts::Drawn;
use utoipa::ToSchema;

/// The longest body with a flow in it, in bytes.
pub(crate) const LONGEST_FLOW: usize = ivr::limits::DOCUMENT_BYTES + 1_024;

/// A flow and its live version.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Flow)]
pub(crate) struct View {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// Its name.
    name: String,
    /// The version that callers enter; none before the first is published.
    version: Option<u32>,
    /// Whether something was drawn since.
    draft_waits: bool,
    /// When it was saved or published last.
    changed_at: Option<At>,
    /// Who did it; none where it came with the server.
    changed_by: Option<Named>,
}

impl View {
    fn new(drawn: &Drawn, names: &Names) -> Self {
        Self {
            id: drawn.id.to_string(),
            name: drawn.name.clone(),
            version: drawn.live.as_ref().map(|(version, _)| version.0),
            draft_waits: drawn.waits,
            changed_at: drawn.at.map(At),
            changed_by: drawn.by.map(|id| names.user(id)),
        }
    }
}

/// A flow with what is drawn of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlowDetail)]
pub(crate) struct Detail {
    /// The flow.
    flow: View,
    /// Counts what was saved; `If-Match` names the one that was seen.
    draft_version: i64,
    /// The flow document as it was drawn, whatever is wrong with it.
    document: Value,
}

impl Detail {
    fn new(drawn: &Drawn, names: &Names) -> Result<Self, ApiError> {
        Ok(Self {
            flow: View::new(drawn, names),
            draft_version: drawn.version,
            document: value_of(&drawn.document)?,
        })
    }
}

/// A flow document to be saved or checked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FlowRequest)]
pub(crate) struct Request {
    /// The flow document.
    document: Value,
}

impl Request {
    /// The document's text, kept as it is typed.
    fn text(&self) -> String {
        self.document.to_string()
    }
}

fn value_of(document: &str) -> Result<Value, ApiError> {
    serde_json::from_str(document).map_err(|error| {
        ApiError::Store(store::Error::Unreadable {
            what: "flow",
            problem: error.to_string(),
        })
    })
}

/// A reason why a flow cannot be published.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlowProblem)]
pub(crate) struct ProblemView {
    /// The node to blame, where there is one.
    node: Option<String>,
    /// The stable name of the rule.
    code: &'static str,
    /// Where in the document, such as `nodes.menu.items[2].text`.
    path: String,
    /// The rule and what broke it.
    message: String,
}

impl From<Problem> for ProblemView {
    fn from(problem: Problem) -> Self {
        Self {
            node: problem.node,
            code: problem.code,
            path: problem.path,
            message: problem.message,
        }
    }
}

/// The flow that is tried: that of a document, or of the draft as it is saved.
pub(crate) async fn tried(
    state: &State,
    (enterprise, id): (EnterpriseId, FlowId),
    document: Option<Value>,
) -> Result<Result<Checked, Vec<Problem>>, ApiError> {
    let drawn = store::flow_drafts::show(&state.db, enterprise, id).await?;
    let text = document.map_or(drawn.document, |document| document.to_string());
    checked(state, enterprise, &text).await
}

/// The refusal that names every problem with its place.
fn refusal(problems: Vec<Problem>) -> ApiError {
    let errors = problems.into_iter().map(|problem| FieldError {
        pointer: problem.path,
        detail: problem.message,
    });
    ApiError::Invalid(errors.collect())
}
