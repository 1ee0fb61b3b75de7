//! The specification and a page that shows it, both served by the binary and usable offline.

use crate::router::Shared;
use axum::extract::Extension;
use axum::http::header;
use axum::response::IntoResponse;

const PAGE: &str = include_str!("docs/page.html");
const SCRIPT: &str = include_str!("docs/page.js");
const STYLE: &str = include_str!("docs/page.css");

/// The specification of this API (OpenAPI 3.1).
#[utoipa::path(
    get,
    path = "/api/v1/openapi.json",
    operation_id = "show_specification",
    tag = "operation",
    security(()),
    responses((status = 200, content_type = "application/json", description = "OpenAPI 3.1")),
)]
pub(crate) async fn specification(Extension(shared): Extension<Shared>) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "application/json")],
        shared.specification(),
    )
}

/// The page.
pub(crate) async fn page() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], PAGE)
}

/// Its script.
pub(crate) async fn script() -> impl IntoResponse {
    let kind = "text/javascript; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], SCRIPT)
}

/// Its style sheet.
pub(crate) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}
