//! What is fuzzed: one function a target, each of which panics when something is wrong.
//!
//! The same files are part of the stable tests, so nothing here may need libFuzzer.

pub mod credentials;
pub mod endpoint;
pub mod framing;
pub mod message;
pub mod rtcp;
pub mod rtp;
pub mod sdp;
pub mod srtp;
pub mod stun;
pub mod uri;
