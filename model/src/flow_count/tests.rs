//! Counts equal a slow, obvious reading of the facts, and nobody is lost between them.

use super::*;
use crate::{CallType, Direction, EndReason, EndStage, Ending, PhoneNumber, TrunkId};
use proptest::prelude::*;

#[test]
fn a_caller_is_counted_where_they_leave_wait_and_give_up() {
    let facts = [
        (0, arrived()),
        (10, entered_flow(1, 3)),
        (20, entered("welcome")),
        (1_020, left("welcome", "ok")),
        (1_020, entered("menu")),
        (4_020, left("menu", "1")),
        (4_020, entered("sales")),
        (64_020, ended(EndedBy::Customer)),
    ];

    assert_eq!(
        lines(&facts),
        [
            "menu Entered 1 0",
            "menu Left(\"1\") 1 3000",
            "sales Entered 1 0",
            "sales HungUp 1 60000",
            "welcome Entered 1 0",
            "welcome Left(\"ok\") 1 1000",
        ]
    );
}

#[test]
fn a_caller_who_is_answered_waited_until_then_and_did_not_give_up() {
    let bridged = CallFact::Bridged { agent: None };
    let facts = [
        (0, arrived()),
        (0, entered_flow(1, 1)),
        (0, entered("sales")),
        (5_000, bridged),
        (65_000, ended(EndedBy::Customer)),
    ];

    assert_eq!(
        lines(&facts),
        ["sales Answered 1 5000", "sales Entered 1 0"]
    );
}

#[test]
fn a_caller_who_hangs_up_within_another_flow_hangs_up_in_the_node_that_entered_it() {
    let facts = [
        (0, arrived()),
        (0, entered_flow(1, 1)),
        (0, entered("order")),
        (0, entered("order/ask")),
        (700, ended(EndedBy::Customer)),
    ];

    assert_eq!(
        lines(&facts),
        [
            "order Entered 1 0",
            "order HungUp 1 700",
            "order/ask Entered 1 0",
            "order/ask HungUp 1 700",
        ]
    );
}

#[test]
fn what_the_server_ends_is_no_giving_up() {
    for by in [EndedBy::System, EndedBy::Network, EndedBy::Agent] {
        let facts = [
            (0, arrived()),
            (0, entered_flow(1, 1)),
            (0, entered("sales")),
            (9, ended(by)),
        ];
        assert_eq!(lines(&facts)[0], "sales CutOff 1 9");
    }
}

#[test]
fn a_call_counts_in_the_quarter_of_an_hour_in_which_it_began() {
    let late = QUARTER_MS + 7;
    let facts = [
        (late, arrived()),
        (3 * late, entered_flow(1, 1)),
        (3 * late, entered("a")),
    ];

    let counts = counts_of(&facts);

    let quarters: Vec<_> = counts.keys().map(|key| key.quarter.as_millis()).collect();
    assert_eq!(quarters, [QUARTER_MS]);
}

proptest! {
    #[test]
    fn counts_equal_what_each_visit_says_for_itself(facts in facts()) {
        prop_assert_eq!(counts_of(&facts), obvious(&facts));
    }

    #[test]
    fn those_who_entered_left_gave_up_were_answered_were_cut_off_or_are_still_there(
        facts in facts(),
        cut in 0_usize..60,
    ) {
        let so_far = &facts[..cut.min(facts.len())];
        let there = open_visits(so_far);
        let mut balance = BTreeMap::<_, i64>::new();
        for (key, count) in counts_of(so_far) {
            let place = balance.entry((key.flow, key.version, key.node)).or_default();
            *place += match key.event {
                NodeEvent::Entered => count.callers,
                NodeEvent::Answered | NodeEvent::CutOff | NodeEvent::HungUp | NodeEvent::Left(_) => {
                    -count.callers
                }
            };
        }
        balance.retain(|_, still| *still != 0);
        prop_assert_eq!(balance, there);
    }
}

/// Each visit for itself: from its beginning to whatever ends it.
fn obvious(facts: &[(i64, CallFact)]) -> FlowCounts {
    let mut counts = FlowCounts::new();
    for (at, _) in facts.iter().enumerate() {
        let Some((place, event, spent_ms)) = visit(facts, at) else {
            continue;
        };
        let began = began(facts).unwrap();
        let mut add = |event, spent_ms| {
            let key = FlowCountKey {
                flow: place.0,
                version: place.1,
                node: place.2.clone(),
                event,
                quarter: Timestamp::from_millis(began / QUARTER_MS * QUARTER_MS),
            };
            let entry = counts.entry(key).or_default();
            entry.callers += 1;
            entry.spent_ms += spent_ms;
        };
        add(NodeEvent::Entered, 0);
        if let Some(event) = event {
            add(event, spent_ms);
        }
    }
    counts
}

type Place = (FlowId, FlowVersion, String);

