//! Finding the servers behind a name (RFC 3263): NAPTR, SRV, then addresses of both families.
//!
//! The resolver sends nothing. It walks the procedure over what it knows, asks the questions that
//! are missing and is walked again when an answer came, so that the result depends on nothing but
//! the answers, the time and the random numbers it is given.

mod cache;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::Rng;
use serde::{Deserialize, Serialize};

use crate::limits;
use crate::transport::Transport;
use crate::uri;
use cache::{Cache, Known};

/// One question that was asked, until its answer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QueryId(pub u64);

/// What a name server is asked; names are in lower case and without a dot at the end.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Question {
    /// The NAPTR records of a domain.
    Naptr(String),
    /// The SRV records of a service, such as `_sip._udp.example.com`.
    Srv(String),
    /// The A and AAAA records of a host, both in one answer.
    Addresses(String),
}

/// One record of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// Which service of a domain to ask for (RFC 3403).
    Naptr {
        /// Lower comes before.
        order: u16,
        /// Lower comes before, within one order.
        preference: u16,
        /// `s` where the replacement has SRV records.
        flags: String,
        /// Such as `SIP+D2U`.
        service: String,
        /// The name to ask for next.
        replacement: String,
        /// How long the record may be kept.
        ttl: Duration,
    },
    /// A server of a service (RFC 2782).
    Srv {
        /// Lower comes before.
        priority: u16,
        /// The share of requests, within one priority.
        weight: u16,
        /// Where it listens.
        port: u16,
        /// Its name; `.` or nothing where the service is not offered.
        target: String,
        /// How long the record may be kept.
        ttl: Duration,
    },
    /// An address of a host.
    Address {
        /// The address.
        ip: IpAddr,
        /// How long the record may be kept.
        ttl: Duration,
    },
}

impl Record {
    fn ttl(&self) -> Duration {
        match self {
            Self::Naptr { ttl, .. } | Self::Srv { ttl, .. } | Self::Address { ttl, .. } => *ttl,
        }
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// The name, or its records of this type, do not exist.
    #[error("no such records")]
    NotFound,
    /// The name servers could not be asked or did not answer.
    #[error("no answer of the name servers")]
    Unanswered,
}

/// A host as it is configured, to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Destination<'a> {
    pub(crate) host: &'a str,
    pub(crate) port: Option<u16>,
    pub(crate) transport: Option<Transport>,
}

/// Where a request can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Spot {
    pub(crate) transport: Transport,
    pub(crate) address: SocketAddr,
}

/// What is known of a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Located {
    /// Its servers in the order in which to try them; never empty.
    Found(Vec<Spot>),
    /// A question is open: look again when it is answered.
    Asked,
    /// It does not exist or cannot be found at this time.
    Nowhere,
}

/// A part of the procedure has no result yet, or none at all.
enum Missing {
    Asked,
    Nothing,
}

/// The resolver of one endpoint.
#[derive(Debug)]
pub(crate) struct Resolver {
    cache: Cache,
}

impl Resolver {
    pub(crate) fn new(first: u64) -> Self {
        Self {
            cache: Cache::new(first),
        }
    }

    /// Finds a destination's servers (§4.1, §4.2).
    pub(crate) fn locate(
        &mut self,
        now: Duration,
        random: &mut ChaCha12Rng,
        destination: Destination<'_>,
    ) -> Located {
        match self.walk(now, random, destination) {
            Ok(mut spots) => {
                spots.truncate(limits::SPOTS);
                if spots.is_empty() {
                    Located::Nowhere
                } else {
                    Located::Found(spots)
                }
            }
            Err(Missing::Asked) => Located::Asked,
            Err(Missing::Nothing) => Located::Nowhere,
        }
    }

