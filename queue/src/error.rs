//! Why the router refuses.

use thiserror::Error;

/// Why an agent's state cannot change as asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SeatError {
    /// No such agent.
    #[error("there is no such agent")]
    Unknown,
    /// The agent is not signed in.
    #[error("the agent is not signed in")]
    NotSignedIn,
    /// The agent rings or talks.
    #[error("the agent is on a call")]
    OnCall,
    /// The agent is not in wrap-up.
    #[error("the agent is not in wrap-up")]
    NotInWrapUp,
    /// A status that only the server sets.
    #[error("a person cannot set this status")]
    Status,
    /// The agent cannot take a call at present.
    #[error("the agent is not free")]
    NotFree,
}

/// Why a call cannot enter a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EnqueueError {
    /// No such queue.
    #[error("there is no such queue")]
    Unknown,
    /// The queue is at its longest.
    #[error("the queue is full")]
    Full,
    /// Nobody is signed in to it.
    #[error("nobody is signed in to the queue")]
    NoAgent,
    /// The call waits already.
    #[error("the call is waiting already")]
    AlreadyWaiting,
}
