//! What the editor saves: nodes with their places on the canvas, and the edges between them.

use crate::{Locale, Problem, node::Kind};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

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
        let _ = text;
        todo!()
    }

    /// Reads a YAML flow file.
    ///
    /// # Errors
    ///
    /// Every unreadable part with its path.
    pub fn from_yaml(text: &str) -> Result<Self, Vec<Problem>> {
        let _ = text;
        todo!()
    }

    /// Writes the flow file as JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a document has only text keys")
    }

    /// Identifies what the flow does: SHA-256 over everything but the places on the canvas and the order of the edges.
    pub fn semantic_hash(&self) -> [u8; 32] {
        todo!()
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let _ = deserializer;
        todo!()
    }
}
