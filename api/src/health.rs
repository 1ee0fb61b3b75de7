//! The probes: `/healthz` (the process lives), `/readyz` (it can take calls), `/metrics`.

use crate::State;
use axum::Json;
use axum::extract;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

/// Answers while the process lives.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "show_health",
    tag = "operation",
    security(()),
    responses((status = 200, content_type = "text/plain", body = String)),
)]
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether the server can take calls, part by part.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "show_readiness",
    tag = "operation",
    security(()),
    responses((status = 200, body = Ready), (status = 503, body = Ready)),
)]
pub(crate) async fn readyz(extract::State(state): extract::State<State>) -> impl IntoResponse {
    let database = state.db.ping().await.err().map(|error| error.to_string());
    let mut checks = vec![Part {
        name: "database",
        ready: database.is_none(),
        fault: database,
        vital: true,
    }];
    checks.extend((state.readiness)().into_iter().map(|check| Part {
        name: check.name,
        ready: check.fault.is_none(),
        fault: check.fault,
        vital: check.vital,
    }));
    let ready = checks.iter().all(|part| part.ready || !part.vital);
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(Ready { ready, checks }))
}

/// Whether the server can take calls.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Readiness)]
pub(crate) struct Ready {
    /// Whether every vital part is ready.
    ready: bool,
    /// The parts.
    checks: Vec<Part>,
}

/// One part of the server.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReadinessCheck)]
pub(crate) struct Part {
    /// Its name.
    name: &'static str,
    /// Whether it is ready.
    ready: bool,
    /// What is wrong with it.
    fault: Option<String>,
    /// Whether no call can be taken while something is wrong with it.
    vital: bool,
}

/// The metrics in Prometheus' text form.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "show_metrics",
    tag = "operation",
    security(()),
    responses((status = 200, content_type = "text/plain", body = String)),
)]
pub(crate) async fn metrics(extract::State(state): extract::State<State>) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        state.metrics.render(),
    )
}
