//! The built console: its files, and its front page for every address that is a page of it.

use crate::{ApiError, State};
use axum::extract;
use axum::http::{HeaderValue, Method, Uri, header};
use axum::response::{IntoResponse, Response};

/// Names under here hold a hash of their content.
const HASHED: &str = "assets/";
const FRONT_PAGE: &str = "index.html";

/// Answers an address that no route answers.
pub(crate) async fn serve(
    extract::State(state): extract::State<State>,
    method: Method,
    uri: Uri,
) -> Result<Response, ApiError> {
    let path = uri.path().trim_start_matches('/');
    if path == "api" || path.starts_with("api/") || path.starts_with("ws/") {
        return Err(ApiError::NotFound("address"));
    }
    if !matches!(method, Method::GET | Method::HEAD) {
        return Err(ApiError::MethodNotAllowed(method.to_string()));
    }
    if path.starts_with(HASHED) {
        return file(&state, path, "public, max-age=31536000, immutable");
    }
    match file(&state, path, "no-cache") {
        Err(_) if !path.contains('.') => file(&state, FRONT_PAGE, "no-cache"),
        found => found,
    }
}

fn file(state: &State, path: &str, cache: &'static str) -> Result<Response, ApiError> {
    let asset = (state.assets)(path).ok_or(ApiError::NotFound("file"))?;
    let headers = [
        (header::CONTENT_TYPE, content_type(path)),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
    ];
    Ok((headers, asset.bytes).into_response())
}

fn content_type(path: &str) -> HeaderValue {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    HeaderValue::from_static(match extension {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    })
}
