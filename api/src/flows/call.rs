//! `POST /api/v1/flows/{id}/draft/calls`

use super::{refusal, tried};
use crate::auth::Caller;
use crate::body::Body;
use crate::error::Problem;
use crate::parameters::Id;
use crate::time::At;
use crate::{ApiError, State};
use axum::http::StatusCode;
use axum::{Json, extract};
use call::{Account, Answer, Command, FlowEntry, Trial};
use model::{AuditAction, FlowId, FlowVersion, PhoneNumber};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::agents::{PassingAccount, REALM};
use utoipa::ToSchema;

/// Who calls where nothing else is said, and what they call.
const NOBODY: &str = "anonymous";

/// What is to be called, and as whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FlowCallRequest)]
pub(crate) struct Request {
    /// A flow document; the draft as it is saved if none is given.
    #[serde(default)]
    document: Option<Value>,
    /// The number that seems to call; `anonymous` if none is given.
    #[serde(default)]
    caller: String,
    /// The number that seems to be called, also that of the trunk; `anonymous` if none is given.
    #[serde(default)]
    called: String,
}

/// A call that can be made once, over SIP in a WebSocket at `/ws/sip`.
#[derive(Serialize, ToSchema)]
#[schema(as = FlowCall)]
pub(crate) struct View {
    /// The call, as its record will be found.
    #[schema(format = "uuid")]
    call: String,
    /// Whom to call: a SIP address.
    address: String,
    /// The address of record that calls.
    from: String,
    /// The user name of the digest.
    user: String,
    /// Its password, which is stored nowhere.
    password: String,
    /// Until when the call can be made.
    until: At,
}

/// Lets the draft be called once from a browser, with credentials that are gone with the call. It is a
/// real call: queues and agents are rung, messages are recorded. Its record has the call type `trial`,
/// is listed only where that is asked for, and counts in no figure. For administrators.
#[utoipa::path(
    post,
    path = "/api/v1/flows/{id}/draft/calls",
    operation_id = "call_flow_draft",
    tag = "flows",
    params(("id" = String, Path, format = "uuid", description = "the flow")),
    request_body = Request,
    responses(
        (status = 201, body = View),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn call(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<FlowId>,
    Body(request): Body<Request>,
) -> Result<(StatusCode, Json<View>), ApiError> {
    caller.require_admin()?;
    let enterprise = caller.enterprise();
    let from = number("/caller", &request.caller)?;
    let to = number("/called", &request.called)?;
    let found = tried(&state, (enterprise, id), request.document).await?;
    let found = found.map_err(refusal)?;
    let account = PassingAccount::fresh("trial")?;
    let name = found.document.name.clone();
    let trial = Trial {
        enterprise,
        entry: FlowEntry {
            id,
            version: FlowVersion(0),
            flow: found.flow,
            beside: found.beside,
        },
        account: sip_account(&account),
        caller: from,
        called: to,
    };
    let answer = state.engine.order(Command::Try(Box::new(trial))).await?;
    let Answer::Trial { call, until } = answer else {
        return Err(ApiError::EngineUnavailable);
    };
    let tried = AuditAction::FlowTried;
    store::audit_log::note(&state.db, caller.author(), tried, &name).await?;
    let view = View {
        call: call.to_string(),
        address: format!("sip:draft@{REALM}"),
        from: format!("sip:{}@{REALM}", account.user),
        user: account.user,
        password: account.password,
        until: At(until),
    };
    Ok((StatusCode::CREATED, Json(view)))
}

fn sip_account(account: &PassingAccount) -> Account {
    Account {
        user: account.user.clone(),
        ha1_md5: account.ha1_md5,
        ha1_sha256: account.ha1_sha256,
    }
}

fn number(pointer: &str, text: &str) -> Result<PhoneNumber, ApiError> {
    let text = if text.is_empty() { NOBODY } else { text };
    PhoneNumber::parse(text).map_err(|error| ApiError::invalid(pointer, error.to_string()))
}
