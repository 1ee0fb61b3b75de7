//! Parties whose media is protected.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use media::security::{Handshake, Ice, Role, Security, Standing};
use media::srtp::{Incoming, Keys, MasterKey, Outgoing, Suite};
use media::{Codec, Event, Law, LegId, Order, RecordingKey};

use crate::world::{Path, START, World, leg, line, new_engine, phone, share, terms, tone};

const PASSWORD: &str = "a password of the server";

fn keys(suite: Suite) -> Keys {
    let key = |seed: u8| {
        let (key, salt) = (
            vec![seed; suite.key_bytes()],
            vec![seed; suite.salt_bytes()],
        );
        MasterKey::new(suite, &key, &salt).expect("the suite's own lengths")
    };
    Keys {
        suite,
        ours: key(1),
        theirs: key(2),
    }
}

fn described(suite: Suite) -> Security {
    Security {
        keys: Some(keys(suite)),
        handshake: None,
        ice: None,
    }
}

fn browser() -> Security {
    Security {
        keys: None,
        handshake: Some(Handshake {
            role: Role::Server,
            fingerprint: [7; 32],
        }),
        ice: Some(Ice {
            ours: "ours".to_owned(),
            password: PASSWORD.to_owned(),
            theirs: "theirs".to_owned(),
        }),
    }
}

/// Protects the media of party `n` as its description says.
fn protect(world: &mut World, n: usize, security: Security) {
    let Keys {
        suite,
        ours,
        theirs,
    } = security.keys.unwrap_or(keys(Suite::AeadAes128Gcm));
    let sequence = 65_000 + n as u16;
    let outgoing = Outgoing::new(suite, &theirs, sequence);
    world.parties[n].srtp = Some((outgoing, Incoming::new(suite, &ours)));
    retarget(world, n, security);
}

fn retarget(world: &mut World, n: usize, security: Security) {
    let mut terms = terms(phone(n as u32), world.parties[n].codec);
    if security.ice.is_some() {
        terms.remote = "0.0.0.0:9".parse().expect("an address");
    }
    terms.security = Some(Box::new(security));
    let leg = leg(n as u32);
    world.order(Order::Retarget { leg, terms });
}

fn rejected(world: &mut World, leg: LegId) -> u64 {
    world.order(Order::Close { leg });
    let closed = world.events.iter().rev().find_map(|event| {
        let Event::Closed { leg: of, quality } = event else {
            return None;
        };
        (*of == leg).then_some(quality.rejected)
    });
    closed.expect("the leg was closed")
}

#[test]
fn a_protected_party_and_one_in_the_clear_hear_each_other_and_are_recorded() {
    for suite in Suite::ALL {
        let mut world = World::new(1);
        let a = world.join(Law::A, tone(400.0));
        let b = world.join(Law::Mu, tone(1_000.0));
        protect(&mut world, 1, described(suite));
        world.order(Order::Bridge { a, b });
        world.order(Order::Record {
            recording: RecordingKey(1),
            customer: a,
            agent: Some(b),
            started_at: START,
            resume: false,
            codec: Law::A.into(),
        });
        world.run_ms(3_000);
        assert!(share(&world.parties[0].audio()[800..], 1_000.0) > 0.95);
        assert!(share(&world.parties[1].audio()[800..], 400.0) > 0.95);
        let file = &world.files[&RecordingKey(1)];
        let right: Vec<i16> = file.right[4_000..]
            .iter()
            .map(|&b| Law::A.decode(b))
            .collect();
        assert!(share(&right, 1_000.0) > 0.9, "{suite:?}");
    }
}

#[test]
fn media_in_the_clear_or_from_one_without_the_key_is_not_heard() {
    let mut world = World::new(2);
    let a = world.join(Law::Mu, tone(400.0));
    let b = world.join(Law::Mu, tone(1_000.0));
    protect(&mut world, 1, described(Suite::AesCm128HmacSha1_80));
    let suite = Suite::AesCm128HmacSha1_80;
    let other = MasterKey::new(suite, &[9; 16], &[9; 14]).unwrap();
    let incoming = world.parties[1].srtp.take().unwrap().1;
    world.parties[1].srtp = Some((Outgoing::new(suite, &other, 65_001), incoming));
    world.order(Order::Bridge { a, b });
    world.run_ms(1_000);
    let heard = &world.parties[0].audio()[1_600..];
    assert!(heard.iter().all(|sample| sample.abs() < 16));
    assert!(rejected(&mut world, b) >= 49);
}

#[test]
fn a_new_description_with_the_same_keys_loses_not_a_packet() {
    let mut world = World::new(3);
    let a = world.join(Law::Mu, tone(400.0));
    let b = world.join(Law::Mu, tone(1_000.0));
    let security = described(Suite::AesCm128HmacSha1_32);
    protect(&mut world, 1, security.clone());
    world.order(Order::Bridge { a, b });
    for _ in 0..40 {
        world.run_ms(500);
        retarget(&mut world, 1, security.clone());
    }
    let heard = &world.parties[0].audio()[1_600..];
    assert!(share(heard, 1_000.0) > 0.99);
    assert_eq!(rejected(&mut world, b), 0);
}

#[test]
fn a_peer_that_moves_is_followed_at_once() {
    let mut world = World::new(4);
    let a = world.join(Law::Mu, tone(400.0));
    let b = world.join(Law::Mu, tone(1_000.0));
    protect(&mut world, 1, described(Suite::AeadAes256Gcm));
    world.order(Order::Bridge { a, b });
    world.run_ms(1_000);
    let elsewhere: SocketAddr = "203.0.113.77:9000".parse().unwrap();
    world.parties[1].address = elsewhere;
    world.parties[1].heard.clear();
    world.run_ms(100);
    assert!(world.parties[1].heard.len() >= 4);
    assert!(world.events.contains(&Event::Latched {
        leg: b,
        remote: elsewhere
    }));
}

