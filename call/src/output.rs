//! Everything that the switchboard wants done.

use crate::{Answer, AskRequest, CommandError, RenderRequest, StreamRequest};
use media::wav::FileCodec;
use media::{Order, RecordingKey, StreamKey};
use model::{AgentId, CallId, Fact, RecordingId};
use sip::{ConnectionId, QueryId, Question, SessionId, Transmit, Transport};
use std::net::SocketAddr;

/// One thing to do. Facts, [`Output::Save`] and [`Output::Forget`] of a step must be in the journal
/// before anything else of the step is done: that is what lets calls outlive the process.
#[derive(Debug)]
pub enum Output {
    /// Append a fact.
    Fact(Fact),
    /// Keep a state for the next process.
    Save {
        /// Which.
        key: Key,
        /// Its bytes.
        state: Vec<u8>,
    },
    /// A state is no longer needed.
    Forget(Key),
    /// Send SIP.
    Transmit(Transmit),
    /// Open a stream connection.
    Connect {
        /// Its number.
        connection: ConnectionId,
        /// The protocol to speak over it.
        transport: Transport,
        /// To where.
        remote: SocketAddr,
        /// The name that the peer's certificate must be for, also sent as SNI; for TLS.
        name: Option<String>,
    },
    /// Close a stream connection.
    Disconnect(ConnectionId),
    /// Ask name servers; answered by [`Input::Resolved`](crate::Input::Resolved).
    Resolve {
        /// The number of the question.
        query: QueryId,
        /// What to ask.
        question: Question,
    },
    /// Tell the media thread `worker`.
    Media {
        /// The thread that owns the leg.
        worker: usize,
        /// What to tell it.
        order: Order,
    },
    /// Begin, or after a restart go on with, a recording's file.
    OpenRecording {
        /// The recording.
        recording: RecordingKey,
        /// The file below the data folder.
        path: String,
        /// Its codec.
        codec: FileCodec,
        /// Whether the file exists already.
        resume: bool,
    },
    /// Complete a recording's file; answered by [`Input::RecordingKept`](crate::Input).
    CloseRecording {
        /// The recording.
        recording: RecordingKey,
        /// Its length in samples a channel.
        samples: u64,
    },
    /// Complete a recording whose call did not survive; answered the same way.
    RecoverRecording {
        /// The recording.
        recording: RecordingKey,
        /// The file below the data folder.
        path: String,
        /// Its length in samples a channel; what is missing of it at the end was lost in memory.
        samples: u64,
    },
    /// Connect a bot; answered by [`Input::StreamEnded`](crate::Input) when it is gone.
    OpenStream(Box<StreamRequest>),
    /// The caller pressed a key that is for a bot.
    TellStream {
        /// Which bot.
        stream: StreamKey,
        /// The key.
        key: char,
    },
    /// Part from a bot; not answered.
    CloseStream(StreamKey),
    /// Ask another system; answered by [`Input::Answered`](crate::Input).
    Ask(Box<AskRequest>),
    /// Have engines speak; answered by [`Input::Rendered`](crate::Input).
    Render(Box<RenderRequest>),
    /// Answer a command.
    Reply {
        /// As given with it.
        id: u64,
        /// The answer.
        result: Result<Answer, CommandError>,
    },
}

/// What a saved state is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A call.
    Call(CallId),
    /// An agent.
    Agent(AgentId),
    /// The registered devices of a SIP account.
    Devices(String),
    /// A recording that is not complete.
    Recording(RecordingId),
    /// A dialog whose call is over, until its last message has arrived.
    Dialog(SessionId),
    /// What was learnt of all trunks: registrations, gateways.
    Trunks,
}

impl Key {
    /// The key as the journal keeps it, at most 64 bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Call(id) => tagged(b'c', id.as_bytes()),
            Self::Agent(id) => tagged(b'a', id.as_bytes()),
            Self::Devices(user) => tagged(b'd', &user.as_bytes()[..user.len().min(63)]),
            Self::Recording(id) => tagged(b'r', id.as_bytes()),
            Self::Dialog(id) => tagged(b's', &id.0.to_be_bytes()),
            Self::Trunks => tagged(b't', &[]),
        }
    }
}

fn tagged(tag: u8, rest: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + rest.len());
    bytes.push(tag);
    bytes.extend_from_slice(rest);
    bytes
}
