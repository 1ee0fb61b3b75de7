//! Random flows with random callers: every walk ends, and a restart changes nothing.

use super::{restart, *};
use crate::{
    Exit, Item, Locale,
    flow::FlowNode,
    node::{
        Answer, Branch, Case, Collect, Condition, Hangup, Http, Kind, Language, Menu, Picked, Play,
        Queue, QueueNow, QueueState, Return, Schedule, Set, Subflow, Survey, Value,
    },
    rehearsal::{lines, voices},
};
use petgraph::graph::DiGraph;
use proptest::prelude::*;

/// What a random caller does when the session waits.
#[derive(Debug, Clone, Copy)]
pub(super) enum Deed {
    Press(char),
    HearOut,
    WaitLong,
    ComeBack(TransferOutcome),
    /// Another system answers, or the queue is seen.
    Answer(u16),
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn every_walk_through_any_graph_ends_within_its_budget(
        flow in any_flow(),
        deeds in prop::collection::vec(any_deed(), 1..400),
    ) {
        let mut session = start(&flow);
        let mut now = Duration::ZERO;
        let mut entered = count_entries(&mut session);
        for deed in deeds {
            do_deed(&mut session, deed, &mut now);
            entered += count_entries(&mut session);
        }
        // The caller falls silent: time alone has to bring the walk to its end.
        let mut turns = 0;
        while !session.is_over() {
            turns += 1;
            prop_assert!(turns < 5_000, "stuck in {:?}", session.progress.wait);
            let deed = if session.is_away() {
                Deed::ComeBack(TransferOutcome::NoAgent)
            } else {
                Deed::WaitLong
            };
            do_deed(&mut session, deed, &mut now);
            entered += count_entries(&mut session);
        }
        prop_assert!(entered <= limits::STEPS);
        prop_assert_eq!(session.poll_timeout(), None);
    }

    #[test]
    fn a_restart_at_any_step_behaves_like_the_walk_from_the_node(
        flow in any_flow(),
        before in prop::collection::vec(any_deed(), 0..20),
        after in prop::collection::vec(any_deed(), 0..40),
    ) {
        let mut now = Duration::ZERO;
        let mut session = start(&flow);
        for deed in before {
            do_deed(&mut session, deed, &mut now);
        }
        lines(&mut session);
        let mut restored = restart(&session, now);
        let mut again = restart(&restored, now);
        prop_assert_eq!(restored.save(), session.save());
        prop_assert_eq!(lines(&mut restored), lines(&mut again));
        let mut later = now;
        for deed in after {
            do_deed(&mut restored, deed, &mut now);
            do_deed(&mut again, deed, &mut later);
            prop_assert_eq!(lines(&mut restored), lines(&mut again));
            prop_assert_eq!(restored.poll_timeout(), again.poll_timeout());
            prop_assert_eq!(restored.save(), again.save());
        }
    }

    #[test]
    fn a_restart_right_after_a_node_was_entered_loses_nothing(
        flow in any_flow(),
        deeds in prop::collection::vec(any_deed(), 0..60),
    ) {
        let mut now = Duration::ZERO;
        let mut session = start(&flow);
        for deed in deeds {
            let entered = count_entries(&mut session) > 0;
            if entered && session.progress.keys.is_empty() {
                let mut restored = restart(&session, now);
                lines(&mut restored);
                prop_assert_eq!(restored.poll_timeout(), session.poll_timeout());
                let mut later = now;
                let mut probe = restart(&session, now);
                lines(&mut probe);
                do_deed(&mut probe, deed, &mut later);
                do_deed(&mut session, deed, &mut now);
                prop_assert_eq!(lines(&mut probe), lines(&mut session));
            } else {
                do_deed(&mut session, deed, &mut now);
            }
        }
    }
}

/// Bounded for every run, longer when the environment asks for fuzzing.
pub(super) fn cases() -> u32 {
    let seconds = std::env::var("TRUNKLINE_FUZZ_SECONDS").ok();
    seconds
        .and_then(|text| text.parse::<u32>().ok())
        .map_or(128, |seconds| seconds.max(1) * 500)
}

