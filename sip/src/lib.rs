//! A deterministic SIP stack: bytes and time in; bytes, events and the next deadline out.
//!
//! [`Endpoint`] is the front door. It opens no socket, starts no thread and reads no clock: whoever
//! owns it feeds datagrams and stream bytes, drains [`Endpoint::poll_output`] after each call and
//! calls [`Endpoint::handle_timeout`] when [`Endpoint::poll_timeout`] is due.

pub mod auth;
pub mod causes;
pub mod framing;
pub mod identity;
pub mod limits;
pub mod message;
#[cfg(feature = "rsip")]
pub mod rsip_bridge;
pub mod trunk;
pub mod uri;

mod dialog;
mod endpoint;
mod error;
mod event;
mod glance;
mod referral;
mod referring;
mod registrar;
mod resolver;
mod session;
mod stun;
mod timer;
mod trace;
mod transaction;
mod transport;

pub use endpoint::Endpoint;
pub use endpoint::config::{
    Account, Advertise, Barring, Config, Limits, Registrations, SessionTimers, TrustedSource,
};
pub use endpoint::counters::{Counters, Occupancy};
pub use endpoint::messaging::{InstantMessage, MessageId};
pub use endpoint::shedding::{Shedding, Standing};
pub use error::Error;
pub use event::{
    Binding, End, EndKind, Event, Identity, Incoming, Invite, Output, Progress, ReasonHeader,
    Refusal, Reliability, Request, RequestId, SessionId, Target, Warning,
};
pub use glance::Glance;
pub use referring::{ReferTo, Replaces, TransferId};
pub use resolver::{QueryId, Question, Record, ResolveError};
pub use timer::Timers;
pub use trace::{Direction, TraceConfig, TraceEntry};
pub use transport::{ConnectionId, Flow, Transmit, Transport};
pub use trunk::{
    Credentials, Gateway, GatewayStatus, LocalAddresses, RegistrationConfig, RegistrationState,
    Stranger, TrunkConfig, TrunkId, TrunkStatus, WhenUnavailable,
};
