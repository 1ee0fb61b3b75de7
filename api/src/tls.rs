//! HTTP inside TLS: handshakes beside each other, so that a slow one holds up nobody.

use axum::serve::Listener;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

/// Handshakes in progress at most; further connections wait in the kernel.
const HANDSHAKES: usize = 256;
/// How long a handshake may take.
const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(10);
/// The pause when the system has no descriptor to spare.
const PAUSE: Duration = Duration::from_millis(250);

/// Gives what a connection that begins at this moment is shown.
pub type Certificates = Arc<dyn Fn() -> Arc<ServerConfig> + Send + Sync>;

/// Accepts connections whose TLS handshake is done.
pub(crate) struct TlsListener {
    listener: TcpListener,
    certificates: Certificates,
    handshakes: JoinSet<Option<Ready>>,
}

type Ready = (TlsStream<TcpStream>, SocketAddr);

impl TlsListener {
    pub(crate) fn new(listener: TcpListener, certificates: Certificates) -> Self {
        Self {
            listener,
            certificates,
            handshakes: JoinSet::new(),
        }
    }

    fn begin(&mut self, socket: TcpStream, peer: SocketAddr) {
        let acceptor = TlsAcceptor::from((self.certificates)());
        self.handshakes.spawn(async move {
            let done = timeout(HANDSHAKE_PATIENCE, acceptor.accept(socket)).await;
            let stream = done.ok().and_then(Result::ok);
            if stream.is_none() {
                metrics::counter!("trunkline_http_handshakes_failed_total").increment(1);
            }
            Some((stream?, peer))
        });
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> Ready {
        loop {
            let has_room = self.handshakes.len() < HANDSHAKES;
            tokio::select! {
                // A pattern here would leave the other handshakes alone after one that failed,
                // until somebody else connects.
                done = self.handshakes.join_next(), if !self.handshakes.is_empty() => {
                    if let Some(Ok(Some(ready))) = done {
                        return ready;
                    }
                }
                accepted = self.listener.accept(), if has_room => match accepted {
                    Ok((socket, peer)) => self.begin(socket, peer),
                    Err(_) => sleep(PAUSE).await,
                },
                else => (),
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}
