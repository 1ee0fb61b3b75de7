//! Trunks as the signalling layer takes them.

use crate::directory::Directory;
use model::{Trunk, TrunkGateway, TrunkId, TrunkTransport, WhenUnavailable};
use std::time::Duration;

/// The signalling layer's name of a trunk.
pub(crate) fn sip_id(id: TrunkId) -> sip::TrunkId {
    sip::TrunkId(u128::from_be_bytes(*id.as_bytes()))
}

/// All trunks that calls may go over.
pub(crate) fn configs(directory: &Directory) -> Vec<sip::TrunkConfig> {
    directory
        .trunks()
        .filter(|trunk| trunk.enabled)
        .map(|trunk| config(trunk, directory))
        .collect()
}

fn config(trunk: &Trunk, directory: &Directory) -> sip::TrunkConfig {
    let inbound = &trunk.inbound;
    let mut config = sip::TrunkConfig {
        id: sip_id(trunk.id),
        sources: inbound
            .sources
            .iter()
            .map(|network| {
                let (address, prefix) = network.parts();
                sip::TrustedSource { address, prefix }
            })
            .collect(),
        tls_names: inbound.tls_names.iter().map(ToString::to_string).collect(),
        account: inbound.account.as_ref().map(|account| sip::Account {
            user: account.user.clone(),
            ha1_md5: account.ha1_md5,
            ha1_sha256: account.ha1_sha256,
        }),
        trusts_identity: inbound.trusts_identity,
        local: directory
            .local_of(trunk.id)
            .map(Into::into)
            .unwrap_or_default(),
        ..sip::TrunkConfig::default()
    };
    let Some(outbound) = &trunk.outbound else {
        return config;
    };
    config.gateways = outbound.gateways.iter().map(gateway).collect();
    config.credentials = outbound.credentials.as_ref().map(|it| sip::Credentials {
        user: it.user.clone(),
        password: it.password.reveal().to_owned(),
    });
    config.registration = outbound
        .registration
        .as_ref()
        .map(|it| sip::RegistrationConfig {
            user: it.user.clone(),
            domain: it.domain.to_string(),
            expires: Duration::from_secs(it.expires_seconds.into()),
        });
    config.health = outbound
        .health_seconds
        .map(|seconds| Duration::from_secs(seconds.into()));
    config.from_domain = outbound.from_domain.as_ref().map(ToString::to_string);
    config.prefers_tcp_when_large = outbound.tcp_when_large;
    config.follows_redirects = outbound.follow_redirects;
    config.when_unavailable = match outbound.when_unavailable {
        WhenUnavailable::End => sip::WhenUnavailable::End,
        WhenUnavailable::NextGateway => sip::WhenUnavailable::NextGateway,
    };
    config
}

fn gateway(gateway: &TrunkGateway) -> sip::Gateway {
    sip::Gateway {
        host: gateway.host.to_string(),
        port: gateway.port,
        transport: match gateway.transport {
            TrunkTransport::Auto => None,
            TrunkTransport::Udp => Some(sip::Transport::Udp),
            TrunkTransport::Tcp => Some(sip::Transport::Tcp),
            TrunkTransport::Tls => Some(sip::Transport::Tls),
        },
        priority: gateway.priority,
        weight: gateway.weight,
    }
}
