//! TLS over loopback: certificates good and bad, handshakes that are slow, wrong or never end.
#![expect(clippy::unwrap_used, reason = "the helpers of a test fail it")]

mod files;
mod handshakes;
mod world;
