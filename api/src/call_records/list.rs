//! `GET /api/v1/call-records`

use super::View;
use super::filter::Search;
use super::range::Period;
use crate::auth::Caller;
use crate::error::Problem;
use crate::parameters::Parameters;
use crate::{ApiError, State};
use axum::{Json, extract};
use serde::Serialize;
use utoipa::ToSchema;

/// Searches call records, newest first; an agent sees their own.
#[utoipa::path(
    get,
    path = "/api/v1/call-records",
    operation_id = "list_call_records",
    tag = "call-records",
    params(Search),
    responses(
        (status = 200, body = Found),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Parameters(search): Parameters<Search>,
) -> Result<Json<Found>, ApiError> {
    let mut wanted = search.resolve(&state, &caller).await?;
    if !caller.sees_all() {
        let own = caller.user.agent;
        if own.is_none() || wanted.filter.agent.is_some_and(|asked| Some(asked) != own) {
            return Ok(Json(Found::nothing(wanted.period)));
        }
        wanted.filter.agent = own;
    }
    let enterprise = caller.enterprise();
    state.ledger.catch_up().await;
    let slice =
        store::call_records::list(&state.db, enterprise, &wanted.filter, wanted.page).await?;
    Ok(Json(Found {
        items: slice.items.into_iter().map(View::new).collect(),
        next_cursor: slice.next.map(|cursor| cursor.to_string()),
        period: wanted.period,
    }))
}

/// One page of the calls that were found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallRecordPage)]
pub(crate) struct Found {
    /// The calls, newest first.
    items: Vec<View>,
    /// Give it as `cursor` to get the next page; none on the last page.
    next_cursor: Option<String>,
    /// Between which instants they were looked for.
    period: Period,
}

impl Found {
    fn nothing(period: Period) -> Self {
        Self {
            items: Vec::new(),
            next_cursor: None,
            period,
        }
    }
}
