//! The goals of a scenario beside what was measured.

use crate::generator::Outcome;
use crate::scenario::{Goal, Scenario};

/// A goal, what was measured, and whether it is met.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) goal: String,
    pub(super) measured: String,
    pub(super) is_met: bool,
}

/// The cells of each goal's row.
pub(super) fn rows(scenario: &Scenario, product: &Outcome, share: Option<f64>) -> Vec<Vec<String>> {
    let verdicts = verdicts(&scenario.goal, product, share).into_iter();
    verdicts
        .map(|it| {
            let word = if it.is_met { "met" } else { "missed" };
            vec![
                scenario.goal.name.to_owned(),
                scenario.name.to_owned(),
                it.goal,
                it.measured,
                word.to_owned(),
            ]
        })
        .collect()
}

/// Whether the product is so dear beside the stub that the run fails.
pub(super) fn is_too_dear(goal: &Goal, share: Option<f64>) -> bool {
    let bound = goal.fails_below_percent.map(f64::from);
    share.zip(bound).is_some_and(|(share, bound)| share < bound)
}

fn verdicts(goal: &Goal, product: &Outcome, share: Option<f64>) -> Vec<Verdict> {
    let of_stub = goal.stub_percent.zip(share).map(|(goal, share)| Verdict {
        goal: format!("at least {goal} % of the stub"),
        measured: format!("{share:.0} %"),
        is_met: share >= goal.into(),
    });
    let calls = goal.calls.map(|goal| Verdict {
        goal: format!("at least {goal} calls a core"),
        measured: format!("{:.0}", product.calls_a_core()),
        is_met: product.calls_a_core() >= goal.into(),
    });
    let memory = goal.kib.map(|goal| Verdict {
        goal: format!("at most {goal} KiB a call"),
        measured: format!("{:.1} KiB", product.kib_a_call),
        is_met: product.kib_a_call <= goal.into(),
    });
    of_stub.into_iter().chain(calls).chain(memory).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario;

    fn outcome() -> Outcome {
        Outcome {
            concurrent: 1_000.0,
            cpu_percent: 40.0,
            kib_a_call: 40.0,
            ..Outcome::default()
        }
    }

    #[test]
    fn each_goal_is_met_or_missed_by_its_own_figure() {
        let rows = rows(&scenario::IVR, &outcome(), Some(71.0));
        let row = |cells: [&str; 5]| cells.map(str::to_owned).to_vec();
        assert_eq!(
            rows,
            [
                row(["S2", "ivr", "at least 70 % of the stub", "71 %", "met"]),
                row(["S2", "ivr", "at most 32 KiB a call", "40.0 KiB", "missed"]),
            ]
        );
        let calls = verdicts(&scenario::BROWSER.goal, &outcome(), None);
        assert_eq!(calls.len(), 1);
        assert!(calls[0].is_met);
    }

    #[test]
    fn a_run_fails_by_its_ratio_to_the_stub_alone() {
        let goal = scenario::BROWSER.goal;
        assert!(is_too_dear(&goal, Some(1.0)));
        assert!(!is_too_dear(&goal, Some(60.0)));
        assert!(!is_too_dear(&goal, None));
        assert!(!is_too_dear(&scenario::IVR.goal, Some(1.0)));
    }
}
