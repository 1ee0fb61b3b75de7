//! Whole calls through the engine: parties, a simulated network and an attacker on a virtual clock.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "signals and RTP numbers of tests are small"
)]

mod attack;
mod audio;
mod continuity;
mod drift;
mod handset;
mod keys;
mod moving;
mod recording;
mod redundancy;
mod reports;
mod restart;
mod secure;
mod switching;
mod transcoding;
mod wide;
mod world;
