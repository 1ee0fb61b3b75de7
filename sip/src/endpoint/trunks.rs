//! Trunks as they are configured and seen: whose calls are whose, and what is known of each.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::transmit::Received;
use super::{Deadline, Endpoint};
use crate::error::Error;
use crate::event::{Event, Identity, Incoming, SessionId, Target};
use crate::message::{Method, Name};
use crate::session::Session;
use crate::transport::{Flow, Transport};
use crate::trunk::{
    Gatekeeping, Hunt, Registration, SavedTrunk, Stranger, Trunk, TrunkConfig, TrunkId,
    TrunkStatus, Wallet,
};

/// The version of the saved form.
const VERSION: u8 = 1;

#[derive(Serialize)]
struct View<'a> {
    version: u8,
    trunks: Vec<TrunkView<'a>>,
}

#[derive(Serialize)]
struct TrunkView<'a> {
    id: TrunkId,
    gateways: &'a [Gatekeeping],
    registration: Option<&'a Registration>,
    wallet: &'a Wallet,
}

#[derive(Deserialize)]
struct Saved {
    version: u8,
    trunks: Vec<SavedTrunk>,
}

impl Endpoint {
    /// Replaces the trunks. Those that are unchanged keep their state; what is registered and is
    /// not wanted any more is unregistered.
    pub fn set_trunks(&mut self, now: Duration, trunks: Vec<TrunkConfig>) {
        for id in self.trunks.ids() {
            if !trunks.iter().any(|trunk| trunk.id == id)
                && let Some(trunk) = self.trunks.remove(id)
            {
                self.deadlines
                    .reschedule(Deadline::Trunk(id), trunk.due, None);
                self.unregister(now, trunk);
            }
        }
        for config in trunks {
            let id = config.id;
            if self.trunks.get(id).is_some_and(|it| it.config == config) {
                continue;
            }
            let trunk = match self.trunks.remove(id) {
                Some(old) => self.reconfigured(now, old, config),
                None => self.fresh_trunk(now, config),
            };
            self.trunks.insert(trunk);
            self.settle_trunk(id);
        }
        self.trunks.index();
        self.access.set_trunks(self.trunks.accounts());
        self.wake_waiters(now);
        self.drop_calls_without_trunk();
    }

    fn fresh_trunk(&mut self, now: Duration, config: TrunkConfig) -> Trunk {
        let saved = self.trunks.take_saved(config.id);
        let (gateways, registration, wallet) = match saved {
            Some(saved) => (saved.gateways, saved.registration, saved.wallet),
            None => (Vec::new(), None, Wallet::default()),
        };
        let mut trunk = Trunk {
            gateways: self.gateways_of(now, &config, gateways),
            registration: None,
            registering: None,
            wallet,
            due: None,
            config,
        };
        trunk.registration = self.registration_of(now, &trunk.config, registration);
        trunk
    }

    /// Lets a trunk that was configured a moment ago go on from what was saved of it.
    fn adopt(&mut self, now: Duration, mut trunk: Trunk, saved: SavedTrunk) {
        let id = trunk.config.id;
        trunk.gateways = self.gateways_of(now, &trunk.config, saved.gateways);
        trunk.registration = self.registration_of(now, &trunk.config, saved.registration);
        trunk.wallet = saved.wallet;
        self.trunks.insert(trunk);
        self.settle_trunk(id);
    }

    /// A trunk whose settings changed keeps what is still true.
    fn reconfigured(&mut self, now: Duration, mut old: Trunk, config: TrunkConfig) -> Trunk {
        self.deadlines
            .reschedule(Deadline::Trunk(config.id), old.due.take(), None);
        let gateways = std::mem::take(&mut old.gateways);
        let mut wallet = old.wallet.clone();
        if old.config.credentials != config.credentials {
            wallet = Wallet::default();
        }
        wallet.keep(|label| config.gateways.iter().any(|it| it.label() == label));
        let kept = if old.config.registration == config.registration {
            old.registration.take()
        } else {
            self.unregister(now, old);
            None
        };
        Trunk {
            gateways: self.gateways_of(now, &config, gateways),
            registration: self.registration_of(now, &config, kept),
            registering: None,
            wallet,
            due: None,
            config,
        }
    }

