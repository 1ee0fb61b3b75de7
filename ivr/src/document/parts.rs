//! Reads a document part by part, so that every unreadable part is reported at once.

use super::{
    Document, Edge, Node,
    reader::{ReadError, read},
    tree::Tree,
};
use crate::{Locale, Problem, limits, node::Kind, problem::hint, utterance::Speakers};
use serde::de::{DeserializeOwned, Error as _};
use std::collections::BTreeMap;

const FIELDS: [&str; 7] = [
    "name",
    "language",
    "variables",
    "speech",
    "start",
    "nodes",
    "edges",
];

/// Makes the typed document of a file's values.
pub(super) fn read_document(tree: Tree) -> Result<Document, Vec<Problem>> {
    let Tree::Map(entries) = tree else {
        let error = ReadError::new("bad_value", "a flow file is an object");
        return Err(vec![problem(None, "", &error)]);
    };
    let mut parts = Parts::default();
    for (field, value) in entries {
        parts.take(&field, value);
    }
    parts.finish()
}

#[derive(Default)]
struct Parts {
    name: Option<String>,
    language: Option<Locale>,
    variables: BTreeMap<String, String>,
    speech: Speakers,
    start: Option<String>,
    nodes: Option<BTreeMap<String, Node>>,
    edges: Vec<Edge>,
    seen: Vec<String>,
    problems: Vec<Problem>,
}

impl Parts {
    fn take(&mut self, field: &str, value: Tree) {
        self.seen.push(field.to_owned());
        match field {
            "name" => self.name = self.value(field, &value),
            "language" => self.language = self.value(field, &value),
            "variables" => self.variables = self.value(field, &value).unwrap_or_default(),
            "speech" => self.speech = self.value(field, &value).unwrap_or_default(),
            "start" => self.start = self.value(field, &value),
            "nodes" => self.nodes = Some(self.nodes(value)),
            "edges" => self.edges = self.edges(&value),
            _ => {
                let error = ReadError::new(
                    "unknown_field",
                    format_args!(
                        "unknown field {field:?}{}, expected one of: {}",
                        hint(field, FIELDS),
                        FIELDS.join(", ")
                    ),
                );
                self.blame(None, field, &error);
            }
        }
    }

    fn finish(mut self) -> Result<Document, Vec<Problem>> {
        for field in ["name", "language", "start", "nodes"] {
            if !self.seen.iter().any(|seen| seen == field) {
                self.blame(None, "", &ReadError::missing_field(field));
            }
        }
        match (self.name, self.language, self.start, self.nodes) {
            (Some(name), Some(language), Some(start), Some(nodes)) if self.problems.is_empty() => {
                Ok(Document {
                    name,
                    language,
                    variables: self.variables,
                    speech: self.speech,
                    start,
                    nodes,
                    edges: self.edges,
                })
            }
            _ => Err(self.problems),
        }
    }

    fn value<T: DeserializeOwned>(&mut self, path: &str, value: &Tree) -> Option<T> {
        read(value)
            .map_err(|error| self.blame(None, path, &error))
            .ok()
    }

    fn nodes(&mut self, value: Tree) -> BTreeMap<String, Node> {
        let Tree::Map(entries) = value else {
            let error = ReadError::new("bad_value", "nodes are an object of id and node");
            self.blame(None, "nodes", &error);
            return BTreeMap::new();
        };
        let mut nodes = BTreeMap::new();
        for (id, value) in entries {
            match read_node(value) {
                Ok(node) => {
                    nodes.insert(id, node);
                }
                Err(error) => {
                    let path = format!("nodes.{id}");
                    self.blame(Some(id), &path, &error);
                }
            }
        }
        nodes
    }

    fn edges(&mut self, value: &Tree) -> Vec<Edge> {
        let Tree::List(values) = value else {
            let error = ReadError::new("bad_value", "edges are a list");
            self.blame(None, "edges", &error);
            return Vec::new();
        };
        values
            .iter()
            .enumerate()
            .filter_map(|(index, value)| self.value(&format!("edges[{index}]"), value))
            .collect()
    }

    fn blame(&mut self, node: Option<String>, path: &str, error: &ReadError) {
        if self.problems.len() < limits::PROBLEMS {
            self.problems.push(problem(node, path, error));
        }
    }
}

fn problem(node: Option<String>, path: &str, error: &ReadError) -> Problem {
    Problem {
        node,
        code: error.code,
        path: error.path(path),
        message: error.message.clone(),
    }
}

fn read_node(value: Tree) -> Result<Node, ReadError> {
    let Tree::Map(mut entries) = value else {
        return Err(ReadError::new("bad_value", "a node is an object"));
    };
    let kind = take(&mut entries, "kind").ok_or_else(|| ReadError::missing_field("kind"))?;
    let kind: String = read(&kind).map_err(|error| error.in_field("kind"))?;
    let position = take(&mut entries, "position")
        .map(|position| read(&position).map_err(|error| error.in_field("position")))
        .transpose()?;
    let kind = read_kind(&kind, &Tree::Map(entries))?;
    Ok(Node { kind, position })
}

fn take(entries: &mut Vec<(String, Tree)>, field: &str) -> Option<Tree> {
    let index = entries.iter().position(|(name, _)| name == field)?;
    Some(entries.remove(index).1)
}

fn read_kind(kind: &str, fields: &Tree) -> Result<Kind, ReadError> {
    Ok(match kind {
        "agent" => Kind::Agent(read(fields)?),
        "branch" => Kind::Branch(read(fields)?),
        "collect" => Kind::Collect(read(fields)?),
        "hangup" => Kind::Hangup(read(fields)?),
        "http" => Kind::Http(read(fields)?),
        "language" => Kind::Language(read(fields)?),
        "menu" => Kind::Menu(read(fields)?),
        "number" => Kind::Number(read(fields)?),
        "play" => Kind::Play(read(fields)?),
        "queue" => Kind::Queue(read(fields)?),
        "queue_state" => Kind::QueueState(read(fields)?),
        "return" => Kind::Return(read(fields)?),
        "schedule" => Kind::Schedule(read(fields)?),
        "set" => Kind::Set(read(fields)?),
        "stream" => Kind::Stream(read(fields)?),
        "subflow" => Kind::Subflow(read(fields)?),
        "survey" => Kind::Survey(read(fields)?),
        "voicemail" => Kind::Voicemail(read(fields)?),
        _ => {
            let error = ReadError::new(
                "unknown_kind",
                format_args!(
                    "unknown kind {kind:?}{}, expected one of: {}",
                    hint(kind, Kind::NAMES),
                    Kind::NAMES.join(", ")
                ),
            );
            return Err(error.in_field("kind"));
        }
    })
}
