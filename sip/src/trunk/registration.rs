//! Keeping a registration up at a carrier (RFC 3261 §10.2): when to ask, what for, and what the
//! answer means. What is sent and where is none of its business.
//!
//! ```text
//! Waiting ──due──▶ Asking ──2xx──────────────────▶ Waiting until shortly before it lapses
//!    ▲                │ ╲──423: longer, at once──▶ Asking
//!    │                └──refused, nobody answers─▶ Waiting for the back-off of RFC 5626 §4.5
//!    └──refresh, back-off over
//! ```

use std::net::SocketAddr;
use std::time::Duration;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::Rng;
use serde::{Deserialize, Serialize};

use super::RegistrationConfig;
use super::choice::Way;
use super::status::RegistrationState;

/// The first back-off of RFC 5626 §4.5 when nothing is registered.
const BASE_WAIT: Duration = Duration::from_secs(30);

/// The longest back-off of RFC 5626 §4.5.
const LONGEST_WAIT: Duration = Duration::from_mins(30);

/// Refused for good by its kind: somebody has to change the configuration.
const HOPELESS_WAIT: Duration = Duration::from_mins(15);

/// Between looks at whether an endpoint that leaves serves again.
const PAUSE: Duration = Duration::from_secs(5);

/// Longest lifetime that a 423 makes us ask for.
const LONGEST_LIFETIME: Duration = Duration::from_hours(24);

/// Most 423 answered in a row.
const MOST_BARGAINS: u8 = 2;

/// Most times in a row that the Contact follows an address which changes with each answer.
const MOST_MOVES: u8 = 3;

/// One registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Registration {
    /// The address of record.
    aor: (String, String),
    pub(crate) call_id: String,
    pub(crate) tag: u64,
    pub(crate) cseq: u32,
    phase: Phase,
    /// When what was granted lapses.
    until: Option<Duration>,
    last_failure: Option<u16>,
    failures: u32,
    /// The lifetime to ask for.
    lifetime: Duration,
    bargains: u8,
    moves: u8,
    /// Where our messages come from as the registrar sees it, if that is another address than ours.
    pub(crate) public: Option<SocketAddr>,
    /// The last refusal of the gateways that a REGISTER was offered to.
    #[serde(skip)]
    pub(crate) setback: Option<(u16, Option<Duration>)>,
    /// Where it was granted, and the way that requests to the carrier take from there (RFC 3608).
    pub(crate) home: Option<Home>,
}

/// Where a registration was granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Home {
    pub(crate) way: Way,
    pub(crate) service_route: Vec<String>,
    /// The Contact as it was registered.
    pub(crate) contact: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Phase {
    Waiting { until: Duration },
    Asking,
}

impl Registration {
    /// Begins within two seconds, each trunk at a moment of its own.
    pub(crate) fn new(
        now: Duration,
        wanted: &RegistrationConfig,
        random: &mut ChaCha12Rng,
    ) -> Self {
        let mut call_id = [0; 16];
        random.fill_bytes(&mut call_id);
        Self {
            aor: (wanted.user.clone(), wanted.domain.clone()),
            call_id: format!("{:032x}", u128::from_be_bytes(call_id)),
            tag: random.next_u64(),
            cseq: 0,
            phase: Phase::Waiting {
                until: now + share(Duration::from_secs(2), 0..100, random),
            },
            until: None,
            last_failure: None,
            failures: 0,
            lifetime: wanted.expires,
            bargains: 0,
            moves: 0,
            public: None,
            setback: None,
            home: None,
        }
    }

    /// Whether it is what is wanted.
    pub(crate) fn is_for(&self, wanted: &RegistrationConfig) -> bool {
        self.aor.0 == wanted.user && self.aor.1 == wanted.domain
    }

