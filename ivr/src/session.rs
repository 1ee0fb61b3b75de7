//! One caller's walk through a [`Flow`].

use crate::{Flow, Locale};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};
use thiserror::Error;

/// Where one caller stands in a flow.
#[derive(Debug)]
pub struct Session {
    flow: Arc<Flow>,
    variables: BTreeMap<String, String>,
    actions: VecDeque<Action>,
}

/// What is known of the call when it enters the flow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inputs {
    /// The caller's number; the variable `caller`.
    pub caller: String,
    /// The number that was called; the variable `called`.
    pub called: String,
    /// The trunk number the call came in by; the variable `trunk_number`.
    pub trunk_number: String,
    /// The language to begin with, when not the flow's own.
    pub language: Option<Locale>,
    /// Values for variables that the flow declares or that are added to it.
    pub variables: BTreeMap<String, String>,
}

/// Something that happened on the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// The caller pressed a key.
    Digit(char),
    /// The last [`Action::Say`] was heard to its end. Not reported for speech that was stopped or replaced.
    PlayEnded,
    /// The caller hung up.
    HungUp,
    /// The last transfer came to an end.
    TransferEnded(TransferOutcome),
    /// The message was recorded.
    VoicemailEnded,
}

/// How a transfer came to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferOutcome {
    /// The other side was busy.
    Busy,
    /// The two talked; the call is over.
    Completed,
    /// The queue takes no more callers.
    Full,
    /// Nobody who could answer is signed in.
    NoAgent,
    /// It rang and nobody answered.
    NoAnswer,
    /// The other side declined.
    Refused,
    /// The longest wait is over.
    TimedOut,
    /// The other side could not be reached, or does not exist.
    Unavailable,
}

/// What the call has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Play clips one after the other; replaces what plays. Answer with [`Happening::PlayEnded`].
    Say {
        /// What is played.
        clips: Vec<Clip>,
        /// Whether it begins again at its end.
        repeat: bool,
    },
    /// Stop what plays.
    StopSaying,
    /// Put the caller into a queue. Answer with [`Happening::TransferEnded`].
    ToQueue {
        /// The queue's name.
        queue: String,
        /// 0 to 9; higher is served earlier.
        priority: u8,
    },
    /// Ring an agent. Answer with [`Happening::TransferEnded`].
    ToAgent {
        /// The agent's extension.
        extension: String,
    },
    /// Call an outside number. Answer with [`Happening::TransferEnded`].
    ToNumber {
        /// The number.
        number: String,
        /// Whether the talk is recorded.
        recorded: bool,
    },
    /// Record a message. Answer with [`Happening::VoicemailEnded`].
    RecordMessage {
        /// The longest message.
        max: Duration,
        /// The keys that end it.
        end_keys: String,
    },
    /// End the message at once. Answered with [`Happening::VoicemailEnded`] too.
    StopMessage,
    /// Hang up; nothing follows.
    HangUp,
    /// Write to the call's log.
    Step(Step),
}

/// A line of the walk for the log; no key that the flow calls sensitive is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A node was entered.
    NodeEntered {
        /// Its id.
        node: String,
    },
    /// A node was left.
    NodeLeft {
        /// Its id.
        node: String,
        /// The exit's name.
        exit: String,
        /// The keys it took; `*` for each key when they are sensitive.
        keys: String,
    },
    /// A value could not be read as its node wanted.
    Unreadable {
        /// The node's id.
        node: String,
        /// Why.
        reason: String,
        /// The value with every character masked.
        value: String,
    },
}

/// A piece of audio.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Clip {
    /// A clip of a language's voice.
    Unit {
        /// The language.
        locale: Locale,
        /// The clip's name in the pack.
        name: String,
    },
    /// Silence.
    Pause(Duration),
}

/// A session as it is kept across a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSession {
    node: String,
}

/// Why a saved session cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RestoreError {
    /// The flow has no such node.
    #[error("the flow has no node {0:?}")]
    UnknownNode(String),
}

impl Session {
    /// Enters the flow.
    pub fn start(now: Duration, flow: Arc<Flow>, inputs: Inputs) -> Self {
        let _ = (now, flow, inputs);
        todo!()
    }

    /// Takes what happened on the call.
    pub fn handle(&mut self, now: Duration, happening: Happening) {
        let _ = (now, happening);
        todo!()
    }

    /// Takes that the time of [`Self::poll_timeout`] has come.
    pub fn handle_timeout(&mut self, now: Duration) {
        let _ = now;
        todo!()
    }

    /// When [`Self::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Duration> {
        todo!()
    }

    /// What the call has to do next; `None` when it has only to wait.
    pub fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// The state to keep across a restart.
    pub fn save(&self) -> SavedSession {
        todo!()
    }

    /// Goes on from a saved state: a node that was speaking or listening begins again, keys typed so far are kept;
    /// a transfer or a message goes on without a new action.
    ///
    /// # Errors
    ///
    /// When the state belongs to another flow.
    pub fn restore(
        now: Duration,
        flow: Arc<Flow>,
        saved: SavedSession,
    ) -> Result<Self, RestoreError> {
        let _ = (now, flow, saved);
        todo!()
    }

    /// The variables with their values.
    pub fn variables(&self) -> &BTreeMap<String, String> {
        &self.variables
    }

    /// Whether the walk has come to its end.
    pub fn is_over(&self) -> bool {
        todo!()
    }

    /// Whether the caller is with a queue, an agent, a number or the message recorder.
    pub fn is_away(&self) -> bool {
        todo!()
    }
}
