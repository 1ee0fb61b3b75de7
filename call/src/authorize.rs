//! Who may dial what outside: the only way to a trunk.
//!
//! A number reaches a trunk only as an [`AuthorizedDestination`], and only [`authorize_dial`] makes
//! one. So a flow, an agent's phone and a REFER are judged in one place, and no text that came over
//! the network is ever dialled as it is.

use crate::Directory;
use crate::limits::TRUNKS;
use model::{AgentId, CallFact, DialRefusal, EnterpriseId, PhoneNumber, TrunkId};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use thiserror::Error;

/// Fewest and most digits of a number that can be dialled (ITU-T E.164, and short codes).
const DIGITS: std::ops::RangeInclusive<usize> = 2..=32;

/// Who wants a number dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Principal {
    /// The flow that a call is in.
    Flow(EnterpriseId),
    /// An agent, from their phone or by transferring a call.
    Agent(AgentId),
}

/// What is to be dialled, and how far the call may still go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish<'a> {
    /// The number as it was asked for.
    pub(crate) number: &'a str,
    /// Hops left of the call in whose course it is dialled.
    pub(crate) hops: u8,
}

/// Why a number is not dialled.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum DialError {
    /// The rules of every trunk forbid it.
    #[error("the number may not be dialled: {}", .0.refusal)]
    Forbidden(Box<Forbidden>),
    /// It is no number: letters, parameters, or too short or long.
    #[error("this is no number that can be dialled")]
    NoNumber,
    /// The agent is none of ours.
    #[error("nobody is known who could dial this")]
    Nobody,
    /// The enterprise has no trunk to dial out over.
    #[error("there is no trunk to dial out over")]
    NoTrunk,
    /// The call went through too many hands, as in a loop.
    #[error("the call has been passed on too often")]
    TooManyHops,
}

/// A number that no trunk may dial, as the one says that comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Forbidden {
    number: PhoneNumber,
    trunk: TrunkId,
    agent: Option<AgentId>,
    dialed: PhoneNumber,
    refusal: DialRefusal,
}

impl DialError {
    /// What the call's log and the audit log tell of it, where the number was forbidden.
    pub(crate) fn fact(&self) -> Option<CallFact> {
        let Self::Forbidden(forbidden) = self else {
            return None;
        };
        let Forbidden {
            number,
            trunk,
            agent,
            dialed,
            refusal,
        } = (**forbidden).clone();
        Some(CallFact::DialForbidden {
            number,
            trunk,
            agent,
            dialed,
            refusal,
        })
    }

    /// The status for a phone that asked.
    pub(crate) const fn status(&self) -> u16 {
        match self {
            Self::Forbidden(_) => 403,
            Self::NoNumber => 484,
            Self::Nobody => 403,
            Self::NoTrunk => 480,
            Self::TooManyHops => 483,
        }
    }
}

/// A number that may be dialled, with the trunks to try in their order. See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AuthorizedDestination {
    number: PhoneNumber,
    trunks: VecDeque<TrunkId>,
}

impl AuthorizedDestination {
    /// The number as it was asked for.
    pub(crate) const fn number(&self) -> &PhoneNumber {
        &self.number
    }

    /// The trunk that is tried next.
    pub(crate) fn first_trunk(&self) -> Option<TrunkId> {
        self.trunks.front().copied()
    }

    /// Takes the trunk to try next.
    pub(crate) fn next_trunk(&mut self) -> Option<TrunkId> {
        self.trunks.pop_front()
    }
}

/// Says whether a number may be dialled, and over which trunks.
pub(crate) fn authorize_dial(
    principal: Principal,
    wish: Wish<'_>,
    directory: &Directory,
) -> Result<AuthorizedDestination, DialError> {
    let enterprise = match principal {
        Principal::Flow(enterprise) => enterprise,
        Principal::Agent(agent) => {
            let agent = directory.agent(agent).ok_or(DialError::Nobody)?;
            agent.enterprise
        }
    };
    if wish.hops <= 1 {
        return Err(DialError::TooManyHops);
    }
    if !is_dialable(wish.number) {
        return Err(DialError::NoNumber);
    }
    let number = PhoneNumber::parse(wish.number).map_err(|_| DialError::NoNumber)?;
    let mut trunks = VecDeque::new();
    let mut forbidden = None;
    for trunk in directory.outbound(enterprise) {
        match trunk.dialed(&number) {
            Ok(_) => trunks.push_back(trunk.id),
            Err(refusal) => {
                forbidden.get_or_insert((trunk, refusal));
            }
        }
    }
    trunks.truncate(TRUNKS);
    match forbidden {
        Some((trunk, refusal)) if trunks.is_empty() => {
            let agent = match principal {
                Principal::Flow(_) => None,
                Principal::Agent(agent) => Some(agent),
            };
            Err(DialError::Forbidden(Box::new(Forbidden {
                trunk: trunk.id,
                agent,
                dialed: trunk.rewritten(&number),
                number,
                refusal,
            })))
        }
        _ if trunks.is_empty() => Err(DialError::NoTrunk),
        _ => Ok(AuthorizedDestination { number, trunks }),
    }
}

