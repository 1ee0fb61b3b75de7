//! What is recognised in a party's audio: judged by signals that spandsp makes, by our own tones as
//! spandsp hears them, and by every clip that is shipped, in which nothing may be recognised.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "signals of tests are small"
)]

mod announcements;
mod answerers;
mod fax;
mod properties;
mod sound;
mod tones;
