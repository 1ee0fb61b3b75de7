//! Binds everything that a worker will ever need, or says exactly what could not be had.

use crate::syscall::{
    option::{self, Inheritance, Kind, bind_v6, set_inheritance},
    process::memory_file,
};
use std::{
    fs::File,
    io,
    net::{IpAddr, SocketAddr, TcpListener, UdpSocket},
    ops::RangeInclusive,
    os::fd::AsFd,
};

const SIP_RECEIVE_BYTES: i32 = 4 << 20;
/// Class selector 3 (RFC 4594 §4.2) for signalling.
const SIP_DSCP: u8 = 24;
/// Descriptors that a worker needs beside the bound sockets: connections, files, databases.
const DESCRIPTORS_BESIDE: u64 = 512;

/// What to bind. A port of 0 lets the system choose, for tests.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// SIP over UDP.
    pub sip_udp: Vec<SocketAddr>,
    /// SIP over TCP.
    pub sip_tcp: Vec<SocketAddr>,
    /// SIP over TLS.
    pub sip_tls: Vec<SocketAddr>,
    /// HTTP.
    pub http: Vec<SocketAddr>,
    /// Media.
    pub rtp: Option<RtpPlan>,
    /// How many files in memory to hold for checkpoints: one a media thread.
    pub checkpoints: usize,
}

/// Where media arrives.
#[derive(Debug, Clone)]
pub struct RtpPlan {
    /// The local address.
    pub address: IpAddr,
    /// The ports, of which the even ones are bound.
    pub ports: RangeInclusive<u16>,
}

/// Why a plan cannot be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// An address cannot be bound.
    #[error("{key}: cannot bind {address}")]
    Address {
        /// The field of the plan.
        key: &'static str,
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A range of ports holds no even port.
    #[error("rtp: no even port from {0} to {1}")]
    NoPorts(u16, u16),
    /// The system allows too few open descriptors.
    #[error("{needed} descriptors are needed and the limit is {allowed}: raise it (ulimit -Hn)")]
    Descriptors {
        /// How many the plan needs.
        needed: u64,
        /// How many are allowed.
        allowed: u64,
    },
    /// Something else was refused.
    #[error("{what}")]
    System {
        /// What was tried.
        what: &'static str,
        /// Why it was refused.
        #[source]
        source: io::Error,
    },
}

/// Everything that is bound, ready to be inherited.
#[derive(Debug)]
pub struct Sockets {
    pub(super) sip_udp: Vec<UdpSocket>,
    pub(super) sip_tcp: Vec<TcpListener>,
    pub(super) sip_tls: Vec<TcpListener>,
    pub(super) http: Vec<TcpListener>,
    pub(super) rtp: Vec<UdpSocket>,
    pub(super) checkpoints: Vec<File>,
}

impl Sockets {
    /// Raises the limit of descriptors and binds the plan.
    ///
    /// # Errors
    /// The first address that cannot be bound.
    pub fn bind(plan: &Plan) -> Result<Self, BindError> {
        let allowed =
            option::raise_descriptor_limit().map_err(system("raise the limit of descriptors"))?;
        let rtp = plan.rtp.as_ref().map_or(Ok(Vec::new()), rtp_addresses)?;
        let listeners = plan.sip_tcp.len() + plan.sip_tls.len() + plan.http.len();
        let bound = plan.sip_udp.len() + listeners + rtp.len();
        let needed = bound as u64 + DESCRIPTORS_BESIDE;
        if needed > allowed {
            return Err(BindError::Descriptors { needed, allowed });
        }
        Ok(Self {
            sip_udp: each("sip.udp", &plan.sip_udp, sip_socket)?,
            sip_tcp: each("sip.tcp", &plan.sip_tcp, listener)?,
            sip_tls: each("sip.tls", &plan.sip_tls, listener)?,
            http: each("http.listen", &plan.http, listener)?,
            rtp: free_ports(&rtp)?,
            checkpoints: (0..plan.checkpoints)
                .map(|_| memory_file())
                .collect::<io::Result<_>>()
                .map_err(system("make a file in memory"))?,
        })
    }

    /// The addresses of the SIP sockets, with the ports that the system chose.
    pub fn sip_udp_addresses(&self) -> io::Result<Vec<SocketAddr>> {
        self.sip_udp.iter().map(UdpSocket::local_addr).collect()
    }

    /// The addresses of the SIP listeners, with the ports that the system chose.
    pub fn sip_tcp_addresses(&self) -> io::Result<Vec<SocketAddr>> {
        self.sip_tcp.iter().map(TcpListener::local_addr).collect()
    }

    /// The addresses of the SIP listeners for TLS, with the ports that the system chose.
    pub fn sip_tls_addresses(&self) -> io::Result<Vec<SocketAddr>> {
        self.sip_tls.iter().map(TcpListener::local_addr).collect()
    }

