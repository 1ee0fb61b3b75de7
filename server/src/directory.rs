//! From what the database holds to what the switchboard asks.

use crate::routes;
use call::{AgentEntry, DirectoryParts, FlowEntry, Sounds};
use ivr::{Document, Flow, Flows, Resources, Voices};
use jiff::tz::TimeZone;
use model::{Enterprise, PublishedFlow, Trunk, TrunkGateway};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// Stands for an address somewhere outside (RFC 5737); nothing is ever sent to it.
const OUTSIDE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 5060);

/// What the directory is made of. A published flow that no longer passes its checks is left out and logged:
/// its callers are told that the number leads nowhere, others are not touched.
pub(crate) fn parts(
    stored: store::Directory,
    sounds: Sounds,
    (voices, sip_udp): (&Arc<Voices>, &[SocketAddr]),
) -> DirectoryParts {
    let (flows, replaced_flows) = check_flows(&stored, voices);
    let locals = stored
        .trunks
        .iter()
        .filter_map(|trunk| Some((trunk.id, local_of(trunk, sip_udp)?)))
        .collect::<HashMap<_, _>>();
    let regions = stored.enterprises.iter().map(|it| (it.id, it.region));
    DirectoryParts {
        regions: regions.collect(),
        trunks: stored.trunks,
        numbers: stored.trunk_numbers,
        queues: stored
            .queues
            .into_iter()
            .map(|entry| (entry.queue, entry.agents.into_iter().collect()))
            .collect(),
        agents: stored.agents.into_iter().filter_map(agent).collect(),
        flows,
        replaced_flows,
        locals,
        sounds,
        ..DirectoryParts::default()
    }
}

/// Our SIP address towards a trunk's gateways: towards the one whose address is known, or else the
/// way that everything outside takes.
fn local_of(trunk: &Trunk, sip_udp: &[SocketAddr]) -> Option<SocketAddr> {
    let gateways = &trunk.outbound.as_ref()?.gateways;
    let known = gateways.iter().find_map(TrunkGateway::address);
    sip_address(sip_udp, known.unwrap_or(OUTSIDE))
}

/// Our SIP address in a conversation with `peer`.
fn sip_address(sip_udp: &[SocketAddr], peer: SocketAddr) -> Option<SocketAddr> {
    let of_family = |bound: &&SocketAddr| bound.is_ipv4() == peer.is_ipv4();
    let sip_udp = *sip_udp.iter().find(of_family)?;
    if sip_udp.ip().is_unspecified() {
        Some(SocketAddr::new(
            routes::ask_system(peer.ip())?,
            sip_udp.port(),
        ))
    } else {
        Some(sip_udp)
    }
}

fn agent(entry: store::directory::AgentEntry) -> Option<AgentEntry> {
    let account = entry.account?;
    Some(AgentEntry {
        id: entry.agent.id,
        enterprise: entry.agent.enterprise,
        extension: entry.agent.extension,
        account: sip::Account {
            user: account.name,
            ha1_md5: account.ha1_md5,
            ha1_sha256: account.ha1_sha256,
        },
    })
}

/// The flows of all enterprises, each beside the live others of its own: the live versions, and those
/// that others took the place of.
fn check_flows(
    stored: &store::Directory,
    voices: &Arc<Voices>,
) -> (Vec<FlowEntry>, Vec<FlowEntry>) {
    let (mut live, mut replaced) = (Vec::new(), Vec::new());
    for enterprise in &stored.enterprises {
        let resources = resources_of(enterprise, stored, voices);
        let checked = |flows: &[PublishedFlow]| {
            let flows = flows.iter().filter(|flow| flow.enterprise == enterprise.id);
            flows
                .filter_map(|flow| Some((flow.id, flow.version, check(flow, &resources)?)))
                .map(|(id, version, flow)| (id, version, Arc::new(flow)))
                .collect::<Vec<_>>()
        };
        let flows = checked(&stored.flows);
        let beside: Arc<Flows> = Arc::new(flows.iter().map(|(_, _, it)| Arc::clone(it)).collect());
        let entry = |(id, version, flow)| FlowEntry {
            id,
            version,
            flow,
            beside: Arc::clone(&beside),
        };
        live.extend(flows.into_iter().map(entry));
        replaced.extend(checked(&stored.replaced_flows).into_iter().map(entry));
    }
    (live, replaced)
}

fn resources_of<'a>(
    enterprise: &Enterprise,
    stored: &store::Directory,
    voices: &'a Arc<Voices>,
) -> Resources<'a> {
    let queues = stored.queues.iter().map(|entry| &entry.queue);
    let queues = queues.filter(|queue| queue.enterprise == enterprise.id);
    let sounds = stored.sounds.iter();
    let sounds = sounds.filter(|sound| sound.enterprise == enterprise.id);
    let flows = stored.flows.iter();
    let flows = flows.filter(|flow| flow.enterprise == enterprise.id);
    let schemes = stored.time_schemes.iter();
    let schemes = schemes.filter(|scheme| scheme.enterprise == enterprise.id);
    let zone = TimeZone::get(&enterprise.time_zone).unwrap_or_else(|error| {
        tracing::error!(zone = enterprise.time_zone, %error, "flows take UTC for this zone");
        TimeZone::UTC
    });
    Resources {
        queues: queues.map(|queue| queue.name.clone()).collect(),
        sounds: sounds.map(|sound| sound.name.clone()).collect(),
        flows: flows.map(|flow| flow.name.clone()).collect(),
        schemes: Arc::new(
            schemes
                .map(|named| (named.name.clone(), named.scheme.clone()))
                .collect(),
        ),
        zone,
        ..Resources::new(voices)
    }
}

fn check(flow: &PublishedFlow, resources: &Resources<'_>) -> Option<Flow> {
    let checked =
        Document::from_json(&flow.document).and_then(|document| ivr::check(&document, resources));
    match checked {
        Ok(checked) => Some(checked),
        Err(problems) => {
            for problem in problems {
                tracing::error!(flow.name, %problem, "a published flow cannot take calls");
            }
            None
        }
    }
}
