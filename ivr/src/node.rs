//! The kinds of node, one file each: its fields, its checks, its step.

mod agent;
mod branch;
mod collect;
mod hangup;
mod language;
mod menu;
mod number;
mod play;
mod queue;
mod set;
mod stream;
mod voicemail;

use crate::{
    Exit,
    check::Inspection,
    session::{Signal, Turn, Walk},
};
use serde::Serialize;

pub use agent::Agent;
pub use branch::{Branch, Case, Condition, Length, Test};
pub use collect::Collect;
pub use hangup::Hangup;
pub use language::Language;
pub use menu::Menu;
pub use number::Number;
pub use play::Play;
pub use queue::Queue;
pub use set::{Set, Value};
pub use stream::{Protocol, Stream};
pub use voicemail::Voicemail;

/// What a node does, with its fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    /// Connects with one agent.
    Agent(Agent),
    /// Leaves by the case that holds.
    Branch(Branch),
    /// Takes digits into a variable.
    Collect(Collect),
    /// Ends the call.
    Hangup(Hangup),
    /// Changes the language.
    Language(Language),
    /// Waits for one key.
    Menu(Menu),
    /// Connects with an outside number.
    Number(Number),
    /// Says something.
    Play(Play),
    /// Puts into a queue.
    Queue(Queue),
    /// Gives a variable a value.
    Set(Set),
    /// Connects with a voice bot.
    Stream(Stream),
    /// Records a message.
    Voicemail(Voicemail),
}

impl Kind {
    /// The names of the kinds in a flow file.
    pub const NAMES: [&str; 12] = [
        "agent",
        "branch",
        "collect",
        "hangup",
        "language",
        "menu",
        "number",
        "play",
        "queue",
        "set",
        "stream",
        "voicemail",
    ];

    /// The exits that must lead somewhere.
    pub fn exits(&self) -> Vec<Exit> {
        match self {
            Self::Agent(_) => Agent::exits(),
            Self::Branch(node) => node.exits(),
            Self::Collect(_) => Collect::exits(),
            Self::Hangup(_) => Vec::new(),
            Self::Language(_) => Language::exits(),
            Self::Menu(node) => node.exits(),
            Self::Number(_) => Number::exits(),
            Self::Play(_) => Play::exits(),
            Self::Queue(_) => Queue::exits(),
            Self::Set(_) => Set::exits(),
            Self::Stream(_) => Stream::exits(),
            Self::Voicemail(_) => Voicemail::exits(),
        }
    }

    /// Whether an `error` edge may be added: it is taken when a value cannot be read or kept.
    pub fn may_take_error(&self) -> bool {
        !matches!(self, Self::Hangup(_))
    }

    /// Whether it waits for a key, for people or for a message, so that a cycle through it cannot spin.
    pub fn waits(&self) -> bool {
        match self {
            Self::Agent(_)
            | Self::Collect(_)
            | Self::Menu(_)
            | Self::Number(_)
            | Self::Queue(_)
            | Self::Stream(_)
            | Self::Voicemail(_) => true,
            Self::Branch(_)
            | Self::Hangup(_)
            | Self::Language(_)
            | Self::Play(_)
            | Self::Set(_) => false,
        }
    }

    /// The variable for what a bot says when it hands the caller over.
    pub(crate) fn handoff_variable(&self) -> Option<&str> {
        match self {
            Self::Stream(node) => Some(&node.handoff_variable),
            Self::Agent(_)
            | Self::Branch(_)
            | Self::Collect(_)
            | Self::Hangup(_)
            | Self::Language(_)
            | Self::Menu(_)
            | Self::Number(_)
            | Self::Play(_)
            | Self::Queue(_)
            | Self::Set(_)
            | Self::Voicemail(_) => None,
        }
    }

    /// Whether the keys it has taken so far make one row.
    pub(crate) fn collects(&self) -> bool {
        matches!(self, Self::Collect(_))
    }

    pub(crate) fn check(&self, inspection: &mut Inspection<'_>) {
        match self {
            Self::Agent(node) => node.check(inspection),
            Self::Branch(node) => node.check(inspection),
            Self::Collect(node) => node.check(inspection),
            Self::Hangup(node) => node.check(inspection),
            Self::Language(_) => {}
            Self::Menu(node) => node.check(inspection),
            Self::Number(node) => node.check(inspection),
            Self::Play(node) => node.check(inspection),
            Self::Queue(node) => node.check(inspection),
            Self::Set(node) => node.check(inspection),
            Self::Stream(node) => node.check(inspection),
            Self::Voicemail(node) => node.check(inspection),
        }
    }

    pub(crate) fn enter(&self, walk: &mut Walk<'_>) -> Turn {
        match self {
            Self::Agent(node) => node.enter(walk),
            Self::Branch(node) => node.enter(walk),
            Self::Collect(node) => node.enter(walk),
            Self::Hangup(node) => node.enter(walk),
            Self::Language(node) => node.enter(walk),
            Self::Menu(node) => node.enter(walk),
            Self::Number(node) => node.enter(walk),
            Self::Play(node) => node.enter(walk),
            Self::Queue(node) => node.enter(walk),
            Self::Set(node) => node.enter(walk),
            Self::Stream(node) => node.enter(walk),
            Self::Voicemail(node) => node.enter(walk),
        }
    }

    pub(crate) fn handle(&self, walk: &mut Walk<'_>, signal: Signal) -> Turn {
        match self {
            Self::Agent(_) => Agent::handle(signal),
            Self::Collect(node) => node.handle(walk, signal),
            Self::Hangup(_) => Hangup::handle(signal),
            Self::Menu(node) => node.handle(walk, signal),
            Self::Number(_) => Number::handle(signal),
            Self::Play(node) => node.handle(walk, signal),
            Self::Queue(_) => Queue::handle(signal),
            Self::Stream(_) => Stream::handle(walk, signal),
            Self::Voicemail(node) => node.handle(walk, signal),
            Self::Branch(_) | Self::Language(_) | Self::Set(_) => Turn::Stay,
        }
    }
}

fn yes() -> bool {
    true
}
