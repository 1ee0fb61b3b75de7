//! One good flow, broken in every way that keeps it from being published.

use super::*;
use crate::rehearsal::voices;

const FLOW: &str = r#"
name: hotline
language: zh-CN
variables: { tail: "12" }
start: hello
nodes:
  hello: { kind: play, items: [{ clip: welcome }, { say: digits, text: "尾号" }] }
  ask: { kind: menu, items: [], keys: ["1"] }
  sales: { kind: queue, queue: sales }
  bye: { kind: hangup }
edges:
  - { from: hello, exit: ok, to: ask }
  - { from: ask, exit: "1", to: sales }
  - { from: ask, exit: default, to: bye }
  - { from: sales, exit: default, to: bye }
"#;

/// What is replaced in the flow, by what, and the problem that follows; none where the flow stays good.
const BREAKS: &[(&str, &str, &str)] = &[
    (
        "text: \"12\"",
        "text: \"尾号\"",
        "unreadable_text nodes.hello.items[1].text: character '尾' at position 1 cannot be read (zh-CN)",
    ),
    (
        "text: \"12\"",
        "text: \"${tial}\"",
        "unknown_variable nodes.hello.items[1].text: there is no variable \"tial\", did you mean \"tail\"?",
    ),
    (
        "text: \"12\"",
        "text: \"${tail\"",
        "bad_template nodes.hello.items[1].text: \"${\" at character 1 has no closing \"}\"",
    ),
    (
        "clip: welcome",
        "clip: welcom",
        "unknown_clip nodes.hello.items[0].clip: the zh-CN voice has no clip \"welcom\", did you mean \"welcome\"?",
    ),
    ("clip: welcome", "clip: welcome, language: en-GB", ""),
    ("clip: welcome", "sound: spring offer", ""),
    (
        "clip: welcome",
        "sound: spring ofer",
        "unknown_sound nodes.hello.items[0].sound: there is no sound \"spring ofer\", did you mean \"spring offer\"?",
    ),
    (
        "queue: sales",
        "queue: sale",
        "unknown_queue nodes.sales.queue: there is no queue \"sale\", did you mean \"sales\"?",
    ),
    (
        "queue: sales",
        "queue: sales, priority: 10",
        "bad_priority nodes.sales.priority: a priority is 0 to 9",
    ),
    (
        "start: hello",
        "start: helo",
        "unknown_start start: there is no node \"helo\", did you mean \"hello\"?",
    ),
    (
        "to: sales",
        "to: sale",
        "unknown_node edges[1].to: there is no node \"sale\", did you mean \"sales\"?",
    ),
    (
        "from: hello",
        "from: helo",
        "unknown_node edges[0].from: there is no node \"helo\", did you mean \"hello\"?",
    ),
    (
        "exit: ok",
        "exit: okay",
        "unknown_exit edges[0].exit: \"hello\" has no exit \"okay\"",
    ),
    (
        "exit: \"1\"",
        "exit: \"2\"",
        "unknown_exit edges[1].exit: \"ask\" has no exit \"2\"",
    ),
    (
        "- { from: ask, exit: default",
        "- { from: ask, exit: timeout",
        "unwired_exit nodes.ask: exit \"invalid\" leads nowhere",
    ),
    (
        "- { from: ask, exit: default, to: bye }",
        "- { from: ask, exit: default, to: bye }\n  - { from: ask, exit: default, to: hello }",
        "duplicate_edge edges[3].exit: exit \"default\" has two edges",
    ),
    (
        "exit: \"1\", to: sales",
        "exit: \"1\", to: bye",
        "unreachable nodes.sales: no way leads here from the start",
    ),
    (
        "exit: ok, to: ask",
        "exit: ok, to: hello",
        "endless_cycle nodes.hello: these nodes go round in a circle without waiting for the caller: hello",
    ),
    (
        "keys: [\"1\"]",
        "keys: [\"1\", \"x\"]",
        "bad_key nodes.ask.keys: a telephone has no key 'x'",
    ),
    (
        "keys: [\"1\"]",
        "keys: [\"1\"], timeout_ms: 0",
        "bad_time nodes.ask.timeout_ms: a time is 1 to 120000 milliseconds",
    ),
    (
        "keys: [\"1\"]",
        "keys: [\"1\"], retries: 10",
        "bad_retries nodes.ask.retries: there are at most 9 retries",
    ),
    (
        "bye: { kind: hangup }",
        "bye: { kind: hangup, position: { x: -1e7, y: 2 } }",
        "bad_position nodes.bye.position.x: -10000000 lies outside the canvas of ±1000000",
    ),
    (
        "tail: \"12\"",
        "caller: \"12\"",
        "reserved_variable variables.caller: \"caller\" is set by the call",
    ),
    (
        "tail: \"12\"",
        "\"1 2\": \"12\"",
        "bad_name variables.1 2: \"1 2\" is not a variable name",
    ),
    (
        "name: hotline",
        "name: ' '",
        "bad_name name: a flow's name has 1 to 64 characters",
    ),
    ("language: zh-CN", "language: en-US", ""),
];

