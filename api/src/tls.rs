//! HTTP inside TLS: handshakes beside each other, so that a slow one holds up nobody.

use crate::connections::Limits;
use axum::serve::Listener;
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{Id, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

/// The pause when the system has no descriptor to spare.
const PAUSE: Duration = Duration::from_millis(250);

/// Gives what a connection that begins at this moment is shown.
pub type Certificates = Arc<dyn Fn() -> Arc<ServerConfig> + Send + Sync>;

/// Accepts connections whose TLS handshake is done.
pub(crate) struct TlsListener {
    listener: TcpListener,
    certificates: Certificates,
    limits: Limits,
    handshakes: JoinSet<Option<Ready>>,
    /// Whose each of the handshakes is.
    sources: HashMap<Id, IpAddr>,
}

type Ready = (TlsStream<TcpStream>, SocketAddr);

impl TlsListener {
    pub(crate) fn new(listener: TcpListener, certificates: Certificates, limits: Limits) -> Self {
        Self {
            listener,
            certificates,
            limits,
            handshakes: JoinSet::new(),
            sources: HashMap::new(),
        }
    }

    /// Begins a handshake, unless so many of the same address are in progress that others would
    /// find no room.
    fn begin(&mut self, socket: TcpStream, peer: SocketAddr) {
        let source = source_of(peer);
        let theirs = self.sources.values().filter(|it| **it == source).count();
        if theirs >= self.limits.handshakes_a_source {
            metrics::counter!("trunkline_http_handshakes_refused_total").increment(1);
            return;
        }
        let acceptor = TlsAcceptor::from((self.certificates)());
        let patience = self.limits.handshake;
        let task = self.handshakes.spawn(async move {
            let done = timeout(patience, acceptor.accept(socket)).await;
            let stream = done.ok().and_then(Result::ok);
            if stream.is_none() {
                metrics::counter!("trunkline_http_handshakes_failed_total").increment(1);
            }
            Some((stream?, peer))
        });
        self.sources.insert(task.id(), source);
    }
}

/// Whose connection it is: of IPv6 the network, which one subscriber has whole.
fn source_of(peer: SocketAddr) -> IpAddr {
    match peer.ip().to_canonical() {
        IpAddr::V6(address) => {
            let network = address.to_bits() & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from_bits(network))
        }
        address @ IpAddr::V4(_) => address,
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> Ready {
        loop {
            let has_room = self.handshakes.len() < self.limits.handshakes;
            tokio::select! {
                // A pattern here would leave the other handshakes alone after one that failed,
                // until somebody else connects.
                done = self.handshakes.join_next_with_id(), if !self.handshakes.is_empty() => {
                    let (id, ready) = match done {
                        Some(Ok((id, ready))) => (id, ready),
                        Some(Err(fault)) => (fault.id(), None),
                        None => continue,
                    };
                    self.sources.remove(&id);
                    if let Some(ready) = ready {
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
