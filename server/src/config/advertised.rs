//! What the outside is told where it does not reach us at the addresses that we listen on: of each
//! family the peers of that family.

use super::values::Reader;
use std::net::{IpAddr, SocketAddr};

/// The addresses in Via and Contact.
pub(super) fn sip(reader: &mut Reader<'_>, listeners: &[&Vec<SocketAddr>]) -> Option<Vec<IpAddr>> {
    const KEY: &str = "sip.advertise";
    let advertised = reader.one_of_each_family(KEY)?;
    let is_heard = |address: &IpAddr| {
        let mut all = listeners.iter().copied().flatten();
        all.any(|listener| listener.is_ipv4() == address.is_ipv4())
    };
    match advertised.iter().find(|address| !is_heard(address)) {
        None => Some(advertised),
        Some(address) => {
            let problem = format!("no SIP listener is of the family of {address}");
            reader.fault(KEY, &problem);
            None
        }
    }
}

/// The addresses in SDP.
pub(super) fn media(reader: &mut Reader<'_>, listen: Option<IpAddr>) -> Option<Vec<IpAddr>> {
    const KEY: &str = "media.advertise";
    let advertised = reader.one_of_each_family(KEY)?;
    let listen = listen?;
    // A socket on `::` hears both families.
    let is_heard = |address: &IpAddr| {
        listen.is_ipv4() == address.is_ipv4() || (listen.is_ipv6() && listen.is_unspecified())
    };
    match advertised.iter().find(|address| !is_heard(address)) {
        None => Some(advertised),
        Some(address) => {
            let problem = format!("media.listen is {listen}, which does not hear {address}");
            reader.fault(KEY, &problem);
            None
        }
    }
}
