//! `GET /api/v1/calls/{id}/sip` and `GET /api/v1/calls/{id}/sip.pcap`

mod capture;

use crate::auth::Caller;
use crate::error::Problem;
use crate::parameters::Id;
use crate::time::At;
use crate::{ApiError, State};
use axum::http::{HeaderName, header};
use axum::{Json, extract};
use call::{Answer, Command, Rung, RungDirection};
use model::{AuditAction, CallId};
use serde::Serialize;
use utoipa::ToSchema;

/// The SIP messages of a call in progress, or of one that is over and whose messages are still
/// held; secrets are masked. For supervisors; leaves a line in the audit log.
#[utoipa::path(
    get,
    path = "/api/v1/calls/{id}/sip",
    operation_id = "show_call_sip",
    tag = "calls",
    params(("id" = String, Path, format = "uuid", description = "the call")),
    responses(
        (status = 200, body = Ladder),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<CallId>,
) -> Result<Json<Ladder>, ApiError> {
    let rungs = rungs(&state, &caller, (id, AuditAction::LadderShown)).await?;
    Ok(Json(Ladder {
        call: id.to_string(),
        messages: rungs.iter().map(Message::from).collect(),
    }))
}

/// The same messages as a capture file for Wireshark, tshark and sngrep. Messages that came over
/// TLS or WebSocket are in clear, as TCP.
#[utoipa::path(
    get,
    path = "/api/v1/calls/{id}/sip.pcap",
    operation_id = "export_call_sip",
    tag = "calls",
    params(("id" = String, Path, format = "uuid", description = "the call")),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/vnd.tcpdump.pcap"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn export(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<CallId>,
) -> Result<([(HeaderName, String); 2], Vec<u8>), ApiError> {
    let rungs = rungs(&state, &caller, (id, AuditAction::LadderExported)).await?;
    let headers = [
        (
            header::CONTENT_TYPE,
            "application/vnd.tcpdump.pcap".to_owned(),
        ),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{id}.pcap\""),
        ),
    ];
    Ok((headers, capture::of(&rungs)))
}

/// The messages, once it is written down who asks for them.
async fn rungs(
    state: &State,
    caller: &Caller,
    (call, action): (CallId, AuditAction),
) -> Result<Vec<Rung>, ApiError> {
    caller.require_supervisor()?;
    let enterprise = caller.enterprise();
    let live = state.engine.view();
    let goes_on = live
        .calls
        .iter()
        .any(|it| it.id == call && it.enterprise == enterprise);
    if !goes_on {
        store::call_records::show(&state.db, enterprise, call).await?;
    }
    let command = Command::Ladder { enterprise, call };
    let Answer::Ladder(rungs) = state.engine.order(command).await? else {
        return Err(ApiError::EngineUnavailable);
    };
    store::audit_log::note(&state.db, caller.author(), action, &call.to_string()).await?;
    Ok(rungs)
}

/// The SIP messages of a call, in the order in which they came and went.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ladder {
    /// The call.
    #[schema(format = "uuid")]
    call: String,
    /// The messages.
    messages: Vec<Message>,
}

/// One SIP message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LadderMessage)]
struct Message {
    /// When it came or went.
    at: At,
    /// The leg of the call: 0 is the customer's, others follow in the order in which they began.
    leg: usize,
    /// Whether it came or went.
    direction: Direction,
    /// How it travelled.
    transport: Transport,
    /// Our address.
    local: String,
    /// The other side's address.
    remote: String,
    /// Its first line.
    first_line: String,
    /// All of it, secrets masked.
    text: String,
}

/// Whether a message came or went.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LadderDirection)]
enum Direction {
    /// The other side sent it.
    Received,
    /// We sent it.
    Sent,
}

/// What carries SIP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SipTransport)]
pub(crate) enum Transport {
    Udp,
    Tcp,
    Tls,
    Ws,
    Wss,
}

impl From<call::Transport> for Transport {
    fn from(transport: call::Transport) -> Self {
        match transport {
            call::Transport::Udp => Self::Udp,
            call::Transport::Tcp => Self::Tcp,
            call::Transport::Tls => Self::Tls,
            call::Transport::Ws => Self::Ws,
            call::Transport::Wss => Self::Wss,
        }
    }
}

impl From<&Rung> for Message {
    fn from(rung: &Rung) -> Self {
        let text = String::from_utf8_lossy(&rung.message).into_owned();
        Self {
            at: At(rung.at),
            leg: rung.leg,
            direction: match rung.direction {
                RungDirection::Received => Direction::Received,
                RungDirection::Sent => Direction::Sent,
            },
            transport: rung.transport.into(),
            local: rung.local.to_string(),
            remote: rung.remote.to_string(),
            first_line: text.lines().next().unwrap_or_default().to_owned(),
            text,
        }
    }
}
