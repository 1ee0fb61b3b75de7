//! The live engine's journal: every fact and every saved state is written here before the packet
//! that acknowledges it leaves, and read back after a crash.
//!
//! [`Journal`] is the one writer: an append is one `write()`, and a thread of its own follows with
//! `fdatasync` at most every [`Options::sync_interval`]. [`Recovered`] is what a restarted worker
//! goes on from. [`Reader`] tails the facts for whoever projects them into SQL.
//!
//! A segment is a header and a run of records. Every state that lived when it began is saved in it
//! once more, a few at a time between what happens meanwhile. Once that snapshot is whole, segments
//! before it matter only to a reader that has not applied them yet.

mod error;
mod reader;
mod record;
mod recovery;
mod segment;
mod sync;
mod writer;

pub use error::Error;
pub use reader::Reader;
pub use record::{Entry, KEY_BYTES_MAX, PAYLOAD_BYTES_MAX};
pub use recovery::Recovered;
pub use writer::{Journal, Options};
