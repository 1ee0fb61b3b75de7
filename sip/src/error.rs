//! What can be wrong with a request of the endpoint's owner.

use thiserror::Error;

use crate::event::SessionId;
use crate::message::Method;
use crate::referring::TransferId;
use crate::trunk::TrunkId;

/// Why the endpoint did not do what it was asked.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The session is gone or never was.
    #[error("unknown session {0:?}")]
    UnknownSession(SessionId),
    /// There is no such trunk, or it has no gateway.
    #[error("trunk {0:?} is unknown or has no gateway")]
    UnknownTrunk(TrunkId),
    /// The method cannot be sent outside of a dialog.
    #[error("{0} cannot be sent outside of a dialog")]
    UnfitMethod(Method),
    /// As many requests outside of dialogs are open as the limits allow.
    #[error("{0} requests are open, which is the limit")]
    TooManyOpen(usize),
    /// The session is in a state in which this cannot be done.
    #[error("session {session:?} cannot {action} in its state")]
    WrongState {
        /// The session.
        session: SessionId,
        /// What was asked.
        action: &'static str,
    },
    /// The status code is outside of the range that makes sense.
    #[error("status {0} does not fit")]
    UnfitStatus(u16),
    /// The text of a header holds a control character or is no header name.
    #[error("header {0:?} is not fit to be sent")]
    UnfitHeader(String),
    /// The transfer is over or never was.
    #[error("unknown transfer {0:?}")]
    UnknownTransfer(TransferId),
    /// The message does not wait for an answer.
    #[error("the message does not wait for an answer")]
    UnknownMessage,
    /// So many requests or transfers of the session are open that no other may begin.
    #[error("session {0:?} has too many open requests")]
    TooManyRequests(SessionId),
    /// The message is longer than its way can carry.
    #[error("a message of {0} bytes is too long")]
    TooLong(usize),
    /// As many sessions exist as the limits allow.
    #[error("{0} sessions are live, which is the limit")]
    TooManySessions(usize),
    /// As many connections are open or being opened as the limits allow.
    #[error("{0} connections are open, which is the limit")]
    TooManyConnections(usize),
    /// Saved state cannot be read.
    #[error("saved state cannot be read: {0}")]
    UnreadableState(String),
    /// The saved session already lives here.
    #[error("session {0:?} is live already")]
    AlreadyLive(SessionId),
}
