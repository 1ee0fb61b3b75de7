//! Call control: legs, bridges and the walk from the trunk to an agent's ear.
//!
//! [`Switchboard`] is the front door. It is sans-IO: bytes, media events, commands and time go in
//! as [`Input`]s; facts, saved states, bytes and media orders come out as [`Output`]s. It does not
//! know what a database, a thread or HTTP is.

mod admission;
mod authorize;
mod call;
mod command;
mod directory;
mod encryption;
mod engagements;
mod error;
mod exchange;
mod identity;
mod input;
mod ladder;
mod leg;
mod library;
pub mod limits;
mod live;
mod output;
mod sdp_fixups;
mod switchboard;
mod trials;
mod trunking;
mod trunks;

pub use call::{AskRequest, RenderRequest, StreamEnd, StreamRequest};
pub use command::{Answer, Command, CommandError};
pub use directory::{AgentEntry, Directory, DirectoryParts, FlowEntry, Sounds, Speech};
pub use error::Error;
pub use input::Input;
pub use ladder::{Rung, RungDirection};
pub use library::Library;
pub use live::{
    LiveAgent, LiveCall, LiveDevice, LiveGateway, LiveGuest, LiveRegistration, LiveStranger,
    LiveSupervisor, LiveTrunk, LiveView,
};
pub use output::{Key, Output};
pub use sip::{Account, Transport};
pub use switchboard::{Admission, Config, Gauges, Living, Restored, Switchboard};
pub use trials::Trial;
