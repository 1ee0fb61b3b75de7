//! All trunks of an endpoint, and whose a call is.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use serde::Deserialize;

use super::{
    Gatekeeping, Gateway, Hunt, Registration, RegistrationState, TrunkConfig, TrunkId, TrunkStatus,
    Wallet,
};
use crate::auth::PasswordHashes;
use crate::endpoint::config::TrustedSource;

/// All trunks.
#[derive(Debug, Default)]
pub(crate) struct Trunks {
    all: BTreeMap<TrunkId, Trunk>,
    /// The longest prefix is in front.
    sources: Vec<(TrustedSource, TrunkId)>,
    names: HashMap<String, TrunkId>,
    touched: bool,
    /// Fingerprint of the form that was saved last.
    fingerprint: u64,
    /// What was saved of trunks that are not configured yet.
    saved: BTreeMap<TrunkId, SavedTrunk>,
}

/// What was learnt of a trunk before the process ended.
#[derive(Debug, Deserialize)]
pub(crate) struct SavedTrunk {
    pub(crate) id: TrunkId,
    pub(crate) gateways: Vec<Gatekeeping>,
    pub(crate) registration: Option<Registration>,
    pub(crate) wallet: Wallet,
}

/// One trunk with what was learnt of it.
#[derive(Debug, Clone)]
pub(crate) struct Trunk {
    pub(crate) config: TrunkConfig,
    pub(crate) gateways: Vec<Gatekeeping>,
    pub(crate) registration: Option<Registration>,
    /// The gateways that a REGISTER of ours is offered to at this time.
    pub(crate) registering: Option<Hunt>,
    pub(crate) wallet: Wallet,
    /// The deadline it is scheduled for.
    pub(crate) due: Option<Duration>,
}

impl Trunk {
    pub(crate) fn gateway(&self, gateway: &Gateway) -> Option<&Gatekeeping> {
        self.gateways.iter().find(|kept| kept.gateway == *gateway)
    }

    pub(crate) fn gateway_mut(&mut self, gateway: &Gateway) -> Option<&mut Gatekeeping> {
        self.gateways
            .iter_mut()
            .find(|kept| kept.gateway == *gateway)
    }

    /// Whether a call may be offered to a gateway at all.
    pub(crate) fn offers(&self, gateway: &Gateway) -> bool {
        self.config.health.is_none() || self.gateway(gateway).is_none_or(Gatekeeping::is_alive)
    }

    /// Whether the owner of an address wants to be left alone at this time.
    pub(crate) fn is_held(&self, now: Duration, gateway: &Gateway, address: SocketAddr) -> bool {
        self.gateway(gateway)
            .is_some_and(|kept| kept.is_held(now, address))
    }

    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        let registration = self
            .registration
            .as_ref()
            .and_then(Registration::poll_timeout);
        let probes = self.gateways.iter().filter_map(|kept| kept.probe_at);
        registration.into_iter().chain(probes).min()
    }

    fn status(&self, now: Duration) -> TrunkStatus {
        TrunkStatus {
            registration: match &self.registration {
                Some(registration) => registration.state(now),
                None => RegistrationState::Off,
            },
            gateways: self.gateways.iter().map(Gatekeeping::status).collect(),
        }
    }
}

impl Trunks {
    pub(crate) fn get(&self, id: TrunkId) -> Option<&Trunk> {
        self.all.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: TrunkId) -> Option<&mut Trunk> {
        self.touched = true;
        self.all.get_mut(&id)
    }

    pub(crate) fn ids(&self) -> Vec<TrunkId> {
        self.all.keys().copied().collect()
    }

    pub(crate) fn keep_saved(&mut self, saved: SavedTrunk) {
        self.saved.insert(saved.id, saved);
    }

    pub(crate) fn take_saved(&mut self, id: TrunkId) -> Option<SavedTrunk> {
        self.saved.remove(&id)
    }

    pub(crate) fn insert(&mut self, trunk: Trunk) {
        self.touched = true;
        self.all.insert(trunk.config.id, trunk);
    }

    pub(crate) fn remove(&mut self, id: TrunkId) -> Option<Trunk> {
        self.touched = true;
        self.all.remove(&id)
    }

    /// Makes the tables by which callers are recognised. Of two trunks that claim the same, which
    /// [`conflicts`](super::conflicts) finds before they are saved, the one with the lower id wins.
    pub(crate) fn index(&mut self) {
        self.sources.clear();
        self.names.clear();
        for (id, trunk) in &self.all {
            let sources = trunk.config.sources.iter();
            self.sources
                .extend(sources.map(|source| (source.normalised(), *id)));
            for name in &trunk.config.tls_names {
                self.names.entry(name.to_ascii_lowercase()).or_insert(*id);
            }
        }
        self.sources
            .sort_by_key(|(source, id)| (std::cmp::Reverse(source.prefix), *id));
    }

    /// The trunk that a source address belongs to: the longest prefix wins.
    pub(crate) fn of_source(&self, source: IpAddr) -> Option<TrunkId> {
        self.sources
            .iter()
            .find(|(network, _)| network.contains(source))
            .map(|(_, id)| *id)
    }

    /// The trunk that the owner of a certificate belongs to.
    pub(crate) fn of_names(&self, names: &[String]) -> Option<TrunkId> {
        names
            .iter()
            .find_map(|name| self.names.get(&name.to_ascii_lowercase()).copied())
    }

    /// The accounts by which trunks prove themselves.
    pub(crate) fn accounts(&self) -> HashMap<String, (PasswordHashes, TrunkId)> {
        let mut accounts = HashMap::new();
        for (id, trunk) in &self.all {
            if let Some(account) = &trunk.config.account {
                let hashes = PasswordHashes {
                    md5: account.ha1_md5,
                    sha256: account.ha1_sha256,
                };
                accounts
                    .entry(account.user.clone())
                    .or_insert((hashes, *id));
            }
        }
        accounts
    }

    /// The trunk that is registered at an address under a user: calls come to it from there.
    pub(crate) fn of_registrar(
        &self,
        now: Duration,
        source: IpAddr,
        user: &str,
    ) -> Option<TrunkId> {
        self.all.values().find_map(|trunk| {
            let registration = trunk.registration.as_ref()?;
            let config = trunk.config.registration.as_ref()?;
            let home = registration.home.as_ref()?;
            (registration.is_granted(now)
                && config.user == user
                && home.way.spot.address.ip().to_canonical() == source.to_canonical())
            .then_some(trunk.config.id)
        })
    }

    /// Whether an address is one that a trunk's gateways were reached at.
    pub(crate) fn is_gateway(&self, source: IpAddr) -> bool {
        self.all.values().any(|trunk| {
            trunk.gateways.iter().any(|kept| {
                kept.address
                    .is_some_and(|address| address.ip().to_canonical() == source.to_canonical())
            })
        })
    }

    pub(crate) fn status(&self, now: Duration, id: TrunkId) -> Option<TrunkStatus> {
        Some(self.all.get(&id)?.status(now))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Trunk> {
        self.all.values()
    }

    /// Whether the form to be saved is another than that of the last call.
    pub(crate) fn is_news(&mut self, fingerprint: u64) -> bool {
        std::mem::replace(&mut self.fingerprint, fingerprint) != fingerprint
    }

    /// Whether something that may be saved was touched since the last call.
    pub(crate) fn take_touched(&mut self) -> bool {
        std::mem::take(&mut self.touched)
    }
}
