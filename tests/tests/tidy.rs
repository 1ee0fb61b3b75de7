//! Keeps the shape of the repository: the crate graph, file sizes and names nobody should use.
//!
//! A failure names the file and the rule. To grow a listed file is never allowed; to shrink it and
//! lower its number is always welcome.

use std::fs;
use std::path::{Path, PathBuf};

/// What each crate may depend on inside the workspace. A new arrow is a design decision: change it
/// here and in `ARCHITECTURE.md` in the same commit.
const ARROWS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("sip", &[]),
    ("media", &[]),
    ("net", &[]),
    ("queue", &["model"]),
    ("ivr", &["model"]),
    ("journal", &["model"]),
    ("call", &["sip", "media", "ivr", "queue", "model"]),
    ("store", &["model", "ivr"]),
    ("api", &["call", "store", "ivr", "media", "model"]),
    (
        "server",
        &[
            "api", "call", "ivr", "journal", "media", "model", "net", "queue", "sip", "store",
        ],
    ),
    ("xtask", &[]),
];
/// Packages that may use everything.
const FREE: &[&str] = &["tests", "bench"];

/// Crates that must stay pure, and the dependencies that would make them impure.
const PURE: &[&str] = &["model", "sip", "media", "ivr", "queue", "call"];
const IMPURE: &[&str] = &[
    "tokio",
    "axum",
    "sqlx",
    "reqwest",
    "hyper",
    "async-trait",
    "mio",
    "libc",
    "nix",
    "rustix",
    "getrandom",
    "rand",
];

/// Who alone may depend on a crate from outside.
const RESERVED: &[(&str, &[&str])] = &[
    ("sqlx", &["store"]),
    ("anyhow", &["server", "xtask"]),
    ("axum", &["api", "server"]),
    ("hyper", &["api", "server", "tests"]),
];
/// Where `unsafe` may be written.
const UNSAFE: &str = "net/";

/// Lines per file, tests included.
const FILE_LIMIT: usize = 500;
/// Lines of a TypeScript file.
const WEB_LIMIT: usize = 300;
/// Files that were longer when the rule came in, with the length they may not exceed.
const RATCHET: &[(&str, usize)] = &[];

const BANNED_NAMES: &[&str] = &[
    "util", "utils", "helper", "helpers", "common", "misc", "manager", "service", "mod", "new",
    "old", "legacy", "next", "v2",
];
/// How a comment begins that tells the story of a change.
const NARRATING: &[&str] = &[
    "Now",
    "Then",
    "First",
    "Next",
    "Step 1",
    "Step 2",
    "Step 3",
    "Previously",
    "No longer",
    "Instead of",
];
/// What a queue without a bound is called.
const UNBOUNDED: &[&str] = &["unbounded_channel(", "unbounded("];

