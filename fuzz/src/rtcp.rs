//! Reports beside the media of a leg.

use media::{Codec, Config, Engine, LegId, Line, Order, Outbox, RtcpPath, Terms};
use std::time::Duration;

/// Gives the bytes to a leg as reports, and lets it answer them.
pub fn run(data: &[u8]) {
    let (leg, now) = (LegId(20_000), Duration::from_hours(500_000));
    let mut outbox = Outbox::with_capacity(4);
    let mut engine = Engine::new(Config {
        first_leg: leg,
        legs: 1,
    });
    let remote = "192.0.2.1:4000".parse().expect("an address");
    let open = Order::Open {
        leg,
        terms: Terms {
            remote,
            codec: Codec::Pcmu,
            payload_type: 0,
            telephone_event: None,
            comfort_noise: None,
            inband_keys: false,
            understood: media::Understood::new(),
            sending: true,
            rtcp: RtcpPath::Beside { port: 4_001 },
            security: None,
            wishes: media::codec::Wishes::default(),
        },
        signalling: remote.ip(),
        line: Line {
            ssrc: 7,
            sequence: 1,
            timestamp: 1,
        },
    };
    engine.handle_order(now, open, &mut outbox);
    let mut from = remote;
    from.set_port(4_001);
    engine.handle_report(now, leg, from, &mut data.to_vec());
    engine.handle_tick(now + Duration::from_secs(10), &mut outbox);
    engine.handle_order(now, Order::Close { leg }, &mut outbox);
}
