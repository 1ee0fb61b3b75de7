//! Session intervals (RFC 4028): what a request wishes, what is granted, when to act.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::endpoint::config::SessionTimers;
use crate::message::{Message, Name};

/// No interval may be shorter (§5).
const FLOOR: Duration = Duration::from_secs(90);

/// The shortest interval that is followed where a peer breaks that rule in its answer.
const BEARABLE: Duration = Duration::from_secs(30);

/// The tag of the extension.
pub(crate) const OPTION: &str = "timer";

/// One of the two sides of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Side {
    /// Who sent the request.
    Uac,
    /// Who answers it.
    Uas,
}

impl Side {
    /// The value of the `refresher` parameter.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Uac => "uac",
            Self::Uas => "uas",
        }
    }
}

/// Who keeps a session alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Refresher {
    Us,
    Peer,
}

/// What a message says of the session interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) interval: Option<Duration>,
    pub(crate) refresher: Option<Side>,
    /// The shortest interval that somebody on the way accepts.
    pub(crate) shortest: Duration,
    /// Whether the sender knows the extension.
    pub(crate) is_capable: bool,
}

impl Wish {
    pub(crate) fn of(message: &Message) -> Self {
        let seconds = |name| {
            let number = message.number(name).ok().flatten()?;
            Some(Duration::from_secs(u64::from(number)))
        };
        Self {
            interval: seconds(Name::SessionExpires),
            refresher: refresher(message),
            shortest: seconds(Name::MinSe).unwrap_or(FLOOR).max(FLOOR),
            is_capable: message.lists(Name::Supported, OPTION)
                || message.lists(Name::Require, OPTION),
        }
    }

    /// Whether the wish is to be refused with 422, and the shortest interval to name there (§9).
    pub(crate) fn is_too_short(&self, timers: &SessionTimers) -> Option<Duration> {
        let shortest = shortest(timers);
        let is_short = self.interval.is_some_and(|interval| interval < shortest);
        (is_short && self.is_capable).then_some(shortest)
    }

    /// What the answer to a request with this wish says (§9, table 2): the interval may become
    /// shorter, never longer.
    pub(crate) fn grant(&self, timers: &SessionTimers) -> Option<Grant> {
        let ours = timers.expires.max(shortest(timers)).max(self.shortest);
        let interval = match self.interval {
            Some(asked) => asked.min(ours).max(BEARABLE),
            None if self.is_capable => ours,
            None => return None,
        };
        let refresher = match (self.is_capable, self.refresher) {
            (false, _) => Side::Uas,
            (true, Some(side)) => side,
            (true, None) => Side::Uac,
        };
        Some(Grant {
            interval,
            refresher,
            is_required: self.is_capable && refresher == Side::Uac,
        })
    }

    /// The interval that an answer to our request sets; none switches the timer off (§7.2).
    pub(crate) fn granted_to_us(&self) -> Option<(Duration, Refresher)> {
        let refresher = match self.refresher {
            Some(Side::Uas) => Refresher::Peer,
            Some(Side::Uac) | None => Refresher::Us,
        };
        Some((self.interval?.max(BEARABLE), refresher))
    }
}

/// What an answer of ours says of the session interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) interval: Duration,
    pub(crate) refresher: Side,
    /// Whether the answer has `Require: timer`.
    pub(crate) is_required: bool,
}

impl Grant {
    pub(crate) fn session_expires(&self) -> String {
        session_expires(self.interval, Some(self.refresher))
    }

    pub(crate) fn refresher(&self) -> Refresher {
        match self.refresher {
            Side::Uac => Refresher::Peer,
            Side::Uas => Refresher::Us,
        }
    }
}

/// The session timer of one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Interval {
    pub(crate) length: Duration,
    pub(crate) refresher: Refresher,
    /// When we refresh next, if that is ours to do.
    pub(crate) refresh_at: Option<Duration>,
    /// When the session is given up.
    pub(crate) expires_at: Duration,
}

impl Interval {
    /// A timer that was set or refreshed at `now`: refreshed at half of it, given up a third but at
    /// most 32 s before its end (§10).
    pub(crate) fn new(now: Duration, length: Duration, refresher: Refresher) -> Self {
        let margin = Duration::from_secs(32).min(length / 3);
        Self {
            length,
            refresher,
            refresh_at: match refresher {
                Refresher::Us => Some(now + length / 2),
                Refresher::Peer => None,
            },
            expires_at: now + length.saturating_sub(margin),
        }
    }

    /// Tries again in the middle of what is left, but not more often than every ten seconds.
    pub(crate) fn postpone(&mut self, now: Duration) {
        const PAUSE: Duration = Duration::from_secs(10);
        let left = self.expires_at.saturating_sub(now);
        self.refresh_at = match self.refresher {
            Refresher::Us => Some(now + (left / 2).max(PAUSE)),
            Refresher::Peer => None,
        };
    }

    /// What a request of ours says to keep the timer as it is.
    pub(crate) fn session_expires(&self) -> String {
        let side = match self.refresher {
            Refresher::Us => Side::Uac,
            Refresher::Peer => Side::Uas,
        };
        session_expires(self.length, Some(side))
    }

    pub(crate) fn poll_timeout(&self) -> Duration {
        self.refresh_at
            .map_or(self.expires_at, |at| at.min(self.expires_at))
    }
}

/// The value of a Session-Expires header.
pub(crate) fn session_expires(interval: Duration, refresher: Option<Side>) -> String {
    let seconds = interval.as_secs();
    match refresher {
        Some(side) => format!("{seconds};refresher={}", side.as_str()),
        None => seconds.to_string(),
    }
}

/// The shortest interval that we grant.
pub(crate) fn shortest(timers: &SessionTimers) -> Duration {
    timers.shortest.max(FLOOR)
}

fn refresher(message: &Message) -> Option<Side> {
    let value = message.header(Name::SessionExpires)?;
    value.split(|byte| *byte == b';').skip(1).find_map(|part| {
        let mut words = part.splitn(2, |byte| *byte == b'=');
        let name = words.next()?.trim_ascii();
        if !name.eq_ignore_ascii_case(b"refresher") {
            return None;
        }
        match words.next()?.trim_ascii().to_ascii_lowercase().as_slice() {
            b"uac" => Some(Side::Uac),
            b"uas" => Some(Side::Uas),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests;
