//! Everything that keeps a flow from being published, found in one pass.

mod inspection;
mod spoken;
mod wiring;

use crate::{
    Document, Engines, Flow, Locale, Problem, Speakers, Voices, limits, node::Kind, problem::hint,
};
use jiff::tz::TimeZone;
use model::TimeScheme;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

pub(crate) use inspection::Inspection;

/// The variables that every call has; a flow reads them and does not set them.
pub(crate) const CALL_VARIABLES: [&str; 4] = ["caller", "called", "trunk_number", "language"];
/// The time when a node is entered, where the enterprise is: `2026-11-23`, `09:05`, and 1 for Monday to 7.
pub(crate) const TIME_VARIABLES: [&str; 3] = ["now.date", "now.time", "now.weekday"];

/// What a flow may refer to.
#[derive(Debug, Clone)]
pub struct Resources<'a> {
    /// The installed voices; the checked flow keeps them.
    pub voices: &'a Arc<Voices>,
    /// The names of the enterprise's queues.
    pub queues: BTreeSet<String>,
    /// The names of the enterprise's sounds.
    pub sounds: BTreeSet<String>,
    /// The speech engines of the server; without them every one is taken to exist.
    pub engines: Option<Engines>,
    /// The names of the enterprise's other flows.
    pub flows: BTreeSet<String>,
    /// The enterprise's time schemes by their names; the checked flow keeps them.
    pub schemes: Arc<BTreeMap<String, TimeScheme>>,
    /// Where the enterprise is.
    pub zone: TimeZone,
}

impl<'a> Resources<'a> {
    /// Voices, and nothing else.
    pub fn new(voices: &'a Arc<Voices>) -> Self {
        Self {
            voices,
            queues: BTreeSet::new(),
            sounds: BTreeSet::new(),
            engines: None,
            flows: BTreeSet::new(),
            schemes: Arc::default(),
            zone: TimeZone::UTC,
        }
    }
}

/// Checks a document and builds the flow that calls can enter.
///
/// # Errors
///
/// Every problem at once: those of the whole flow, those of its nodes, those of its edges.
pub fn check(document: &Document, resources: &Resources<'_>) -> Result<Flow, Vec<Problem>> {
    let mut problems = Problems::default();
    check_header(document, &mut problems);
    let scope = Scope::new(document, resources, &mut problems);
    for (id, node) in &document.nodes {
        let mut inspection = Inspection::new(id, &scope, &mut problems);
        inspection.name("", id);
        if let Some(position) = &node.position {
            inspection.position("position", position);
        }
        node.kind.check(&mut inspection);
    }
    spoken::check(document, &scope, &mut problems);
    let wired = wiring::wire(document, &mut problems);
    match wired {
        Some((graph, start)) if problems.0.is_empty() => Ok(Flow {
            name: document.name.clone(),
            language: document.language,
            variables: document.variables.clone(),
            speech: document.speech.clone(),
            spoken: spoken::spoken(document, &scope.locales),
            graph,
            start,
            voices: Arc::clone(resources.voices),
            schemes: Arc::clone(&resources.schemes),
            clock: tells_time(document).then(|| resources.zone.clone()),
            zone: resources.zone.clone(),
        }),
        _ => Err(problems.0),
    }
}

/// What the nodes are checked against.
struct Scope<'a> {
    voices: &'a Voices,
    queues: &'a BTreeSet<String>,
    sounds: &'a BTreeSet<String>,
    engines: Option<&'a Engines>,
    speakers: &'a Speakers,
    flows: &'a BTreeSet<String>,
    schemes: &'a BTreeMap<String, TimeScheme>,
    variables: BTreeSet<&'a str>,
    /// The languages the flow speaks that have a voice.
    locales: BTreeSet<Locale>,
}

/// The problems found so far, bounded.
#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn add(
        &mut self,
        node: Option<&str>,
        code: &'static str,
        path: &str,
        message: impl fmt::Display,
    ) {
        if self.0.len() < limits::PROBLEMS {
            self.0.push(Problem {
                node: node.map(str::to_owned),
                code,
                path: path.to_owned(),
                message: message.to_string(),
            });
        }
    }
}

impl<'a> Scope<'a> {
    fn new(document: &'a Document, resources: &'a Resources<'_>, problems: &mut Problems) -> Self {
        let mut variables: BTreeSet<_> = document.variables.keys().map(String::as_str).collect();
        variables.extend(CALL_VARIABLES);
        variables.extend(TIME_VARIABLES);
        let mut languages = BTreeMap::from([(document.language, None)]);
        for (id, node) in &document.nodes {
            variables.extend(node.kind.assigns());
            if let Kind::Language(node) = &node.kind {
                languages.entry(node.language).or_insert(Some(id.as_str()));
            }
        }
        languages.retain(|locale, node| {
            let spoken = resources.voices.speaks(*locale);
            if !spoken {
                let path = node.map_or("language".to_owned(), |id| format!("nodes.{id}.language"));
                let message = format_args!("no voice is installed for {locale}");
                problems.add(*node, "no_voice", &path, message);
            }
            spoken
        });
        Self {
            voices: resources.voices,
            queues: &resources.queues,
            sounds: &resources.sounds,
            engines: resources.engines.as_ref(),
            speakers: &document.speech,
            flows: &resources.flows,
            schemes: &resources.schemes,
            variables,
            locales: languages.into_keys().collect(),
        }
    }
}

fn check_header(document: &Document, problems: &mut Problems) {
    if document.name.trim().is_empty() || document.name.chars().count() > limits::NAME_CHARS {
        let message = format_args!("a flow's name has 1 to {} characters", limits::NAME_CHARS);
        problems.add(None, "bad_name", "name", message);
    }
    let counts = [
        ("nodes", document.nodes.len(), limits::NODES),
        ("edges", document.edges.len(), limits::EDGES),
        ("variables", document.variables.len(), limits::VARIABLES),
    ];
    for (path, count, most) in counts {
        if count > most {
            let message = format_args!("a flow has at most {most} {path}, this one has {count}");
            problems.add(None, "too_many", path, message);
        }
    }
    for (name, value) in &document.variables {
        let path = format!("variables.{name}");
        if is_reserved(name) {
            let message = format_args!("{name:?} is set by the call");
            problems.add(None, "reserved_variable", &path, message);
        } else if !crate::template::is_variable_name(name)
            || name.chars().count() > limits::NAME_CHARS
        {
            let message = format_args!("{name:?} is not a variable name");
            problems.add(None, "bad_name", &path, message);
        }
        if value.chars().count() > limits::TEXT_CHARS {
            let message = format_args!("a value has at most {} characters", limits::TEXT_CHARS);
            problems.add(None, "too_long", &path, message);
        }
    }
    if !document.nodes.contains_key(&document.start) {
        let hint = hint(&document.start, document.nodes.keys().map(String::as_str));
        let message = format_args!("there is no node {:?}{hint}", document.start);
        problems.add(None, "unknown_start", "start", message);
    }
}

/// Whether a flow may only read it.
fn is_reserved(name: &str) -> bool {
    CALL_VARIABLES.contains(&name) || TIME_VARIABLES.contains(&name)
}

/// Whether a name of the time stands anywhere in it.
fn tells_time(document: &Document) -> bool {
    let text = document.to_json();
    TIME_VARIABLES.iter().any(|name| text.contains(name))
}

#[cfg(test)]
mod tests;
