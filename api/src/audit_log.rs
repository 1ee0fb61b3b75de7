//! `GET /api/v1/audit-log`

use crate::auth::Caller;
use crate::error::Problem;
use crate::names::Named;
use crate::page::{Page, USUAL_PAGE};
use crate::parameters::Parameters;
use crate::time::At;
use crate::vocabulary::AuditAction;
use crate::{ApiError, State};
use axum::{Json, extract};
use model::{AuditChange, AuditEntryId};
use serde::{Deserialize, Serialize};
use store::audit_log::Line;
use utoipa::ToSchema;

/// Who changed or looked at what, and what the server did against strangers; newest first. For
/// administrators.
#[utoipa::path(
    get,
    path = "/api/v1/audit-log",
    operation_id = "list_audit_log",
    tag = "audit-log",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200,
            description = "how many at most; 50 when not given"),
        ("cursor" = Option<String>, Query, description = "the next_cursor of the page before"),
    ),
    responses(
        (status = 200, body = Page<View>),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Parameters(search): Parameters<Search>,
) -> Result<Json<Page<View>>, ApiError> {
    caller.require_admin()?;
    let limit = search.limit.unwrap_or(USUAL_PAGE);
    if !(1..=store::Page::LONGEST).contains(&limit) {
        let detail = format!("allowed are 1 to {}", store::Page::LONGEST);
        return Err(ApiError::invalid("limit", detail));
    }
    let enterprise = caller.enterprise();
    let lines = store::audit_log::list(&state.db, enterprise, search.cursor, limit + 1).await?;
    let page = usize::try_from(limit).unwrap_or(usize::MAX);
    let last = page.checked_sub(1).filter(|_| lines.len() > page);
    let next_cursor = last.map(|at| lines[at].entry.id.to_string());
    Ok(Json(Page {
        items: lines.into_iter().take(page).map(View::new).collect(),
        next_cursor,
    }))
}

/// Which part of the log is wanted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Search {
    limit: Option<u32>,
    cursor: Option<AuditEntryId>,
}

/// A line of the audit log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub(crate) struct View {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// When it was done.
    at: At,
    /// Who did it; none for the server itself.
    user: Option<Named>,
    /// What was done.
    action: AuditAction,
    /// To what: a name, a number, an address, an id.
    subject: String,
    /// What it changed, without secrets.
    changes: Vec<Change>,
}

/// One setting that changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditChange)]
struct Change {
    /// The setting, such as `outbound.gateways[0]`.
    field: String,
    /// What it was; none where it was not there.
    before: Option<String>,
    /// What it is; none where it is not there.
    after: Option<String>,
    /// Where `before` is an id: what that was called when it was done.
    before_name: Option<String>,
    /// Where `after` is an id: what that was called when it was done.
    after_name: Option<String>,
}

impl View {
    fn new(line: Line) -> Self {
        let (entry, name) = (line.entry, line.user_name);
        Self {
            id: entry.id.to_string(),
            at: At(entry.at),
            user: entry.user.map(|id| Named::new(id, name)),
            action: entry.action.into(),
            subject: entry.subject,
            changes: entry.changes.into_iter().map(Change::from).collect(),
        }
    }
}

impl From<AuditChange> for Change {
    fn from(change: AuditChange) -> Self {
        Self {
            field: change.field,
            before: change.before,
            after: change.after,
            before_name: change.before_name,
            after_name: change.after_name,
        }
    }
}
