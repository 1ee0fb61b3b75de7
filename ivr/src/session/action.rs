//! What a session is told and what it asks for.

use crate::{
    Locale, Utterance,
    node::{Method, Protocol, QueueNow},
};
use model::Rating;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

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
    /// The bot is gone.
    StreamEnded(StreamOutcome),
    /// How the queue is that was looked at; nothing where there is none of that name.
    QueueSeen(Option<QueueNow>),
}

/// What another system is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// How.
    pub method: Method,
    /// Where.
    pub url: String,
    /// With which headers.
    pub headers: BTreeMap<String, String>,
    /// The JSON that is sent.
    pub json: Option<String>,
    /// The longest time of one attempt.
    pub timeout: Duration,
    /// How often it is asked again.
    pub retries: u8,
    /// Tells the requests of one call apart; the same after a restart.
    pub number: u32,
}

/// How the time with a bot came to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StreamOutcome {
    /// The bot closed the connection.
    Done,
    /// The bot could not be reached, or the connection broke.
    Failed,
    /// The bot handed the caller over; see [`Session::hand_over`](super::Session::hand_over).
    HandedOver,
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
    /// The two talked, the other side hung up, and the caller is still there.
    Talked,
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
    /// Connect the caller with a bot. Answer with [`Happening::StreamEnded`].
    Stream {
        /// Where the bot listens.
        url: String,
        /// How it is spoken to.
        protocol: Protocol,
        /// What it is told of the call.
        parameters: BTreeMap<String, String>,
    },
    /// Part the caller from the bot. Not answered.
    StopStream,
    /// Ask another system. Answer with [`Session::answer`](super::Session::answer).
    Ask(Box<Request>),
    /// Have engines speak, before anything of it is said. Answer with
    /// [`Session::rendered`](super::Session::rendered).
    Render(Vec<Utterance>),
    /// Look at a queue. Answer with [`Happening::QueueSeen`].
    LookAtQueue {
        /// The queue's name.
        queue: String,
    },
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
        /// Its id; in a flow within a flow behind the ids of the nodes that led there, as in `ask/order`.
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
    /// A rating is asked for.
    SurveyOffered {
        /// The node's id.
        node: String,
    },
    /// The caller rated.
    Rated {
        /// The node's id.
        node: String,
        /// How.
        rating: Rating,
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
    /// A recording of the enterprise's own.
    Sound {
        /// Its name.
        name: String,
    },
    /// What an engine speaks.
    Spoken(Utterance),
}

impl Clip {
    /// What an engine speaks of it.
    pub fn utterance(&self) -> Option<&Utterance> {
        if let Self::Spoken(utterance) = self {
            return Some(utterance);
        }
        None
    }
}
