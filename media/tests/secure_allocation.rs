//! Protection costs no allocation either: a leg in the clear and a protected one hear each other.

#![expect(clippy::cast_possible_truncation, reason = "frames of a test are few")]

use std::alloc::System;
use std::time::Duration;

use media::rtp::Header;
use media::security::Security;
use media::srtp::{Keys, MasterKey, Outgoing, Suite};
use media::{Codec, Config, Engine, LegId, Line, Order, Outbox, RtcpPath, Terms, Understood};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const START: Duration = Duration::from_hours(500_000);
const LEGS: [LegId; 2] = [LegId(20_000), LegId(20_002)];

fn engine(keys: Keys, outbox: &mut Outbox) -> Engine {
    let mut engine = Engine::new(Config {
        first_leg: LEGS[0],
        legs: 4,
    });
    for (n, leg) in (1..).zip(LEGS) {
        let remote = ([192, 0, 2, n], 4_000).into();
        let security = (n == 2).then_some(Security {
            keys: Some(keys),
            handshake: None,
            ice: None,
        });
        let terms = Terms {
            remote,
            codec: Codec::Pcmu,
            payload_type: 0,
            telephone_event: None,
            inband_keys: false,
            comfort_noise: None,
            understood: Understood::new(),
            sending: true,
            rtcp: RtcpPath::Shared,
            security: security.map(Box::new),
            wishes: media::codec::Wishes::default(),
        };
        let line = Line {
            ssrc: n.into(),
            sequence: 0,
            timestamp: 0,
        };
        let open = Order::Open {
            leg,
            signalling: terms.remote.ip(),
            terms,
            line,
        };
        engine.handle_order(START, open, outbox);
    }
    let [a, b] = LEGS;
    engine.handle_order(START, Order::Bridge { a, b }, outbox);
    engine
}

/// Lets both parties speak for the given frames. How many packets left.
fn run(
    (engine, outbox): (&mut Engine, &mut Outbox),
    theirs: &mut Outgoing,
    frames: std::ops::Range<u32>,
) -> usize {
    let mut sent = 0;
    for frame in frames {
        let now = START + Duration::from_millis(20) * frame;
        for (n, leg) in (1..).zip(LEGS) {
            let header = Header {
                payload_type: 0,
                marker: false,
                sequence: frame as u16,
                timestamp: frame.wrapping_mul(160),
                ssrc: 100 + u32::from(n),
            };
            let mut packet = [0x90; 172 + 16];
            packet[..12].copy_from_slice(&header.to_bytes());
            let length = if n == 2 {
                let length = 172 + theirs.suite().tag_bytes();
                theirs.protect(&mut packet[..length]).expect("in order");
                length
            } else {
                172
            };
            let from = ([192, 0, 2, n], 4_000).into();
            engine.handle_packet(now, leg, from, &mut packet[..length], outbox);
        }
        for tick in 0..4 {
            engine.handle_tick(now + Duration::from_millis(5) * tick, outbox);
        }
        sent += outbox.packets().count();
        outbox.drain_events();
        outbox.clear();
    }
    sent
}

/// One test, because the counts are those of the whole process.
#[test]
fn a_protected_leg_allocates_nothing() {
    for suite in Suite::ALL {
        let key = |seed: u8| {
            let (key, salt) = ([seed; 32], [seed; 14]);
            MasterKey::new(
                suite,
                &key[..suite.key_bytes()],
                &salt[..suite.salt_bytes()],
            )
        };
        let keys = Keys {
            suite,
            ours: key(1).expect("the suite's own lengths"),
            theirs: key(2).expect("the suite's own lengths"),
        };
        let mut outbox = Outbox::with_capacity(64);
        let mut engine = engine(keys, &mut outbox);
        let mut theirs = Outgoing::new(suite, &keys.theirs, 0);
        run((&mut engine, &mut outbox), &mut theirs, 0..1_000);
        let region = Region::new(ALLOCATOR);
        let sent = run((&mut engine, &mut outbox), &mut theirs, 1_000..4_000);
        assert_eq!(region.change(), Stats::default(), "{suite:?}");
        assert!(sent >= 5_990, "{sent} packets left");
    }
}
