//! Tests of the reactor over loopback.

use super::*;
use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
    time::Instant,
};

const PATIENCE: Duration = Duration::from_secs(10);

struct Rig {
    reactor: Reactor,
    now: Duration,
    datagram: SocketAddr,
    stream: SocketAddr,
    heard: Vec<Event>,
}

impl Rig {
    fn new(limits: Limits) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        listener.set_nonblocking(true).unwrap();
        Self {
            datagram: socket.local_addr().unwrap(),
            stream: listener.local_addr().unwrap(),
            reactor: Reactor::new(
                Sockets {
                    datagrams: vec![socket],
                    plain: vec![listener],
                    secure: Vec::new(),
                },
                Tls::default(),
                limits,
                7,
            )
            .unwrap(),
            now: Duration::from_secs(1),
            heard: Vec::new(),
        }
    }

    /// Polls until an event fits and takes everything up to it.
    fn until<T>(&mut self, fits: impl Fn(&Event) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.heard.iter().position(|event| fits(event).is_some()) {
                let found = fits(&self.heard[at]).unwrap();
                self.heard.drain(..=at);
                return found;
            }
            assert!(Instant::now() < end, "heard only {:?}", self.heard);
            self.turn();
        }
    }

    fn turn(&mut self) {
        let wait = Some(Duration::from_millis(20));
        self.reactor.poll(self.now, wait, &mut self.heard).unwrap();
    }

    fn accepted(&mut self) -> u64 {
        self.until(|event| {
            if let Event::Accepted { connection, .. } = event {
                Some(*connection)
            } else {
                None
            }
        })
    }

    fn closed(&mut self) -> (u64, CloseReason) {
        self.until(|event| {
            if let Event::Closed { connection, reason } = event {
                Some((*connection, *reason))
            } else {
                None
            }
        })
    }

    fn received(&mut self, bytes: usize) -> Vec<u8> {
        let mut all = Vec::new();
        while all.len() < bytes {
            all.extend(self.until(|event| {
                if let Event::Data { data, .. } = event {
                    Some(data.clone())
                } else {
                    None
                }
            }));
        }
        all
    }
}

#[test]
fn datagrams_arrive_with_both_addresses_and_are_answered() {
    let mut rig = Rig::new(Limits::default());
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    for number in 0..100_u8 {
        peer.send_to(&[number], rig.datagram).unwrap();
    }
    for number in 0..100_u8 {
        let (local, remote, data) = rig.until(|event| {
            if let Event::Datagram {
                local,
                remote,
                data,
                ..
            } = event
            {
                Some((*local, *remote, data.clone()))
            } else {
                None
            }
        });
        assert_eq!((local, remote), (rig.datagram, peer.local_addr().unwrap()));
        assert_eq!(&data[..], [number]);
    }
    rig.reactor
        .send_datagram(rig.datagram, peer.local_addr().unwrap(), b"200")
        .unwrap();
    peer.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut buffer = [0; 8];
    assert_eq!(peer.recv_from(&mut buffer).unwrap(), (3, rig.datagram));
    let unbound = "127.0.0.1:1".parse().unwrap();
    assert!(
        rig.reactor
            .send_datagram(unbound, rig.datagram, b"x")
            .is_err()
    );
    let counters = rig.reactor.counters();
    let figures = (
        counters.datagrams_in,
        counters.datagrams_out,
        counters.datagrams_refused,
    );
    assert_eq!(figures, (100, 1, 1));
}

#[test]
fn an_accepted_connection_carries_bytes_both_ways_and_tells_its_end() {
    let mut rig = Rig::new(Limits::default());
    let mut peer = TcpStream::connect(rig.stream).unwrap();
    let connection = rig.accepted();
    assert_eq!(connection, ACCEPTED | 7);
    peer.write_all(b"OPTIONS").unwrap();
    assert_eq!(rig.received(7), b"OPTIONS");
    rig.reactor.send_stream(connection, b"200");
    let mut answer = [0; 3];
    peer.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"200");
    drop(peer);
    assert_eq!(rig.closed(), (connection, CloseReason::Peer));
    assert_eq!(rig.reactor.connections(), 0);
    rig.reactor.send_stream(connection, b"to nobody");
}

