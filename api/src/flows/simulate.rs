//! `POST /api/v1/flows/{id}/draft/simulate`

use super::spoken::said;
use super::{ProblemView, tried};
use crate::auth::Caller;
use crate::body::Body;
use crate::error::{FieldError, Problem};
use crate::flow_tests::{played, shape};
use crate::parameters::Id;
use crate::{ApiError, State};
use axum::{Json, extract};
use ivr::node::QueueNow;
use ivr::script::{Awaited, Deed, Given, Passed, Resulting, Return, Test};
use ivr::{Clip, Voices};
use model::FlowId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use utoipa::ToSchema;

/// A call to be played: everything that the caller has done so far.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SimulationRequest)]
pub(crate) struct Request {
    /// A flow document; the draft as it is saved if none is given.
    #[serde(default)]
    document: Option<Value>,
    /// The caller's number.
    #[serde(default)]
    caller: String,
    /// The number called, also that of the trunk.
    #[serde(default)]
    called: String,
    /// When the call begins.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<jiff::Timestamp>,
    /// Values of variables when the flow is entered.
    #[serde(default)]
    variables: BTreeMap<String, String>,
    /// How the node of this name ends where it hands the caller over; without a line, the call ends there.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, shape::Return>)]
    away: BTreeMap<String, Return>,
    /// What other systems answer to the nodes of these names; without a line, they do not answer.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, shape::Given>)]
    answers: BTreeMap<String, Given>,
    /// How the queues of these names are when they are looked at; without a line, there is nobody.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, shape::QueueNow>)]
    queues: BTreeMap<String, QueueNow>,
    /// What the caller does; at most 1000 things.
    #[serde(default, rename = "do")]
    #[schema(value_type = Vec<shape::Deed>)]
    deeds: Vec<Deed>,
}

/// What comes of a call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Simulation)]
pub(crate) struct View {
    /// What keeps the flow from being published; nothing is played where there is something.
    problems: Vec<ProblemView>,
    /// What the caller goes through.
    trace: Option<Trace>,
}

/// What a caller goes through.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SimulationTrace)]
struct Trace {
    /// The nodes entered with what happened in them, in order.
    steps: Vec<StepView>,
    /// The clips and words heard, as a test expects them.
    heard: Vec<String>,
    /// The variables; what is sensitive is masked.
    variables: BTreeMap<String, String>,
    /// Where the caller is, as a test expects it.
    #[schema(value_type = Option<shape::End>)]
    end: Option<ivr::script::End>,
    /// What the call waits for.
    awaited: AwaitedView,
    /// How long the call has lasted, in milliseconds.
    lasted_ms: u64,
}

/// One node of a caller's way.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SimulationStep)]
struct StepView {
    /// The node; in a flow within a flow behind the nodes that led there, as in `ask/order`.
    node: String,
    /// When it was entered, in milliseconds since the call began.
    at_ms: u64,
    /// The exit by which it was left; none while the caller is there.
    exit: Option<String>,
    /// The keys it took; `*` for each when they are sensitive.
    keys: String,
    /// What was heard in it; a bar stands for each pause.
    said: String,
    /// Why something could not be read or computed.
    unreadable: Vec<String>,
}

/// What a call waits for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SimulationAwaited)]
struct AwaitedView {
    /// The kind.
    what: Awaits,
    /// The agent's extension, the bot's address, the number or the queue.
    name: Option<String>,
}

/// The kinds of what a call waits for.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SimulationAwaits)]
enum Awaits {
    Agent,
    Bot,
    Key,
    Number,
    Over,
    Queue,
    Recorder,
    Speech,
}

/// Plays a call through what is drawn, on a clock of its own: no telephone rings and nothing is changed. All that the
/// caller did is sent each time. For supervisors and administrators.
#[utoipa::path(
    post,
    path = "/api/v1/flows/{id}/draft/simulate",
    operation_id = "simulate_flow_draft",
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
pub(crate) async fn simulate(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<FlowId>,
    Body(request): Body<Request>,
) -> Result<Json<View>, ApiError> {
    caller.require_supervisor()?;
    let test = Test {
        caller: request.caller,
        called: request.called,
        at: request.at,
        variables: request.variables,
        away: request.away,
        answers: request.answers,
        queues: request.queues,
        deeds: request.deeds,
        ..Test::default()
    };
    let faults = test.faults_of_call();
    if !faults.is_empty() {
        let errors = faults.into_iter().map(|fault| FieldError {
            pointer: shape::pointer(&fault.path),
            detail: fault.message,
        });
        return Err(ApiError::Invalid(errors.collect()));
    }
    Ok(Json(
        match tried(&state, (caller.enterprise(), id), request.document).await? {
            Ok(found) => {
                let play = move |flow: &_, beside: &_| test.run(flow, beside);
                let result = played(&found, play).await?;
                View {
                    problems: Vec::new(),
                    trace: Some(Trace::new(result, &state.voices)),
                }
            }
            Err(problems) => View {
                problems: problems.into_iter().map(ProblemView::from).collect(),
                trace: None,
            },
        },
    ))
}

impl Trace {
    fn new(result: Resulting, voices: &Voices) -> Self {
        let Resulting {
            heard,
            mut variables,
            end,
            passed,
            awaited,
            sensitive,
            lasted,
            ..
        } = result;
        for name in &sensitive {
            if let Some(value) = variables.get_mut(name) {
                *value = "*".repeat(value.chars().count());
            }
        }
        Self {
            steps: passed
                .into_iter()
                .map(|passed| StepView::new(passed, voices))
                .collect(),
            heard,
            variables,
            end,
            awaited: AwaitedView::from(awaited),
            lasted_ms: millis(lasted),
        }
    }
}

impl StepView {
    fn new(passed: Passed, voices: &Voices) -> Self {
        let clips: &[Clip] = &passed.said;
        Self {
            said: said(clips, voices),
            node: passed.node,
            at_ms: millis(passed.at),
            exit: passed.exit,
            keys: passed.keys,
            unreadable: passed.unreadable,
        }
    }
}

impl From<Awaited> for AwaitedView {
    fn from(awaited: Awaited) -> Self {
        let (what, name) = match awaited {
            Awaited::Agent(extension) => (Awaits::Agent, Some(extension)),
            Awaited::Bot(url) => (Awaits::Bot, Some(url)),
            Awaited::Key => (Awaits::Key, None),
            Awaited::Number(number) => (Awaits::Number, Some(number)),
            Awaited::Over => (Awaits::Over, None),
            Awaited::Queue(queue) => (Awaits::Queue, Some(queue)),
            Awaited::Recorder => (Awaits::Recorder, None),
            Awaited::Speech => (Awaits::Speech, None),
        };
        Self { what, name }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
