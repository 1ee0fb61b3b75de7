//! Where Trunkline touches the operating system: sockets that outlive the worker, the signalling
//! reactor, the media threads and the recording writer. The only crate with `unsafe`.
//!
//! It knows neither SIP nor RTP: [`media`] runs whatever [`media::Machine`] it is given, and
//! [`signalling`] hands bytes to and from whoever polls it.
//!
//! A process is either the [`parent`], which owns every socket and restarts the worker, or the
//! worker, which takes the sockets by [`inherit`].

pub mod clock;
pub mod disk;
pub mod inherit;
pub mod media;
pub mod parent;
pub mod priority;
pub mod program;
pub mod signalling;
mod syscall;
pub mod tls;

pub use clock::Clock;
pub use syscall::wake::Waker;
