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
mod voicemail;

use serde::Serialize;

pub use agent::Agent;
pub use branch::{Branch, Case, Length, Test};
pub use collect::Collect;
pub use hangup::Hangup;
pub use language::Language;
pub use menu::Menu;
pub use number::Number;
pub use play::Play;
pub use queue::Queue;
pub use set::Set;
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
    /// Records a message.
    Voicemail(Voicemail),
}

fn yes() -> bool {
    true
}
