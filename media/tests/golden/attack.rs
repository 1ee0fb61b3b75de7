//! Somebody who knows the ports tries to listen in and to speak.

use std::net::SocketAddr;
use std::time::Duration;

use media::rtp::Header;
use media::{Event, Law, LegId, Order, RecordingKey};

use crate::world::{Path, START, World, leg, share, tone};

const TONE: f64 = 2_300.0;

/// Sprays a loud tone with the right payload type at both legs for a while.
fn spray(world: &mut World, attacker: SocketAddr, ms: u64, number: &mut u16) {
    let mut speak = tone(TONE);
    for _ in 0..ms / 10 {
        for target in [leg(0), leg(1)] {
            let header = Header {
                payload_type: 0,
                marker: false,
                sequence: *number,
                timestamp: u32::from(*number) * 160,
                ssrc: 666,
            };
            let base = u64::from(*number) * 160;
            let audio: Vec<u8> = (base..base + 160)
                .map(|n| Law::Mu.encode(speak(n)))
                .collect();
            let bytes = [header.to_bytes().as_slice(), &audio].concat();
            world.send(target, attacker, &bytes, Path::default());
        }
        *number = number.wrapping_add(1);
        world.run_ms(10);
    }
}

fn assert_unheard(world: &World, attacker: SocketAddr) {
    assert!(
        !world.astray.contains(&attacker),
        "media went to the attacker"
    );
    for party in &world.parties {
        let audio = party.audio();
        assert!(share(&audio[audio.len() - 8_000..], TONE) < 0.001);
    }
}

#[test]
fn an_attacker_neither_hears_nor_is_heard_nor_recorded() {
    let attacker: SocketAddr = "203.0.113.66:4000".parse().expect("an address");
    let mut world = World::new(1);
    let a = world.join(Law::Mu, tone(400.0));
    let b = world.join(Law::Mu, tone(1_000.0));
    world.parties[0].speaking = false;
    world.parties[1].speaking = false;
    world.order(Order::Bridge { a, b });
    let recording = RecordingKey(1);
    world.order(Order::Record {
        recording,
        customer: a,
        agent: Some(b),
        started_at: START,
        resume: false,
        codec: Law::Mu.into(),
    });
    let mut number = 0;
    spray(&mut world, attacker, 3_000, &mut number);
    world.parties[0].speaking = true;
    world.parties[1].speaking = true;
    spray(&mut world, attacker, 5_000, &mut number);
    world.parties[0].speaking = false;
    spray(&mut world, attacker, 4_000, &mut number);
    world.parties[0].speaking = true;
    spray(&mut world, attacker, 2_000, &mut number);
    world.order(Order::StopRecording { recording });
    assert_unheard(&world, attacker);
    let file = &world.files[&recording];
    for channel in [&file.left, &file.right] {
        let samples: Vec<i16> = channel.iter().map(|&byte| Law::Mu.decode(byte)).collect();
        assert!(share(&samples, TONE) < 0.001);
    }
    world.order(Order::Close { leg: a });
    let Some(Event::Closed { quality, .. }) = world.events.last() else {
        panic!("the leg did not close");
    };
    assert_eq!(quality.rejected, u64::from(number));
}

#[test]
fn another_port_of_the_same_host_cannot_take_over_a_live_stream() {
    let mut world = World::new(2);
    let a = world.join(Law::Mu, tone(400.0));
    let b = world.join(Law::Mu, tone(1_000.0));
    world.order(Order::Bridge { a, b });
    world.run_ms(500);
    let attacker = SocketAddr::new(world.parties[0].address.ip(), 9_999);
    let mut number = 0;
    spray(&mut world, attacker, 5_000, &mut number);
    assert_unheard(&world, attacker);
}

#[test]
fn a_phone_behind_nat_is_found_and_the_socket_asked_to_connect() {
    let mut world = World::new(3);
    let a = world.join(Law::Mu, tone(400.0));
    let public: SocketAddr = "198.51.100.7:31000".parse().expect("an address");
    world.parties[0].address = public;
    world.order(Order::Close { leg: a });
    open_behind_nat(&mut world, a, public);
    world.run_ms(1_000);
    assert!(world.events.contains(&Event::Latched {
        leg: a,
        remote: public
    }));
    let heard = &world.parties[0].heard;
    assert!(heard.len() > 40);
    assert!(heard.iter().all(|h| h.connect));
    let unproven = world.astray.len();
    assert!(
        (1..=6).contains(&unproven),
        "{unproven} packets to the private address"
    );
    world.run(Duration::from_secs(1));
    assert_eq!(world.astray.len(), unproven);
}

fn open_behind_nat(world: &mut World, a: LegId, public: SocketAddr) {
    world.order(Order::Open {
        leg: a,
        terms: crate::world::terms("10.0.0.5:4000".parse().expect("an address"), Law::Mu),
        signalling: public.ip(),
        line: crate::world::line(0),
    });
}