    /// When [`is_due`](Self::is_due) or [`lapse`](Self::lapse) has something to do.
    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        let next = match self.phase {
            Phase::Waiting { until } => Some(until),
            Phase::Asking => None,
        };
        next.into_iter().chain(self.until).min()
    }

    pub(crate) fn is_due(&self, now: Duration) -> bool {
        matches!(self.phase, Phase::Waiting { until } if until <= now)
    }

    /// Whether what was granted has lapsed just now.
    pub(crate) fn lapse(&mut self, now: Duration) -> bool {
        let has_lapsed = self.until.is_some_and(|until| until <= now);
        if has_lapsed {
            self.until = None;
        }
        has_lapsed
    }

    /// Notes that a REGISTER is sent; returns its CSeq.
    pub(crate) fn ask(&mut self) -> u32 {
        self.phase = Phase::Asking;
        self.next_sequence()
    }

    pub(crate) fn next_sequence(&mut self) -> u32 {
        self.cseq = self.cseq.wrapping_add(1) & 0x7fff_ffff;
        self.cseq
    }

    /// Makes it due at once: its transaction did not outlive the process, or its settings changed.
    pub(crate) fn resume(&mut self, now: Duration, random: &mut ChaCha12Rng) {
        if self.phase == Phase::Asking {
            let until = now + share(Duration::from_secs(2), 0..100, random);
            self.phase = Phase::Waiting { until };
        }
    }

    /// Waits on, for nothing is to be registered at this time.
    pub(crate) fn postpone(&mut self, now: Duration) {
        self.phase = Phase::Waiting { until: now + PAUSE };
    }

    pub(crate) fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// Takes the grant; refreshes after 70 to 85 percent of it.
    pub(crate) fn granted(
        &mut self,
        now: Duration,
        granted: Duration,
        home: Home,
        random: &mut ChaCha12Rng,
    ) {
        let granted = granted.max(Duration::from_secs(10));
        self.phase = Phase::Waiting {
            until: now + share(granted, 70..85, random),
        };
        self.until = Some(now + granted);
        self.last_failure = None;
        self.failures = 0;
        self.bargains = 0;
        self.moves = 0;
        self.home = Some(home);
    }

    /// Takes the address that the registrar has seen; true if the Contact has to follow it.
    pub(crate) fn seen_from(&mut self, seen: SocketAddr, shown: SocketAddr) -> bool {
        if seen == shown || self.moves >= MOST_MOVES {
            return false;
        }
        self.moves += 1;
        self.public = Some(seen);
        true
    }

    /// Asks for a longer lifetime after a 423; false if that leads nowhere.
    pub(crate) fn bargain(&mut self, shortest: Duration) -> bool {
        let is_longer = shortest > self.lifetime && shortest <= LONGEST_LIFETIME;
        if !is_longer || self.bargains >= MOST_BARGAINS {
            return false;
        }
        self.bargains += 1;
        self.lifetime = shortest;
        true
    }

    /// Notes that no gateway granted it: waits as RFC 5626 §4.5 says, or as long as told.
    pub(crate) fn failed(
        &mut self,
        now: Duration,
        status: u16,
        retry_after: Option<Duration>,
        random: &mut ChaCha12Rng,
    ) {
        let longest = BASE_WAIT
            .saturating_mul(1 << self.failures.min(8))
            .min(LONGEST_WAIT);
        self.failures = self.failures.saturating_add(1);
        self.last_failure = Some(status);
        let mut wait = share(longest, 50..100, random);
        if matches!(status, 400..500) && status != 408 && status != 480 {
            self.until = None;
            wait = wait.max(share(HOPELESS_WAIT, 50..100, random));
        }
        if let Some(told) = retry_after {
            wait = told.min(LONGEST_WAIT) + share(Duration::from_secs(5), 0..100, random);
        }
        // While a grant still holds there is a call to lose: ask again before it lapses.
        if let Some(until) = self.until.filter(|until| *until > now) {
            let soon = share(until.saturating_sub(now), 40..60, random).max(Duration::from_secs(5));
            wait = wait.min(soon);
        }
        self.phase = Phase::Waiting { until: now + wait };
    }

    pub(crate) fn is_granted(&self, now: Duration) -> bool {
        self.until.is_some_and(|until| until > now)
    }

    pub(crate) fn state(&self, now: Duration) -> RegistrationState {
        match (self.until, self.last_failure, self.phase) {
            (Some(until), ..) if until > now => RegistrationState::Registered { until },
            (_, Some(status), Phase::Waiting { until }) => RegistrationState::Failed {
                status,
                retry_at: until,
            },
            (_, Some(status), Phase::Asking) => RegistrationState::Failed {
                status,
                retry_at: now,
            },
            (_, None, _) => RegistrationState::Registering,
        }
    }
}

/// A random share of a span, in percent.
pub(crate) fn share(
    span: Duration,
    percent: std::ops::Range<u32>,
    random: &mut ChaCha12Rng,
) -> Duration {
    let thousandths = percent.start * 10 + random.next_u32() % ((percent.end - percent.start) * 10);
    span * thousandths / 1000
}

#[cfg(test)]
mod tests;
