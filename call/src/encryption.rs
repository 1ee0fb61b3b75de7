//! Which encryption a peer is offered, by how it signals.

use media::sdp::Policy;
use model::SrtpPolicy;
use sip::Transport;

/// That of a phone. A browser knows nothing but encrypted media.
pub(crate) const fn of_phone(wanted: SrtpPolicy, transport: Transport) -> Policy {
    match (transport, wanted) {
        (Transport::Ws | Transport::Wss, _) => Policy::Browser,
        (_, SrtpPolicy::Off) => Policy::Off,
        (_, SrtpPolicy::Required) => Policy::Required,
        (Transport::Tls, SrtpPolicy::Optional) => Policy::Optional,
        (Transport::Udp | Transport::Tcp, SrtpPolicy::Optional) => Policy::Accepted,
    }
}

/// That of a trunk, whose signalling is `confidential` or can be read by others.
pub(crate) const fn of_trunk(wanted: SrtpPolicy, confidential: bool) -> Policy {
    match wanted {
        SrtpPolicy::Off => Policy::Off,
        SrtpPolicy::Optional if confidential => Policy::Optional,
        SrtpPolicy::Optional => Policy::Accepted,
        SrtpPolicy::Required => Policy::Required,
    }
}
