//! Flow files read, refused with a path, kept as typed, and identified.

use super::*;
use crate::{Item, node::Kind};
use proptest::prelude::*;

const FLOW: &str = r#"{
    "name": "hotline", "language": "en-US", "variables": {"tail": "００12"}, "start": "hello",
    "nodes": {
        "hello": {"kind": "play", "items": [{"say": "digits", "text": " 12　34 ${tail} "}], "position": {"x": 1, "y": -2.5}},
        "bye": {"kind": "hangup"}
    },
    "edges": [{"from": "hello", "exit": "ok", "to": "bye"}]
}"#;

#[test]
fn text_is_kept_exactly_as_typed() {
    let document = Document::from_json(FLOW).unwrap();
    assert_eq!(document.variables["tail"], "００12");
    let Kind::Play(play) = &document.nodes["hello"].kind else {
        panic!("{document:?}");
    };
    let Item::Say { text, .. } = &play.items[0] else {
        panic!("{play:?}");
    };
    assert_eq!(text.as_str(), " 12　34 ${tail} ");
    assert!(document.to_json().contains("\" 12　34 ${tail} \""));
}

#[test]
fn a_written_document_reads_back_the_same() {
    let document = Document::from_json(FLOW).unwrap();
    assert_eq!(
        Document::from_json(&document.to_json()),
        Ok(document.clone())
    );
    assert_eq!(serde_json::from_str::<Document>(FLOW).unwrap(), document);
}

#[test]
fn yaml_and_json_say_the_same() {
    let yaml = "
name: hotline
language: en-US
variables: { tail: ００12 }
start: hello
nodes:
  hello:
    kind: play
    items: [{ say: digits, text: ' 12　34 ${tail} ' }]
    position: { x: 1, y: -2.5 }
  bye: { kind: hangup }
edges:
  - { from: hello, exit: ok, to: bye }
";
    assert_eq!(Document::from_yaml(yaml), Document::from_json(FLOW));
}

#[test]
fn sounds_are_found_in_every_list_of_items() {
    let yaml = "
name: offers
language: zh-CN
start: ask
nodes:
  ask: { kind: menu, items: [{ sound: spring }], keys: ['1'], invalid_items: [{ sound: no }], timeout_items: [{ clip: timeout }] }
  bye: { kind: hangup, items: [{ clip: goodbye }, { sound: thanks }] }
edges: [{ from: ask, exit: default, to: bye }]
";
    let document = Document::from_yaml(yaml).unwrap();
    assert_eq!(
        document.sounds().collect::<Vec<_>>(),
        ["spring", "no", "thanks"]
    );
    assert_eq!(Document::from_json(&document.to_json()), Ok(document));
    let spoken = yaml.replace("{ sound: no }", "{ sound: no, language: en-US }");
    let [problem] = &Document::from_yaml(&spoken).unwrap_err()[..] else {
        panic!("a sound has no language of its own");
    };
    assert!(problem.message.contains("\"sound\" alone"), "{problem}");
}

#[test]
fn what_cannot_be_read_is_named_with_its_path_and_the_nearest_name() {
    let cases = [
        (
            "\"kind\": \"hangup\"",
            "\"kind\": \"hangupp\"",
            "nodes.bye.kind: unknown kind \"hangupp\", did you mean \"hangup\"?",
        ),
        (
            "\"items\"",
            "\"itmes\"",
            "nodes.hello.itmes: unknown field \"itmes\", did you mean \"items\"?",
        ),
        (
            "\"say\": \"digits\"",
            "\"say\": \"digit\"",
            "nodes.hello.items[0].say: unknown value \"digit\", did you mean \"digits\"?",
        ),
        (
            "\"start\"",
            "\"strat\"",
            "strat: unknown field \"strat\", did you mean \"start\"?",
        ),
        (
            "\"x\": 1",
            "\"z\": 1",
            "nodes.hello.position.z: unknown field \"z\", expected one of: x, y",
        ),
        (
            "\"to\"",
            "\"too\"",
            "edges[0].too: unknown field \"too\", did you mean \"to\"?",
        ),
        (
            "en-US",
            "en-UK",
            "language: unknown value \"en-UK\", did you mean \"en-US\"?",
        ),
        (
            "\" 12　34 ${tail} \"",
            "1234",
            "nodes.hello.items[0].text: invalid type: integer `1234`, expected a string",
        ),
        (
            "\"say\": \"digits\", ",
            "",
            "nodes.hello.items[0]: an item has either",
        ),
        (
            "\"kind\": \"hangup\"",
            "",
            "nodes.bye: field \"kind\" is missing",
        ),
        ("\"name\": \"hotline\", ", "", "field \"name\" is missing"),
        ("\"y\": -2.5", "\"x\": 2", "\"x\" occurs twice"),
    ];
    for (good, bad, expected) in cases {
        let problems = Document::from_json(&FLOW.replacen(good, bad, 1)).unwrap_err();
        assert!(
            problems[0].to_string().starts_with(expected),
            "{bad}: {}",
            problems[0]
        );
    }
}

