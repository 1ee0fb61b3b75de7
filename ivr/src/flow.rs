//! A checked flow: every node reachable, every exit leads somewhere, everything it says can be said.

use crate::{Locale, Voices, node::Kind};
use petgraph::graph::{DiGraph, NodeIndex};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// A flow that has passed every check and may take calls.
#[derive(Debug)]
pub struct Flow {
    name: String,
    language: Locale,
    variables: BTreeMap<String, String>,
    graph: DiGraph<Step, Exit>,
    start: NodeIndex,
    voices: Arc<Voices>,
}

/// A node of the checked graph.
#[derive(Debug)]
struct Step {
    id: String,
    kind: Kind,
}

/// The way out of a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Exit {
    /// Nobody is free and nobody will be.
    NoAgent,
    /// Done.
    Ok,
}