pub(super) fn start(flow: &Arc<Flow>) -> Session {
    Session::start(
        Duration::ZERO,
        Arc::clone(flow),
        Arc::new([Arc::clone(flow)].into_iter().collect()),
        Inputs::default(),
    )
}

pub(super) fn do_deed(session: &mut Session, deed: Deed, now: &mut Duration) {
    *now += Duration::from_millis(20);
    match deed {
        Deed::Press(key) => session.handle(*now, Happening::Digit(key)),
        Deed::HearOut => session.handle(*now, Happening::PlayEnded),
        Deed::WaitLong => {
            if let Some(due) = session.poll_timeout() {
                *now = due.max(*now);
                session.handle_timeout(*now);
            }
        }
        Deed::ComeBack(outcome) => {
            session.handle(*now, Happening::TransferEnded(outcome));
            session.handle(*now, Happening::VoicemailEnded);
        }
        Deed::Answer(status) => {
            // One answer at a time: what it leads to has asked for nothing yet.
            if matches!(session.progress.wait, Wait::Rendering { .. }) {
                let spoken = (status == 200).then_some(()).ok_or_else(String::new);
                session.rendered(*now, &[spoken]);
                return;
            }
            let body = r#"{"typed":12}"#.to_owned();
            session.answer(*now, &Answer::Answered { status, body });
            session.handle(*now, Happening::QueueSeen(Some(QueueNow::default())));
        }
    }
}

fn count_entries(session: &mut Session) -> u32 {
    let lines = lines(session);
    let entries = lines.iter().filter(|line| line.starts_with('▶'));
    u32::try_from(entries.count()).unwrap()
}

pub(super) fn any_deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => prop::sample::select(vec!['0', '1', '2', '9', '*', '#']).prop_map(Deed::Press),
        4 => Just(Deed::HearOut),
        1 => Just(Deed::WaitLong),
        2 => prop::sample::select(vec![200, 404, 500]).prop_map(Deed::Answer),
        2 => prop::sample::select(vec![
            TransferOutcome::NoAgent,
            TransferOutcome::Full,
            TransferOutcome::Busy,
            TransferOutcome::Talked,
        ])
        .prop_map(Deed::ComeBack),
    ]
}

/// Graphs that no check has seen: cycles that spin, exits that lead nowhere, values that cannot be read.
pub(super) fn any_flow() -> impl Strategy<Value = Arc<Flow>> {
    let nodes = prop::collection::vec(any_kind(), 1..12);
    let targets = prop::collection::vec(0..16_usize, 64);
    (nodes, targets).prop_map(|(kinds, targets)| {
        let mut graph = DiGraph::new();
        let nodes: Vec<_> = kinds
            .into_iter()
            .enumerate()
            .map(|(index, kind)| {
                let id = format!("n{index}");
                graph.add_node(FlowNode { id, kind })
            })
            .collect();
        let mut targets = targets.into_iter().cycle();
        for node in &nodes {
            let exits = graph[*node].kind.exits();
            for exit in exits.into_iter().chain([Exit::Error, Exit::Talked]) {
                let target = targets.next().and_then(|target| nodes.get(target));
                if let Some(target) = target {
                    graph.add_edge(*node, *target, exit);
                }
            }
        }
        Arc::new(Flow {
            name: "random".to_owned(),
            language: Locale::ZhCn,
            variables: BTreeMap::new(),
            speech: BTreeMap::new(),
            spoken: Vec::new(),
            start: nodes[0],
            graph,
            voices: voices(),
            schemes: Arc::new([("office".to_owned(), model::TimeScheme::default())].into()),
            zone: jiff::tz::TimeZone::UTC,
            clock: Some(jiff::tz::TimeZone::UTC),
        })
    })
}

