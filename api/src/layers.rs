//! What every request passes: an id, metrics, security headers, and the writing of problems.

use crate::error::Problem;
use crate::sip_socket::Listening;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

const REQUEST_ID: &str = "x-request-id";
const LONGEST_REQUEST_ID: usize = 64;

/// `style-src` allows inline styles because the component library writes its style sheet at run
/// time; scripts come from files only.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' blob:; \
    connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";

/// A browser that has come over TLS once does so for a year (RFC 6797). Other names of the domain
/// are not ours to decide about.
const STAY_SECURE: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Runs a request and completes its response.
pub(crate) async fn finish(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id(request.headers());
    let method = method_label(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());

    let listening = request.extensions().get::<Listening>();
    let is_secure = listening.is_some_and(|listening| listening.is_secure);

    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let headers = std::mem::take(response.headers_mut());
        response = problem.with_request_id(&id);
        for (name, value) in &headers {
            response
                .headers_mut()
                .entry(name)
                .or_insert_with(|| value.clone());
        }
    }
    count(method, &route, response.status().as_u16(), started);
    secure(response.headers_mut());
    if is_secure {
        let headers = response.headers_mut();
        headers.insert(header::STRICT_TRANSPORT_SECURITY, STAY_SECURE);
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// Any word can be sent as a method; the metrics know the usual ones.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn count(method: &'static str, route: &str, status: u16, started: Instant) {
    let labels = [
        ("method", method.to_owned()),
        ("route", route.to_owned()),
        ("status", status.to_string()),
    ];
    metrics::counter!("trunkline_http_requests_total", &labels).increment(1);
    metrics::histogram!("trunkline_http_request_duration_seconds", &labels)
        .record(started.elapsed().as_secs_f64());
}

fn secure(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}

/// The id that a proxy gave, or one that is unique in this process and unlike those of others.
fn request_id(headers: &HeaderMap) -> String {
    static PREFIX: LazyLock<u32> = LazyLock::new(|| {
        let hash = RandomState::new().hash_one("request");
        u32::try_from(hash >> 32).unwrap_or_default()
    });
    static COUNT: AtomicU64 = AtomicU64::new(0);

    headers
        .get(REQUEST_ID)
        .and_then(|id| id.to_str().ok())
        .filter(|id| is_plain(id))
        .map_or_else(
            || format!("{:08x}-{}", *PREFIX, COUNT.fetch_add(1, Ordering::Relaxed)),
            str::to_owned,
        )
}

fn is_plain(id: &str) -> bool {
    (1..=LONGEST_REQUEST_ID).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}
