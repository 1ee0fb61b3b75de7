//! What goes on, as the console shows it.

use super::Switchboard;
use crate::live::{
    LiveAgent, LiveDevice, LiveGateway, LiveRegistration, LiveStranger, LiveTrunk, LiveView,
};
use crate::trunking::sip_id;
use crate::{CommandError, Rung, RungDirection};
use bytes::Bytes;
use model::{AgentId, CallId, EnterpriseId, Timestamp, TrunkId};
use sip::message::{Framing, Message};
use sip::{GatewayStatus, RegistrationState};
use std::time::Duration;

impl Switchboard {
    /// What goes on, as the console shows it.
    pub fn live(&self, now: Duration) -> LiveView {
        let mut calls: Vec<_> = self.calls.values().map(|call| call.live()).collect();
        calls.sort_by_key(|call| call.id);
        let agents = self
            .exchange
            .router
            .seats()
            .map(|seat| LiveAgent {
                id: seat.id(),
                enterprise: seat.enterprise(),
                status: seat.status(),
                work: seat.work().state(),
                since: seat.since(),
                answer_mode: seat.answer_mode(),
                devices: self.devices(now, seat.id()),
            })
            .collect();
        LiveView {
            calls,
            agents,
            trunks: self.trunks(now),
            strangers: self.strangers(),
            at: Timestamp::from_now(now),
        }
    }

    fn devices(&self, now: Duration, agent: AgentId) -> Vec<LiveDevice> {
        let exchange = &self.exchange;
        let Some(agent) = exchange.directory.agent(agent) else {
            return Vec::new();
        };
        exchange
            .endpoint
            .contacts(now, &agent.extension)
            .into_iter()
            .map(|binding| LiveDevice {
                transport: binding.flow.transport,
                remote: binding.flow.remote,
                user_agent: binding.user_agent,
                since: Timestamp::from_now(binding.since),
            })
            .collect()
    }

    fn trunks(&self, now: Duration) -> Vec<LiveTrunk> {
        self.exchange
            .directory
            .trunks()
            .filter(|trunk| trunk.enabled)
            .map(|trunk| {
                let status = self.exchange.endpoint.trunk_status(now, sip_id(trunk.id));
                let registration = status.as_ref().map(|it| it.registration);
                let gateways = status.map(|it| it.gateways).unwrap_or_default();
                LiveTrunk {
                    id: trunk.id,
                    enterprise: trunk.enterprise,
                    calls: self.exchange.trunks.calls(trunk.id) as usize,
                    registration: registration.and_then(|it| self.registration(trunk.id, it)),
                    gateways: gateways.into_iter().map(live_gateway).collect(),
                }
            })
            .collect()
    }

    fn strangers(&self) -> Vec<LiveStranger> {
        let strangers = self.exchange.endpoint.strangers().into_iter();
        strangers
            .map(|stranger| LiveStranger {
                source: stranger.source,
                calls: stranger.calls,
                last_at: Timestamp::from_now(stranger.last_at),
                dialled: stranger.dialled,
            })
            .collect()
    }

    fn registration(&self, trunk: TrunkId, state: RegistrationState) -> Option<LiveRegistration> {
        Some(match state {
            RegistrationState::Off => return None,
            RegistrationState::Registering => LiveRegistration::Trying,
            RegistrationState::Registered { until } => LiveRegistration::Registered {
                since: self.registered.get(&trunk).copied().unwrap_or_default(),
                until: Timestamp::from_now(until),
            },
            RegistrationState::Failed { status, retry_at } => LiveRegistration::Failed {
                status: Some(status),
                retry_at: Timestamp::from_now(retry_at),
            },
        })
    }

    /// Keeps since when a trunk is registered, as far back as this process knows.
    pub(super) fn trunk_changed(&mut self, now: Duration, id: sip::TrunkId) {
        let Some(trunk) = self.exchange.directory.trunk_of(id).map(|it| it.id) else {
            return;
        };
        let status = self.exchange.endpoint.trunk_status(now, id);
        let state = status.map(|status| status.registration);
        if let Some(RegistrationState::Registered { .. }) = state {
            let since = Timestamp::from_now(now);
            self.registered.entry(trunk).or_insert(since);
        } else {
            self.registered.remove(&trunk);
        }
    }

    /// The messages of a call, in the order in which they came and went.
    pub(super) fn ladder(
        &self,
        enterprise: EnterpriseId,
        call: CallId,
    ) -> Result<Vec<Rung>, CommandError> {
        let call_ids = self.exchange.ladders.call_ids(enterprise, call);
        let call_ids: Vec<&str> = call_ids.iter().map(String::as_str).collect();
        let entries = self.exchange.endpoint.ladder(&call_ids);
        if entries.is_empty() {
            return Err(CommandError::LadderGone);
        }
        Ok(entries
            .into_iter()
            .map(|entry| Rung {
                at: Timestamp::from_now(entry.at),
                leg: leg_of(&entry.data, &call_ids),
                direction: match entry.direction {
                    sip::Direction::In => RungDirection::Received,
                    sip::Direction::Out => RungDirection::Sent,
                },
                transport: entry.transport,
                local: entry.local,
                remote: entry.remote,
                message: entry.data,
            })
            .collect())
    }
}

fn live_gateway(gateway: GatewayStatus) -> LiveGateway {
    LiveGateway {
        name: gateway.name,
        address: gateway.address,
        alive: gateway.alive,
        last_status: gateway.last_status,
        since: Timestamp::from_now(gateway.since),
    }
}

/// Which leg a message belongs to; every message of a ladder was found by its Call-ID.
fn leg_of(message: &Bytes, call_ids: &[&str]) -> usize {
    let position = |call_id: &str| call_ids.iter().position(|known| *known == call_id);
    Message::parse(message.clone(), Framing::Datagram)
        .ok()
        .and_then(|message| position(message.call_id()))
        .unwrap_or(0)
}
