//! Serving the router on the listeners that the server inherited.

use crate::connections::{self, Limits};
use crate::sip_socket::{self, Listening, SipDoor};
use crate::tls::{Certificates, TlsListener};
use crate::{State, router};
use axum::extract::Extension;
use std::future::Future;
use std::io;
use std::net::TcpListener;

/// What is served beside the API on every listener.
#[derive(Clone)]
pub struct Serving {
    /// Where telephones that speak SIP over WebSocket go.
    pub sip: SipDoor,
    /// What is shown to browsers; HTTP without TLS if nothing.
    pub certificates: Option<Certificates>,
}

/// Answers requests on `listener`, which must be non-blocking, until `stop` is done and the
/// requests in progress are answered.
///
/// # Errors
/// A listener that cannot be watched.
pub async fn serve(
    listener: TcpListener,
    state: State,
    serving: Serving,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let listening = Listening {
        local: listener.local_addr()?,
        is_secure: serving.certificates.is_some(),
    };
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let app = router(state)
        .merge(sip_socket::router(serving.sip))
        .layer(Extension(listening));
    let limits = Limits::default();
    match serving.certificates {
        None => connections::answer(listener, app, limits, stop).await,
        Some(certificates) => {
            let listener = TlsListener::new(listener, certificates, limits);
            connections::answer(listener, app, limits, stop).await;
        }
    }
    Ok(())
}
