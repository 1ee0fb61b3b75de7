//! The parent process: holds every socket, starts the worker and starts it again when it dies.
//!
//! The kernel queues what arrives while no worker runs, so peers do not notice a restart. The
//! parent parses nothing, waits on nothing but its worker and its signals, and has no threads.

mod bind;
mod crashes;
mod supervise;

pub use bind::{BindError, Plan, RtpPlan, Sockets};
pub use supervise::{Error, Options, Worker, supervise};
