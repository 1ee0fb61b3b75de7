//! The transfers of one session: what a REFER of either side leaves to be reported (RFC 3515 §2.4).
//!
//! ```text
//! theirs: Waiting ──accepted──▶ Reporting ──final NOTIFY answered, refused, 481──▶ gone
//!            └──refused, 64·T1───────────────────────────────────────────────────▶ gone
//! ours:   Asked ──2xx, NOTIFY──▶ Followed ──final NOTIFY, expired────────────────▶ gone
//!            └──3xx–6xx──────────────────────────────────────────────────────────▶ gone
//! ```

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// All transfers of one session; they may outlive its call (RFC 5057 §4.2).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Transfers {
    begun: u32,
    referred: u32,
    /// Asked by the peer.
    pub(crate) theirs: Vec<Referral>,
    /// Asked by us.
    pub(crate) ours: Vec<Followed>,
}

/// A REFER of the peer: we report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Referral {
    pub(crate) number: u32,
    /// CSeq of the REFER, which names the subscription.
    pub(crate) cseq: u32,
    /// Whether NOTIFY must name it: another REFER came before (RFC 3515 §2.4.6).
    pub(crate) is_named: bool,
    pub(crate) stage: Stage,
}

/// Where a REFER of the peer is in its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stage {
    /// The owner has not said yet whether it will be done.
    Waiting { give_up_at: Duration },
    /// It is being done; one NOTIFY at a time is on its way, and only the newest news waits.
    Reporting {
        expires_at: Duration,
        last: Report,
        in_flight: Option<u32>,
        is_behind: bool,
    },
}

/// What a NOTIFY says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) status: u16,
    pub(crate) phrase: String,
    /// Why nothing follows.
    pub(crate) end: Option<Termination>,
}

/// Why a subscription ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Termination {
    /// The new call has its final answer.
    NoResource,
    /// It took too long, or the peer wants no more.
    Timeout,
}

impl Termination {
    /// The word in Subscription-State.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NoResource => "noresource",
            Self::Timeout => "timeout",
        }
    }
}

/// A REFER of ours: the peer reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Followed {
    pub(crate) number: u32,
    /// CSeq of the REFER as it was sent first.
    pub(crate) cseq: u32,
    /// CSeq of the REFER as it was sent last, with credentials: what the peer calls it.
    pub(crate) event: u32,
    /// What was told last; 0 while nothing was.
    pub(crate) status: u16,
    pub(crate) expires_at: Duration,
}

impl Transfers {
    /// The number of another transfer.
    pub(crate) fn begin(&mut self) -> u32 {
        self.begun += 1;
        self.begun
    }

    /// Notes a REFER of the peer; returns its number.
    pub(crate) fn refer(&mut self, cseq: u32, give_up_at: Duration) -> u32 {
        let number = self.begin();
        self.referred += 1;
        self.theirs.push(Referral {
            number,
            cseq,
            is_named: self.referred > 1,
            stage: Stage::Waiting { give_up_at },
        });
        number
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.theirs.is_empty() && self.ours.is_empty()
    }

    /// When one of them must act or be given up.
    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        let theirs = self.theirs.iter().filter_map(Referral::poll_timeout);
        let ours = self.ours.iter().map(|followed| followed.expires_at);
        theirs.chain(ours).min()
    }

    /// The subscription that an Event header names: by the CSeq of its REFER, or the oldest.
    pub(crate) fn subscribed(&mut self, name: Option<u32>) -> Option<&mut Referral> {
        self.theirs.iter_mut().find(|referral| {
            let is_reporting = matches!(referral.stage, Stage::Reporting { .. });
            is_reporting && name.is_none_or(|name| name == referral.cseq)
        })
    }

    /// The number of the transfer of ours that a NOTIFY is about.
    pub(crate) fn followed_as(&self, name: Option<u32>) -> Option<u32> {
        self.ours
            .iter()
            .find(|followed| name.is_none_or(|name| name == followed.event))
            .map(|followed| followed.number)
    }

    /// Notes that a REFER of ours was sent again under another CSeq.
    pub(crate) fn renumber(&mut self, cseq: u32, event: u32) {
        for followed in &mut self.ours {
            if followed.cseq == cseq {
                followed.event = event;
            }
        }
    }
}

impl Referral {
    fn poll_timeout(&self) -> Option<Duration> {
        match &self.stage {
            Stage::Waiting { give_up_at } => Some(*give_up_at),
            Stage::Reporting {
                expires_at, last, ..
            } => last.end.is_none().then_some(*expires_at),
        }
    }

    /// Takes news; returns whether a NOTIFY may go out with it at once. None if the last news has
    /// been told already.
    pub(crate) fn note(&mut self, report: Report) -> Option<bool> {
        let Stage::Reporting {
            last,
            in_flight,
            is_behind,
            ..
        } = &mut self.stage
        else {
            return None;
        };
        if last.end.is_some() {
            return None;
        }
        *last = report;
        *is_behind = in_flight.is_some();
        Some(in_flight.is_none())
    }

    /// Whether the last news waits for the answer to what was told before.
    pub(crate) fn has_outcome_behind(&self) -> bool {
        match &self.stage {
            Stage::Reporting {
                last, is_behind, ..
            } => *is_behind && last.end.is_some(),
            Stage::Waiting { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(status: u16, end: Option<Termination>) -> Report {
        Report {
            status,
            phrase: String::new(),
            end,
        }
    }

    #[test]
    fn only_the_newest_news_waits_while_a_notify_is_on_its_way() {
        let mut transfers = Transfers::default();
        transfers.refer(7, Duration::ZERO);
        let referral = &mut transfers.theirs[0];
        assert_eq!(referral.note(report(180, None)), None);
        referral.stage = Stage::Reporting {
            expires_at: Duration::from_secs(9),
            last: report(100, None),
            in_flight: Some(1),
            is_behind: false,
        };

        assert_eq!(referral.note(report(180, None)), Some(false));
        assert_eq!(
            referral.note(report(200, Some(Termination::NoResource))),
            Some(false)
        );
        assert_eq!(referral.note(report(180, None)), None);
        assert_eq!(transfers.poll_timeout(), None);
    }

    #[test]
    fn a_second_refer_is_named_by_its_number() {
        let mut transfers = Transfers::default();
        assert_eq!(transfers.refer(7, Duration::ZERO), 1);
        assert_eq!(transfers.refer(9, Duration::ZERO), 2);
        assert_eq!(transfers.begin(), 3);

        assert!(!transfers.theirs[0].is_named);
        assert!(transfers.theirs[1].is_named);
        assert!(transfers.subscribed(None).is_none());
    }

    #[test]
    fn a_refer_sent_again_with_credentials_is_known_by_its_last_number() {
        let mut transfers = Transfers::default();
        transfers.ours.push(Followed {
            number: 1,
            cseq: 5,
            event: 5,
            status: 0,
            expires_at: Duration::ZERO,
        });
        transfers.renumber(5, 6);

        assert_eq!(transfers.followed_as(Some(5)), None);
        assert_eq!(transfers.followed_as(Some(6)), Some(1));
        assert_eq!(transfers.followed_as(None), Some(1));
    }
}
