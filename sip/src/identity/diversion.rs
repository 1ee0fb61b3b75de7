//! The way of a call that was forwarded: Diversion and History-Info, which RFC 7544 translates into
//! each other.

use serde::{Deserialize, Serialize};

use super::Domain;
use crate::limits;
use crate::message::{Message, Name, NameAddr, Reason};
use crate::uri::{Uri, number_of, unescape};

/// Who forwarded a call, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diversion {
    /// User part or telephone number.
    pub user: String,
    /// What made them forward it.
    pub reason: DiversionReason,
}

/// What made somebody forward a call (RFC 5806 §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DiversionReason {
    /// Not said, or by a word of the sender's own.
    Unknown,
    /// The callee was busy.
    UserBusy,
    /// The callee did not answer.
    NoAnswer,
    /// The callee could not be reached.
    Unavailable,
    /// The callee forwards every call.
    Unconditional,
    /// Because of the hour.
    TimeOfDay,
    /// The callee does not want to be disturbed.
    DoNotDisturb,
    /// The callee forwarded this call while it rang.
    Deflection,
    /// The callee's other phones are tried.
    FollowMe,
    /// The callee's service is out of order.
    OutOfService,
    /// The callee is away.
    Away,
}

const REASONS: [(DiversionReason, &str); 11] = [
    (DiversionReason::Unknown, "unknown"),
    (DiversionReason::UserBusy, "user-busy"),
    (DiversionReason::NoAnswer, "no-answer"),
    (DiversionReason::Unavailable, "unavailable"),
    (DiversionReason::Unconditional, "unconditional"),
    (DiversionReason::TimeOfDay, "time-of-day"),
    (DiversionReason::DoNotDisturb, "do-not-disturb"),
    (DiversionReason::Deflection, "deflection"),
    (DiversionReason::FollowMe, "follow-me"),
    (DiversionReason::OutOfService, "out-of-service"),
    (DiversionReason::Away, "away"),
];

impl DiversionReason {
    /// The word in a Diversion header.
    pub fn as_str(self) -> &'static str {
        let found = REASONS.iter().find(|(reason, _)| *reason == self);
        found.map_or("unknown", |(_, word)| word)
    }

    /// Reads the word of a Diversion header.
    pub fn from_word(word: &str) -> Self {
        let known = |(_, text): &&(Self, &str)| word.eq_ignore_ascii_case(text);
        let found = REASONS.iter().find(known);
        found.map_or(Self::Unknown, |(reason, _)| *reason)
    }

    /// The reason behind a cause of History-Info (RFC 4458, RFC 7544 §4.3).
    pub fn of_cause(cause: u16) -> Self {
        match cause {
            302 => Self::Unconditional,
            486 => Self::UserBusy,
            408 => Self::NoAnswer,
            480 | 487 => Self::Deflection,
            503 => Self::Unavailable,
            _ => Self::Unknown,
        }
    }

    /// The cause of History-Info for the reason.
    pub fn cause(self) -> u16 {
        match self {
            Self::Unconditional | Self::TimeOfDay | Self::FollowMe => 302,
            Self::UserBusy => 486,
            Self::NoAnswer => 408,
            Self::Deflection => 480,
            Self::Unavailable | Self::OutOfService => 503,
            Self::Unknown | Self::DoNotDisturb | Self::Away => 404,
        }
    }
}

impl Diversion {
    /// The value of a Diversion header.
    pub fn value(&self, domain: &Domain<'_>) -> String {
        let address = domain.address(&self.user);
        let reason = self.reason.as_str();
        format!("<{address}>;reason={reason};counter=1;privacy=off")
    }

    fn of(address: &NameAddr<'_>) -> Self {
        let word = address.parameters().text("reason").unwrap_or_default();
        Self {
            user: number_of(&address.uri()),
            reason: DiversionReason::from_word(word),
        }
    }
}

/// One station of a call's way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// User part or telephone number that was tried.
    pub user: String,
    /// Its place in the tree of attempts, such as `1.1`.
    pub index: String,
    /// The SIP status that this station was left with, or that made the sender come here.
    pub cause: Option<Cause>,
}

/// Which station a cause of History-Info is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// The station was left because of it: a Reason inside of its URI (RFC 4244).
    Left(u16),
    /// The station before it was left because of it: a `cause` parameter (RFC 4458, RFC 7544).
    Reached(u16),
}

impl HistoryEntry {
    /// The value of a History-Info header; `1` stands for an index that is none.
    pub fn value(&self, domain: &Domain<'_>) -> String {
        let address = domain.address(&self.user);
        let cause = match self.cause {
            Some(Cause::Left(cause)) => format!("?Reason=SIP%3Bcause%3D{cause}"),
            Some(Cause::Reached(cause)) => format!(";cause={cause}"),
            None => String::new(),
        };
        let is_index = |byte: u8| byte.is_ascii_digit() || byte == b'.';
        let index = match &*self.index {
            index if !index.is_empty() && index.bytes().all(is_index) => index,
            _ => "1",
        };
        format!("<{address}{cause}>;index={index}")
    }

    fn of(address: &NameAddr<'_>) -> Self {
        let uri = address.uri();
        let index = address.parameters().text("index").unwrap_or_default();
        let reached = uri.parameter("cause").and_then(|cause| cause.parse().ok());
        Self {
            user: number_of(&uri),
            index: index.to_owned(),
            cause: reached
                .map(Cause::Reached)
                .or_else(|| left_because(&uri).map(Cause::Left)),
        }
    }
}

fn left_because(uri: &Uri<'_>) -> Option<u16> {
    let (_, text) = uri
        .headers()
        .find(|(name, _)| name.eq_ignore_ascii_case(Name::Reason.as_str()))?;
    Reason::parse(&unescape(text?.as_bytes())).ok()?.cause()
}

impl Message {
    /// Who forwarded the call, the last of them in front.
    pub fn diversions(&self) -> impl Iterator<Item = Diversion> {
        self.addresses(Name::Diversion)
            .filter_map(Result::ok)
            .take(limits::HISTORY)
            .map(|address| Diversion::of(&address))
    }

    /// The stations of the call's way, in order.
    pub fn history(&self) -> Vec<HistoryEntry> {
        self.addresses(Name::HistoryInfo)
            .filter_map(Result::ok)
            .take(limits::HISTORY)
            .map(|address| HistoryEntry::of(&address))
            .collect()
    }

    /// Who forwarded the call last, by Diversion or else by History-Info.
    pub fn last_diversion(&self) -> Option<Diversion> {
        self.diversions()
            .next()
            .or_else(|| last_of(&self.history()))
    }
}

/// The station that was left last (RFC 7544 §4.2).
fn last_of(history: &[HistoryEntry]) -> Option<Diversion> {
    let diversion = |at: usize, cause: u16| {
        Some(Diversion {
            user: history.get(at)?.user.clone(),
            reason: DiversionReason::of_cause(cause),
        })
    };
    (0..history.len())
        .rev()
        .find_map(|at| match history[at].cause? {
            Cause::Left(cause) if at + 1 < history.len() => diversion(at, cause),
            Cause::Reached(cause) => diversion(at.checked_sub(1)?, cause),
            Cause::Left(_) => None,
        })
}
