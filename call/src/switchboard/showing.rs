//! What goes on, as the console shows it.

use super::Switchboard;
use crate::call::Call;
use crate::live::{LiveAgent, LiveDevice, LiveTrunk, LiveView};
use crate::{CommandError, Rung, RungDirection};
use bytes::Bytes;
use model::{AgentId, CallId, EnterpriseId, Timestamp};
use sip::message::{Framing, Message};
use std::time::Duration;

impl Switchboard {
    /// What goes on, as the console shows it.
    pub fn live(&self, now: Duration) -> LiveView {
        let mut calls: Vec<_> = self.calls.values().map(Call::live).collect();
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
            trunks: self.trunks(),
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

    fn trunks(&self) -> Vec<LiveTrunk> {
        self.exchange
            .directory
            .trunks()
            .filter(|trunk| trunk.enabled)
            .map(|trunk| LiveTrunk {
                id: trunk.id,
                enterprise: trunk.enterprise,
                calls: self.exchange.trunks.calls(trunk.id) as usize,
                registration: None,
                gateways: Vec::new(),
            })
            .collect()
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

/// Which leg a message belongs to; every message of a ladder was found by its Call-ID.
fn leg_of(message: &Bytes, call_ids: &[&str]) -> usize {
    let position = |call_id: &str| call_ids.iter().position(|known| *known == call_id);
    Message::parse(message.clone(), Framing::Datagram)
        .ok()
        .and_then(|message| position(message.call_id()))
        .unwrap_or(0)
}
