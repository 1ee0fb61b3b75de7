//! Stream connections: what is open, what is being opened, and what waits for it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::SocketAddr;

use bytes::Bytes;
use smallvec::{SmallVec, smallvec};

use super::config::Limits;
use crate::framing::StreamFramer;
use crate::transaction::table::Slot;
use crate::transport::{ConnectionId, Flow, Transport};
use crate::uri;

/// Numbers of connections that we asked for are below this; accepted ones have others.
const ACCEPTED: u64 = 1 << 63;

/// Most peers that one connection is found by.
const MAX_ALIASES: usize = 16;

/// All stream connections of one endpoint.
#[derive(Debug)]
pub(super) struct Connections {
    limits: Limits,
    known: HashMap<ConnectionId, Connection>,
    by_peer: HashMap<Peer, ConnectionId>,
    opened: u64,
}

/// Whom a connection may be used to reach. One that was opened to a host by name is not that of
/// another name at the same address, whose certificate it has not shown (RFC 5923 §5).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Peer {
    transport: Transport,
    remote: SocketAddr,
    name: Option<String>,
}

/// Where a request is to go next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hop {
    pub(super) transport: Transport,
    /// Our address towards it.
    pub(super) local: SocketAddr,
    pub(super) remote: SocketAddr,
    /// The name that its certificate must be for.
    pub(super) name: Option<String>,
}

/// One stream connection.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) flow: Flow,
    /// Names of the certificate that the peer has proved to own.
    pub(super) names: Vec<String>,
    /// Whom it is found by.
    peers: SmallVec<[Peer; 2]>,
    pub(super) phase: Phase,
    /// Client transactions that fail when the connection does.
    pub(super) clients: HashSet<Slot>,
    /// The users who registered over it.
    pub(super) users: BTreeSet<String>,
}

#[derive(Debug)]
pub(super) enum Phase {
    Opening { queue: Vec<Bytes>, bytes: usize },
    Open(Box<StreamFramer>),
}

/// What became of bytes handed to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Handover {
    Send,
    Queued,
    /// The connection is gone, or too much waits for it already.
    Lost,
}