    fn gateways_of(
        &mut self,
        now: Duration,
        config: &TrunkConfig,
        mut known: Vec<Gatekeeping>,
    ) -> Vec<Gatekeeping> {
        let mut gateways = Vec::new();
        for gateway in config.gateways.iter().take(crate::limits::GATEWAYS) {
            let at = known.iter().position(|kept| kept.gateway == *gateway);
            let mut kept = match at {
                Some(at) => known.swap_remove(at),
                None => Gatekeeping::new(now, gateway.clone()),
            };
            kept.probe_at = self.opening_health(now, config.health);
            gateways.push(kept);
        }
        gateways
    }

    fn registration_of(
        &mut self,
        now: Duration,
        config: &TrunkConfig,
        known: Option<Registration>,
    ) -> Option<Registration> {
        let wanted = config.registration.as_ref()?;
        Some(match known.filter(|known| known.is_for(wanted)) {
            Some(mut registration) => {
                registration.resume(now, &mut self.random);
                registration
            }
            None => Registration::new(now, wanted, &mut self.random),
        })
    }

    /// What is known of a trunk.
    pub fn trunk_status(&self, now: Duration, trunk: TrunkId) -> Option<TrunkStatus> {
        self.trunks.status(now, trunk)
    }

    /// The trunk and the host of its gateway that a call of ours went to last.
    pub fn gateway_of(&self, session: SessionId) -> Option<(TrunkId, &str)> {
        let over = self.sessions.get(&session)?.over.as_ref()?;
        Some((over.trunk, &over.way.gateway.host))
    }

    /// What was learnt of all trunks, as it is saved: registrations, gateways, realms.
    pub fn save_trunks(&self) -> Vec<u8> {
        let trunks = self.trunks.iter().map(|trunk| TrunkView {
            id: trunk.config.id,
            gateways: &trunk.gateways,
            registration: trunk.registration.as_ref(),
            wallet: &trunk.wallet,
        });
        postcard::to_allocvec(&View {
            version: VERSION,
            trunks: trunks.collect(),
        })
        .unwrap_or_default()
    }

    /// Brings back what was learnt of trunks, those that are configured and those that will be.
    ///
    /// # Errors
    /// If the form cannot be read.
    pub fn restore_trunks(&mut self, now: Duration, saved: &[u8]) -> Result<(), Error> {
        let saved: Saved = postcard::from_bytes(saved)
            .map_err(|error| Error::UnreadableState(error.to_string()))?;
        if saved.version != VERSION {
            return Err(Error::UnreadableState(format!("version {}", saved.version)));
        }
        for saved in saved.trunks {
            match self.trunks.remove(saved.id) {
                Some(trunk) => self.adopt(now, trunk, saved),
                None => self.trunks.keep_saved(saved),
            }
        }
        Ok(())
    }

    /// Whether what [`save_trunks`](Self::save_trunks) gives has changed since the last call.
    pub fn take_touched_trunks(&mut self) -> bool {
        self.trunks.take_touched() && {
            let mut hasher = DefaultHasher::new();
            self.save_trunks().hash(&mut hasher);
            self.trunks.is_news(hasher.finish())
        }
    }

    /// Our Contact as a trunk's registrar sees us from behind NAT.
    pub(super) fn public_contact(&self, session: &Session) -> Option<String> {
        let over = session.over.as_ref()?;
        let public = self.trunks.get(over.trunk)?.registration.as_ref()?.public?;
        (session.dialog.flow.transport == Transport::Udp).then(|| format!("<sip:{public}>"))
    }

    /// The gateways that a call may be offered to, in a random order that follows their weights;
    /// none for a phone.
    pub(super) fn hunt_to(&mut self, target: &Target) -> Result<Option<Hunt>, Error> {
        let id = match target {
            Target::Contact(binding) => {
                crate::uri::Uri::parse(&binding.contact_uri)
                    .map_err(|_| Error::UnfitHeader("Contact".to_owned()))?;
                return Ok(None);
            }
            Target::Trunk { trunk, .. } => *trunk,
        };
        let trunk = self
            .trunks
            .get(id)
            .filter(|trunk| !trunk.gateways.is_empty())
            .ok_or(Error::UnknownTrunk(id))?;
        let offered: Vec<_> = trunk
            .gateways
            .iter()
            .map(|kept| &kept.gateway)
            .filter(|gateway| trunk.offers(gateway))
            .cloned()
            .collect();
        Ok(Some(Hunt::through(
            id,
            offered.into_iter(),
            &mut self.random,
        )))
    }

