//! Every bound of call control in one place.

use model::TrunkMedia;
use std::time::Duration;

/// Calls in progress at most; beyond it new ones get 503 with Retry-After.
pub const CALLS: usize = 10_000;

/// Seconds a refused trunk is asked to wait.
pub(crate) const RETRY_AFTER_SECONDS: u32 = 4;

/// How long an outside number may ring.
pub(crate) const DIAL_RING: Duration = Duration::from_mins(1);

/// How long a customer hears that nobody could be reached.
pub(crate) const PARTING_TONE: Duration = Duration::from_secs(5);

/// How long we wait for the ACK of our answer before the flow begins without it. The signalling
/// layer ends the call later if it never comes.
pub(crate) const ACK_WAIT: Duration = Duration::from_secs(2);

/// Turns of a flow that one input may cause: every turn comes from an answer that was given at
/// once, such as a transfer that cannot be made.
pub(crate) const FLOW_TURNS: usize = 64;

/// All sides of a call among phones silent for this long means that nobody is there any more; trunks
/// have a setting of their own.
pub(crate) const DEAD_AIR: Duration = Duration::from_secs(TrunkMedia::TIMEOUT_SECONDS as u64);

/// Calls whose Call-IDs are kept at most, so that their messages can be shown.
pub const LADDERS: usize = 2 * CALLS;

/// Legs of one call whose messages can be shown; agents that are tried one after another each make
/// one.
pub(crate) const LADDER_LEGS: usize = 32;

/// Recordings whose files are not complete at most: those of all calls, and as many again that a
/// slow disk has not closed. Beyond it a call goes on without one, and its record says why.
pub(crate) const RECORDINGS: usize = 2 * CALLS;

/// Devices of one agent that are rung at once.
pub(crate) const DEVICES: usize = 5;

/// Supervisors of one call.
pub(crate) const SUPERVISORS: usize = 3;

/// How long a supervisor's phone rings.
pub(crate) const SUPERVISOR_RING: Duration = Duration::from_secs(30);

/// How long credentials for a call of a draft are good.
pub(crate) const TRIAL_WAIT: Duration = Duration::from_mins(1);

/// Calls of drafts that nobody has made yet: of one enterprise, and of all.
pub(crate) const TRIALS_OF_ENTERPRISE: usize = 8;
pub(crate) const TRIALS: usize = 256;

/// Trunks that one number is tried over.
pub(crate) const TRUNKS: usize = 8;
