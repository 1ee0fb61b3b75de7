//! Who gets through, and what those who do not get through cost.

use crate::world::{Authority, World, client_config, dial, server_config};
use net::signalling::{CloseReason, Limits, Security};
use rustls::{ServerConnection, StreamOwned};
use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

#[test]
fn a_client_is_heard_and_answered_and_its_certificates_names_are_told() {
    let mut world = World::new(Limits::default());
    let own = world
        .authority
        .sign(&["Carrier.example", "sip:carrier.example"]);
    let mut peer = dial(
        world.address,
        client_config(&world.authority.pem, Some(&own)),
    );
    let phone = thread::spawn(move || {
        peer.write_all(b"OPTIONS").unwrap();
        let mut answer = [0; 3];
        peer.read_exact(&mut answer).unwrap();
        answer
    });
    let (connection, names) = world.opened();
    assert_eq!(names, ["carrier.example", "sip:carrier.example"]);
    assert_eq!(world.received(7), b"OPTIONS");
    world.reactor.send_stream(connection, b"200");
    assert_eq!(&phone.join().unwrap(), b"200");
    assert_eq!(world.closed(), (connection, CloseReason::Peer));
    assert_eq!(world.reactor.connections(), 0);
}

#[test]
fn a_client_without_a_certificate_is_welcome_and_has_no_names() {
    let mut world = World::new(Limits::default());
    let mut peer = dial(world.address, client_config(&world.authority.pem, None));
    let phone = thread::spawn(move || {
        peer.write_all(b"REGISTER").unwrap();
        peer
    });
    assert_eq!(world.opened().1, Vec::<String>::new());
    assert_eq!(world.received(8), b"REGISTER");
    drop(phone.join());
}

#[test]
fn a_client_with_somebody_elses_certificate_is_never_told_of() {
    let mut world = World::new(Limits::default());
    let stranger = Authority::new().sign(&["carrier.example"]);
    let mut peer = dial(
        world.address,
        client_config(&world.authority.pem, Some(&stranger)),
    );
    let phone = thread::spawn(move || {
        // TLS 1.3 lets a client write before it knows what the server thinks of it.
        let _ = peer.write_all(b"INVITE");
        peer.read(&mut [0]).is_err()
    });
    world.until("a failed handshake", |world| {
        (world.reactor.counters().handshakes_failed == 1).then_some(())
    });
    assert!(phone.join().unwrap());
    assert!(world.has_heard_nothing());
    assert_eq!(world.reactor.connections(), 0);
}

/// The greeting of a client that knows nothing newer than this minor version (RFC 4346 §7.4.1.2).
fn greeting(minor: u8) -> Vec<u8> {
    let mut body = vec![3, minor];
    body.extend([7; 32]);
    // No session, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
    body.extend([0, 0, 2, 0, 0x2f, 1, 0]);
    let length = u8::try_from(body.len()).unwrap();
    let record = [0x16, 3, minor.min(1), 0, length + 4, 1, 0, 0, length];
    [&record[..], &body].concat()
}

#[test]
fn whoever_knows_nothing_newer_than_tls_1_1_is_told_so_and_let_go() {
    for minor in [0, 1, 2] {
        let mut world = World::new(Limits::default());
        let mut peer = TcpStream::connect(world.address).unwrap();
        peer.write_all(&greeting(minor)).unwrap();
        world.until("a failed handshake", |world| {
            (world.reactor.counters().handshakes_failed == 1).then_some(())
        });
        let mut alert = Vec::new();
        peer.read_to_end(&mut alert).unwrap();
        // Fatal: handshake_failure or protocol_version (RFC 5246 §7.2).
        let told = (alert[0], alert[5], [40, 70].contains(&alert[6]));
        assert_eq!(told, (0x15, 2, true), "3.{minor}: {alert:?}");
        assert!(world.has_heard_nothing());
    }
}

#[test]
fn garbage_in_place_of_a_handshake_ends_the_connection() {
    let mut world = World::new(Limits::default());
    for garbage in [
        &b"OPTIONS sip:a@b SIP/2.0\r\n\r\n"[..],
        &[0x16, 3, 1, 0xff, 0xff, 1],
        &[0; 4_096],
        &[0x80, 0x2e, 1, 0, 2],
    ] {
        let failed = world.reactor.counters().handshakes_failed;
        let mut peer = TcpStream::connect(world.address).unwrap();
        peer.write_all(garbage).unwrap();
        peer.shutdown(std::net::Shutdown::Write).unwrap();
        world.until("a failed handshake", |world| {
            (world.reactor.counters().handshakes_failed == failed + 1).then_some(())
        });
    }
    assert!(world.has_heard_nothing());
    assert_eq!(world.reactor.connections(), 0);
}

#[test]
fn garbage_after_the_handshake_ends_the_connection() {
    let mut world = World::new(Limits::default());
    let mut peer = dial(world.address, client_config(&world.authority.pem, None));
    let phone = thread::spawn(move || {
        peer.write_all(b"REGISTER").unwrap();
        peer
    });
    let (connection, _) = world.opened();
    let mut peer = phone.join().unwrap();
    // A handshake record in the clear: to begin anew is not allowed.
    peer.sock
        .write_all(&[0x16, 3, 3, 0, 4, 1, 0, 0, 0])
        .unwrap();
    assert_eq!(world.closed(), (connection, CloseReason::Failed));
}

