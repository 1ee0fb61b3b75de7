//! The voice of a call: SDP, RTP, G.711, key presses, prompts, bridging and stereo recording.
//!
//! Sans-IO: knows no socket, file, clock, thread or SIP. A caller owns an [`Engine`] per media
//! thread, gives it packets, orders and a tick every 5 ms, and empties the [`Outbox`] after each.
//! `now` is a span since the Unix epoch that never jumps.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "sequence numbers, timestamps and companded samples are modular by definition"
)]

mod clock;
pub mod codec;
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
mod recorder;
pub mod rtp;
pub mod sdp;
mod sink;
pub mod wav;

pub use codec::g711::Law;
pub use engine::{Config, Counters, Engine};
pub use line::Line;
pub use order::{Event, LegId, Order, Quality, RecordingKey};
pub use outbox::{Block, Outbox};
pub use ports::PortPool;
pub use prompt::{Prompt, Segment};