    fn walk(
        &mut self,
        now: Duration,
        random: &mut ChaCha12Rng,
        destination: Destination<'_>,
    ) -> Result<Vec<Spot>, Missing> {
        let Destination {
            host,
            port,
            transport,
        } = destination;
        if let Some(ip) = uri::address(host) {
            let transport = transport.unwrap_or(Transport::Udp);
            let port = port.unwrap_or(transport.default_port());
            let address = SocketAddr::new(ip, port);
            return Ok(vec![Spot { transport, address }]);
        }
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        if let Some(port) = port {
            return self.hosts(now, &host, (transport.unwrap_or(Transport::Udp), port));
        }
        let service = match transport {
            Some(transport) => {
                let name = service_name(transport, &host);
                Some((transport, name)).filter(|(_, name)| !name.is_empty())
            }
            None => self.service(now, &host)?,
        };
        if let Some((transport, name)) = service
            && let Some(records) = self.known(now, Question::Srv(name))?
        {
            return self.servers(now, random, transport, &records);
        }
        let transport = transport.unwrap_or(Transport::Udp);
        self.hosts(now, &host, (transport, transport.default_port()))
    }

    /// The service that a domain prefers: by NAPTR, else the one that has SRV records.
    fn service(
        &mut self,
        now: Duration,
        host: &str,
    ) -> Result<Option<(Transport, String)>, Missing> {
        // Some name servers are silent about a type that they do not know.
        let records = match self.known(now, Question::Naptr(host.to_owned())) {
            Ok(records) => records.unwrap_or_default(),
            Err(Missing::Nothing) => Vec::new(),
            Err(Missing::Asked) => return Err(Missing::Asked),
        };
        if let Some(service) = preferred(&records) {
            return Ok(Some(service));
        }
        for transport in [Transport::Udp, Transport::Tcp] {
            let name = service_name(transport, host);
            if self.known(now, Question::Srv(name.clone()))?.is_some() {
                return Ok(Some((transport, name)));
            }
        }
        Ok(None)
    }

    /// The addresses of all servers of a service, in the order of RFC 2782. Each host whose address
    /// is missing is asked for at once, not one after the other.
    fn servers(
        &mut self,
        now: Duration,
        random: &mut ChaCha12Rng,
        transport: Transport,
        records: &[Record],
    ) -> Result<Vec<Spot>, Missing> {
        let mut servers: Vec<Server> = records.iter().filter_map(Server::of).collect();
        servers.truncate(limits::SPOTS);
        let mut is_asked = false;
        for server in &mut servers {
            match self.hosts(now, &server.name, (transport, server.port)) {
                Ok(spots) => server.spots = spots,
                Err(Missing::Asked) => is_asked = true,
                Err(Missing::Nothing) => (),
            }
        }
        if is_asked {
            return Err(Missing::Asked);
        }
        let servers = in_order(servers, random);
        Ok(servers.into_iter().flat_map(|it| it.spots).collect())
    }

    /// The addresses of a host: IPv6 before IPv4 (RFC 7984 §3, RFC 6724 §2.1), each family as told.
    fn hosts(
        &mut self,
        now: Duration,
        host: &str,
        (transport, port): (Transport, u16),
    ) -> Result<Vec<Spot>, Missing> {
        let addresses: Vec<IpAddr> = match uri::address(host) {
            Some(ip) => vec![ip],
            None => self
                .known(now, Question::Addresses(host.to_owned()))?
                .ok_or(Missing::Nothing)?
                .iter()
                .filter_map(|record| match record {
                    Record::Address { ip, .. } => Some(ip.to_canonical()),
                    Record::Naptr { .. } | Record::Srv { .. } => None,
                })
                .collect(),
        };
        let (newer, older): (Vec<_>, Vec<_>) = addresses.into_iter().partition(IpAddr::is_ipv6);
        let spot = |ip| Spot {
            transport,
            address: SocketAddr::new(ip, port),
        };
        Ok(newer.into_iter().chain(older).map(spot).collect())
    }

    /// The records of an answer; none if there are no such records.
    fn known(&mut self, now: Duration, question: Question) -> Result<Option<Vec<Record>>, Missing> {
        match self.cache.look_up(now, question) {
            Known::Records(records) => Ok(Some(records)),
            Known::NoRecords => Ok(None),
            Known::Asked => Err(Missing::Asked),
            Known::Unanswered => Err(Missing::Nothing),
        }
    }