/// The visit that begins at this place in the facts: where, how it ends if it does, how long it lasts.
fn visit(facts: &[(i64, CallFact)], at: usize) -> Option<(Place, Option<NodeEvent>, i64)> {
    let (since, CallFact::NodeEntered { node }) = &facts[at] else {
        return None;
    };
    let before = &facts[..at];
    if before
        .iter()
        .any(|(_, fact)| matches!(fact, CallFact::Ended(_)))
    {
        return None;
    }
    let place = before.iter().rev().find_map(|(_, fact)| {
        let CallFact::FlowEntered { flow, version } = fact else {
            return None;
        };
        Some((*flow, FlowVersion(*version), node.clone()))
    })?;
    let mut within = 0;
    let mut answered = None;
    for (now, fact) in &facts[at + 1..] {
        let spent = answered.unwrap_or(*now) - since;
        let end = |event| answered.map_or(event, |_| NodeEvent::Answered);
        if let CallFact::NodeLeft {
            node: other, exit, ..
        } = fact
            && other == node
        {
            if within == 0 {
                return Some((place, Some(NodeEvent::Left(exit.clone())), spent));
            }
            within -= 1;
        }
        if matches!(fact, CallFact::NodeEntered { node: other } if other == node) {
            within += 1;
        }
        if matches!(fact, CallFact::FlowEntered { .. }) {
            return Some((place, Some(end(NodeEvent::CutOff)), spent));
        }
        if let CallFact::Ended(ending) = fact {
            let event = match ending.by {
                EndedBy::Customer => NodeEvent::HungUp,
                EndedBy::Agent | EndedBy::Network | EndedBy::System => NodeEvent::CutOff,
            };
            return Some((place, Some(end(event)), spent));
        }
        if matches!(fact, CallFact::Bridged { .. }) {
            answered = answered.or(Some(*now));
        }
    }
    Some((place, None, 0))
}

fn open_visits(facts: &[(i64, CallFact)]) -> BTreeMap<Place, i64> {
    let mut open = BTreeMap::new();
    for at in 0..facts.len() {
        if let Some((place, None, _)) = visit(facts, at) {
            *open.entry(place).or_default() += 1;
        }
    }
    open
}

fn began(facts: &[(i64, CallFact)]) -> Option<i64> {
    let arrived = |fact: &CallFact| {
        matches!(
            fact,
            CallFact::Arrived { .. } | CallFact::FlowEntered { .. }
        )
    };
    facts
        .iter()
        .find(|(_, fact)| arrived(fact))
        .map(|(at, _)| *at)
}

/// Any facts in any order, a while apart.
fn facts() -> impl Strategy<Value = Vec<(i64, CallFact)>> {
    let node = prop_oneof![Just("a"), Just("b"), Just("a/b")];
    let exit = prop_oneof![Just("ok"), Just("1"), Just("hung_up")];
    let by = prop_oneof![Just(EndedBy::Customer), Just(EndedBy::System)];
    let fact = prop_oneof![
        1 => Just(arrived()),
        3 => (1_u8..3, 1_u32..3).prop_map(|(flow, version)| entered_flow(flow, version)),
        8 => node.clone().prop_map(entered),
        6 => (node, exit).prop_map(|(node, exit)| left(node, exit)),
        2 => Just(CallFact::Bridged { agent: None }),
        1 => Just(CallFact::Resumed),
        1 => by.prop_map(ended),
    ];
    prop::collection::vec((0_i64..900_000, fact), 0..60).prop_map(|steps| {
        let mut now = 0;
        let later = |(pause, fact)| {
            now += pause;
            (now, fact)
        };
        steps.into_iter().map(later).collect()
    })
}

fn counts_of(facts: &[(i64, CallFact)]) -> FlowCounts {
    flow_counts(
        facts
            .iter()
            .map(|(at, fact)| (Timestamp::from_millis(*at), fact)),
    )
}

fn lines(facts: &[(i64, CallFact)]) -> Vec<String> {
    let counts = counts_of(facts).into_iter();
    let mut lines: Vec<_> = counts
        .map(|(key, count)| {
            let FlowCount { callers, spent_ms } = count;
            format!("{} {:?} {callers} {spent_ms}", key.node, key.event)
        })
        .collect();
    lines.sort();
    lines
}

fn arrived() -> CallFact {
    let number = PhoneNumber::parse("4008110510").unwrap();
    CallFact::Arrived {
        direction: Direction::Inbound,
        call_type: CallType::Inbound,
        trunk: TrunkId::new(Timestamp::default(), [1; 10]),
        trunk_number: number.clone(),
        caller: number.clone(),
        called: number,
        sip_call_id: "a@b".to_owned(),
    }
}

fn entered_flow(flow: u8, version: u32) -> CallFact {
    let flow = FlowId::new(Timestamp::default(), [flow; 10]);
    CallFact::FlowEntered { flow, version }
}

fn entered(node: &str) -> CallFact {
    let node = node.to_owned();
    CallFact::NodeEntered { node }
}

fn left(node: &str, exit: &str) -> CallFact {
    let (node, exit, keys) = (node.to_owned(), exit.to_owned(), String::new());
    CallFact::NodeLeft { node, exit, keys }
}

fn ended(by: EndedBy) -> CallFact {
    CallFact::Ended(Ending {
        by,
        stage: EndStage::Ivr,
        reason: EndReason::HungUp,
        sip_code: None,
        q850: None,
    })
}
