//! Where a trunk's outbound calls go, and with which account.

use super::Host;
use crate::Secret;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// The way out over a trunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrunkOutbound {
    /// The other side's proxies, tried by priority and weight; at least one.
    pub gateways: Vec<TrunkGateway>,
    /// With what a challenge is answered.
    pub credentials: Option<TrunkCredentials>,
    /// How we register, if the other side wants that.
    pub registration: Option<TrunkRegistration>,
    /// How often every gateway is asked with OPTIONS whether it lives; none for never.
    pub health_seconds: Option<u32>,
    /// The domain of From and of the request, where it is not the gateway's.
    pub from_domain: Option<Host>,
    /// Whether a request near the path's size limit goes over TCP (RFC 3261 §18.1.1).
    pub tcp_when_large: bool,
    /// Whether a 3xx answer is followed, to gateways of this trunk only.
    pub follow_redirects: bool,
    /// What follows where a gateway answers 408 or 480.
    pub when_unavailable: WhenUnavailable,
}

impl TrunkOutbound {
    /// The port of SIP over UDP and TCP (RFC 3261 §19.1.2).
    pub const PORT: u16 = 5060;

    /// The way out to one gateway, with nothing else set.
    pub fn to(gateway: TrunkGateway) -> Self {
        Self {
            gateways: vec![gateway],
            credentials: None,
            registration: None,
            health_seconds: None,
            from_domain: None,
            tcp_when_large: false,
            follow_redirects: false,
            when_unavailable: WhenUnavailable::End,
        }
    }
}

/// One proxy of the other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrunkGateway {
    /// Its name or address.
    pub host: Host,
    /// Its port; none to ask DNS (SRV), or the transport's own port.
    pub port: Option<u16>,
    /// How it is spoken to.
    pub transport: TrunkTransport,
    /// Gateways with the lowest number are tried before all others.
    pub priority: u16,
    /// The share of calls among gateways of the same priority; zero for hardly any (RFC 2782).
    pub weight: u16,
}

impl TrunkGateway {
    /// The gateway at an address, over UDP.
    pub fn udp(address: SocketAddr) -> Self {
        Self {
            host: address.ip().into(),
            port: Some(address.port()),
            transport: TrunkTransport::Udp,
            priority: 0,
            weight: 1,
        }
    }

    /// Where it is, if that takes no DNS.
    pub fn address(&self) -> Option<SocketAddr> {
        let standard = match self.transport {
            TrunkTransport::Auto | TrunkTransport::Udp | TrunkTransport::Tcp => TrunkOutbound::PORT,
            TrunkTransport::Tls => TrunkOutbound::PORT + 1,
        };
        let address = self.host.address()?;
        Some(SocketAddr::new(address, self.port.unwrap_or(standard)))
    }
}

/// How a gateway is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrunkTransport {
    /// As DNS says (NAPTR and SRV, RFC 3263); UDP where it says nothing.
    #[default]
    Auto,
    /// UDP.
    Udp,
    /// TCP.
    Tcp,
    /// TLS; the gateway's certificate must name its host.
    Tls,
}

/// What follows where a gateway says that the callee is not available (408, 480).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenUnavailable {
    /// The call has failed: the gateway speaks for the callee.
    #[default]
    End,
    /// The next gateway is asked: it may know another way to the callee.
    NextGateway,
}

/// With what the other side's challenges are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrunkCredentials {
    /// The user name.
    pub user: String,
    /// The password.
    pub password: Secret,
}

/// How we register with the other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrunkRegistration {
    /// The user part of the address of record.
    pub user: String,
    /// Its domain.
    pub domain: Host,
    /// For how long we ask to be registered.
    pub expires_seconds: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_by_address_takes_no_dns() {
        let address = "[2001:db8::1]:5080".parse().unwrap();
        assert_eq!(TrunkGateway::udp(address).address(), Some(address));

        let secure = TrunkGateway {
            port: None,
            transport: TrunkTransport::Tls,
            ..TrunkGateway::udp("192.0.2.1:1".parse().unwrap())
        };
        assert_eq!(secure.address(), Some("192.0.2.1:5061".parse().unwrap()));

        let named = TrunkGateway {
            host: Host::parse("sip.carrier.example").unwrap(),
            ..secure
        };
        assert_eq!(named.address(), None);
    }
}
