//! What the tests of the whole product are made of: the real binary with real peers around it,
//! and a simulated world around its pure parts.

pub mod api;
pub mod baresip;
pub mod patience;
pub mod process;
pub mod server;
pub mod sipp;
pub mod sound;
pub mod voice;
