//! Who gets the next call: agents with their two dimensions of state, waiting lines, offers.
//!
//! [`Router`] is the front door. It is pure: time comes in as `now`, what it decides is taken with
//! [`Router::poll_decision`]. It knows calls only by their id, so chats can wait in the same lines.
//!
//! A claim on an agent and the place of a call are each held once: a seat that rings carries the
//! call and the deadline, the ticket of that call carries the agent. Neither can be held for ever,
//! because the deadline is part of the claim.

mod error;
mod policy;
mod router;
mod seat;
mod ticket;

pub use error::{EnqueueError, SeatError};
pub use router::{Decision, Glance, Line, Router};
pub use seat::{Claim, Seat, Work};
pub use ticket::{Place, Ticket};
