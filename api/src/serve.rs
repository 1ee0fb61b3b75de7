//! Serving the router on the listeners that the server inherited.

use crate::{State, router};
use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};

/// Answers requests on `listener`, which must be non-blocking, until `stop` is done and the
/// requests in progress are answered.
///
/// # Errors
/// A listener that cannot be watched.
pub async fn serve(
    listener: TcpListener,
    state: State,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let service = router(state).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(stop)
        .await
}