#[test]
fn a_handshake_that_takes_too_long_is_ended() {
    let mut world = World::new(Limits::default());
    let mut slow = TcpStream::connect(world.address).unwrap();
    slow.write_all(&[0x16, 3, 1]).unwrap();
    world.until("the connection", |world| {
        (world.reactor.connections() == 1).then_some(())
    });
    world.now += Duration::from_secs(4);
    world.turn();
    assert_eq!(world.reactor.connections(), 1);
    world.now += Duration::from_secs(2);
    world.until("its end", |world| {
        (world.reactor.connections() == 0).then_some(())
    });
    assert_eq!(world.reactor.counters().handshakes_failed, 1);
    assert!(world.has_heard_nothing());
}

#[test]
fn only_so_many_handshakes_go_on_at_a_time() {
    let mut world = World::new(Limits {
        handshakes: 2,
        ..Limits::default()
    });
    let connect = |address: SocketAddr| TcpStream::connect(address).unwrap();
    let waiting = [connect(world.address), connect(world.address)];
    let mut third = connect(world.address);
    world.until("a connection turned away", |world| {
        (world.reactor.counters().turned_away == 1).then_some(())
    });
    assert_eq!(third.read(&mut [0]).unwrap(), 0);

    drop(waiting);
    world.until("the ends of the others", |world| {
        (world.reactor.connections() == 0).then_some(())
    });
    let mut peer = dial(world.address, client_config(&world.authority.pem, None));
    let phone = thread::spawn(move || {
        peer.write_all(b"REGISTER").unwrap();
        peer
    });
    assert_eq!(world.received(8), b"REGISTER");
    drop(phone.join());
}

/// A server in a thread that shows a certificate with these names and answers what it hears.
fn echo(authority: &Authority, names: &[&str]) -> (SocketAddr, JoinHandle<()>) {
    let config = Arc::new(server_config(&authority.sign(names)));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let running = thread::spawn(move || {
        let (socket, _) = listener.accept().unwrap();
        let session = ServerConnection::new(config).unwrap();
        let mut stream = StreamOwned::new(session, socket);
        let mut bytes = [0; 4];
        if stream.read_exact(&mut bytes).is_ok() {
            stream.write_all(&bytes).unwrap();
            let _ = stream.read(&mut bytes);
        }
    });
    (address, running)
}

#[test]
fn a_server_is_believed_by_dns_name_by_uri_and_by_address() {
    for (certificate, asked) in [
        (["gw.example.net"], Some("gw.example.net")),
        (["sip:example.net"], Some("example.net")),
        (["127.0.0.1"], None),
    ] {
        let mut world = World::new(Limits::default());
        let (address, running) = echo(&world.authority, &certificate);
        let security = Security::Tls(asked.map(str::to_owned));
        world.reactor.connect(world.now, 5, address, &security);
        assert_eq!(world.opened().0, 5, "{certificate:?}");
        world.reactor.send_stream(5, b"ping");
        assert_eq!(world.received(4), b"ping");
        world.reactor.close(5);
        running.join().unwrap();
    }
}

#[test]
fn a_server_that_is_somebody_else_is_not_spoken_to() {
    let ours = |names: &[&str]| {
        let world = World::new(Limits::default());
        let server = echo(&world.authority, names);
        (world, server)
    };
    for (names, asked) in [
        (["other.example.net"], Some("gw.example.net")),
        (["sip:user@example.net"], Some("example.net")),
        (["sip:example.net.evil"], Some("example.net")),
        (["gw.example.net"], None),
    ] {
        let (mut world, (address, running)) = ours(&names);
        let security = Security::Tls(asked.map(str::to_owned));
        world.reactor.connect(world.now, 5, address, &security);
        assert_eq!(world.closed(), (5, CloseReason::Handshake), "{names:?}");
        running.join().unwrap();
    }
    let mut world = World::new(Limits::default());
    let (address, running) = echo(&Authority::new(), &["gw.example.net"]);
    let security = Security::Tls(Some("gw.example.net".to_owned()));
    world.reactor.connect(world.now, 5, address, &security);
    assert_eq!(world.closed(), (5, CloseReason::Handshake));
    running.join().unwrap();
}

#[test]
fn what_a_slow_peer_did_not_take_at_once_arrives_whole() {
    let mut world = World::new(Limits {
        unsent_bytes: 16 << 20,
        ..Limits::default()
    });
    let mut peer = dial(world.address, client_config(&world.authority.pem, None));
    let length = 3_000_000;
    let reader = thread::spawn(move || {
        peer.write_all(b"go").unwrap();
        let mut all = vec![0; length];
        peer.read_exact(&mut all).unwrap();
        all
    });
    let (connection, _) = world.opened();
    let sent: Vec<u8> = (0..length).map(|number| number.to_le_bytes()[1]).collect();
    world.reactor.send_stream(connection, &sent);
    world.until("the reader's end", |_| reader.is_finished().then_some(()));
    assert!(reader.join().unwrap() == sent);
}

#[test]
fn a_peer_that_does_not_read_loses_its_connection() {
    let mut world = World::new(Limits {
        unsent_bytes: 10_000,
        ..Limits::default()
    });
    let mut peer = dial(world.address, client_config(&world.authority.pem, None));
    let phone = thread::spawn(move || {
        peer.write_all(b"go").unwrap();
        peer
    });
    let (connection, _) = world.opened();
    let peer = phone.join().unwrap();
    for _ in 0..10_000 {
        world.reactor.send_stream(connection, &[0; 4_000]);
        if world.reactor.connections() == 0 {
            break;
        }
    }
    assert_eq!(world.closed(), (connection, CloseReason::Unsent));
    drop(peer);
}
