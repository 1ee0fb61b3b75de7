//! What is shown and believed over TLS, by SIP and by HTTP, and when the files are read again.

use crate::config::Config;
use net::tls::{Client, Error, Reload, Server};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::Signal;

/// How often the files are looked at without being told.
const LOOK: Duration = Duration::from_secs(10);

/// Everything that TLS needs.
#[derive(Debug, Clone)]
pub(crate) struct Certificates {
    /// For SIP peers that connect to us, where we have something to show.
    pub(crate) sip: Option<Arc<Server>>,
    /// For SIP peers that we connect to.
    pub(crate) peers: Arc<Client>,
    /// For bots that we connect to.
    pub(crate) bots: Arc<Client>,
    /// For HTTP, if it is inside TLS.
    pub(crate) http: Option<Arc<Server>>,
}

impl Certificates {
    /// Reads every file that the configuration names.
    ///
    /// # Errors
    /// A file that is missing or of no use, by its key.
    pub(crate) fn load(config: &Config) -> Result<Self, Error> {
        let sip = &config.sip;
        let server = sip.identity.clone();
        let server = server.map(|own| Server::load(own, sip.client_roots.clone()));
        let http = config.http.tls.clone().map(|own| Server::load(own, None));
        Ok(Self {
            sip: server.transpose()?.map(Arc::new),
            peers: Arc::new(Client::load(sip.identity.clone(), sip.roots.clone())?),
            bots: Arc::new(Client::load(None, config.bots.roots.clone())?),
            http: http.transpose()?.map(Arc::new),
        })
    }

    /// Reads the files again whenever `hangup` comes, and now and then by itself.
    pub(crate) async fn follow(self, mut hangup: Signal) {
        let mut looks = tokio::time::interval(LOOK);
        looks.tick().await;
        loop {
            tokio::select! {
                _ = hangup.recv() => tracing::info!("certificates are read again"),
                _ = looks.tick() => (),
            }
            self.reload();
        }
    }

    fn reload(&self) {
        let servers = [("sip", &self.sip), ("http", &self.http)];
        for (part, server) in servers {
            if let Some(server) = server {
                tell(part, server.reload());
            }
        }
        tell("sip peers", self.peers.reload());
        tell("bots", self.bots.reload());
    }
}

fn tell(part: &str, outcome: Result<Reload, Error>) {
    match outcome {
        Ok(Reload::Changed) => tracing::info!(part, "new connections get the new certificates"),
        Ok(Reload::Unchanged) => (),
        Err(error) => {
            let error: &dyn std::error::Error = &error;
            tracing::error!(part, error, "certificates stay as they were");
        }
    }
}
