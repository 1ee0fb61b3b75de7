//! SIP over WebSocket at `/ws/sip` (RFC 7118): browsers' and apps' telephones.
//!
//! The socket is carried here and understood in the engine: each message of the peer becomes one
//! [`SocketEvent`], each message for the peer comes through its outbox. Both ways are bounded. An
//! engine that is behind makes the reading wait; a peer that is behind loses its socket.

mod carry;
mod occupancy;

pub use occupancy::Occupancy;

use crate::{ApiError, layers};
use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, Extension, State};
use axum::http::{HeaderMap, header};
use axum::middleware;
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tokio::sync::mpsc;

/// The subprotocol (RFC 7118 §4.1).
const SUBPROTOCOL: &str = "sip";
/// The longest message, as over every other transport.
const LONGEST_MESSAGE: usize = 64 << 10;
/// Messages that may wait for one peer.
const OUTBOX: usize = 256;

/// One open socket; unlike every other of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SocketId(pub u64);

/// What happens to sockets, in order for each of them.
#[derive(Debug)]
pub enum SocketEvent {
    /// A telephone connected.
    Opened {
        /// Its socket.
        id: SocketId,
        /// The listener's address.
        local: SocketAddr,
        /// The peer.
        remote: SocketAddr,
        /// Whether it came over TLS.
        is_secure: bool,
        /// What is sent to it; the socket is closed when this is dropped.
        outbox: mpsc::Sender<Bytes>,
    },
    /// It sent a message.
    Message {
        /// Its socket.
        id: SocketId,
        /// The message.
        data: Bytes,
        /// When it was read.
        at: Instant,
    },
    /// It is gone.
    Closed {
        /// Its socket.
        id: SocketId,
    },
}

/// The way from sockets to the engine.
#[derive(Clone)]
pub struct SipDoor {
    /// Where events go; bounded, and while it is full nothing is read from the peers.
    pub events: mpsc::Sender<SocketEvent>,
    /// Makes the engine look at the events.
    pub wake: Arc<dyn Fn() + Send + Sync>,
    /// The id of the next socket.
    pub next_id: Arc<AtomicU64>,
    /// Origins besides our own whose pages may connect, such as `https://crm.example.com`; `*` is
    /// every origin.
    pub allowed_origins: Arc<[String]>,
    /// How many sockets there are, and from where.
    pub occupancy: Occupancy,
}

/// The listener through which a request came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listening {
    pub(crate) local: SocketAddr,
    pub(crate) is_secure: bool,
}

pub(crate) fn router(door: SipDoor) -> Router {
    Router::new()
        .route("/ws/sip", get(open))
        .with_state(door)
        .layer(middleware::from_fn(layers::finish))
}

async fn open(
    State(door): State<SipDoor>,
    Extension(listening): Extension<Listening>,
    ConnectInfo(remote): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, ApiError> {
    if !is_welcome(&headers, &door.allowed_origins) {
        return Err(ApiError::CrossSite);
    }
    let upgrade = upgrade.protocols([SUBPROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        return Err(ApiError::NoSipSubprotocol);
    }
    let place = door.occupancy.take(remote.ip().to_canonical());
    let place = place.ok_or(ApiError::TooManySockets)?;
    let id = SocketId(door.next_id.fetch_add(1, Ordering::Relaxed));
    Ok(upgrade
        .max_message_size(LONGEST_MESSAGE)
        .max_frame_size(LONGEST_MESSAGE)
        .on_upgrade(async move |socket| {
            let (outbox, waiting) = mpsc::channel(OUTBOX);
            let opened = SocketEvent::Opened {
                id,
                local: listening.local,
                remote,
                is_secure: listening.is_secure,
                outbox,
            };
            if door.tell(opened).await.is_ok() {
                carry::carry(socket, id, waiting, &door).await;
                // An engine that is gone has forgotten the socket.
                let _ = door.tell(SocketEvent::Closed { id }).await;
            }
            drop(place);
        }))
}

/// The engine is gone.
struct Gone;

impl SipDoor {
    async fn tell(&self, event: SocketEvent) -> Result<(), Gone> {
        self.events.send(event).await.map_err(|_| Gone)?;
        (self.wake)();
        Ok(())
    }
}

/// A browser says which page it is that connects. Telephones that are no browsers say nothing, and
/// nobody can make them connect.
fn is_welcome(headers: &HeaderMap, allowed: &[String]) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    let Some(origin) = text(header::ORIGIN) else {
        return true;
    };
    let host = origin.split_once("://").map(|(_, host)| host);
    (host.is_some() && host == text(header::HOST))
        || allowed.iter().any(|known| known == origin || known == "*")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn welcome(origin: Option<&'static str>, allowed: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("desk.example:8080"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
        }
        let allowed: Vec<String> = allowed.iter().map(|it| (*it).to_owned()).collect();
        is_welcome(&headers, &allowed)
    }

    #[test]
    fn pages_of_our_own_and_of_allowed_origins_may_connect() {
        assert!(welcome(Some("https://desk.example:8080"), &[]));
        assert!(welcome(None, &[]));
        assert!(welcome(
            Some("https://crm.example"),
            &["https://crm.example"]
        ));
        assert!(welcome(Some("https://any.example"), &["*"]));
    }

    #[test]
    fn pages_of_others_may_not() {
        assert!(!welcome(
            Some("https://evil.example"),
            &["https://crm.example"]
        ));
        assert!(!welcome(Some("https://desk.example"), &[]), "another port");
        assert!(!welcome(Some("null"), &[]));
        assert!(!welcome(
            Some("https://crm.example.evil"),
            &["https://crm.example"]
        ));
    }
}