    /// Takes an answer; false if nobody asked.
    pub(crate) fn answer(
        &mut self,
        now: Duration,
        query: QueryId,
        answer: Result<Vec<Record>, ResolveError>,
    ) -> bool {
        self.cache.answer(now, query, answer)
    }

    /// The next question to be asked.
    pub(crate) fn poll_question(&mut self) -> Option<(QueryId, Question)> {
        self.cache.poll_question()
    }

    /// When a question is given up.
    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        self.cache.poll_timeout()
    }

    /// Gives up the questions that are due; true if there were any.
    pub(crate) fn handle_timeout(&mut self, now: Duration) -> bool {
        self.cache.handle_timeout(now)
    }
}

/// A server of a service, with its addresses.
struct Server {
    priority: u16,
    weight: u16,
    port: u16,
    name: String,
    spots: Vec<Spot>,
}

impl Server {
    fn of(record: &Record) -> Option<Self> {
        let Record::Srv {
            priority,
            weight,
            port,
            target,
            ..
        } = record
        else {
            return None;
        };
        let name = target.trim_end_matches('.').to_ascii_lowercase();
        (!name.is_empty()).then_some(Self {
            priority: *priority,
            weight: *weight,
            port: *port,
            name,
            spots: Vec::new(),
        })
    }
}

/// By priority; within one priority drawn by weight.
fn in_order(mut servers: Vec<Server>, random: &mut ChaCha12Rng) -> Vec<Server> {
    servers.sort_by_key(|server| server.priority);
    let mut ordered = Vec::with_capacity(servers.len());
    while let Some(priority) = servers.first().map(|server| server.priority) {
        let end = servers.partition_point(|server| server.priority == priority);
        let weights: Vec<u16> = servers[..end].iter().map(|server| server.weight).collect();
        ordered.push(servers.remove(draw(&weights, random)));
    }
    ordered
}

/// Draws one of several by weight; those of weight 0 come after the others as a rule (RFC 2782).
pub(crate) fn draw(weights: &[u16], random: &mut ChaCha12Rng) -> usize {
    let total: u32 = weights.iter().map(|weight| u32::from(*weight)).sum();
    if total == 0 {
        let count = u32::try_from(weights.len().max(1)).unwrap_or(1);
        return (random.next_u32() % count) as usize;
    }
    let mut left = random.next_u32() % total;
    for (at, weight) in weights.iter().enumerate() {
        let weight = u32::from(*weight);
        if left < weight {
            return at;
        }
        left -= weight;
    }
    0
}

/// The service that the NAPTR records prefer, of those that are spoken here.
fn preferred(records: &[Record]) -> Option<(Transport, String)> {
    records
        .iter()
        .filter_map(|record| {
            let Record::Naptr {
                order,
                preference,
                flags,
                service,
                replacement,
                ..
            } = record
            else {
                return None;
            };
            let transport = match service.to_ascii_uppercase().as_str() {
                "SIP+D2U" => Transport::Udp,
                "SIP+D2T" => Transport::Tcp,
                "SIPS+D2T" => Transport::Tls,
                _ => return None,
            };
            let name = replacement.trim_end_matches('.').to_ascii_lowercase();
            (flags.eq_ignore_ascii_case("s") && !name.is_empty())
                .then_some(((*order, *preference), (transport, name)))
        })
        .min_by_key(|(rank, _)| *rank)
        .map(|(_, service)| service)
}

/// The name of a domain's SRV records; empty for transports that have none.
fn service_name(transport: Transport, host: &str) -> String {
    match transport {
        Transport::Udp => format!("_sip._udp.{host}"),
        Transport::Tcp => format!("_sip._tcp.{host}"),
        Transport::Tls => format!("_sips._tcp.{host}"),
        Transport::Ws | Transport::Wss => String::new(),
    }
}

#[cfg(test)]
mod tests;
