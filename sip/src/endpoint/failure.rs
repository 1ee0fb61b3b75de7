//! Why a request found no taker, and whether somebody else might take it (RFC 3261 §8.1.3, §16.7).

use std::time::Duration;

use super::reply::reason_of;
use crate::event::ReasonHeader;
use crate::message::{Contact, Message, Name, Status};
use crate::session::Verdict;
use crate::trunk::WhenUnavailable;

/// What becomes of a request that found no taker at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// It could not be sent, or its connection was lost.
    Unreachable,
    /// Nobody answered.
    TimedOut,
    /// It was refused.
    Refused {
        status: u16,
        reason: Option<ReasonHeader>,
        retry_after: Option<Duration>,
        contacts: Vec<String>,
    },
}

/// What a failure means for the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judgement {
    /// Nobody else would answer differently.
    End,
    NextAddress,
    NextGateway,
    Redirect,
}

impl Failure {
    pub(super) fn of(message: &Message) -> Self {
        let contacts = message
            .contacts()
            .filter_map(|contact| match contact.ok()? {
                Contact::Address(address) => Some(address.uri().as_str().to_owned()),
                Contact::All => None,
            })
            .take(crate::limits::GATEWAYS);
        let retry_after = message.number(Name::RetryAfter).ok().flatten();
        Self::Refused {
            status: message.status().map_or(0, Status::code),
            reason: reason_of(message),
            retry_after: retry_after.map(|seconds| Duration::from_secs(seconds.into())),
            contacts: contacts.collect(),
        }
    }

    /// Busy and declined end the hunt, like all that is wrong with the number; a gateway that
    /// cannot do it leaves it to the next one.
    pub(super) fn judge(&self, when_unavailable: WhenUnavailable) -> Judgement {
        let status = match self {
            Self::Unreachable | Self::TimedOut => return Judgement::NextAddress,
            Self::Refused { status, .. } => *status,
        };
        match (status, when_unavailable) {
            (300..400, _) => Judgement::Redirect,
            (408 | 480, WhenUnavailable::NextGateway) => Judgement::NextGateway,
            (503, _) => Judgement::NextAddress,
            (500..600, _) => Judgement::NextGateway,
            _ => Judgement::End,
        }
    }

    /// What is told if this was the last one: a 503 stays here, since whoever got it passed on
    /// would leave this server alone and try again elsewhere.
    pub(super) fn verdict(&self) -> Verdict {
        match self {
            Self::TimedOut => Verdict::of(Status::REQUEST_TIMEOUT),
            Self::Unreachable => Verdict {
                reason: Some(protocol_reason(Status::SERVICE_UNAVAILABLE)),
                ..Verdict::of(Status::SERVER_INTERNAL_ERROR)
            },
            Self::Refused {
                status: 503,
                reason,
                ..
            } => Verdict {
                reason: reason
                    .clone()
                    .or_else(|| Some(protocol_reason(Status::SERVICE_UNAVAILABLE))),
                ..Verdict::of(Status::SERVER_INTERNAL_ERROR)
            },
            Self::Refused {
                status,
                reason,
                contacts,
                ..
            } => Verdict {
                status: *status,
                reason: reason.clone(),
                contacts: if (300..400).contains(status) {
                    contacts.clone()
                } else {
                    Vec::new()
                },
            },
        }
    }

    /// What is told of a call that no trunk is concerned with.
    pub(super) fn plain_verdict(&self) -> Verdict {
        match self {
            Self::Unreachable => Verdict::of(Status::SERVICE_UNAVAILABLE),
            Self::TimedOut => Verdict::of(Status::REQUEST_TIMEOUT),
            Self::Refused { status, reason, .. } => Verdict {
                status: *status,
                reason: reason.clone(),
                ..self.verdict()
            },
        }
    }
}

fn protocol_reason(status: Status) -> ReasonHeader {
    ReasonHeader {
        protocol: "SIP".to_owned(),
        cause: status.code(),
        text: Some(status.reason().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16) -> Failure {
        Failure::Refused {
            status,
            reason: None,
            retry_after: None,
            contacts: Vec::new(),
        }
    }

    #[test]
    fn busy_and_declined_end_the_hunt_and_failing_gateways_leave_it_to_the_next() {
        for (status, judgement) in [
            (401, Judgement::End),
            (403, Judgement::End),
            (404, Judgement::End),
            (408, Judgement::End),
            (480, Judgement::End),
            (484, Judgement::End),
            (486, Judgement::End),
            (600, Judgement::End),
            (603, Judgement::End),
            (607, Judgement::End),
            (302, Judgement::Redirect),
            (500, Judgement::NextGateway),
            (502, Judgement::NextGateway),
            (504, Judgement::NextGateway),
            (503, Judgement::NextAddress),
        ] {
            let judged = refused(status).judge(WhenUnavailable::End);
            assert_eq!(judged, judgement, "{status}");
        }
        for status in [408, 480] {
            let judged = refused(status).judge(WhenUnavailable::NextGateway);
            assert_eq!(judged, Judgement::NextGateway);
        }
    }

    #[test]
    fn a_503_is_never_passed_up() {
        let verdict = refused(503).verdict();
        assert_eq!(verdict.status, 500);
        assert_eq!(verdict.reason.unwrap().cause, 503);
        assert_eq!(Failure::Unreachable.verdict().status, 500);
        assert_eq!(Failure::TimedOut.verdict().status, 408);
        assert_eq!(refused(486).verdict().status, 486);
    }
}
