//! Who the callee of a trunk is told is calling, and who calls us over one.

use crate::call::Origin;
use model::{Direction, FromNumber, NumberRule, PhoneNumber, Trunk};

/// What an anonymous caller is called (RFC 3323 §4.1.1.3).
pub(crate) const ANONYMOUS: &str = "anonymous";

/// The caller as an outbound INVITE shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Presented {
    /// The number in From, unless it is withheld.
    pub(crate) number: PhoneNumber,
    /// The number in P-Asserted-Identity (RFC 3325).
    pub(crate) asserted: Option<PhoneNumber>,
    /// Whether the callee is not to see it (RFC 3323).
    pub(crate) private: bool,
    /// The number of ours from which the call is passed on (RFC 5806).
    pub(crate) diverted_from: Option<PhoneNumber>,
}

impl Presented {
    /// How `trunk` shows the caller of a call that began as `origin` says.
    pub(crate) fn over(trunk: &Trunk, origin: &Origin) -> Self {
        let identity = &trunk.identity;
        let passed_on = origin.direction == Direction::Inbound;
        let chosen = match &identity.from {
            FromNumber::Caller if passed_on && !is_anonymous(&origin.caller) => &origin.caller,
            FromNumber::Caller | FromNumber::TrunkNumber => &origin.trunk_number,
            FromNumber::Fixed(number) => number,
        };
        let rules = &trunk.rules.caller_out;
        let number = NumberRule::rewrite(rules, chosen);
        let withheld = passed_on && origin.private && identity.from == FromNumber::Caller;
        Self {
            asserted: identity.asserted.then(|| number.clone()),
            private: identity.privacy || withheld,
            diverted_from: (identity.diversion && passed_on)
                .then(|| NumberRule::rewrite(rules, &origin.called)),
            number,
        }
    }

    /// The user part of From.
    pub(crate) fn user(&self) -> &str {
        if self.private {
            ANONYMOUS
        } else {
            self.number.as_str()
        }
    }
}

/// The number that stands for a caller who gave none.
pub(crate) fn anonymous() -> PhoneNumber {
    PhoneNumber::parse(ANONYMOUS).expect("the word is a valid number text")
}

/// Whether a number is none.
pub(crate) fn is_anonymous(number: &PhoneNumber) -> bool {
    number.as_str().eq_ignore_ascii_case(ANONYMOUS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{CallId, EnterpriseId, Timestamp, TrunkId};
    use std::time::Duration;

    fn number(text: &str) -> PhoneNumber {
        PhoneNumber::parse(text).unwrap()
    }

    fn origin(direction: Direction) -> Origin {
        Origin {
            id: CallId::new(Timestamp::default(), [1; 10]),
            enterprise: EnterpriseId::new(Timestamp::default(), [1; 10]),
            direction,
            trunk: TrunkId::new(Timestamp::default(), [1; 10]),
            trunk_number: number("4008110516"),
            caller: number("13800138000"),
            private: false,
            called: number("4008110516"),
            started_at: Duration::ZERO,
            destination: None,
            recorded: false,
            max_forwards: 70,
        }
    }

    fn trunk() -> Trunk {
        let id = TrunkId::new(Timestamp::default(), [2; 10]);
        let mut trunk = Trunk::plain(id, origin(Direction::Inbound).enterprise, "out");
        trunk.identity.from = FromNumber::Caller;
        trunk.rules.caller_out = vec![
            NumberRule::replacing("400", "+86400"),
            NumberRule::replacing("1", "+861"),
        ];
        trunk
    }

    #[test]
    fn a_call_that_is_passed_on_shows_its_caller_and_whom_they_called() {
        let mut trunk = trunk();
        trunk.identity.asserted = true;
        trunk.identity.diversion = true;
        let shown = Presented::over(&trunk, &origin(Direction::Inbound));
        assert_eq!(shown.user(), "+8613800138000");
        assert_eq!(shown.asserted, Some(number("+8613800138000")));
        assert_eq!(shown.diverted_from, Some(number("+864008110516")));
        assert!(!shown.private);
    }

    #[test]
    fn a_call_of_an_agent_shows_our_number_and_is_diverted_from_nowhere() {
        let mut trunk = trunk();
        trunk.identity.diversion = true;
        let shown = Presented::over(&trunk, &origin(Direction::Outbound));
        assert_eq!(shown.user(), "+864008110516");
        assert_eq!((shown.asserted, shown.diverted_from), (None, None));
    }

    #[test]
    fn a_fixed_number_is_shown_whoever_calls() {
        let mut trunk = trunk();
        trunk.identity.from = FromNumber::Fixed(number("95588"));
        for direction in [Direction::Inbound, Direction::Outbound] {
            let shown = Presented::over(&trunk, &origin(direction));
            assert_eq!(shown.user(), "95588");
        }
    }

    #[test]
    fn a_caller_who_does_not_want_to_be_shown_is_not() {
        let mut trunk = trunk();
        let mut origin = origin(Direction::Inbound);
        origin.private = true;
        let shown = Presented::over(&trunk, &origin);
        assert_eq!((shown.user(), shown.private), (ANONYMOUS, true));
        assert_eq!(shown.asserted, None);

        trunk.identity.asserted = true;
        let shown = Presented::over(&trunk, &origin);
        assert_eq!(shown.user(), ANONYMOUS);
        assert_eq!(shown.asserted, Some(number("+8613800138000")));

        trunk.identity.from = FromNumber::TrunkNumber;
        let shown = Presented::over(&trunk, &origin);
        assert_eq!(shown.user(), "+864008110516");
    }

    #[test]
    fn where_the_caller_is_unknown_our_number_is_shown() {
        let mut origin = origin(Direction::Inbound);
        origin.caller = anonymous();
        let shown = Presented::over(&trunk(), &origin);
        assert_eq!(shown.user(), "+864008110516");
    }
}
