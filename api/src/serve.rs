//! Serving the router on the listeners that the server inherited.

use crate::sip_socket::{self, Listening, SipDoor};
use crate::tls::{Certificates, TlsListener};
use crate::{State, router};
use axum::extract::Extension;
use axum::serve::ListenerExt as _;
use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};

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
    let service = router(state)
        .merge(sip_socket::router(serving.sip))
        .layer(Extension(listening))
        .into_make_service_with_connect_info::<SocketAddr>();
    match serving.certificates {
        None => {
            axum::serve(listener, service)
                .with_graceful_shutdown(stop)
                .await
        }
        Some(certificates) => {
            // Tapping is what lets the address of the peer through.
            let listener = TlsListener::new(listener, certificates).tap_io(|_| ());
            axum::serve(listener, service)
                .with_graceful_shutdown(stop)
                .await
        }
    }
}
