//! Callers that belong to no trunk: the first thing to look at when a carrier's calls do not come
//! through.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

use crate::limits;

/// A source of calls that belongs to no trunk and has proved nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    /// Where the calls come from.
    pub source: IpAddr,
    /// How many came since it is listed, copies included.
    pub calls: u64,
    /// When the last one came.
    pub last_at: Duration,
    /// Whom the last one was for: user part of the Request-URI.
    pub dialled: String,
}

/// The latest of them, in front the one that called last.
#[derive(Debug, Default)]
pub(crate) struct Strangers {
    latest: VecDeque<Stranger>,
}

impl Strangers {
    pub(crate) fn note(&mut self, now: Duration, source: IpAddr, dialled: &str) {
        let source = source.to_canonical();
        let known = self.latest.iter().position(|it| it.source == source);
        let calls = known
            .and_then(|at| self.latest.remove(at))
            .map_or(0, |stranger| stranger.calls);
        self.latest.truncate(limits::STRANGERS - 1);
        self.latest.push_front(Stranger {
            source,
            calls: calls + 1,
            last_at: now,
            dialled: dialled.chars().take(limits::DIALLED).collect(),
        });
    }

    pub(crate) fn latest(&self) -> impl Iterator<Item = &Stranger> {
        self.latest.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_are_kept_with_their_counts_and_never_too_many() {
        let mut strangers = Strangers::default();
        for last in 0..200 {
            let source = IpAddr::from([203, 0, 113, last]);
            strangers.note(Duration::from_secs(last.into()), source, "1");
        }
        let again = IpAddr::from([203, 0, 113, 198]);
        strangers.note(Duration::from_mins(5), again, &"9".repeat(1000));

        assert_eq!(strangers.latest().count(), limits::STRANGERS);
        let first = strangers.latest().next().unwrap();
        assert_eq!((first.source, first.calls), (again, 2));
        assert_eq!(first.dialled.len(), limits::DIALLED);
    }
}
