//! The sections with certificates: HTTP, SIP, flows and bots.

use super::values::Reader;
use super::{Bots, Flows, Http, Sip, advertised, non_empty};
use net::tls::{File, Identity};
use std::path::PathBuf;

/// What a key names, if it names anything.
pub(super) struct Named<T>(pub(super) Option<T>);

pub(super) fn http(reader: &mut Reader<'_>) -> Option<Http> {
    let listen = reader.addresses("http.listen");
    let tls = identity(reader, "http.tls_cert", "http.tls_key");
    let allowed_origins = reader.list("http.allowed_origins");
    Some(Http {
        listen: listen?,
        tls: tls?.0,
        allowed_origins: allowed_origins?,
    })
}

pub(super) fn sip(reader: &mut Reader<'_>) -> Option<Sip> {
    let udp = reader.listeners("sip.udp");
    let tcp = reader.listeners("sip.tcp");
    let tls = reader.listeners("sip.tls");
    let identity = identity(reader, "sip.tls_cert", "sip.tls_key");
    let client_roots = file(reader, "sip.tls_client_ca");
    let roots = file(reader, "sip.tls_ca");
    let advertise = match (&udp, &tcp, &tls) {
        (Some(udp), Some(tcp), Some(tls)) => advertised::sip(reader, &[udp, tcp, tls]),
        _ => None,
    };
    let drain = reader.seconds("sip.drain_seconds");
    let probe = reader.seconds("sip.probe_seconds");
    let service_route = reader.list("sip.service_route");
    let (tls, identity) = (tls?, identity?.0);
    if !tls.is_empty() && identity.is_none() {
        reader.fault("sip.tls_cert", "must be set where sip.tls is");
        return None;
    }
    Some(Sip {
        udp: udp?,
        tcp: tcp?,
        tls,
        identity,
        client_roots: client_roots?.0,
        roots: roots?.0,
        advertise: advertise?,
        drain: drain?,
        probe: probe?,
        service_route: service_route?,
    })
}

pub(super) fn flows(reader: &mut Reader<'_>) -> Option<Flows> {
    let allowed_hosts = reader.list("flows.allowed_hosts");
    let roots = file(reader, "flows.tls_ca");
    Some(Flows {
        allowed_hosts: allowed_hosts?,
        roots: roots?.0,
    })
}

pub(super) fn bots(reader: &mut Reader<'_>) -> Option<Bots> {
    let allowed_hosts = reader.list("bots.allowed_hosts");
    let roots = file(reader, "bots.tls_ca");
    let token = reader.text("bots.auth_token");
    Some(Bots {
        allowed_hosts: allowed_hosts?,
        roots: roots?.0,
        token: token.map(non_empty)?,
    })
}

/// A certificate with its key: both or neither.
fn identity(
    reader: &mut Reader<'_>,
    certificate: &'static str,
    key: &'static str,
) -> Option<Named<Identity>> {
    let (shown, secret) = (file(reader, certificate)?.0, file(reader, key)?.0);
    match (shown, secret) {
        (None, None) => Some(Named(None)),
        (Some(certificate), Some(key)) => Some(Named(Some(Identity { certificate, key }))),
        (Some(_), None) => {
            reader.fault(key, &format!("must be set where {certificate} is"));
            None
        }
        (None, Some(_)) => {
            reader.fault(certificate, &format!("must be set where {key} is"));
            None
        }
    }
}

pub(super) fn file(reader: &mut Reader<'_>, key: &'static str) -> Option<Named<File>> {
    let path = reader.text(key)?;
    Some(Named((!path.is_empty()).then(|| File {
        key,
        path: PathBuf::from(path),
    })))
}
