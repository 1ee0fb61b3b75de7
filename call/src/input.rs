//! Everything that can reach the switchboard.

use crate::{Command, Directory, Library, StreamEnd};
use bytes::Bytes;
use media::{Prompt, RecordingKey, StreamKey};
use model::{CallFact, CallId, EnterpriseId};
use sip::{ConnectionId, Flow, QueryId, Record, ResolveError};
use std::sync::Arc;

/// One thing that happened outside.
#[derive(Debug)]
pub enum Input {
    /// A SIP datagram arrived.
    Datagram {
        /// Where from and to.
        flow: Flow,
        /// Its bytes.
        data: Bytes,
    },
    /// A stream connection was accepted or opened.
    Connected {
        /// The path that is open.
        flow: Flow,
        /// Subject names of the peer's certificate that were verified.
        names: Vec<String>,
    },
    /// Bytes arrived on a stream connection.
    Stream {
        /// The connection.
        connection: ConnectionId,
        /// Its bytes.
        data: Bytes,
    },
    /// A stream connection is gone, or could not be opened.
    Closed(ConnectionId),
    /// Name servers have answered, or not.
    Resolved {
        /// The number of the question.
        query: QueryId,
        /// Their records.
        answer: Result<Vec<Record>, ResolveError>,
    },
    /// Something happened in the media.
    Media(media::Event),
    /// A recording's file is complete, or what could be kept of it.
    RecordingKept {
        /// The recording.
        recording: RecordingKey,
        /// Its length in samples a channel.
        samples: u64,
        /// Its size.
        size_bytes: u64,
        /// The SHA-256 of the file in hexadecimal digits, if there is one.
        sha256: Option<String>,
        /// What is missing and why.
        fault: Option<String>,
    },
    /// A bot is gone, or hands the caller over.
    StreamEnded {
        /// The call.
        call: CallId,
        /// The bot's stream.
        stream: StreamKey,
        /// How.
        end: StreamEnd,
    },
    /// Another system answered, or did not.
    Answered {
        /// The call.
        call: CallId,
        /// The number of the question.
        number: u32,
        /// The answer.
        answer: ivr::node::Answer,
    },
    /// Engines spoke, or did not.
    Rendered {
        /// The call.
        call: CallId,
        /// The number of the request.
        number: u32,
        /// What came of each utterance, in their order: its audio, or why there is none.
        spoken: Vec<Result<Arc<Prompt>, String>>,
    },
    /// Something was done about a call that is over, outside of this machine.
    Afterwards {
        /// Whose call.
        enterprise: EnterpriseId,
        /// Which.
        call: CallId,
        /// What was done.
        fact: CallFact,
    },
    /// Somebody asks for something; answered by [`Output::Reply`](crate::Output::Reply).
    Command {
        /// Returned with the reply.
        id: u64,
        /// What is asked.
        command: Command,
    },
    /// The configuration changed.
    Directory(Arc<Directory>),
    /// The audio changed.
    Library(Arc<Library>),
}
