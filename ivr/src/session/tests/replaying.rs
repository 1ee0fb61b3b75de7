//! Random calls through random flows, replayed from their facts through the same flow.

use super::graphs::{any_deed, any_flow, cases, do_deed};
use super::*;
use crate::rehearsal::{Chronicle, flow_id};
use crate::replay::{Outcome, Walked};
use proptest::prelude::*;

/// The number of the caller, who is called, and of the trunk.
const NUMBER: &str = "4008110510";

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn a_call_that_is_replayed_through_its_own_version_never_takes_another_way(
        flow in any_flow(),
        deeds in prop::collection::vec(any_deed(), 0..80),
    ) {
        let flows = Arc::new([Arc::clone(&flow)].into_iter().collect());
        let inputs = Inputs {
            caller: NUMBER.to_owned(),
            called: NUMBER.to_owned(),
            trunk_number: NUMBER.to_owned(),
            ..Inputs::default()
        };
        let mut now = Duration::ZERO;
        let mut chronicle = Chronicle::begin(now, NUMBER);
        let mut session = Session::start(now, Arc::clone(&flow), Arc::clone(&flows), inputs);
        chronicle.take(now, &mut session);
        for deed in deeds {
            do_deed(&mut session, deed, &mut now);
            chronicle.take(now, &mut session);
        }
        chronicle.end(now);
        // Whether keys cut speech short decides how soon a circle that no check has seen is given up.
        let budget = usize::try_from(limits::STEPS_WITHOUT_WAIT).unwrap();
        prop_assume!(chronicle.0.len() < 2 * budget);

        let walked = Walked::read(&chronicle.0, flow_id()).unwrap();
        let outcome = walked.replay(None, &flow, &flows);
        let told = format!("{outcome:?}\n{walked:#?}");
        prop_assert!(!matches!(outcome, Outcome::Differs(_)), "{}", told);
    }
}
