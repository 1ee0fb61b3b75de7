//! Voice bots behind TLS: one whose certificate is believed is talked to, any other is not.

use crate::bots::{Bot, NUMBER, TOKEN, server_towards};
use crate::{CALLER, SHORTLY};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use serde_json::json;
use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tests::patience::until;
use tests::sipp::Sipp;
use tests::voice::Voice;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

/// An authority and its certificate.
struct Authority(CertificateParams, KeyPair, String);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self(params, key, pem)
    }

    /// What a bot of this name shows.
    fn identity(&self, name: &str) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let issuer = Issuer::from_params(&self.0, &self.1);
        let shown = params.signed_by(&key, &issuer).unwrap();
        let chain = vec![CertificateDer::from(shown.der().to_vec())];
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key.into())
            .unwrap()
    }
}

/// TLS before a bot that knows none.
struct Front {
    address: SocketAddr,
    refused: Arc<AtomicUsize>,
    _runtime: Runtime,
}

impl Front {
    fn start(identity: ServerConfig, bot: SocketAddr) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let refused = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&refused);
        let acceptor = TlsAcceptor::from(Arc::new(identity));
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut inside) = acceptor.accept(stream).await else {
                    count.fetch_add(1, Ordering::Relaxed);
                    continue;
                };
                let mut plain = TcpStream::connect(bot).await.unwrap();
                // How it ends is the bot's affair.
                let _ = tokio::io::copy_bidirectional(&mut inside, &mut plain).await;
            }
        });
        Self {
            address,
            refused,
            _runtime: runtime,
        }
    }
}

#[test]
fn a_bot_whose_certificate_is_believed_talks_with_the_caller() {
    let (folder, authority) = (TempDir::new().unwrap(), Authority::new());
    let roots = folder.path().join("roots.pem");
    fs::write(&roots, &authority.2).unwrap();
    let bot = Bot::start();
    let front = Front::start(authority.identity("127.0.0.1"), bot.address);
    let url = format!("wss://{}/?a=b", front.address);
    let more = [("TRUNKLINE__BOTS__TLS_CA", roots.display().to_string())];
    let server = server_towards("bot-tls", (&url, &more), &json!({"kind": "hangup"}));
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, NUMBER, voice.port());

    voice.hears_tone(CALLER, Duration::from_secs(1), SHORTLY);

    let (status, _) = bot.asks(&server, ("Status=completed", TOKEN));
    assert_eq!(status, 200);
    caller.succeeds();
    assert_eq!(front.refused.load(Ordering::Relaxed), 0);
    server.comes_to_rest();
}

#[test]
fn a_bot_with_a_strangers_certificate_or_anothers_name_hears_nothing() {
    let (folder, authority) = (TempDir::new().unwrap(), Authority::new());
    let roots = folder.path().join("roots.pem");
    fs::write(&roots, &authority.2).unwrap();
    let more = [("TRUNKLINE__BOTS__TLS_CA", roots.display().to_string())];
    for (story, identity) in [
        ("bot-stranger", Authority::new().identity("127.0.0.1")),
        ("bot-misnamed", authority.identity("bot.example")),
    ] {
        let bot = Bot::start();
        let front = Front::start(identity, bot.address);
        let url = format!("wss://{}/?a=b", front.address);
        let server = server_towards(story, (&url, &more), &json!({"kind": "hangup"}));
        let admin = server.api("admin");
        let voice = Voice::speaking(CALLER);
        let caller = Sipp::call(&server, NUMBER, voice.port());

        until("a handshake that is refused", SHORTLY, || {
            front.refused.load(Ordering::Relaxed) > 0
        });
        caller.succeeds();

        let events = admin.story(&admin.finished_record());
        let left = events
            .iter()
            .find(|event| event["kind"] == "node_left" && event["node"] == "bot");
        assert_eq!(left.unwrap()["exit"], "error", "{story}: {events:#?}");
        assert!(!bot.heard_anything(), "{story}");
        server.comes_to_rest();
    }
}
