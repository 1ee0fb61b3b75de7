//! A bot on a leg, on a virtual clock.

use std::net::SocketAddr;
use std::time::Duration;

use media::rtp::{Datagram, Header, parse};
use media::{
    Codec, Config, Engine, Law, LegId, Line, Order, Outbox, RtcpPath, StreamFrame, StreamKey,
    Terms, Understood,
};

const START: Duration = Duration::from_hours(500_000);
const LEG: LegId = LegId(20_000);
const BOT: StreamKey = StreamKey(7);
/// A byte of µ-law that is not silence.
const LOUD: u8 = 0x90;

struct World {
    engine: Engine,
    outbox: Outbox,
    frames: u16,
}

fn phone() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 4_000))
}

impl World {
    fn new(codec: Codec, payload_type: u8) -> Self {
        let mut world = Self {
            engine: Engine::new(Config {
                first_leg: LEG,
                legs: 2,
            }),
            outbox: Outbox::with_capacity(64),
            frames: 0,
        };
        let terms = Terms {
            remote: phone(),
            codec,
            payload_type,
            telephone_event: None,
            inband_keys: false,
            comfort_noise: None,
            understood: Understood::new(),
            sending: true,
            rtcp: RtcpPath::Shared,
            security: None,
            wishes: media::codec::Wishes::default(),
        };
        world.order(Order::Open {
            leg: LEG,
            terms,
            signalling: phone().ip(),
            line: Line {
                ssrc: 1,
                sequence: 0,
                timestamp: 0,
            },
        });
        let (leg, stream) = (LEG, BOT);
        world.order(Order::Stream { leg, stream });
        world
    }

    fn order(&mut self, order: Order) {
        let now = self.now();
        self.engine.handle_order(now, order, &mut self.outbox);
    }

    fn say(&mut self, samples: usize) {
        self.order(Order::StreamAudio {
            leg: LEG,
            stream: BOT,
            audio: vec![LOUD; samples],
        });
    }

    fn now(&self) -> Duration {
        START + Duration::from_millis(20) * u32::from(self.frames)
    }

    /// Lets 20 ms pass in which the phone says a byte 160 times; what it and the bot hear.
    fn frame(&mut self, byte: u8) -> (Vec<u8>, StreamFrame) {
        let now = self.now();
        let header = Header {
            payload_type: 0,
            marker: false,
            sequence: self.frames,
            timestamp: u32::from(self.frames) * 160,
            ssrc: 9,
        };
        let mut packet = [byte; 172];
        packet[..12].copy_from_slice(&header.to_bytes());
        self.engine
            .handle_packet(now, LEG, phone(), &mut packet, &mut self.outbox);
        for tick in 0..4 {
            let at = now + Duration::from_millis(5) * tick;
            self.engine.handle_tick(at, &mut self.outbox);
        }
        self.frames += 1;
        let heard = self
            .outbox
            .packets()
            .find_map(|(_, _, bytes, _)| match parse(bytes) {
                Datagram::Rtp(packet) => Some(packet.payload.to_vec()),
                Datagram::Rtcp | Datagram::Malformed => None,
            });
        let told = self.outbox.stream_frames();
        assert_eq!(told.len(), 1, "a frame for the bot every 20 ms");
        let told = told[0];
        self.outbox.clear();
        (heard.expect("a packet every 20 ms"), told)
    }
}

#[test]
fn a_bot_is_told_every_frame_and_is_heard_at_the_pace_of_the_clock() {
    let mut world = World::new(Codec::Pcmu, 0);
    world.say(400);
    let silence = Law::Mu.silence();
    let half = [vec![LOUD; 80], vec![silence; 80]].concat();
    let expected = [vec![LOUD; 160], vec![LOUD; 160], half, vec![silence; 160]];
    let settled = [0, 160, 320, 400];
    for (heard, settled) in expected.into_iter().zip(settled) {
        let (packet, told) = world.frame(silence);
        assert_eq!(packet, heard);
        assert_eq!(told.settled, settled);
    }
    let last = (0..10).map(|_| world.frame(LOUD).1).last().unwrap();
    assert_eq!(last.audio, [LOUD; 160]);
}

#[test]
fn a_flush_is_heard_in_the_next_frame() {
    let mut world = World::new(Codec::Pcmu, 0);
    world.say(80_000);
    assert_eq!(world.frame(LOUD).0, [LOUD; 160]);
    let (leg, stream) = (LEG, BOT);
    world.order(Order::ClearStream { leg, stream });
    let (heard, told) = world.frame(LOUD);
    assert_eq!(heard, [Law::Mu.silence(); 160]);
    assert_eq!(told.settled, 80_000);
    world.say(160);
    assert_eq!(world.frame(LOUD).0, [LOUD; 160]);
}

#[test]
fn a_bot_is_heard_in_codecs_of_frames() {
    for (codec, payload_type) in [(Codec::G722, 9), (Codec::Opus, 111)] {
        let mut world = World::new(codec, payload_type);
        let quiet = world.frame(LOUD).0;
        world.say(8_000);
        for _ in 0..5 {
            world.frame(LOUD);
        }
        let (heard, told) = world.frame(LOUD);
        assert_ne!(heard, quiet, "{codec:?}");
        assert_eq!(told.settled, 800);
    }
}

#[test]
fn orders_of_a_stream_that_is_gone_change_nothing() {
    let mut world = World::new(Codec::Pcmu, 0);
    let (leg, stream) = (LEG, StreamKey(8));
    world.order(Order::StreamAudio {
        leg,
        stream,
        audio: vec![LOUD; 160],
    });
    world.order(Order::EndStream { leg, stream });
    let (heard, _) = world.frame(LOUD);
    assert_eq!(heard, [Law::Mu.silence(); 160]);
}
