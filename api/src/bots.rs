//! The one REST call that voice bots make to hang up or to hand the caller over, in the form of
//! Twilio's, so that they need not be changed.

mod twiml;

use crate::{ApiError, State};
use axum::Json;
use axum::extract::{self, Path};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use call::{Command, CommandError, LiveCall};
use model::{CallId, EnterpriseId};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use utoipa::ToSchema;

/// An enterprise as bots know it.
pub fn account_sid(enterprise: EnterpriseId) -> String {
    sid("AC", enterprise.as_bytes())
}

/// A call as bots know it.
pub fn call_sid(call: CallId) -> String {
    sid("CA", call.as_bytes())
}

fn sid(prefix: &str, bytes: &[u8; 16]) -> String {
    format!("{prefix}{:032x}", u128::from_be_bytes(*bytes))
}

/// What a bot wants of a call: one of the three.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = BotCallUpdate)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Update {
    /// `completed` hangs up.
    status: Option<String>,
    /// `<Response>` with `<Dial>` or `<Redirect>`: the caller leaves the node by its exit `transfer`,
    /// and what the verb holds goes into the node's handoff variable.
    twiml: Option<String>,
    /// Likewise, and the address itself goes into the variable; nothing is fetched.
    url: Option<String>,
}

/// A call in Twilio's words.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BotCall)]
pub(crate) struct View {
    account_sid: String,
    api_version: &'static str,
    direction: &'static str,
    from: String,
    sid: String,
    status: &'static str,
    to: String,
    uri: String,
}

/// A refusal in Twilio's words.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BotRefusal)]
pub(crate) struct Refusal {
    code: u32,
    message: String,
    more_info: String,
    status: u16,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = (status, Json(self)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            let realm = header::HeaderValue::from_static("Basic realm=\"bots\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, realm);
        }
        response
    }
}

fn refuse(status: StatusCode, code: u32, message: impl Into<String>) -> Refusal {
    Refusal {
        code,
        message: message.into(),
        more_info: String::new(),
        status: status.as_u16(),
    }
}

fn not_found(uri: &str) -> Refusal {
    let message = format!("The requested resource {uri} was not found");
    refuse(StatusCode::NOT_FOUND, 20_404, message)
}

/// Hangs a call up, or takes it from its bot.
#[utoipa::path(
    post,
    path = "/2010-04-01/Accounts/{account_sid}/Calls/{call_sid}",
    operation_id = "update_bot_call",
    tag = "bots",
    description = "As Twilio's of the same address. Basic authentication: the account's SID, and the token `bots.auth_token` of the configuration. The call's SID ends in `.json`.",
    params(
        ("account_sid" = String, Path, description = "AC and the id of the enterprise in hexadecimal digits"),
        ("call_sid" = String, Path, description = "CA and the id of the call in hexadecimal digits, and `.json`"),
    ),
    request_body(content = Update, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, body = View, description = "done"),
        (status = 400, body = Refusal, description = "the form asks for nothing that can be done"),
        (status = 401, body = Refusal, description = "not the account's token"),
        (status = 404, body = Refusal, description = "there is no such call in progress"),
        (status = 503, body = Refusal, description = "the call engine did not answer"),
    ),
)]
pub(crate) async fn update(
    extract::State(state): extract::State<State>,
    Path((account, name)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<View>, Refusal> {
    if !is_account(&state, &account, &headers) {
        return Err(refuse(StatusCode::UNAUTHORIZED, 20_003, "Authenticate"));
    }
    let uri = format!("/2010-04-01/Accounts/{account}/Calls/{name}");
    let call = find(&state, &account, &name).ok_or_else(|| not_found(&uri))?;
    let wrong = |message: String| refuse(StatusCode::BAD_REQUEST, 20_001, message);
    let form = serde_urlencoded::from_bytes(&body).map_err(|error| wrong(error.to_string()))?;
    let (command, status) = read(&call, form).map_err(wrong)?;
    let answered = state.engine.order(command).await;
    if let Err(error) = answered {
        let ApiError::Command(refused) = error else {
            let why = error.to_string();
            return Err(refuse(StatusCode::SERVICE_UNAVAILABLE, 20_503, why));
        };
        return Err(if refused == CommandError::UnknownCall {
            not_found(&uri)
        } else {
            wrong(refused.to_string())
        });
    }
    Ok(Json(View {
        account_sid: account,
        api_version: "2010-04-01",
        direction: "inbound",
        from: call.caller.to_string(),
        sid: call_sid(call.id),
        status,
        to: call.called.to_string(),
        uri,
    }))
}

/// What a form asks for, and the state in which the call is then.
fn read(call: &LiveCall, form: Update) -> Result<(Command, &'static str), String> {
    let call = call.id;
    let handoff = match (form.status.as_deref(), form.twiml, form.url) {
        (Some("completed"), None, None) => return Ok((Command::HangUp { call }, "completed")),
        (Some(other), None, None) => {
            return Err(format!("Status is completed, not {other:?}"));
        }
        (None, Some(text), None) => twiml::handoff(&text)?,
        (None, None, Some(url)) => url,
        _ => return Err("send one of Status, Twiml and Url".to_owned()),
    };
    Ok((Command::HandOver { call, handoff }, "in-progress"))
}

fn is_account(state: &State, account: &str, headers: &HeaderMap) -> bool {
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, given)| STANDARD.decode(given.trim()).ok());
    let (Some(token), Some(given)) = (state.bot_token.as_deref(), given) else {
        return false;
    };
    let wanted = format!("{account}:{token}");
    wanted.as_bytes().ct_eq(&given).into()
}

fn find(state: &State, account: &str, name: &str) -> Option<LiveCall> {
    let sid = name.strip_suffix(".json").unwrap_or(name);
    let view = state.engine.view();
    let mut calls = view.calls.iter();
    calls
        .find(|call| call_sid(call.id) == sid && account_sid(call.enterprise) == account)
        .cloned()
}
