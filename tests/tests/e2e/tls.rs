//! SIP over TLS and IPv6, with certificates made for the story.

use crate::SHORTLY;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tests::patience::{eventually, until};
use tests::server::{Server, free_address};

/// Writes a certificate for 127.0.0.1 with its key; gives its authority's certificate.
pub(crate) fn certify(folder: &Path) -> String {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let root = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let own = KeyPair::generate().unwrap();
    let names = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = names.signed_by(&own, &issuer).unwrap();
    fs::write(folder.join("cert.pem"), certificate.pem()).unwrap();
    fs::write(folder.join("key.pem"), own.serialize_pem()).unwrap();
    root
}

/// A server with a TLS listener; its certificate lies in the folder.
pub(crate) fn start(story: &str, folder: &Path) -> (Server, SocketAddr) {
    start_with(story, folder, &[])
}

/// The same with more settings.
pub(crate) fn start_with(
    story: &str,
    folder: &Path,
    settings: &[(&'static str, String)],
) -> (Server, SocketAddr) {
    let address = free_address();
    let path = |name: &str| folder.join(name).display().to_string();
    let mut more = vec![
        ("TRUNKLINE__SIP__TLS", address.to_string()),
        ("TRUNKLINE__SIP__TLS_CERT", path("cert.pem")),
        ("TRUNKLINE__SIP__TLS_KEY", path("key.pem")),
    ];
    more.extend_from_slice(settings);
    (Server::start_with(story, &more), address)
}

/// A port of the IPv6 loopback that nobody holds.
pub(crate) fn free_v6_address() -> SocketAddr {
    eventually("a free port", SHORTLY, || {
        let listener = TcpListener::bind("[::1]:0").ok()?;
        let address = listener.local_addr().ok()?;
        UdpSocket::bind(address).ok().map(|_| address)
    })
}

pub(crate) type Phone = StreamOwned<ClientConnection, TcpStream>;

pub(crate) fn dial(address: SocketAddr, root: &str) -> Phone {
    dial_in(address, root, rustls::DEFAULT_VERSIONS)
}

/// The same in these versions of TLS.
pub(crate) fn dial_in(
    address: SocketAddr,
    root: &str,
    versions: &[&'static SupportedProtocolVersion],
) -> Phone {
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(root.as_bytes()).unwrap();
    roots.add(root).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::from(address.ip());
    let session = ClientConnection::new(Arc::new(config), name).unwrap();
    let socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(SHORTLY)).unwrap();
    StreamOwned::new(session, socket)
}

/// What is answered to OPTIONS; none where the connection does not come about.
fn ask(phone: &mut Phone, branch: &str) -> Option<String> {
    phone.write_all(options("TLS", branch).as_bytes()).ok()?;
    let mut answer = vec![0; 4_096];
    let length = phone.read(&mut answer).ok()?;
    Some(String::from_utf8_lossy(&answer[..length]).into_owned())
}

fn options(transport: &str, branch: &str) -> String {
    format!(
        "OPTIONS sip:trunkline SIP/2.0\r\n\
         Via: SIP/2.0/{transport} phone.invalid;branch=z9hG4bK{branch};rport\r\n\
         From: <sip:phone@trunkline>;tag=1\r\nTo: <sip:trunkline>\r\n\
         Call-ID: {branch}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    )
}

#[test]
fn a_telephone_over_tls_is_served_and_comes_back_after_a_crash() {
    let folder = TempDir::new().unwrap();
    let root = certify(folder.path());
    let (server, address) = start("tls", folder.path());
    let mut phone = dial(address, &root);
    let answer = ask(&mut phone, "one").unwrap();
    assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
    assert!(
        answer.contains("Via: SIP/2.0/TLS phone.invalid"),
        "{answer}"
    );

    server.kill_worker();

    assert_eq!(ask(&mut phone, "two"), None, "its connection is gone");
    let mut again = dial(address, &root);
    let answer = ask(&mut again, "three").unwrap();
    assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
}

#[test]
fn certificates_are_read_again_when_the_server_is_told_to() {
    let folder = TempDir::new().unwrap();
    let old = certify(folder.path());
    let (server, address) = start("reload", folder.path());
    let mut first = dial(address, &old);
    assert!(ask(&mut first, "one").is_some());

    let new = certify(folder.path());
    server.hang_up();

    let mut second = eventually("a connection with the new certificate", SHORTLY, || {
        let mut phone = dial(address, &new);
        ask(&mut phone, "two").is_some().then_some(phone)
    });
    assert!(ask(&mut dial(address, &old), "three").is_none());
    assert!(ask(&mut first, "four").is_some(), "the open one goes on");
    assert!(ask(&mut second, "five").is_some());
}

#[test]
fn a_stranger_to_tls_is_counted_and_nobody_else_notices() {
    let folder = TempDir::new().unwrap();
    let root = certify(folder.path());
    let (server, address) = start("no-tls", folder.path());
    let mut junk = TcpStream::connect(address).unwrap();
    junk.write_all(options("TCP", "plain").as_bytes()).unwrap();

    until("a count of the failed handshake", SHORTLY, || {
        server.metric("trunkline_sip_handshakes_failed_total") >= 1.0
    });
    assert!(ask(&mut dial(address, &root), "one").is_some());
}

#[test]
fn a_server_with_addresses_of_both_families_is_reached_by_both() {
    let v4 = free_address();
    let v6 = free_v6_address();
    let both = format!("{v4},{v6}");
    let more = [
        ("TRUNKLINE__SIP__UDP", both.clone()),
        ("TRUNKLINE__SIP__TCP", both),
    ];
    let _server = Server::start_with("families", &more);

    for address in [v4, v6] {
        // An address that no trunk is at hears that it is not known: it is heard.
        let peer = UdpSocket::bind((address.ip(), 0)).unwrap();
        peer.set_read_timeout(Some(SHORTLY)).unwrap();
        peer.send_to(options("UDP", "u").as_bytes(), address)
            .unwrap();
        let mut answer = vec![0; 4_096];
        let length = peer.recv(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer[..length]);
        let received = format!("received={}", address.ip());
        assert!(answer.contains(&received), "{answer}");

        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(SHORTLY)).unwrap();
        stream.write_all(options("TCP", "t").as_bytes()).unwrap();
        let mut start = [0; 7];
        stream.read_exact(&mut start).unwrap();
        assert_eq!(&start, b"SIP/2.0");
    }
}