#[test]
fn a_connection_that_was_asked_for_opens_or_is_refused() {
    let mut rig = Rig::new(Limits::default());
    let peer = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = peer.local_addr().unwrap();
    rig.reactor.connect(rig.now, 5, address, &Security::Plain);
    rig.reactor.send_stream(5, b"sent before it was open");
    let (mut accepted, _) = peer.accept().unwrap();
    let opened = rig.until(|event| {
        if let Event::Connected {
            connection, remote, ..
        } = event
        {
            Some((*connection, *remote))
        } else {
            None
        }
    });
    assert_eq!(opened, (5, address));
    rig.turn();
    let mut bytes = [0; 23];
    accepted.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"sent before it was open");

    rig.reactor.connect(rig.now, 5, address, &Security::Plain);
    assert_eq!(rig.closed(), (5, CloseReason::Refused), "the id is in use");
    drop(peer);
    rig.reactor.connect(rig.now, 6, address, &Security::Plain);
    assert_eq!(rig.closed(), (6, CloseReason::Refused));
}

#[test]
fn a_peer_that_does_not_read_loses_its_connection() {
    let mut rig = Rig::new(Limits {
        unsent_bytes: 10_000,
        ..Limits::default()
    });
    let peer = TcpStream::connect(rig.stream).unwrap();
    let connection = rig.accepted();
    for _ in 0..10_000 {
        rig.reactor.send_stream(connection, &[0; 4_000]);
        if rig.reactor.connections() == 0 {
            break;
        }
    }
    assert_eq!(rig.closed(), (connection, CloseReason::Unsent));
    assert_eq!(rig.reactor.counters().unsent, 1);
    drop(peer);
}

#[test]
fn what_a_slow_peer_did_not_take_at_once_arrives_whole() {
    let mut rig = Rig::new(Limits {
        unsent_bytes: 64 << 20,
        ..Limits::default()
    });
    let mut peer = TcpStream::connect(rig.stream).unwrap();
    let connection = rig.accepted();
    let sent: Vec<u8> = (0..8_000_000_u32)
        .map(|number| number.to_le_bytes()[1])
        .collect();
    rig.reactor.send_stream(connection, &sent);
    let length = sent.len();
    let reader = thread::spawn(move || {
        let mut received = vec![0; length];
        peer.read_exact(&mut received).unwrap();
        received
    });
    let end = Instant::now() + PATIENCE;
    while !reader.is_finished() && Instant::now() < end {
        rig.turn();
    }
    assert!(reader.join().unwrap() == sent);
}

#[test]
fn idle_connections_are_closed() {
    let mut rig = Rig::new(Limits::default());
    let _peer = TcpStream::connect(rig.stream).unwrap();
    let connection = rig.accepted();
    rig.now += Duration::from_mins(9);
    rig.turn();
    assert_eq!(rig.reactor.connections(), 1);
    rig.now += Duration::from_mins(2);
    assert_eq!(rig.closed(), (connection, CloseReason::Idle));
}

#[test]
fn connections_over_a_limit_are_turned_away() {
    let mut rig = Rig::new(Limits {
        connections_per_address: 2,
        ..Limits::default()
    });
    let _welcome = [(); 2].map(|()| TcpStream::connect(rig.stream).unwrap());
    rig.accepted();
    rig.accepted();
    let mut third = TcpStream::connect(rig.stream).unwrap();
    while rig.reactor.counters().turned_away == 0 {
        rig.turn();
    }
    assert_eq!(third.read(&mut [0]).unwrap(), 0);
    assert_eq!(rig.reactor.connections(), 2);
}

#[test]
fn another_thread_wakes_a_waiting_reactor() {
    let mut rig = Rig::new(Limits::default());
    let waker = rig.reactor.waker();
    thread::spawn(move || waker.wake()).join().unwrap();
    let begun = Instant::now();
    rig.reactor
        .poll(rig.now, Some(LOOK), &mut rig.heard)
        .unwrap();
    assert!(begun.elapsed() < LOOK);
}