/// ASCII digits, `*` and `#`, after one leading `+`: nothing that a gateway could read as anything
/// but a number.
fn is_dialable(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    DIGITS.contains(&digits.len())
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'*' | b'#'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DirectoryParts;
    use model::{Timestamp, Trunk, TrunkGateway, TrunkOutbound};

    fn enterprise(nth: u8) -> EnterpriseId {
        EnterpriseId::new(Timestamp::default(), [nth; 10])
    }

    fn trunk(nth: u8, enterprise: EnterpriseId) -> Trunk {
        let id = TrunkId::new(Timestamp::default(), [nth; 10]);
        let mut trunk = Trunk::plain(id, enterprise, "out");
        trunk.outbound = Some(TrunkOutbound::to(TrunkGateway::udp(
            "192.0.2.1:5060".parse().unwrap(),
        )));
        trunk.dialing.allowed_prefixes = vec!["+86".to_owned(), "2".to_owned()];
        trunk
    }

    fn directory() -> Directory {
        let mut disabled = trunk(3, enterprise(1));
        disabled.enabled = false;
        let mut deaf = trunk(4, enterprise(1));
        deaf.outbound = None;
        Directory::new(DirectoryParts {
            trunks: vec![
                disabled,
                deaf,
                trunk(1, enterprise(1)),
                trunk(9, enterprise(2)),
                trunk(2, enterprise(1)),
            ],
            ..DirectoryParts::default()
        })
    }

    fn ask(number: &str, hops: u8) -> Result<AuthorizedDestination, DialError> {
        let wish = Wish { number, hops };
        authorize_dial(Principal::Flow(enterprise(1)), wish, &directory())
    }

    #[test]
    fn a_number_is_dialled_over_the_enterprises_own_trunks_in_their_order() {
        let mut allowed = ask("+8613800138000", 70).unwrap();
        let ids = [1, 2].map(|nth| trunk(nth, enterprise(1)).id);
        assert_eq!(allowed.next_trunk(), Some(ids[0]));
        assert_eq!(allowed.next_trunk(), Some(ids[1]));
        assert_eq!(allowed.next_trunk(), None);
    }

    #[test]
    fn what_is_no_number_is_never_dialled() {
        for text in [
            "",
            "1",
            "alice",
            "1001a",
            "1001;phone-context=+1",
            "1001@evil.example",
            "１００１",
            "++861",
            "+86+1",
            "1 2",
            "2000\r\nRoute: x",
            "sip:2000",
            "%32%30",
        ] {
            assert_eq!(ask(text, 70), Err(DialError::NoNumber), "{text:?}");
        }
        let long = "1".repeat(33);
        assert_eq!(ask(&long, 70), Err(DialError::NoNumber));
    }

    #[test]
    fn what_every_trunk_forbids_is_refused_with_the_rule_of_the_first() {
        let refused = ask("+447700900000", 70).unwrap_err();
        assert_eq!(refused.status(), 403);
        assert_eq!(
            refused.fact(),
            Some(CallFact::DialForbidden {
                number: PhoneNumber::parse("+447700900000").unwrap(),
                trunk: trunk(1, enterprise(1)).id,
                agent: None,
                dialed: PhoneNumber::parse("+447700900000").unwrap(),
                refusal: DialRefusal::Abroad,
            })
        );
    }

    #[test]
    fn a_call_that_goes_in_circles_ends() {
        assert_eq!(ask("2000", 1), Err(DialError::TooManyHops));
    }

    #[test]
    fn nobody_dials_over_another_enterprises_trunk() {
        let wish = Wish {
            number: "2000",
            hops: 70,
        };
        let stranger = Principal::Flow(enterprise(7));
        let refused = authorize_dial(stranger, wish, &directory());
        assert_eq!(refused, Err(DialError::NoTrunk));
        let nobody = Principal::Agent(AgentId::new(Timestamp::default(), [7; 10]));
        let refused = authorize_dial(nobody, wish, &directory());
        assert_eq!(refused, Err(DialError::Nobody));
    }
}
