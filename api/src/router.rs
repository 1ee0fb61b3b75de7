//! Every address there is.

use crate::body::LONGEST_BODY;
use crate::openapi::Head;
use crate::sessions::attempts::Attempts;
use crate::speech_engines::turns::Turns;
use crate::{
    ApiError, State, agents, assets, audit_log, bots, call_records, calls, docs, flow_tests, flows,
    health, layers, me, queues, sessions, sounds, speech_engines, time_schemes, trunk_numbers,
    trunks,
};
use axum::Extension;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::middleware;
use axum::routing::get;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Semaphore, SemaphorePermit};
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How many passwords are checked at a time: each check takes 19 MiB and a core.
const PASSWORDS_AT_A_TIME: usize = 2;
/// How many sounds are taken at a time: each is held in memory as a file.
const SOUNDS_AT_A_TIME: usize = 4;

/// The API, its documentation and the console, ready to be served.
///
/// Serve it with connection info (`into_make_service_with_connect_info::<SocketAddr>()`), which
/// the bound on failed attempts to sign in goes by.
pub fn router(state: State) -> Router {
    let (router, document) = documented().split_for_parts();
    let shared = Shared(Arc::new(Inner {
        attempts: Mutex::default(),
        passwords: Semaphore::new(PASSWORDS_AT_A_TIME),
        sounds: Semaphore::new(SOUNDS_AT_A_TIME),
        listeners: Mutex::default(),
        specification: text(&document),
    }));
    router
        .route("/api/docs", get(docs::page))
        .route("/api/docs/page.js", get(docs::script))
        .route("/api/docs/page.css", get(docs::style))
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(assets::serve)
        .with_state(state)
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .layer(Extension(shared))
        .layer(middleware::from_fn(layers::finish))
}

/// The specification of the API as JSON text, as `/api/v1/openapi.json` has it.
pub fn specification() -> String {
    text(&documented().into_openapi())
}

fn documented() -> OpenApiRouter<State> {
    OpenApiRouter::with_openapi(Head::openapi())
        .routes(routes!(sessions::create::create))
        .routes(routes!(sessions::remove::remove))
        .routes(routes!(me::show))
        .routes(routes!(call_records::list::list))
        .routes(routes!(call_records::show::show))
        .routes(routes!(call_records::events::events))
        .routes(routes!(call_records::recording::recording))
        .routes(routes!(calls::list::list))
        .routes(routes!(calls::show::show))
        .routes(routes!(calls::hangup::hangup))
        .routes(routes!(calls::recording::pause))
        .routes(routes!(calls::recording::resume))
        .routes(routes!(calls::supervise::monitor, calls::supervise::stop))
        .routes(routes!(calls::supervise::whisper))
        .routes(routes!(calls::supervise::barge))
        .routes(routes!(calls::supervise::take_over))
        .routes(routes!(calls::conference::conference))
        .routes(routes!(calls::sip::show))
        .routes(routes!(calls::sip::export))
        .routes(routes!(agents::list::list))
        .routes(routes!(agents::sign_in::myself))
        .routes(routes!(agents::sign_in::other))
        .routes(routes!(agents::sign_out::myself))
        .routes(routes!(agents::sign_out::other))
        .routes(routes!(agents::status::myself))
        .routes(routes!(agents::status::other))
        .routes(routes!(agents::end_wrap_up::myself))
        .routes(routes!(agents::end_wrap_up::other))
        .routes(routes!(queues::list))
        .routes(routes!(trunks::list::list, trunks::create::create))
        .routes(routes!(trunks::strangers::list))
        .routes(routes!(
            trunks::show::show,
            trunks::update::update,
            trunks::delete::delete
        ))
        .routes(routes!(
            trunk_numbers::list::list,
            trunk_numbers::create::create
        ))
        .routes(routes!(
            trunk_numbers::update::update,
            trunk_numbers::delete::delete
        ))
        .routes(routes!(
            time_schemes::list::list,
            time_schemes::create::create
        ))
        .routes(routes!(
            time_schemes::update::update,
            time_schemes::delete::delete
        ))
        .routes(routes!(audit_log::list))
        .routes(routes!(speech_engines::list::list))
        .routes(routes!(speech_engines::listen::listen))
        .merge(sounds())
        .merge(flows())
        .routes(routes!(bots::update))
        .routes(routes!(docs::specification))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(health::metrics))
}

/// The flows, whose documents are longer than other bodies.
fn flows() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(flows::list::list, flows::create::create))
        .routes(routes!(flows::check::check))
        .routes(routes!(flows::show::show))
        .routes(routes!(flows::save::save))
        .routes(routes!(flows::simulate::simulate))
        .routes(routes!(flows::counts::counts))
        .routes(routes!(flows::replay::replay))
        .routes(routes!(flows::call::call))
        .routes(routes!(flow_tests::run::run))
        .routes(routes!(flow_tests::read::read))
        .routes(routes!(flow_tests::show::show, flow_tests::save::save))
        .routes(routes!(flows::publish::publish))
        .routes(routes!(flows::versions::list))
        .routes(routes!(flows::versions::show))
        .routes(routes!(flows::publish::roll_back))
        .layer(DefaultBodyLimit::max(flows::LONGEST_FLOW))
}

/// The sounds, whose files are longer than other bodies.
fn sounds() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(sounds::list::list, sounds::create::create))
        .routes(routes!(sounds::delete::delete))
        .routes(routes!(sounds::audio::audio, sounds::replace::replace))
        .layer(DefaultBodyLimit::max(media::sound::LONGEST_FILE))
}

fn text(document: &Document) -> String {
    let text = document.to_pretty_json();
    text.expect("a document made of plain values can be written") + "\n"
}

async fn method_not_allowed(method: Method) -> ApiError {
    ApiError::MethodNotAllowed(method.to_string())
}

/// What the requests of one router share beside its state.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Inner>);

struct Inner {
    attempts: Mutex<Attempts>,
    passwords: Semaphore,
    sounds: Semaphore,
    listeners: Mutex<Turns>,
    specification: String,
}

impl Shared {
    /// The failed attempts to sign in.
    pub(crate) fn attempts(&self) -> MutexGuard<'_, Attempts> {
        let attempts = self.0.attempts.lock();
        attempts.unwrap_or_else(PoisonError::into_inner)
    }

    /// Whom engines spoke for lately.
    pub(crate) fn listeners(&self) -> MutexGuard<'_, Turns> {
        let listeners = self.0.listeners.lock();
        listeners.unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a password may be checked.
    pub(crate) async fn password_turn(&self) -> Option<SemaphorePermit<'_>> {
        self.0.passwords.acquire().await.ok()
    }

    /// Waits until a sound may be taken.
    pub(crate) async fn sound_turn(&self) -> Option<SemaphorePermit<'_>> {
        self.0.sounds.acquire().await.ok()
    }

    /// The specification as JSON text.
    pub(crate) fn specification(&self) -> String {
        self.0.specification.clone()
    }
}