    /// The trunk that a caller belongs to without having to prove itself by digest. A page in a
    /// browser belongs to none: it may well run on a carrier's host, and behind a proxy all pages
    /// come from one address.
    pub(super) fn trunk_of(&mut self, now: Duration, received: Received<'_>) -> Option<TrunkId> {
        let Received { message, flow } = received;
        if is_page(flow) {
            return None;
        }
        if let Some(trunk) = self.trunk_of_flow(flow) {
            return Some(trunk);
        }
        let source = flow.remote.ip();
        let user = message.request_uri()?.user_unescaped()?;
        let user = str::from_utf8(&user).ok()?;
        self.trunks.of_registrar(now, source, user)
    }

    /// Callers that belonged to no trunk and proved nothing, the latest in front: the answer to the
    /// question why a carrier's calls do not come through.
    pub fn strangers(&self) -> Vec<Stranger> {
        self.strangers.latest().cloned().collect()
    }

    pub(super) fn note_stranger(&mut self, now: Duration, received: Received<'_>) {
        let Received { message, flow } = received;
        let has_credentials = message.header(Name::Authorization).is_some();
        if message.method() != Method::Invite
            || has_credentials
            || self.registrar.knows_source(flow.remote)
        {
            return;
        }
        let dialled = message
            .request_uri()
            .and_then(|uri| uri.user())
            .unwrap_or_default();
        self.strangers.note(now, flow.remote.ip(), dialled);
    }

    /// The trunk of an address, or of the name in a certificate.
    fn trunk_of_flow(&self, flow: Flow) -> Option<TrunkId> {
        if is_page(flow) {
            return None;
        }
        let by_address = self.trunks.of_source(flow.remote.ip());
        by_address.or_else(|| self.trunk_by_name(flow))
    }

    fn trunk_by_name(&self, flow: Flow) -> Option<TrunkId> {
        let connection = self.connections.get(flow.connection?)?;
        self.trunks.of_names(&connection.names)
    }

    /// Whether requests of a source come from a trunk.
    pub(super) fn is_trunk_source(&self, flow: Flow) -> bool {
        self.trunk_of_flow(flow).is_some()
            || !is_page(flow) && self.trunks.is_gateway(flow.remote.ip())
    }

    /// A carrier that calls the contact which we registered names the called number in To.
    pub(super) fn name_called(&self, incoming: &mut Incoming) {
        let Identity::Trunk(trunk) = incoming.identity else {
            return;
        };
        let is_contact = self
            .trunks
            .get(trunk)
            .and_then(|trunk| trunk.config.registration.as_ref())
            .is_some_and(|registration| registration.user == incoming.request_user);
        if is_contact && !incoming.to_user.is_empty() {
            incoming.request_user.clone_from(&incoming.to_user);
        }
    }

    /// Fires what is due of a trunk.
    pub(super) fn trunk_due(&mut self, now: Duration, id: TrunkId) {
        let Some(trunk) = self.trunks.get_mut(id) else {
            return;
        };
        trunk.due = None;
        let due: Vec<_> = trunk
            .gateways
            .iter_mut()
            .filter(|kept| kept.probe_at.is_some_and(|at| at <= now))
            .map(|kept| kept.gateway.clone())
            .collect();
        for gateway in due {
            self.health_due(now, id, &gateway);
        }
        self.registration_due(now, id);
        self.settle_trunk(id);
    }

    /// Brings a trunk's deadline up to date.
    pub(super) fn settle_trunk(&mut self, id: TrunkId) {
        let Some(trunk) = self.trunks.get_mut(id) else {
            return;
        };
        let due = trunk.poll_timeout();
        let old = std::mem::replace(&mut trunk.due, due);
        self.deadlines.reschedule(Deadline::Trunk(id), old, due);
    }

    pub(super) fn trunk_changed(&mut self, trunk: TrunkId) {
        self.emit(Event::TrunkChanged { trunk });
    }

    /// Calls that wait for a gateway of a trunk that is gone have failed.
    fn drop_calls_without_trunk(&mut self) {
        let stranded: Vec<_> = self
            .sessions
            .values()
            .filter_map(|session| {
                let hunt = session.outgoing.as_ref()?.hunt.as_ref()?;
                let is_gone = self.trunks.get(hunt.trunk).is_none();
                (is_gone && hunt.is_asking()).then_some(session.id)
            })
            .collect();
        for id in stranded {
            let verdict = super::failure::Failure::Unreachable.verdict();
            self.call_failed(id, verdict);
        }
    }
}

/// Whether a page in a browser speaks, or a proxy for one.
fn is_page(flow: Flow) -> bool {
    matches!(flow.transport, Transport::Ws | Transport::Wss)
}
