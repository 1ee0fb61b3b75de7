//! HTTP and the telephones that come over it.

use super::CONNECTIONS_A_PROCESS;
use crate::certificates::Certificates;
use crate::config::Config;
use api::{Occupancy, SipDoor, SocketEvent};
use net::Waker;
use net::signalling::ACCEPTED;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

/// Sets the ids of telephones over WebSocket apart from those of the reactor's connections.
const TELEPHONES: u64 = ACCEPTED | 1 << 62;
/// How long telephones may take to hear that the server is gone.
const GOODBYES: Duration = Duration::from_secs(1);
const LOOK: Duration = Duration::from_millis(10);

/// What is served beside the API.
pub(super) struct Telephones {
    allowed_origins: Arc<[String]>,
    certificates: Option<api::Certificates>,
    first_id: u64,
}

impl Telephones {
    pub(super) fn new(config: &Config, certificates: &Certificates, generation: u64) -> Self {
        let certificates = certificates.http.clone();
        Self {
            allowed_origins: config.http.allowed_origins.clone().into(),
            certificates: certificates
                .map(|server| -> api::Certificates { Arc::new(move || server.config()) }),
            first_id: TELEPHONES | (generation * CONNECTIONS_A_PROCESS),
        }
    }

    /// With the way to the engine.
    pub(super) fn serving(self, events: mpsc::Sender<SocketEvent>, waker: Waker) -> api::Serving {
        api::Serving {
            sip: SipDoor {
                events,
                wake: Arc::new(move || waker.wake()),
                next_id: Arc::new(AtomicU64::new(self.first_id)),
                allowed_origins: self.allowed_origins,
                occupancy: Occupancy::default(),
            },
            certificates: self.certificates,
        }
    }
}

/// Done when `leaving` says so, or nobody is left to say it.
pub(super) fn end_of(leaving: &watch::Receiver<bool>) -> impl Future<Output = ()> + Send + 'static {
    let mut leaving = leaving.clone();
    async move {
        let _ = leaving.wait_for(|leaving| *leaving).await;
    }
}

/// Waits until telephones have heard that the server is gone, but not for long.
pub(super) async fn goodbyes(telephones: &Occupancy) {
    let all_gone = async {
        while telephones.sockets() > 0 {
            sleep(LOOK).await;
        }
    };
    // Who has not heard it will find out.
    let _ = timeout(GOODBYES, all_gone).await;
}
