//! Call control: legs, bridges and the walk from the trunk to an agent's ear.
//!
//! [`Switchboard`] is the front door. It is sans-IO: bytes, media events, commands and time go in,
//! facts, saved states, bytes and media orders come out. It does not know what a database, a
//! thread or HTTP is.

mod command;
mod live;

pub use command::{Command, CommandError};
pub use live::{LiveAgent, LiveCall, LiveView};