#[test]
fn crates_depend_only_along_the_arrows() {
    let mut faults = Vec::new();
    for name in members() {
        let Some((_, allowed)) = ARROWS.iter().find(|(it, _)| *it == name) else {
            if !FREE.contains(&name.as_str()) {
                faults.push(format!("{name} has no place in the arrows"));
            }
            continue;
        };
        for dependency in dependencies(&name, &["dependencies", "build-dependencies"]) {
            let internal = ARROWS.iter().any(|(other, _)| *other == dependency);
            if internal && !allowed.contains(&dependency.as_str()) {
                faults.push(format!("{name} must not depend on {dependency}"));
            }
            if PURE.contains(&name.as_str()) && IMPURE.contains(&dependency.as_str()) {
                faults.push(format!(
                    "{name} is pure and must not depend on {dependency}"
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn some_crates_are_for_a_few_only() {
    let mut faults = Vec::new();
    for name in members() {
        for dependency in dependencies(&name, &["dependencies"]) {
            let reserved = RESERVED.iter().find(|(it, _)| *it == dependency);
            if reserved.is_some_and(|(_, owners)| !owners.contains(&name.as_str())) {
                faults.push(format!("{name} must not depend on {dependency}"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_package_is_named_after_its_folder() {
    for name in members() {
        let package = &manifest(&name)["package"]["name"];
        let named = package.as_str().unwrap();
        assert!(
            named == format!("trunkline-{name}") || matches!(name.as_str(), "server" | "xtask"),
            "{name}/Cargo.toml calls its package {named}"
        );
    }
}

#[test]
fn files_stay_small_and_well_named() {
    let mut faults = Vec::new();
    for (shown, text) in sources("rs") {
        let limit = RATCHET
            .iter()
            .find(|(file, _)| *file == shown)
            .map_or(FILE_LIMIT, |(_, limit)| *limit);
        let length = text.lines().count();
        if limit < length {
            faults.push(format!("{shown} has {length} lines, the limit is {limit}"));
        }
        let stem = Path::new(&shown).file_stem().unwrap().to_str().unwrap();
        if BANNED_NAMES.contains(&stem) {
            faults.push(format!("{shown}: name the thing, not the drawer"));
        }
        if !text.starts_with("//!") {
            faults.push(format!("{shown} does not begin by saying what it is for"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// The only file of call control that may send a call over a trunk (S2 of the threat list).
const DIALS: &str = "call/src/call/dialing.rs";

#[test]
fn one_file_alone_dials_over_a_trunk() {
    let dials = ["Target::Trunk", "Target::Peer"];
    let faults: Vec<String> = sources("rs")
        .filter(|(shown, _)| shown.starts_with("call/src/") && shown != DIALS)
        .filter(|(_, text)| dials.iter().any(|it| text.contains(it)))
        .map(|(shown, _)| shown)
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn files_of_the_console_stay_small() {
    let mut faults = Vec::new();
    for extension in ["ts", "tsx"] {
        for (shown, text) in sources(extension) {
            let length = text.lines().count();
            let generated = text.lines().take(5).any(|line| line.contains("generated"));
            if length > WEB_LIMIT && !generated {
                faults.push(format!(
                    "{shown} has {length} lines, the limit is {WEB_LIMIT}"
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn comments_say_why_and_not_what_changed() {
    let mut faults = Vec::new();
    for (shown, text) in sources("rs") {
        for (nth, line) in text.lines().enumerate() {
            let Some(comment) = line.trim_start().strip_prefix("// ") else {
                continue;
            };
            let before = nth.checked_sub(1).and_then(|it| text.lines().nth(it));
            let continues = before.is_some_and(|it| it.trim_start().starts_with("//"));
            let narrates = NARRATING.iter().any(|word| {
                comment
                    .strip_prefix(word)
                    .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
            });
            if narrates && !continues {
                faults.push(format!("{shown}:{}: {comment}", nth + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn nothing_is_unsafe_or_unbounded() {
    let mut faults = Vec::new();
    for (shown, text) in sources("rs").filter(|(shown, _)| shown != "tests/tests/tidy.rs") {
        for (nth, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let is_unsafe = ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern"]
                .iter()
                .any(|it| code.contains(it));
            if is_unsafe && !shown.starts_with(UNSAFE) {
                faults.push(format!("{shown}:{}: unsafe belongs into net", nth + 1));
            }
            if UNBOUNDED.iter().any(|it| code.contains(it)) {
                faults.push(format!("{shown}:{}: every queue has a bound", nth + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn members() -> Vec<String> {
    let text = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let workspace: toml::Table = text.parse().unwrap();
    let members = workspace["workspace"]["members"].as_array().unwrap();
    let names = members.iter().map(|it| it.as_str().unwrap().to_owned());
    names.collect()
}

fn manifest(name: &str) -> toml::Table {
    let path = root().join(name).join("Cargo.toml");
    fs::read_to_string(path).unwrap().parse().unwrap()
}

fn dependencies(name: &str, sections: &[&str]) -> Vec<String> {
    let manifest = manifest(name);
    let tables = sections.iter().filter_map(|section| manifest.get(*section));
    tables
        .filter_map(toml::Value::as_table)
        .flat_map(|table| table.keys().cloned())
        .collect()
}

/// Every file of ours with this extension: its path in the repository and its text.
fn sources(extension: &str) -> impl Iterator<Item = (String, String)> {
    let mut found = Vec::new();
    gather(root(), extension, &mut found);
    found.into_iter().map(|path| {
        let shown = path.strip_prefix(root()).unwrap().display().to_string();
        (shown, fs::read_to_string(path).unwrap())
    })
}

fn gather(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        match path.is_dir() {
            true if matches!(name, "target" | "node_modules" | "dist") => (),
            true if name.starts_with('.') => (),
            true => gather(&path, extension, found),
            false if path.extension().is_some_and(|it| it == extension) => found.push(path),
            false => (),
        }
    }
}