#[test]
fn the_counts_survive_the_process() {
    let mut world = World::new(5);
    let a = world.join(Law::Mu, tone(400.0));
    let b = world.join(Law::Mu, tone(1_000.0));
    let security = described(Suite::AeadAes128Gcm);
    protect(&mut world, 1, security.clone());
    world.order(Order::Bridge { a, b });
    // The numbers of both sides have wrapped by here.
    world.run_ms(20_000);
    let mut kept: Vec<(LegId, Standing)> = Vec::new();
    let engine = &mut world.engine;
    engine.checkpoint(&mut |leg, standing| kept.push((leg, standing)));
    let kept_at = world.now;
    world.run_ms(900);

    world.engine = new_engine();
    world.now += Duration::from_millis(200);
    for (n, (leg, standing)) in kept.into_iter().enumerate() {
        let mut terms = terms(phone(n as u32), Law::Mu);
        terms.security = (n == 1).then(|| Box::new(security.clone()));
        world.order(Order::Resume {
            leg,
            terms,
            signalling: phone(n as u32).ip(),
            line: standing
                .line
                .after_gap(world.now.saturating_sub(kept_at), Codec::Pcmu),
            latched: Some(phone(n as u32)),
            before: standing.quality,
            progress: standing.progress,
        });
        world.parties[n].heard.clear();
    }
    world.order(Order::Bridge { a, b });
    world.run_ms(1_000);
    assert!(share(&world.parties[0].audio()[800..], 1_000.0) > 0.9);
    assert!(share(&world.parties[1].audio()[800..], 400.0) > 0.9);
    assert_eq!(world.parties[1].heard[0].header.ssrc, line(1).ssrc);
    assert_eq!(rejected(&mut world, b), 0);
}

fn check(username: &str, password: &str, nominates: bool) -> Vec<u8> {
    let mut message = vec![0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42];
    message.extend([5; 12]);
    let mut attribute = |kind: u16, value: &[u8]| {
        message.extend(kind.to_be_bytes());
        message.extend((value.len() as u16).to_be_bytes());
        message.extend(value);
        message.resize(message.len().next_multiple_of(4), 0);
    };
    attribute(0x0006, username.as_bytes());
    attribute(0x0024, &[0, 0, 0, 1]);
    if nominates {
        attribute(0x0025, &[]);
    }
    let size = (message.len() - 20 + 24) as u16;
    message[2..4].copy_from_slice(&size.to_be_bytes());
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(password.as_bytes()).expect("any length");
    mac.update(&message);
    message.extend([0, 8, 0, 20]);
    message.extend(mac.finalize().into_bytes());
    message[2..4].copy_from_slice(&(size + 8).to_be_bytes());
    let print = crc32fast::hash(&message) ^ 0x5354_554E;
    message.extend([0x80, 0x28, 0, 4]);
    message.extend(print.to_be_bytes());
    message
}

#[test]
fn a_browser_is_reached_where_it_was_proven_and_nowhere_else() {
    let mut world = World::new(6);
    let a = world.join(Law::Mu, tone(400.0));
    let b = world.join(Law::Mu, tone(1_000.0));
    protect(&mut world, 1, browser());
    world.parties[1].speaking = false;
    world.order(Order::Bridge { a, b });
    let (home, way) = (phone(1), Path::default());
    let stranger: SocketAddr = "203.0.113.9:4000".parse().unwrap();
    world.send(b, stranger, &check("ours:theirs", "a guess", true), way);
    world.send(b, home, &[22, 254, 253, 0, 0], way);
    world.run_ms(100);
    assert!(world.raw.is_empty(), "a stranger was answered");
    assert!(
        !world
            .events
            .iter()
            .any(|event| matches!(event, Event::Handshake { .. }))
    );
    let path = check("ours:theirs", PASSWORD, true);
    world.send(b, home, &path, way);
    world.send(b, home, &[22, 254, 253, 0, 0], way);
    world.send(b, stranger, &[22, 254, 253, 0, 0], way);
    world.run_ms(100);
    let answers = &world.raw;
    assert!(matches!(&answers[..], [(to, answer)] if *to == home && answer.len() <= path.len()));
    let greeting = Event::Handshake {
        leg: b,
        datagram: Bytes::from_static(&[22, 254, 253, 0, 0]),
    };
    let greetings = world.events.iter().filter(|event| **event == greeting);
    assert_eq!(greetings.count(), 1);
    assert!(world.parties[1].heard.is_empty(), "media left without keys");

    world.order(Order::Secure {
        leg: b,
        keys: keys(Suite::AeadAes128Gcm),
        flight: vec![Bytes::from_static(&[20, 1])],
    });
    assert_eq!(world.raw.last(), Some(&(home, vec![20, 1])));
    world.parties[1].speaking = true;
    world.run_ms(1_000);
    assert!(share(&world.parties[0].audio()[4_000..], 1_000.0) > 0.9);
    assert!(share(&world.parties[1].audio()[800..], 400.0) > 0.95);

    let other: SocketAddr = "198.51.100.3:7000".parse().unwrap();
    world.parties[1].address = other;
    world.parties[1].heard.clear();
    world.run_ms(100);
    assert!(world.parties[1].heard.is_empty(), "the path was not chosen");
    world.send(b, other, &path, way);
    world.run_ms(100);
    assert!(world.parties[1].heard.len() >= 4);
    assert!(world.astray.iter().all(|to| *to == home));
    retarget(&mut world, 1, browser());
    world.run_ms(100);
    assert!(
        world.parties[1].heard.len() >= 8,
        "the same description took the keys"
    );
}
