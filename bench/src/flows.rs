//! Flows: nodes that a caller walks through, what a call in a flow holds, and reading a large flow.

use crate::process::Usage;
use crate::table::Table;
use ivr::{
    Action, Document, Flow, Happening, Inputs, Locale, PackClip, PackManifest, Resources, Session,
    Step, Voices, check,
};
use std::hint::black_box;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Callers who walk one after the other.
const CALLERS: usize = 2_000;
/// Keys of each; with three nodes a key they stay below the nodes that one call may walk through.
const KEYS: usize = 300;
/// Calls that are in a flow at once.
const HELD: usize = 20_000;
/// Nodes of the large flow, as many as a flow may have.
const NODES: usize = 2_000;
/// The best of some turns is the least disturbed one.
const TURNS: usize = 5;
/// What a caller presses, reckons with and leaves by.
const ROUND: &str = r#"{
    "name": "round", "language": "en-US", "variables": {"pressed": ""}, "start": "ask",
    "nodes": {
        "ask": {"kind": "menu", "items": [{"clip": "ask"}], "keys": ["1"]},
        "note": {"kind": "set", "variable": "pressed", "value": "${pressed}1"},
        "long": {"kind": "branch", "cases": [{"exit": "long", "if": "size(pressed) > 500"}]},
        "bye": {"kind": "hangup"}
    },
    "edges": [
        {"from": "ask", "exit": "1", "to": "note"}, {"from": "ask", "exit": "default", "to": "bye"},
        {"from": "note", "exit": "ok", "to": "long"}, {"from": "long", "exit": "long", "to": "bye"},
        {"from": "long", "exit": "otherwise", "to": "ask"}
    ]
}"#;

/// Measures and prints.
pub(crate) fn run() -> io::Result<()> {
    let voices = voices()?;
    let round = load(ROUND, &voices)?;
    let large = large();
    let step = best(|| nanos_of_a_node(&round));
    let fact = best(nanos_of_a_fact);
    let read = best(|| millis(|| load(&large, &voices).is_ok()));
    let values = best(|| millis(|| serde_json::from_str::<serde_json::Value>(&large).is_ok()));
    let mut table = Table::new(&["step", "figure", "reference", "ratio"]);
    let mut row = |name: &str, figure: String, reference: String, ratio: f64| {
        table.row(vec![
            name.to_owned(),
            figure,
            reference,
            format!("{ratio:.1} ×"),
        ]);
    };
    row(
        "a node of three (menu, set, expression)",
        format!("{step:.0} ns, {:.1} million a second", 1_000.0 / step),
        format!("{fact:.0} ns: its fact as JSON"),
        step / fact,
    );
    row(
        &format!("read and check a flow of {NODES} nodes"),
        format!("{read:.1} ms, {} KiB", large.len() / 1_024),
        format!("{values:.1} ms: its JSON alone"),
        read / values,
    );
    let bytes = bytes_of_a_call(&round);
    row(
        "a call in a flow",
        format!("{bytes:.0} bytes"),
        format!("{} bytes: the session itself", size_of::<Session>()),
        bytes / size_of::<Session>() as f64,
    );
    table.print()
}

fn best(turn: impl Fn() -> f64) -> f64 {
    (0..TURNS).map(|_| turn()).fold(f64::INFINITY, f64::min)
}

fn millis(work: impl Fn() -> bool) -> f64 {
    let begin = Instant::now();
    black_box(work());
    begin.elapsed().as_secs_f64() * 1e3
}

fn voices() -> io::Result<Arc<Voices>> {
    let names = ["ask", "system_error", "no_information"];
    let manifest = PackManifest {
        locale: Locale::EnUs,
        voice: "bench".to_owned(),
        licence: "none".to_owned(),
        engine: "none".to_owned(),
        clips: names.map(clip).into(),
    };
    let voices = Voices::from_manifests(&[manifest]).map_err(io::Error::other)?;
    Ok(Arc::new(voices))
}

fn clip(name: &str) -> PackClip {
    PackClip {
        name: name.to_owned(),
        text: None,
        phrase: true,
        file: format!("{name}.wav"),
        sha256: String::new(),
    }
}

fn load(text: &str, voices: &Arc<Voices>) -> io::Result<Arc<Flow>> {
    let document = Document::from_json(text);
    let flow = document.and_then(|document| check(&document, &Resources::new(voices)));
    let first = |problems: Vec<ivr::Problem>| problems.first().map(ToString::to_string);
    flow.map(Arc::new)
        .map_err(|problems| io::Error::other(first(problems).unwrap_or_default()))
}

/// Menus in a row, each of which goes on or back to the first.
fn large() -> String {
    let node = |nth: usize| {
        if nth + 1 == NODES {
            return format!(r#""n{nth}":{{"kind":"hangup"}}"#);
        }
        format!(
            r#""n{nth}":{{"kind":"menu","items":[{{"clip":"ask"}}],"keys":["1","2"],"position":{{"x":{nth},"y":0}}}}"#
        )
    };
    let edge = |nth: usize| {
        let next = nth + 1;
        format!(
            r#"{{"from":"n{nth}","exit":"1","to":"n{next}"}},{{"from":"n{nth}","exit":"default","to":"n0"}}"#
        )
    };
    let nodes: Vec<_> = (0..NODES).map(node).collect();
    let edges: Vec<_> = (0..NODES - 1).map(edge).collect();
    format!(
        r#"{{"name":"large","language":"en-US","start":"n0","nodes":{{{}}},"edges":[{}]}}"#,
        nodes.join(","),
        edges.join(",")
    )
}

fn start(flow: &Arc<Flow>) -> Session {
    Session::start(
        Duration::ZERO,
        Arc::clone(flow),
        Arc::default(),
        Inputs::default(),
    )
}

fn nanos_of_a_node(flow: &Arc<Flow>) -> f64 {
    let mut entered = 0_u32;
    let begin = Instant::now();
    for _ in 0..CALLERS {
        let mut session = start(flow);
        let mut now = Duration::ZERO;
        for _ in 0..KEYS {
            now += Duration::from_millis(200);
            session.handle(now, Happening::Digit('1'));
            while let Some(action) = session.poll_action() {
                let is_entry = matches!(action, Action::Step(Step::NodeEntered { .. }));
                entered += u32::from(is_entry);
                let _ = black_box(action);
            }
        }
    }
    begin.elapsed().as_secs_f64() * 1e9 / f64::from(entered)
}

fn nanos_of_a_fact() -> f64 {
    let step = Step::NodeLeft {
        node: "ask".to_owned(),
        exit: "1".to_owned(),
        keys: "1".to_owned(),
    };
    let many = CALLERS * KEYS;
    let begin = Instant::now();
    for _ in 0..many {
        let _ = black_box(serde_json::to_string(black_box(&step)));
    }
    begin.elapsed().as_secs_f64() * 1e9 / many as f64
}

fn bytes_of_a_call(flow: &Arc<Flow>) -> f64 {
    let resident = || Usage::of(&[std::process::id()]).resident_kib as f64;
    let before = resident();
    let held: Vec<_> = (0..HELD)
        .map(|_| {
            let mut session = start(flow);
            while session.poll_action().is_some() {}
            session
        })
        .collect();
    let after = resident();
    drop(black_box(held));
    (after - before) * 1_024.0 / HELD as f64
}
