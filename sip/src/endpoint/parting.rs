//! The end of the service: what was registered at carriers is taken back (RFC 3261 §10.2.2).

use std::time::Duration;

use super::Endpoint;
use super::requests::Awaiting;
use crate::trunk::Registration;

impl Endpoint {
    /// Takes every registration of ours back, so that carriers send their calls elsewhere at once.
    /// With [`Standing::Leaving`](crate::Standing::Leaving) nothing is registered again.
    pub fn unregister_all(&mut self, now: Duration) {
        for id in self.trunks.ids() {
            let Some(trunk) = self.trunks.get_mut(id) else {
                continue;
            };
            let leaving = trunk.clone();
            trunk.registering = None;
            // A Call-ID of its own keeps it apart from what was taken back.
            trunk.registration = trunk
                .config
                .registration
                .as_ref()
                .map(|wanted| Registration::new(now, wanted, &mut self.random));
            self.requests.forget_registration(id);
            self.unregister(now, leaving);
            self.settle_trunk(id);
        }
    }

    /// How many registrations were taken back and have no answer yet.
    pub fn farewells(&self) -> usize {
        self.requests
            .all_awaiting()
            .filter(|awaiting| matches!(awaiting, Awaiting::Farewell(_)))
            .count()
    }
}
