//! What the editor saves: nodes with their places on the canvas, and the edges between them.

mod parts;
mod reader;
mod tree;

use crate::{Item, Locale, Problem, limits, node::Kind, utterance::Speakers};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use tree::Tree;

/// A flow file. It may be wrong in every way that [`crate::check`] finds; it is kept as its author typed it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Document {
    /// The flow's name, unique in the enterprise.
    pub name: String,
    /// The language it begins with.
    pub language: Locale,
    /// Its variables with the values they begin with.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
    /// Who speaks which language where an item does not say it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub speech: Speakers,
    /// The node a call enters.
    pub start: String,
    /// The nodes by their ids.
    pub nodes: BTreeMap<String, Node>,
    /// Which exit leads where.
    pub edges: Vec<Edge>,
}

/// One step of a flow.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Node {
    /// What it does.
    #[serde(flatten)]
    pub kind: Kind,
    /// Where it stands on the canvas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

/// A place on the editor's canvas.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// To the right.
    pub x: f64,
    /// Down.
    pub y: f64,
}

/// A wire from a node's exit to a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edge {
    /// The node that is left.
    pub from: String,
    /// The exit's name; `default` stands for every exit of the node that has no edge of its own.
    pub exit: String,
    /// The node that is entered.
    pub to: String,
}

impl Document {
    /// Reads a JSON flow file.
    ///
    /// # Errors
    ///
    /// Every unreadable part with its path.
    pub fn from_json(text: &str) -> Result<Self, Vec<Problem>> {
        check_size(text)?;
        let tree = serde_json::from_str(text).map_err(|error| vec![syntax(&error)])?;
        parts::read_document(tree)
    }

    /// Reads a YAML flow file.
    ///
    /// # Errors
    ///
    /// Every unreadable part with its path.
    pub fn from_yaml(text: &str) -> Result<Self, Vec<Problem>> {
        check_size(text)?;
        // Names such as `yes`, `no` and `on` are texts, as in YAML 1.2.
        let options = serde_saphyr::options! { strict_booleans: true };
        let tree = serde_saphyr::from_str_with_options(text, options)
            .map_err(|error| vec![syntax(&error)])?;
        parts::read_document(tree)
    }

    /// Writes the flow file as JSON.
    ///
    /// # Panics
    ///
    /// Never: every key is a text.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a document has only text keys")
    }

    /// The time schemes that it looks at.
    pub fn schemes(&self) -> impl Iterator<Item = &str> {
        self.kinds().filter_map(Kind::scheme)
    }

    /// The flows that it enters.
    pub fn flows(&self) -> impl Iterator<Item = &str> {
        self.kinds().filter_map(Kind::flow)
    }

    /// The queues that it puts callers into, or looks at.
    pub fn queues(&self) -> impl Iterator<Item = &str> {
        self.kinds().filter_map(Kind::queue)
    }

    /// The enterprise's sounds that it plays.
    pub fn sounds(&self) -> impl Iterator<Item = &str> {
        self.kinds()
            .flat_map(Kind::says)
            .filter_map(|item| match item {
                Item::Sound { sound } => Some(sound.as_str()),
                Item::Clip { .. } | Item::Pause(_) | Item::Say { .. } | Item::Tts(_) => None,
            })
    }

    fn kinds(&self) -> impl Iterator<Item = &Kind> {
        self.nodes.values().map(|node| &node.kind)
    }

    /// Identifies what the flow does: SHA-256 over everything but the places on the canvas and the order of the edges.
    ///
    /// # Panics
    ///
    /// Never: every key is a text.
    pub fn semantic_hash(&self) -> [u8; 32] {
        #[derive(Serialize)]
        struct Meaning<'a> {
            name: &'a str,
            language: Locale,
            variables: &'a BTreeMap<String, String>,
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            speech: &'a Speakers,
            start: &'a str,
            nodes: BTreeMap<&'a str, &'a Kind>,
            edges: BTreeSet<&'a Edge>,
        }
        let meaning = Meaning {
            name: &self.name,
            language: self.language,
            variables: &self.variables,
            speech: &self.speech,
            start: &self.start,
            nodes: self
                .nodes
                .iter()
                .map(|(id, node)| (id.as_str(), &node.kind))
                .collect(),
            edges: self.edges.iter().collect(),
        };
        let text = serde_json::to_vec(&meaning).expect("a document has only text keys");
        Sha256::digest(text).into()
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tree = Tree::deserialize(deserializer)?;
        parts::read_document(tree).map_err(|problems| {
            let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
            D::Error::custom(lines.join("; "))
        })
    }
}

fn check_size(text: &str) -> Result<(), Vec<Problem>> {
    if text.len() <= limits::DOCUMENT_BYTES {
        return Ok(());
    }
    Err(vec![Problem {
        node: None,
        code: "document_too_long",
        path: String::new(),
        message: format!("a flow file has at most {} bytes", limits::DOCUMENT_BYTES),
    }])
}

fn syntax(error: &impl ToString) -> Problem {
    Problem {
        node: None,
        code: "syntax",
        path: String::new(),
        message: error.to_string(),
    }
}

#[cfg(test)]
mod tests;
