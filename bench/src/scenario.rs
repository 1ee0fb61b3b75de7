//! What callers do, and on which number of the demo enterprise.

use std::time::Duration;

/// The length of a call with media.
pub(crate) const CALL: Duration = Duration::from_secs(10);
/// A key is pressed when the prompt of ten seconds is over.
pub(crate) const KEY_AT: Duration = Duration::from_millis(10_050);

/// A kind of call with media.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scenario {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// The number that is rung.
    pub(crate) number: &'static str,
    /// Concurrent calls, about half of what one processor is expected to hold.
    pub(crate) calls: u32,
    /// Who ends the call.
    pub(crate) end: End,
    /// Whether the callers, and whoever answers them, speak all the time.
    pub(crate) speaking: Speaking,
}

/// Who ends a call, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The server, after the caller's key.
    ServerAfterKey,
    /// The caller, after [`CALL`].
    Caller,
    /// The caller, as soon as the answer is acknowledged; no media is looked at.
    CallerAtOnce,
    /// The caller, when the load is over.
    WithTheLoad,
}

/// Whether RTP comes from the callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Speaking {
    /// They only listen.
    Silent,
    /// They send a packet every 20 ms.
    Always,
}

pub(crate) const IVR: Scenario = Scenario {
    name: "ivr",
    number: "4008110513",
    calls: 2_000,
    end: End::ServerAfterKey,
    speaking: Speaking::Silent,
};

pub(crate) const IVR_RECORDED: Scenario = Scenario {
    name: "ivr-recorded",
    number: "4008110515",
    calls: 1_000,
    end: End::ServerAfterKey,
    speaking: Speaking::Always,
};

pub(crate) const RELAY: Scenario = Scenario {
    name: "relay",
    number: "4008110516",
    calls: 700,
    end: End::Caller,
    speaking: Speaking::Always,
};

pub(crate) const RELAY_RECORDED: Scenario = Scenario {
    name: "relay-recorded",
    number: "4008110517",
    calls: 600,
    end: End::Caller,
    speaking: Speaking::Always,
};

/// Parties who talk for as long as the load lasts.
pub(crate) const TALK: Scenario = Scenario {
    name: "talk",
    number: RELAY.number,
    calls: 100,
    end: End::WithTheLoad,
    speaking: Speaking::Always,
};

/// Set-ups alone.
pub(crate) const SETUP: Scenario = Scenario {
    name: "setup",
    number: "4008110513",
    calls: 0,
    end: End::CallerAtOnce,
    speaking: Speaking::Silent,
};

pub(crate) const ALL: [Scenario; 4] = [IVR, IVR_RECORDED, RELAY, RELAY_RECORDED];
