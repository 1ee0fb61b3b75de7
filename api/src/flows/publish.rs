//! `POST /api/v1/flows/{id}/publish` and `POST /api/v1/flows/{id}/versions/{version}/publish`

use super::{Checked, checked, refusal};
use crate::auth::Caller;
use crate::error::Problem;
use crate::etag::IfMatch;
use crate::parameters::Id;
use crate::speech_engines::ahead;
use crate::{ApiError, State, flow_tests};
use axum::{Json, extract};
use ivr::Document;
use model::{FlowId, FlowVersion};
use serde::Serialize;
use store::flow_drafts::{Drawn, Publication};
use utoipa::ToSchema;

/// The version that callers enter from now on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LiveVersion)]
pub(crate) struct Live {
    /// Its number.
    version: u32,
    /// Whether only places on the canvas had changed, so that it is the version from before.
    same: bool,
}

/// Publishes the draft: callers enter it from now on, calls in progress stay on their version. What
/// differs from the live version in places on the canvas only makes no new version. A flow that
/// requires its tests to pass is refused with those that fail. What engines are to speak in every call
/// is spoken first; what they do not speak keeps the flow from being published. For administrators.
#[utoipa::path(
    post,
    path = "/api/v1/flows/{id}/publish",
    operation_id = "publish_flow",
    tag = "flows",
    params(
        ("id" = String, Path, format = "uuid", description = "the flow"),
        ("if-match" = String, Header, description = "the draft that was seen, such as \"3\""),
    ),
    responses(
        (status = 200, body = Live),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 412, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 428, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn publish(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<FlowId>,
    IfMatch(version): IfMatch,
) -> Result<Json<Live>, ApiError> {
    caller.require_admin()?;
    let drawn = store::flow_drafts::show(&state.db, caller.enterprise(), id).await?;
    if drawn.version != version {
        return Err(ApiError::Changed("draft"));
    }
    let found = checked(&state, caller.enterprise(), &drawn.document)
        .await?
        .map_err(refusal)?;
    flow_tests::require(&state, (caller.enterprise(), id), &found).await?;
    let spoken = ahead::speak(&state, &found.flow).await;
    spoken.map_err(refusal)?;
    let document = found.document;
    let publication = Publication {
        flow: id,
        name: &document.name,
        document: &drawn.document,
        draft: (version > 0).then_some(version),
        same_as: does_the_same(&drawn, &document),
    };
    let live = store::flow_drafts::publish(&state.db, caller.author(), publication).await?;
    state.configuration.apply().await?;
    Ok(Json(Live {
        version: live.0,
        same: publication.same_as.is_some(),
    }))
}

/// Publishes an older version again, as a new version, whatever today's tests say of it; for
/// administrators.
#[utoipa::path(
    post,
    path = "/api/v1/flows/{id}/versions/{version}/publish",
    operation_id = "publish_flow_version",
    tag = "flows",
    params(
        ("id" = String, Path, format = "uuid", description = "the flow"),
        ("version" = u32, Path, description = "the version"),
    ),
    responses(
        (status = 200, body = Live),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn roll_back(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id((id, version)): Id<(FlowId, FlowVersion)>,
) -> Result<Json<Live>, ApiError> {
    caller.require_admin()?;
    let wanted = (id, version);
    let old = store::flow_drafts::version(&state.db, caller.enterprise(), wanted).await?;
    let Checked { document, flow, .. } = checked(&state, caller.enterprise(), &old)
        .await?
        .map_err(refusal)?;
    let spoken = ahead::speak(&state, &flow).await;
    spoken.map_err(refusal)?;
    let publication = Publication {
        flow: id,
        name: &document.name,
        document: &old,
        draft: None,
        same_as: None,
    };
    let live = store::flow_drafts::publish(&state.db, caller.author(), publication).await?;
    state.configuration.apply().await?;
    Ok(Json(Live {
        version: live.0,
        same: false,
    }))
}

/// The live version, if a document does the same.
fn does_the_same(drawn: &Drawn, document: &Document) -> Option<FlowVersion> {
    let (version, live) = drawn.live.as_ref()?;
    let live = Document::from_json(live).ok()?;
    (live.semantic_hash() == document.semantic_hash()).then_some(*version)
}