impl Connections {
    /// Numbers its own connections from `first` on: random, so that after a restart no number in
    /// saved state means another connection.
    pub(super) fn new(limits: &Limits, first: u64) -> Self {
        Self {
            limits: limits.clone(),
            known: HashMap::new(),
            by_peer: HashMap::new(),
            opened: first & ((ACCEPTED - 1) >> 1),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    pub(super) fn get(&self, connection: ConnectionId) -> Option<&Connection> {
        self.known.get(&connection)
    }

    pub(super) fn get_mut(&mut self, connection: ConnectionId) -> Option<&mut Connection> {
        self.known.get_mut(&connection)
    }

    pub(super) fn is_alive(&self, connection: ConnectionId) -> bool {
        self.known.contains_key(&connection)
    }

    /// Takes a connection as open; returns its flow and what waited for it.
    pub(super) fn open(&mut self, flow: Flow, names: &[String]) -> Option<(Flow, Vec<Bytes>)> {
        let id = flow.connection?;
        if let Some(connection) = self.known.get_mut(&id) {
            // What we have said of ourselves in requests that wait stays true.
            if connection.flow.local.ip().is_unspecified() {
                connection.flow.local = flow.local;
            }
            names.clone_into(&mut connection.names);
            let flow = connection.flow;
            let framer = Phase::Open(Box::default());
            return match std::mem::replace(&mut connection.phase, framer) {
                Phase::Opening { queue, .. } => Some((flow, queue)),
                Phase::Open(framer) => {
                    connection.phase = Phase::Open(framer);
                    Some((flow, Vec::new()))
                }
            };
        }
        if self.known.len() >= self.limits.connections {
            return None;
        }
        let peer = Peer {
            transport: flow.transport,
            remote: flow.remote,
            name: None,
        };
        self.insert(id, flow, peer, Phase::Open(Box::default()));
        if let Some(connection) = self.known.get_mut(&id) {
            names.clone_into(&mut connection.names);
        }
        Some((flow, Vec::new()))
    }

    /// The flow to a hop: an open one, or one to be asked for.
    pub(super) fn reach(&mut self, hop: &Hop) -> Option<(Flow, Asked)> {
        let peer = Peer {
            transport: hop.transport,
            remote: hop.remote,
            name: hop.name.clone(),
        };
        if let Some(connection) = self.by_peer.get(&peer).and_then(|id| self.known.get(id)) {
            return Some((connection.flow, Asked::Known));
        }
        if self.known.len() >= self.limits.connections {
            return None;
        }
        let id = ConnectionId(self.opened);
        self.opened += 1;
        let flow = Flow {
            transport: hop.transport,
            local: hop.local,
            remote: hop.remote,
            connection: Some(id),
        };
        let opening = Phase::Opening {
            queue: Vec::new(),
            bytes: 0,
        };
        self.insert(id, flow, peer, opening);
        Some((flow, Asked::Anew))
    }

    /// Lets a connection be found by an address that its peer listens at. Over TCP the peer must speak
    /// from that address; over TLS it must have proved a name, by which it is found then.
    pub(super) fn note_alias(&mut self, flow: Flow, host: &str, port: u16) {
        let Some(connection) = flow.connection.and_then(|id| self.known.get_mut(&id)) else {
            return;
        };
        let ip = flow.remote.ip().to_canonical();
        let own_address = uri::address(host).map(|address| address.to_canonical());
        let names: SmallVec<[Option<String>; 2]> = match flow.transport {
            Transport::Tcp if own_address == Some(ip) => smallvec![None],
            Transport::Tls => connection.names.iter().cloned().map(Some).collect(),
            Transport::Udp | Transport::Tcp | Transport::Ws | Transport::Wss => return,
        };
        for name in names {
            let peer = Peer {
                transport: flow.transport,
                remote: SocketAddr::new(ip, port),
                name,
            };
            let is_new = !connection.peers.contains(&peer);
            if is_new && connection.peers.len() < MAX_ALIASES && !self.by_peer.contains_key(&peer) {
                connection.peers.push(peer.clone());
                self.by_peer.extend(flow.connection.map(|id| (peer, id)));
            }
        }
    }

    fn insert(&mut self, id: ConnectionId, flow: Flow, peer: Peer, phase: Phase) {
        self.by_peer.insert(peer.clone(), id);
        let connection = Connection {
            flow,
            names: Vec::new(),
            peers: smallvec![peer],
            phase,
            clients: HashSet::new(),
            users: BTreeSet::new(),
        };
        self.known.insert(id, connection);
    }

    pub(super) fn close(&mut self, id: ConnectionId) -> Option<Connection> {
        let connection = self.known.remove(&id)?;
        for peer in &connection.peers {
            if self.by_peer.get(peer) == Some(&id) {
                self.by_peer.remove(peer);
            }
        }
        Some(connection)
    }

    /// Hands bytes over for sending.
    pub(super) fn hand_over(&mut self, id: ConnectionId, data: &Bytes) -> Handover {
        let most = self.limits.queued_bytes;
        match self
            .known
            .get_mut(&id)
            .map(|connection| &mut connection.phase)
        {
            None => Handover::Lost,
            Some(Phase::Open(_)) => Handover::Send,
            Some(Phase::Opening { queue, bytes }) => {
                if *bytes + data.len() > most {
                    return Handover::Lost;
                }
                *bytes += data.len();
                queue.push(data.clone());
                Handover::Queued
            }
        }
    }
}

/// Whether a connection exists or must be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Known,
    Anew,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(name: Option<&str>) -> Hop {
        Hop {
            transport: Transport::Tls,
            local: SocketAddr::from(([192, 0, 2, 1], 5061)),
            remote: SocketAddr::from(([192, 0, 2, 50], 5061)),
            name: name.map(str::to_owned),
        }
    }

    fn accepted(connections: &mut Connections, names: &[&str]) -> Flow {
        let flow = Flow {
            transport: Transport::Tls,
            local: SocketAddr::from(([192, 0, 2, 1], 5061)),
            remote: SocketAddr::from(([192, 0, 2, 50], 40_000)),
            connection: Some(ConnectionId(ACCEPTED | 1)),
        };
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        connections.open(flow, &names).unwrap();
        flow
    }

    #[test]
    fn a_connection_serves_the_name_that_it_was_opened_to_and_no_other() {
        let mut connections = Connections::new(&Limits::default(), 7);
        let (first, asked) = connections.reach(&hop(Some("a.example"))).unwrap();
        assert_eq!(asked, Asked::Anew);

        let again = connections.reach(&hop(Some("a.example")));
        assert_eq!(again, Some((first, Asked::Known)));
        let (other, asked) = connections.reach(&hop(Some("b.example"))).unwrap();
        assert_eq!(asked, Asked::Anew);
        assert_ne!(first.connection, other.connection);
        connections.close(first.connection.unwrap());
        let (_, asked) = connections.reach(&hop(Some("a.example"))).unwrap();
        assert_eq!(asked, Asked::Anew);
    }

    #[test]
    fn an_alias_over_tls_counts_for_the_names_that_were_proved() {
        let mut connections = Connections::new(&Limits::default(), 7);
        let flow = accepted(&mut connections, &["a.example"]);
        connections.note_alias(flow, "b.example", 5061);

        let reused = connections.reach(&hop(Some("a.example")));
        assert_eq!(reused, Some((flow, Asked::Known)));
        let (_, asked) = connections.reach(&hop(Some("b.example"))).unwrap();
        assert_eq!(asked, Asked::Anew);
    }

    #[test]
    fn an_alias_over_tls_without_a_certificate_counts_for_nothing() {
        let mut connections = Connections::new(&Limits::default(), 7);
        let flow = accepted(&mut connections, &[]);
        connections.note_alias(flow, "192.0.2.50", 5061);
        for name in [None, Some("192.0.2.50")] {
            let (_, asked) = connections.reach(&hop(name)).unwrap();
            assert_eq!(asked, Asked::Anew);
        }
    }

    #[test]
    fn aliases_are_bounded_and_go_with_their_connection() {
        let mut connections = Connections::new(&Limits::default(), 7);
        let flow = accepted(&mut connections, &["a.example"]);
        for port in 0..100 {
            connections.note_alias(flow, "a.example", port);
        }
        assert_eq!(connections.by_peer.len(), MAX_ALIASES);
        connections.close(flow.connection.unwrap());
        assert!(connections.by_peer.is_empty());
    }
}
