//! Peers that are slow, or many: over real sockets, with limits so short that nobody waits for them.

use super::*;
use crate::tls::{Certificates, TlsListener};
use axum::routing::get;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

/// Nobody waits as long as this.
const LONG: Limits = Limits {
    handshake: Duration::from_hours(1),
    handshakes: 8,
    handshakes_a_source: 2,
    head: Duration::from_hours(1),
};
const SHORT: Duration = Duration::from_millis(20);
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: desk.example\r\n\r\n";

fn app() -> Router {
    Router::new().route(
        "/",
        get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() }),
    )
}

/// A server of HTTP, and what makes it stop.
async fn plain(limits: Limits) -> (SocketAddr, oneshot::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    tokio::spawn(answer(listener, app(), limits, async {
        let _ = stopped.await;
    }));
    (address, stop)
}

/// A server of HTTPS that has no certificate: it hears and alerts, and lets nobody through.
async fn secure(limits: Limits) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Nothing));
    let config = Arc::new(config);
    let certificates: Certificates = Arc::new(move || Arc::clone(&config));
    let listener = TlsListener::new(listener, certificates, limits);
    tokio::spawn(answer(listener, app(), limits, std::future::pending()));
    address
}

#[derive(Debug)]
struct Nothing;

impl ResolvesServerCert for Nothing {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        None
    }
}

/// What is said until the other side closes; a reset is an end, too.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut heard = Vec::new();
    match stream.read_to_end(&mut heard).await {
        Ok(_) => heard,
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => heard,
        Err(error) => panic!("{error}"),
    }
}

async fn connect_from(source: &str, server: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{source}:0").parse().unwrap()).unwrap();
    socket.connect(server).await.unwrap()
}

#[tokio::test]
async fn a_request_is_answered_and_the_connection_kept_for_the_next() {
    let (server, stop) = plain(LONG).await;
    let mut browser = TcpStream::connect(server).await.unwrap();
    let own = browser.local_addr().unwrap().to_string();
    for _ in 0..2 {
        browser.write_all(REQUEST).await.unwrap();
        let mut heard = Vec::new();
        while !heard.ends_with(own.as_bytes()) {
            assert_ne!(browser.read_buf(&mut heard).await.unwrap(), 0);
        }
        assert!(heard.starts_with(b"HTTP/1.1 200 OK"));
    }
    stop.send(()).unwrap();
    assert_eq!(rest(&mut browser).await, b"", "an idle one is closed");
}

#[tokio::test]
async fn who_does_not_come_to_the_end_of_a_head_is_let_go() {
    let limits = Limits {
        head: SHORT,
        ..LONG
    };
    let (server, _stop) = plain(limits).await;
    let mut silent = TcpStream::connect(server).await.unwrap();
    let mut slow = TcpStream::connect(server).await.unwrap();
    assert_eq!(rest(&mut silent).await, b"");

    slow.write_all(b"GET / HTTP/1.1\r\nX: ").await.unwrap();
    while slow.write_all(b"y").await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_handshake_that_takes_too_long_is_ended() {
    let limits = Limits {
        handshake: SHORT,
        ..LONG
    };
    let server = secure(limits).await;
    let mut slow = TcpStream::connect(server).await.unwrap();
    slow.write_all(&[0x16, 3, 1]).await.unwrap();
    assert_eq!(rest(&mut slow).await, b"");
}

#[tokio::test]
async fn one_address_does_not_hold_all_handshakes() {
    let server = secure(LONG).await;
    let mut held = Vec::new();
    for _ in 0..LONG.handshakes_a_source {
        let mut slow = connect_from("127.0.0.1", server).await;
        slow.write_all(&[0x16]).await.unwrap();
        held.push(slow);
    }

    let mut more = connect_from("127.0.0.1", server).await;
    assert_eq!(rest(&mut more).await, b"");
    let mut other = connect_from("127.0.0.2", server).await;
    other.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    let alert = rest(&mut other).await;
    assert_eq!(
        alert.first(),
        Some(&0x15),
        "heard, and told that it is no TLS"
    );

    held.pop();
    loop {
        let mut again = connect_from("127.0.0.1", server).await;
        // The one that was given up may be counted still.
        let _ = again.write_all(b"GET / HTTP/1.1\r\n").await;
        if !rest(&mut again).await.is_empty() {
            break;
        }
    }
}