#[test]
fn a_good_flow_has_every_exit_wired() {
    let flow = check_text(&good()).unwrap();
    assert_eq!(flow.name(), "hotline");
    assert_eq!(flow.graph.node_count(), 4);
    assert_eq!(flow.graph.edge_count(), 8);
}

#[test]
fn each_break_is_found_where_it_is() {
    for (good_part, bad_part, expected) in BREAKS {
        let text = good().replacen(*good_part, bad_part, 1);
        assert_ne!(text, good(), "{good_part}");
        let found = match check_text(&text) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.iter().map(report).collect(),
        };
        assert!(
            found.iter().any(|line| line == *expected) || (found.is_empty() && expected.is_empty()),
            "{bad_part}: {found:#?}"
        );
    }
}

#[test]
fn all_problems_are_found_in_one_pass() {
    let text = FLOW
        .replace("queue: sales", "queue: sale")
        .replace("clip: welcome", "clip: w")
        .replace("start: hello", "start: bye");
    let codes: Vec<_> = check_text(&text)
        .unwrap_err()
        .into_iter()
        .map(|problem| (problem.node.unwrap_or_default(), problem.code))
        .collect();

    let expected = [
        ("hello", "unknown_clip"),
        ("hello", "unreadable_text"),
        ("sales", "unknown_queue"),
        ("hello", "unreachable"),
        ("ask", "unreachable"),
        ("sales", "unreachable"),
    ];
    for (node, code) in expected {
        assert!(
            codes.contains(&(node.to_owned(), code)),
            "{node} {code}: {codes:?}"
        );
    }
    assert_eq!(codes.len(), expected.len());
}

#[test]
fn a_language_without_a_voice_is_one_problem() {
    let voices = Arc::new(Voices::default());
    let resources = Resources {
        queues: BTreeSet::from(["sales".to_owned()]),
        ..Resources::new(&voices)
    };
    let document = Document::from_yaml(&good()).unwrap();
    let problems = check(&document, &resources).unwrap_err();
    assert_eq!(
        problems.iter().map(report).collect::<Vec<_>>(),
        ["no_voice language: no voice is installed for zh-CN"]
    );
}

#[test]
fn a_flow_beyond_the_limits_is_refused() {
    let mut document = Document::from_yaml(&good()).unwrap();
    let bye = document.nodes["bye"].clone();
    for index in 0..limits::NODES {
        document.nodes.insert(format!("n{index}"), bye.clone());
    }
    let voices = voices();
    let resources = Resources {
        queues: BTreeSet::from(["sales".to_owned()]),
        ..Resources::new(&voices)
    };
    let problems = check(&document, &resources).unwrap_err();
    assert_eq!(
        report(&problems[0]),
        "too_many nodes: a flow has at most 2000 nodes, this one has 2004"
    );
    assert_eq!(problems.len(), limits::PROBLEMS);
}

#[test]
fn a_long_chain_of_nodes_is_checked_without_deep_recursion() {
    let mut document = Document::from_yaml(&good()).unwrap();
    let hello = document.nodes["hello"].clone();
    document.edges.remove(0);
    let chain: Vec<_> = (0..limits::NODES - 4)
        .map(|index| format!("n{index}"))
        .collect();
    let mut from = "hello".to_owned();
    for id in chain.into_iter().chain(["ask".to_owned()]) {
        if id != "ask" {
            document.nodes.insert(id.clone(), hello.clone());
        }
        document.edges.push(crate::Edge {
            from: from.clone(),
            exit: "ok".to_owned(),
            to: id.clone(),
        });
        from = id;
    }
    assert!(check_document(&document).is_ok());
}

fn good() -> String {
    FLOW.replace("尾号", "12")
}

fn check_text(text: &str) -> Result<Flow, Vec<Problem>> {
    check_document(&Document::from_yaml(text)?)
}

fn check_document(document: &Document) -> Result<Flow, Vec<Problem>> {
    let voices = voices();
    let resources = Resources {
        sounds: BTreeSet::from(["spring offer".to_owned()]),
        queues: BTreeSet::from(["sales".to_owned()]),
        ..Resources::new(&voices)
    };
    check(document, &resources)
}

fn report(problem: &Problem) -> String {
    format!("{} {problem}", problem.code)
}