fn any_kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        (any_items(), any::<bool>()).prop_map(|(items, interruptible)| Kind::Play(Play {
            items,
            interruptible
        })),
        any_question(),
        Just(Kind::Set(Set {
            variable: "typed".to_owned(),
            value: Value::Filled("x${typed}".into()),
        })),
        Just(Kind::Set(Set {
            variable: "typed".to_owned(),
            value: Value::Computed(crate::Expression::new("typed + string(int(typed) + 1)")),
        })),
        Just(Kind::Branch(Branch {
            cases: vec![Case {
                exit: "big".to_owned(),
                condition: Condition::Holds(crate::Expression::new("int(typed) / size(typed) > 1")),
            }],
        })),
        Just(Kind::Language(Language {
            language: Locale::EnUs
        })),
        Just(Kind::Queue(Queue {
            queue: "sales".to_owned(),
            priority: 0
        })),
        any_asking(),
        any_items().prop_map(|items| Kind::Hangup(Hangup { items })),
    ]
}

/// What asks the caller for keys.
fn any_question() -> impl Strategy<Value = Kind> {
    prop_oneof![
        (any_items(), any::<bool>(), 0..2_u8).prop_map(|(items, interruptible, retries)| {
            Kind::Menu(Menu {
                items,
                keys: ['1', '2'].into(),
                timeout_ms: 1_000,
                retries,
                invalid_items: vec![],
                timeout_items: vec![],
                interruptible,
            })
        }),
        (any_items(), any::<bool>(), 0..2_u8).prop_map(|(items, interruptible, retries)| {
            Kind::Survey(Survey {
                items,
                scale: model::RatingScale::Stars,
                scores: [('1', 5), ('2', 1)].into(),
                variable: "typed".to_owned(),
                timeout_ms: 1_000,
                retries,
                invalid_items: vec![],
                timeout_items: vec![],
                interruptible,
            })
        }),
        (any_items(), any::<bool>(), 0..3_u8).prop_map(|(items, interruptible, min_length)| {
            Kind::Collect(Collect {
                items,
                variable: "typed".to_owned(),
                min_length,
                max_length: 3,
                terminator: Some('#'),
                first_timeout_ms: 1_000,
                inter_digit_timeout_ms: 500,
                retries: 1,
                sensitive: interruptible,
                invalid_items: vec![],
                timeout_items: vec![],
                interruptible,
            })
        }),
    ]
}

fn any_items() -> impl Strategy<Value = Vec<Item>> {
    prop_oneof![
        Just(vec![]),
        Just(vec![clip("welcome")]),
        Just(vec![say("${typed}")]),
        Just(vec![clip("welcome"), spoken("${typed:digits}")]),
    ]
}

/// What asks others: another flow, another system, a queue, the time.
fn any_asking() -> impl Strategy<Value = Kind> {
    prop_oneof![
        any::<bool>().prop_map(|returns| Kind::Subflow(Subflow {
            flow: "random".to_owned(),
            inputs: [("typed".to_owned(), "${typed}1".into())].into(),
            outputs: [("typed".to_owned(), "typed".to_owned())].into(),
            results: vec!["other".to_owned()],
            returns,
        })),
        prop::sample::select(vec!["ok", "other", "strange"]).prop_map(|result| {
            Kind::Return(Return {
                result: result.to_owned(),
            })
        }),
        (0..3_u8).prop_map(|retries| Kind::Http(Http {
            method: crate::node::Method::Get,
            url: "https://crm.example/${typed}".into(),
            headers: BTreeMap::new(),
            json: BTreeMap::new(),
            timeout_ms: 1_000,
            retries,
            status_variable: "status".to_owned(),
            take: vec![Picked {
                pointer: "/typed".to_owned(),
                variable: "typed".to_owned(),
                sensitive: false,
            }],
        })),
        Just(Kind::QueueState(QueueState {
            queue: "sales".to_owned()
        })),
        Just(Kind::Schedule(Schedule {
            scheme: "office".to_owned()
        })),
    ]
}

fn clip(name: &str) -> Item {
    Item::Clip {
        clip: name.to_owned(),
        language: None,
    }
}

fn spoken(text: &str) -> Item {
    Item::Tts(crate::Tts {
        text: crate::Wording::new(text),
        engine: Some("studio".to_owned()),
        voice: None,
        speed_percent: None,
        cache: true,
        language: None,
    })
}

fn say(text: &str) -> Item {
    Item::Say {
        kind: crate::speech::Kind::Number,
        text: text.into(),
        options: crate::speech::Options::default(),
        language: None,
    }
}