#[test]
fn every_unreadable_part_is_reported_at_once() {
    let text = FLOW
        .replace("\"hangup\"", "\"hang\"")
        .replace("\"items\"", "\"itmes\"")
        .replace("\"exit\"", "\"exits\"");
    let problems = Document::from_json(&text).unwrap_err();

    let blamed: Vec<_> = problems
        .iter()
        .map(|problem| (problem.node.as_deref(), problem.code))
        .collect();
    assert_eq!(
        blamed,
        [
            (Some("hello"), "unknown_field"),
            (Some("bye"), "unknown_kind"),
            (None, "unknown_field"),
        ]
    );
}

#[test]
fn a_file_that_is_too_deep_too_long_or_no_json_is_refused() {
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let long = format!("\"{}\"", "x".repeat(limits::DOCUMENT_BYTES));
    for (text, code) in [
        (deep.as_str(), "syntax"),
        (&long, "document_too_long"),
        ("{", "syntax"),
        ("[]", "bad_value"),
        (
            "{\"nodes\": {\"a\": {\"kind\": \"menu\", \"items\": NaN}}}",
            "syntax",
        ),
    ] {
        let problems = Document::from_json(text).unwrap_err();
        assert_eq!(problems[0].code, code, "{}", problems[0]);
    }
}

#[test]
fn moving_a_node_or_reordering_edges_leaves_the_hash_alone_and_anything_else_changes_it() {
    let document = Document::from_json(FLOW).unwrap();
    let hash = document.semantic_hash();

    let mut moved = document.clone();
    moved.nodes.get_mut("hello").unwrap().position = Some(Position { x: 9.0, y: 9.0 });
    moved.nodes.get_mut("bye").unwrap().position = Some(Position { x: 1.0, y: 1.0 });
    moved.edges.reverse();
    assert_eq!(moved.semantic_hash(), hash);

    for (good, bad) in [
        ("　", " "),
        ("ok", "error"),
        ("en-US", "en-GB"),
        ("００12", "0012"),
        ("\"digits\"", "\"number\""),
    ] {
        let changed = Document::from_json(&FLOW.replacen(good, bad, 1)).unwrap();
        assert_ne!(changed.semantic_hash(), hash, "{bad}");
    }
}

#[test]
fn the_hash_of_a_document_never_changes_between_versions_of_this_program() {
    let hash = Document::from_json(FLOW).unwrap().semantic_hash();
    let hex: Vec<_> = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        hex.concat(),
        "e15d583c7a867a682fac42c26ffc2fce29da4f4dda5299c7c290139183875210"
    );
}

proptest! {
    #[test]
    fn no_file_makes_the_reader_panic(at in 0..FLOW.len(), cut in 0..40_usize, with in "[\\[\\]{}\",:0-9a-z-]{0,6}") {
        let start = (0..=at).rev().find(|at| FLOW.is_char_boundary(*at)).unwrap();
        let end = (start + cut..=FLOW.len()).find(|at| FLOW.is_char_boundary(*at)).unwrap_or(FLOW.len());
        let text = format!("{}{with}{}", &FLOW[..start], &FLOW[end..]);
        if let Ok(document) = Document::from_json(&text) {
            prop_assert_eq!(Document::from_json(&document.to_json()), Ok(document));
        }
        let _ = Document::from_yaml(&text);
    }
}
