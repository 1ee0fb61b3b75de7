//! Real calls once more, through another version of their flow: which of them take another way?
//!
//! A call is replayed from its facts, on its own clock: keys and silences, how transfers and other systems
//! ended, when each node was left. What facts do not hold (a card number, what another system answered, how
//! long a queue was) is never guessed: where a node would decide by it, the rest of the way is unknown.

mod inputs;
mod playing;
mod walked;

use crate::{Document, Flow, Flows};
use playing::Playing;
use std::sync::Arc;

pub use walked::{NotReplayable, Walked};

/// What comes of a call that is replayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It takes another way.
    Differs(Parting),
    /// It takes the same way.
    Same,
    /// It takes the same way as far as can be known.
    Unknown {
        /// The node where what is not known decides.
        node: String,
        /// What is not known.
        what: Unknown,
    },
}

/// What the facts of a call do not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unknown {
    /// What the caller typed where the flow keeps it out of the log.
    Sensitive,
    /// What another system answered.
    Answer,
    /// How a queue was that was looked at.
    Queue,
    /// What a bot said when it handed the caller over.
    Bot,
    /// Whether the caller pressed keys before they were asked for them.
    TypedAhead,
}

/// Where two ways part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parting {
    /// The node; none where already the start is another.
    pub node: Option<String>,
    /// How the call went on from there.
    pub happened: Way,
    /// How it would go on.
    pub would: Way,
}

/// How a call goes on from a node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Way {
    /// The exit by which it is left; none where the call stays there, or waits for what the facts do not tell.
    pub exit: Option<String>,
    /// The node that follows; none where the call is over.
    pub to: Option<String>,
}

impl Walked {
    /// Plays the call through a flow, from which the others may be entered. `before` is the version that
    /// the call went through, as far as it is known.
    pub fn replay(
        &self,
        before: Option<&Document>,
        flow: &Arc<Flow>,
        flows: &Arc<Flows>,
    ) -> Outcome {
        Playing::begin(self, before, flow, flows).play()
    }
}

#[cfg(test)]
mod tests;
