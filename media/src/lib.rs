//! The voice of a call: SDP, RTP, G.711, key presses, prompts, bridging and stereo recording.
//!
//! Sans-IO: knows no socket, file, clock, thread or SIP. A caller owns an [`Engine`] per media
//! thread, gives it packets, orders and a tick every 5 ms, and empties the [`Outbox`] after each.
//! `now` is a span since the Unix epoch that never jumps.
//!
//! ```
//! use std::{sync::Arc, time::Duration};
//! use media::{Codec, Config, Engine, LegId, Line, Order, Outbox, Prompt, Segment, Terms};
//!
//! let (leg, now) = (LegId(20_000), Duration::from_hours(500_000));
//! let mut engine = Engine::new(Config { first_leg: leg, legs: 1_000 });
//! let mut outbox = Outbox::with_capacity(1_024);
//! let phone = "192.0.2.1:4000".parse().unwrap();
//! let terms = Terms {
//!     remote: phone,
//!     codec: Codec::Pcmu,
//!     payload_type: 0,
//!     telephone_event: Some(101),
//!     inband_keys: false,
//!     comfort_noise: None,
//!     understood: media::Understood::new(),
//!     sending: true,
//!     rtcp: media::RtcpPath::Shared,
//!     security: None,
//!     wishes: media::codec::Wishes::default(),
//! };
//! let line = Line { ssrc: 7, sequence: 1, timestamp: 0 };
//! let open = Order::Open { leg, terms, signalling: phone.ip(), line };
//! let segments = vec![Segment::Audio(Arc::new(Prompt::from_pcm(&[0; 8_000])))];
//! engine.handle_order(now, open, &mut outbox);
//! engine.handle_order(now, Order::Play { leg, play: 1, segments, repeat: false }, &mut outbox);
//! for tick in 0..4 {
//!     engine.handle_tick(now + Duration::from_millis(5) * tick, &mut outbox);
//! }
//! let (_, to, bytes, _) = outbox.packets().next().unwrap();
//! assert_eq!((to, bytes.len()), (phone, 172));
//! outbox.clear();
//! ```

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "sequence numbers, timestamps and companded samples are modular by definition"
)]

pub mod archive;
mod clock;
pub mod codec;
pub mod detect;
pub mod dtmf;
mod engine;
mod jitter;
mod latch;
mod leg;
mod line;
mod order;
mod outbox;
mod ports;
mod prompt;
mod quality;
mod recorder;
mod rtcp;
pub mod rtp;
pub mod sdp;
pub mod security;
mod sink;
pub mod sound;
pub mod srtp;
mod stun;
pub mod tone;
pub mod wav;

pub use codec::{Codec, g711::Law};
pub use engine::{Config, Counters, Departure, Engine};
pub use line::Line;
pub use order::{
    Agents, Event, LegId, Order, RecordingKey, RtcpPath, StreamKey, Terms, Understood,
};
pub use outbox::{Block, Outbox, StreamFrame};
pub use ports::PortPool;
pub use prompt::{Prompt, Segment};
pub use quality::Quality;
pub use security::Standing;
pub use sink::Gain;
