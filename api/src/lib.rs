//! The HTTP API and the console's files: one module a noun.
//!
//! [`router`] is the front door. A request passes `Caller` (who, of which enterprise, with which
//! role), then one handler that reads from the store or sends a [`call::Command`] to the live
//! engine, and leaves as a typed view or an [`ApiError`]. Here is no SQL and no call logic.

mod agents;
mod assets;
mod audit_log;
mod auth;
mod body;
pub mod bots;
mod call_records;
mod calls;
mod connections;
mod docs;
mod error;
mod etag;
mod flow_tests;
mod flows;
mod health;
mod layers;
mod me;
mod names;
mod openapi;
mod page;
mod parameters;
mod people;
mod queues;
mod ranges;
mod router;
mod serve;
mod sessions;
mod sip_socket;
mod sounds;
mod speech_engines;
mod state;
mod time;
mod time_schemes;
mod tls;
mod trunk_numbers;
mod trunks;
mod vocabulary;

pub use error::{ApiError, FieldError};
pub use router::{router, specification};
pub use serve::{Serving, serve};
pub use sip_socket::{Occupancy, SipDoor, SocketEvent, SocketId};
pub use state::{
    Asset, Assets, Buckets, Check, Configuration, Engine, Ledger, Order, Place, Readiness, Reload,
    Speaking, Speech, SpeechEngine, State,
};
pub use tls::Certificates;
