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
    /// In which form the callers speak.
    pub(crate) form: Form,
    /// What it ought to reach.
    pub(crate) goal: Goal,
}

/// What a scenario ought to reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Goal {
    /// The name of the goal; empty where there is none.
    pub(crate) name: &'static str,
    /// Calls a core as a share of the stub's.
    pub(crate) stub_percent: Option<u32>,
    /// Calls that one core holds, on the machine that the goal was set on.
    pub(crate) calls: Option<u32>,
    /// Memory for a call.
    pub(crate) kib: Option<u32>,
    /// The share of the stub's calls below which the run fails, because it is a ratio within it.
    pub(crate) fails_below_percent: Option<u32>,
}

impl Goal {
    const NONE: Self = Self {
        name: "",
        stub_percent: None,
        calls: None,
        kib: None,
        fails_below_percent: None,
    };

    const fn of(name: &'static str, stub_percent: u32) -> Self {
        Self {
            name,
            stub_percent: Some(stub_percent),
            ..Self::NONE
        }
    }
}

/// In which form the callers of a scenario speak; whoever is rung speaks G.711 in the clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// G.711 µ-law in the clear.
    Plain,
    /// The same in SRTP, with keys in the session description (RFC 4568).
    Secured,
    /// Opus in the clear.
    Opus,
    /// G.711 µ-law in the clear, a click each second, to a bot that says what it hears.
    Bot,
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
    form: Form::Plain,
    goal: Goal {
        kib: Some(32),
        ..Goal::of("S2", 70)
    },
};

pub(crate) const IVR_RECORDED: Scenario = Scenario {
    name: "ivr-recorded",
    number: "4008110515",
    calls: 1_000,
    end: End::ServerAfterKey,
    speaking: Speaking::Always,
    form: Form::Plain,
    goal: Goal {
        kib: Some(32),
        ..Goal::of("S3", 70)
    },
};

pub(crate) const RELAY: Scenario = Scenario {
    name: "relay",
    number: "4008110516",
    calls: 700,
    end: End::Caller,
    speaking: Speaking::Always,
    form: Form::Plain,
    goal: Goal::of("S4n", 70),
};

pub(crate) const RELAY_RECORDED: Scenario = Scenario {
    name: "relay-recorded",
    number: "4008110517",
    calls: 600,
    end: End::Caller,
    speaking: Speaking::Always,
    form: Form::Plain,
    goal: Goal {
        kib: Some(64),
        ..Goal::of("S4", 70)
    },
};

/// A party with SRTP and one without, who both speak.
pub(crate) const BROWSER: Scenario = Scenario {
    name: "browser",
    form: Form::Secured,
    goal: Goal {
        calls: Some(2_000),
        fails_below_percent: Some(35),
        ..Goal::of("browser leg", 70)
    },
    ..RELAY
};

/// A party with Opus and one with G.711, who both speak.
pub(crate) const OPUS: Scenario = Scenario {
    name: "opus",
    calls: 100,
    form: Form::Opus,
    goal: Goal {
        name: "Opus to G.711",
        calls: Some(120),
        fails_below_percent: Some(3),
        ..Goal::NONE
    },
    ..RELAY
};

/// A party with a bot that says at once what it hears.
pub(crate) const BOTS: Scenario = Scenario {
    name: "bots",
    number: "4008110512",
    calls: 200,
    form: Form::Bot,
    goal: Goal::NONE,
    ..RELAY
};

/// Parties who talk for as long as the load lasts.
pub(crate) const TALK: Scenario = Scenario {
    name: "talk",
    number: RELAY.number,
    calls: 100,
    end: End::WithTheLoad,
    speaking: Speaking::Always,
    form: Form::Plain,
    goal: Goal::NONE,
};

/// Set-ups alone.
pub(crate) const SETUP: Scenario = Scenario {
    name: "setup",
    number: "4008110513",
    calls: 0,
    end: End::CallerAtOnce,
    speaking: Speaking::Silent,
    form: Form::Plain,
    goal: Goal::NONE,
};

pub(crate) const ALL: [Scenario; 4] = [IVR, IVR_RECORDED, RELAY, RELAY_RECORDED];
