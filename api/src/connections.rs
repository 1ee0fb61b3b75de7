//! HTTP/1.1 on accepted connections. Whoever connects has a limited time to say what they want, so
//! that nobody holds connections by sending a byte now and then.

#[cfg(test)]
mod tests;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::sync::watch;
use tower::Service as _;

/// What those who connect may take, and how many may do so at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// How long a TLS handshake may take.
    pub(crate) handshake: Duration,
    /// Handshakes in progress at most; further connections wait in the kernel.
    pub(crate) handshakes: usize,
    /// Handshakes of one address among them; its further connections are closed.
    pub(crate) handshakes_a_source: usize,
    /// How long the head of a request may take, from the connection or the end of the answer before.
    pub(crate) head: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            handshakes: 256,
            handshakes_a_source: 64,
            head: Duration::from_secs(30),
        }
    }
}

/// Answers the requests that come over `listener` by `app`, until `stop` is done and the requests in
/// progress are answered.
pub(crate) async fn answer<L>(
    mut listener: L,
    app: Router,
    limits: Limits,
    stop: impl Future<Output = ()>,
) where
    L: Listener<Addr = SocketAddr>,
{
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.head);
    let (leave, leaving) = watch::channel(false);
    let mut stop = pin!(stop);
    loop {
        let (io, peer) = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let app = app.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            app.clone().call(request)
        });
        let connection = http.serve_connection(TokioIo::new(io), service);
        let mut leaving = leaving.clone();
        tokio::spawn(async move {
            let mut connection = pin!(connection.with_upgrades());
            let is_over = tokio::select! {
                // How a connection ends concerns its peer alone.
                _ = connection.as_mut() => true,
                _ = leaving.wait_for(|leaves| *leaves) => false,
            };
            if !is_over {
                connection.as_mut().graceful_shutdown();
                let _ = connection.await;
            }
        });
    }
    drop(listener);
    drop(leaving);
    leave.send_replace(true);
    leave.closed().await;
}
