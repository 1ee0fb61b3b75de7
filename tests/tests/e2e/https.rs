//! The console and the API inside TLS.

use crate::SHORTLY;
use crate::tls::{Phone, certify, dial, dial_in};
use rustls::version::{TLS12, TLS13};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use tempfile::TempDir;
use tests::patience::eventually;
use tests::server::{PASSWORD, Server};

/// A server with its console inside TLS, and the certificate of its authority.
pub(crate) fn start(story: &str, folder: &TempDir) -> (Server, String) {
    let root = certify(folder.path());
    let path = |name: &str| folder.path().join(name).display().to_string();
    let more = [
        ("TRUNKLINE__HTTP__TLS_CERT", path("cert.pem")),
        ("TRUNKLINE__HTTP__TLS_KEY", path("key.pem")),
    ];
    (Server::start_with(story, &more), root)
}

/// The head of the answer; none where the connection does not come about.
fn ask(browser: &mut Phone, request: &str) -> Option<String> {
    browser.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    let mut piece = [0; 4_096];
    while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
        let length = browser.read(&mut piece).ok().filter(|length| *length > 0)?;
        answer.extend_from_slice(&piece[..length]);
    }
    Some(String::from_utf8_lossy(&answer).to_lowercase())
}

const LOOK: &str = "HEAD /healthz HTTP/1.1\r\nHost: desk.example\r\n\r\n";

#[test]
fn the_console_is_inside_tls_of_today_and_stays_there() {
    let folder = TempDir::new().unwrap();
    let (server, root) = start("https", &folder);
    for version in [&TLS12, &TLS13] {
        let answer = ask(&mut dial_in(server.http, &root, &[version]), LOOK).unwrap();
        assert!(answer.contains("strict-transport-security: max-age="));
    }

    let who = format!("{{\"email\":\"admin@demo.example\",\"password\":\"{PASSWORD}\"}}");
    let request = format!(
        "POST /api/v1/sessions HTTP/1.1\r\nHost: desk.example\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{who}",
        who.len()
    );
    let answer = ask(&mut dial(server.http, &root), &request).unwrap();
    assert!(
        answer.contains("httponly; samesite=lax; secure"),
        "{answer}"
    );
}

#[test]
fn a_browser_that_knows_nothing_newer_than_tls_1_1_is_told_so() {
    let folder = TempDir::new().unwrap();
    let (server, _) = start("https-old", &folder);
    let mut old = TcpStream::connect(server.http).unwrap();
    old.set_read_timeout(Some(SHORTLY)).unwrap();
    // TLS_RSA_WITH_AES_128_CBC_SHA, no session, no compression (RFC 4346 §7.4.1.2).
    let mut greeting = vec![0x16, 3, 1, 0, 45, 1, 0, 0, 41, 3, 2];
    greeting.extend([7; 32]);
    greeting.extend([0, 0, 2, 0, 0x2f, 1, 0]);
    old.write_all(&greeting).unwrap();
    let mut alert = Vec::new();
    let _ = old.read_to_end(&mut alert);
    // Fatal: handshake_failure or protocol_version (RFC 5246 §7.2).
    assert!(matches!(alert.get(5..), Some([2, 40 | 70])), "{alert:?}");
}

#[test]
fn a_browser_without_tls_is_let_go_and_certificates_change_under_open_sockets() {
    let folder = TempDir::new().unwrap();
    let (server, old) = start("https-reload", &folder);
    let mut plain = TcpStream::connect(server.http).unwrap();
    plain.set_read_timeout(Some(SHORTLY)).unwrap();
    plain.write_all(LOOK.as_bytes()).unwrap();
    let mut heard = Vec::new();
    let end = plain.read_to_end(&mut heard);
    assert!(end.is_ok() || end.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset));
    assert!(!heard.starts_with(b"HTTP"));

    let mut first = dial(server.http, &old);
    assert!(ask(&mut first, LOOK).is_some());
    let new = certify(folder.path());
    server.hang_up();
    eventually("the new certificate", SHORTLY, || {
        ask(&mut dial(server.http, &new), LOOK)
    });
    assert!(ask(&mut dial(server.http, &old), LOOK).is_none());
    assert!(ask(&mut first, LOOK).is_some(), "the open one goes on");
}