    /// The addresses of the media sockets.
    pub fn rtp_addresses(&self) -> io::Result<Vec<SocketAddr>> {
        self.rtp.iter().map(UdpSocket::local_addr).collect()
    }

    /// The addresses of the HTTP listeners, with the ports that the system chose.
    pub fn http_addresses(&self) -> io::Result<Vec<SocketAddr>> {
        self.http.iter().map(TcpListener::local_addr).collect()
    }
}

fn system(what: &'static str) -> impl FnOnce(io::Error) -> BindError {
    move |source| BindError::System { what, source }
}

fn rtp_addresses(plan: &RtpPlan) -> Result<Vec<SocketAddr>, BindError> {
    let even = plan.ports.clone().filter(|port| port % 2 == 0 && *port > 0);
    let addresses: Vec<_> = even
        .map(|port| SocketAddr::new(plan.address, port))
        .collect();
    if addresses.is_empty() {
        return Err(BindError::NoPorts(*plan.ports.start(), *plan.ports.end()));
    }
    Ok(addresses)
}

fn each<S: AsFd>(
    key: &'static str,
    addresses: &[SocketAddr],
    bind: fn(SocketAddr) -> io::Result<S>,
) -> Result<Vec<S>, BindError> {
    let bound = addresses.iter().map(|&address| {
        let socket = bind(address).and_then(|socket| {
            set_inheritance(&socket, Inheritance::Inherited)?;
            Ok(socket)
        });
        socket.map_err(|source| BindError::Address {
            key,
            address,
            source,
        })
    });
    bound.collect()
}

/// Binds every port that nobody else holds. One port in use elsewhere must not keep a server with
/// thousands of others from starting.
fn free_ports(addresses: &[SocketAddr]) -> Result<Vec<UdpSocket>, BindError> {
    let mut sockets = Vec::with_capacity(addresses.len());
    let mut refused = None;
    for address in addresses {
        match each("media.ports", std::slice::from_ref(address), rtp_socket) {
            Ok(bound) => sockets.extend(bound),
            Err(BindError::Address {
                address, source, ..
            }) if source.kind() == io::ErrorKind::AddrInUse => {
                tracing::warn!(%address, "another program holds this media port: it is left out");
                refused = Some(BindError::Address {
                    key: "media.ports",
                    address,
                    source,
                });
            }
            Err(error) => return Err(error),
        }
    }
    match refused {
        Some(error) if sockets.is_empty() => Err(error),
        _ => Ok(sockets),
    }
}

fn sip_socket(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = match address {
        SocketAddr::V4(_) => UdpSocket::bind(address)?,
        SocketAddr::V6(_) => bind_v6(address, Kind::Datagram)?.into(),
    };
    socket.set_nonblocking(true)?;
    option::set_receive_buffer(&socket, SIP_RECEIVE_BYTES)?;
    option::set_dscp(&socket, address, SIP_DSCP)?;
    Ok(socket)
}

fn rtp_socket(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    option::prepare_rtp(&socket, address)?;
    Ok(socket)
}

fn listener(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = match address {
        SocketAddr::V4(_) => TcpListener::bind(address)?,
        SocketAddr::V6(_) => bind_v6(address, Kind::Listener)?.into(),
    };
    listener.set_nonblocking(true)?;
    Ok(listener)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error as _;

    #[test]
    fn an_address_in_use_is_named_with_its_key() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        let plan = Plan {
            http: vec![address],
            ..Plan::default()
        };
        let error = Sockets::bind(&plan).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("http.listen: cannot bind {address}")
        );
        let source = error.source().unwrap().to_string();
        assert!(source.contains("in use"), "{source}");
    }

    #[test]
    fn both_families_have_the_same_port() {
        let plan = Plan {
            sip_udp: vec!["127.0.0.1:0".parse().unwrap()],
            ..Plan::default()
        };
        let first = Sockets::bind(&plan).unwrap();
        let port = first.sip_udp_addresses().unwrap()[0].port();
        drop(first);
        let everywhere = [format!("0.0.0.0:{port}"), format!("[::]:{port}")];
        let everywhere: Vec<SocketAddr> = everywhere.map(|it| it.parse().unwrap()).into();
        let plan = Plan {
            sip_udp: everywhere.clone(),
            sip_tcp: everywhere.clone(),
            ..Plan::default()
        };
        let sockets = Sockets::bind(&plan).unwrap();
        assert_eq!(sockets.sip_udp_addresses().unwrap(), everywhere);
        assert_eq!(sockets.sip_tcp_addresses().unwrap(), everywhere);
    }

    #[test]
    fn a_range_without_an_even_port_is_refused() {
        let rtp = RtpPlan {
            address: [127, 0, 0, 1].into(),
            ports: 4001..=4001,
        };
        let refused = rtp_addresses(&rtp);
        assert!(matches!(refused, Err(BindError::NoPorts(4001, 4001))));
    }
}
