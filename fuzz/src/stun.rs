//! A datagram to a leg whose peer has to prove itself: nobody without the password is answered.

use media::security::{Handshake, Ice, Role, Security};
use media::{Codec, Config, Engine, Event, LegId, Line, Order, Outbox, RtcpPath, Terms};
use std::time::Duration;

const LEG: LegId = LegId(20_000);
const NOW: Duration = Duration::from_hours(500_000);

/// Gives the bytes to a leg that waits for connectivity checks.
pub fn run(data: &[u8]) {
    let mut outbox = Outbox::with_capacity(4);
    let mut engine = guarded(
        Security {
            keys: None,
            handshake: Some(Handshake {
                role: Role::Server,
                fingerprint: [7; 32],
            }),
            ice: Some(Ice {
                ours: "ours".to_owned(),
                password: "nobody guesses this one".to_owned(),
                theirs: "theirs".to_owned(),
            }),
        },
        &mut outbox,
    );
    let from = "203.0.113.9:4000".parse().expect("an address");
    engine.handle_packet(NOW, LEG, from, &mut data.to_vec(), &mut outbox);
    assert_eq!(outbox.packets().count(), 0, "a stranger was answered");
    let events: Vec<Event> = outbox.drain_events().collect();
    assert!(events.is_empty(), "a stranger was heard: {events:?}");
}

/// An engine with one protected leg.
pub(crate) fn guarded(security: Security, outbox: &mut Outbox) -> Engine {
    let mut engine = Engine::new(Config {
        first_leg: LEG,
        legs: 1,
    });
    let terms = Terms {
        remote: "192.0.2.1:4000".parse().expect("an address"),
        codec: Codec::Pcmu,
        payload_type: 0,
        telephone_event: Some(101),
        comfort_noise: None,
        inband_keys: false,
        understood: media::Understood::new(),
        sending: true,
        rtcp: RtcpPath::Shared,
        security: Some(Box::new(security)),
        wishes: media::codec::Wishes::default(),
    };
    let open = Order::Open {
        leg: LEG,
        signalling: terms.remote.ip(),
        terms,
        line: Line {
            ssrc: 7,
            sequence: 1,
            timestamp: 1,
        },
    };
    engine.handle_order(NOW, open, outbox);
    engine
}
