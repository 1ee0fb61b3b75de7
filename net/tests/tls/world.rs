//! A reactor with a TLS listener, certificates in a folder, and peers in threads.

use net::{
    signalling::{CloseReason, Event, Limits, Protection, Reactor, Sockets, Tls},
    tls::{Client, File, Identity, Server},
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, SanType};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _},
};
use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(20);

/// Whoever signs certificates.
pub(crate) struct Authority {
    pub(crate) pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate with its key, PEM.
pub(crate) struct Pair {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            pem,
            issuer: Issuer::new(params, key),
        }
    }

    pub(crate) fn sign(&self, names: &[&str]) -> Pair {
        let (uris, plain): (Vec<&str>, Vec<&str>) =
            names.iter().partition(|name| name.starts_with("sip:"));
        let plain: Vec<String> = plain.into_iter().map(str::to_owned).collect();
        let mut params = CertificateParams::new(plain).unwrap();
        for uri in uris {
            params
                .subject_alt_names
                .push(SanType::URI(uri.try_into().unwrap()));
        }
        let key = KeyPair::generate().unwrap();
        Pair {
            certificate: params.signed_by(&key, &self.issuer).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }
}

pub(crate) fn file(key: &'static str, path: PathBuf) -> File {
    File { key, path }
}

/// Writes a pair below `folder`.
pub(crate) fn write_pair(folder: &Path, pair: &Pair) -> Identity {
    let (certificate, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    fs::write(&certificate, &pair.certificate).unwrap();
    fs::write(&key, &pair.key).unwrap();
    Identity {
        certificate: file("sip.tls_cert", certificate),
        key: file("sip.tls_key", key),
    }
}

/// A reactor that shows a certificate for `sip.example.com` and 127.0.0.1.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) authority: Authority,
    pub(crate) server: Arc<Server>,
    pub(crate) address: SocketAddr,
    pub(crate) reactor: Reactor,
    pub(crate) now: Duration,
    heard: Vec<Event>,
}

impl World {
    pub(crate) fn new(limits: Limits) -> Self {
        let folder = TempDir::new().unwrap();
        let authority = Authority::new();
        let roots = folder.path().join("ca.pem");
        fs::write(&roots, &authority.pem).unwrap();
        let own = authority.sign(&["sip.example.com", "127.0.0.1"]);
        let identity = write_pair(folder.path(), &own);
        let clients = file("sip.tls_client_ca", roots.clone());
        let server = Arc::new(Server::load(identity.clone(), Some(clients)).unwrap());
        let client = Client::load(Some(identity), Some(file("sip.tls_ca", roots))).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let sockets = Sockets {
            secure: vec![listener],
            ..Sockets::default()
        };
        let tls = Tls {
            server: Some(Arc::clone(&server)),
            client: Some(Arc::new(client)),
        };
        Self {
            folder,
            authority,
            server,
            address,
            reactor: Reactor::new(sockets, tls, limits, 0).unwrap(),
            now: Duration::from_secs(1),
            heard: Vec::new(),
        }
    }

    pub(crate) fn turn(&mut self) {
        let wait = Some(Duration::from_millis(5));
        self.reactor.poll(self.now, wait, &mut self.heard).unwrap();
    }

    /// Turns until `done` gives something.
    pub(crate) fn until<T>(
        &mut self,
        what: &str,
        mut done: impl FnMut(&mut Self) -> Option<T>,
    ) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = done(self) {
                return found;
            }
            assert!(Instant::now() < end, "{what}; heard only {:?}", self.heard);
            self.turn();
        }
    }

    /// Turns until an event fits, and takes everything up to it.
    pub(crate) fn hears<T>(&mut self, what: &str, fits: impl Fn(&Event) -> Option<T>) -> T {
        self.until(what, |world| {
            let at = world.heard.iter().position(|event| fits(event).is_some())?;
            let found = fits(&world.heard[at]);
            world.heard.drain(..=at);
            found
        })
    }

    /// The connection that opened and the names of its peer.
    pub(crate) fn opened(&mut self) -> (u64, Vec<String>) {
        self.hears("an open connection", |event| match event {
            Event::Accepted {
                connection,
                protection: Protection::Tls { names },
                ..
            }
            | Event::Connected {
                connection,
                protection: Protection::Tls { names },
                ..
            } => Some((*connection, names.clone())),
            Event::Accepted { .. }
            | Event::Connected { .. }
            | Event::Closed { .. }
            | Event::Data { .. }
            | Event::Datagram { .. } => None,
        })
    }

    pub(crate) fn closed(&mut self) -> (u64, CloseReason) {
        self.hears("a closed connection", |event| {
            if let Event::Closed { connection, reason } = event {
                Some((*connection, *reason))
            } else {
                None
            }
        })
    }

    /// The first bytes that arrive, up to this many.
    pub(crate) fn received(&mut self, length: usize) -> Vec<u8> {
        let mut all = Vec::new();
        while all.len() < length {
            all.extend(self.hears("bytes", |event| {
                if let Event::Data { data, .. } = event {
                    Some(data.clone())
                } else {
                    None
                }
            }));
        }
        all
    }

    pub(crate) fn has_heard_nothing(&self) -> bool {
        self.heard.is_empty()
    }
}

/// A blocking client that trusts `authority` and shows `own`, if any.
pub(crate) fn client_config(authority: &str, own: Option<&Pair>) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(certificate(authority)).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    match own {
        None => builder.with_no_client_auth(),
        Some(own) => builder
            .with_client_auth_cert(vec![certificate(&own.certificate)], key(&own.key))
            .unwrap(),
    }
}

/// What a blocking server shows.
pub(crate) fn server_config(own: &Pair) -> ServerConfig {
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate(&own.certificate)], key(&own.key))
        .unwrap()
}

fn certificate(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}

fn key(pem: &str) -> PrivateKeyDer<'static> {
    PrivateKeyDer::from_pem_slice(pem.as_bytes()).unwrap()
}

/// A peer's end of a connection.
pub(crate) type Peer = StreamOwned<ClientConnection, TcpStream>;

/// Connects as `sip.example.com`'s client; the handshake happens with the first read or write.
pub(crate) fn dial(address: SocketAddr, config: ClientConfig) -> Peer {
    let name = ServerName::try_from("sip.example.com").unwrap();
    let session = ClientConnection::new(Arc::new(config), name).unwrap();
    let socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    StreamOwned::new(session, socket)
}
