//! What all protocols of bots have in common, so that the conversation knows none of them.

use super::twilio::Twilio;
use super::{audiosocket::AudioSocket, jambonz::Jambonz};
use call::StreamRequest;
use ivr::node::Protocol;

/// A message on the way to a bot or from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wire {
    /// Text of a WebSocket.
    Text(String),
    /// Bytes of a WebSocket, or of a TCP connection.
    Binary(Vec<u8>),
}

/// What a bot wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// µ-law to be heard after all before it.
    Audio(Vec<u8>),
    /// To be told when all before it was heard.
    Mark(String),
    /// What was not heard yet is never to be.
    Clear,
    /// To end the stream.
    Bye,
    /// To hand the caller over.
    HandOver(String),
    /// To end the stream because it failed.
    Failed(String),
}

/// Why a mark comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reached {
    Heard,
    Cleared,
}

/// One stream in one protocol. What a protocol has no word for gives nothing.
pub(super) trait Dialect: Send {
    /// What is said first.
    fn begin(&mut self) -> Vec<Wire>;
    /// 20 ms of the caller, µ-law.
    fn hear(&mut self, audio: &[u8]) -> Wire;
    /// A key of the caller.
    fn key(&mut self, key: char) -> Option<Wire>;
    /// A mark that is reached.
    fn mark(&mut self, name: &str, reached: Reached) -> Option<Wire>;
    /// What is said last.
    fn end(&mut self) -> Option<Wire>;
    /// Reads a message; an error tells what is wrong with one that is passed over.
    fn read(&mut self, message: Wire) -> Result<Option<Said>, String>;
}

/// The dialect that a request asks for.
pub(super) fn of(request: &StreamRequest) -> Box<dyn Dialect> {
    match request.protocol {
        Protocol::Twilio => Box::new(Twilio::new(request)),
        Protocol::Jambonz => Box::new(Jambonz::new(request)),
        Protocol::Audiosocket => Box::new(AudioSocket::new(request)),
    }
}
