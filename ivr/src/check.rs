//! Everything that keeps a flow from being published, found in one pass.

mod inspection;
mod wiring;

use crate::{Document, Flow, Locale, Problem, Voices, limits, node::Kind, problem::hint};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

pub(crate) use inspection::Inspection;

/// The variables that every call has; a flow reads them and does not set them.
const CALL_VARIABLES: [&str; 4] = ["caller", "called", "trunk_number", "language"];

/// What a flow may refer to.
#[derive(Debug, Clone)]
pub struct Resources<'a> {
    /// The installed voices; the checked flow keeps them.
    pub voices: &'a Arc<Voices>,
    /// The names of the enterprise's queues.
    pub queues: BTreeSet<String>,
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
    let wired = wiring::wire(document, &mut problems);
    match wired {
        Some((graph, start)) if problems.0.is_empty() => Ok(Flow {
            name: document.name.clone(),
            language: document.language,
            variables: document.variables.clone(),
            graph,
            start,
            voices: Arc::clone(resources.voices),
        }),
        _ => Err(problems.0),
    }
}

/// What the nodes are checked against.
struct Scope<'a> {
    voices: &'a Voices,
    queues: &'a BTreeSet<String>,
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
        let mut languages = BTreeMap::from([(document.language, None)]);
        for (id, node) in &document.nodes {
            match &node.kind {
                Kind::Collect(node) => variables.extend([node.variable.as_str()]),
                Kind::Set(node) => variables.extend([node.variable.as_str()]),
                Kind::Stream(node) => variables.extend([node.handoff_variable.as_str()]),
                Kind::Language(node) => {
                    languages.entry(node.language).or_insert(Some(id.as_str()));
                }
                Kind::Agent(_)
                | Kind::Branch(_)
                | Kind::Hangup(_)
                | Kind::Menu(_)
                | Kind::Number(_)
                | Kind::Play(_)
                | Kind::Queue(_)
                | Kind::Voicemail(_) => {}
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
        if CALL_VARIABLES.contains(&name.as_str()) {
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

#[cfg(test)]
mod tests;
