//! The edges: known ends, known exits, every exit wired, every node reachable, no cycle that spins.

use super::Problems;
use crate::{Document, Exit, flow::FlowNode, problem::hint};
use petgraph::{
    algo::kosaraju_scc,
    graph::{DiGraph, NodeIndex},
    visit::{Bfs, EdgeFiltered, EdgeRef},
};
use std::collections::{BTreeMap, BTreeSet};

/// The exit name that stands for every exit without an edge of its own.
const DEFAULT: &str = "default";

/// The exits of a node that lead somewhere.
type Wires<'a> = BTreeMap<&'a str, &'a str>;

/// Builds the graph; `None` when there is no node to start at.
pub(super) fn wire(
    document: &Document,
    problems: &mut Problems,
) -> Option<(DiGraph<FlowNode, Exit>, NodeIndex)> {
    let wires = read_edges(document, problems);
    let mut graph = DiGraph::new();
    let mut indices = BTreeMap::new();
    for (id, node) in &document.nodes {
        let index = graph.add_node(FlowNode {
            id: id.clone(),
            kind: node.kind.clone(),
        });
        indices.insert(id.as_str(), index);
    }
    for (id, node) in &document.nodes {
        let wires = wires.get(id.as_str());
        let target = |exit: &str| {
            let to = wires?.get(exit)?;
            indices.get(to).copied()
        };
        let declared = |exit: &str| wires.is_some_and(|wires| wires.contains_key(exit));
        for exit in node.kind.exits() {
            let name = exit.to_string();
            if let Some(to) = target(&name) {
                graph.add_edge(indices[id.as_str()], to, exit);
            } else if !declared(&name) && declared(DEFAULT) {
                if let Some(to) = target(DEFAULT) {
                    graph.add_edge(indices[id.as_str()], to, exit);
                }
            } else if !declared(&name) {
                let message = format_args!("exit {name:?} leads nowhere");
                problems.add(Some(id), "unwired_exit", &format!("nodes.{id}"), message);
            }
        }
        for exit in node.kind.optional_exits() {
            if let Some(to) = target(&exit.to_string()) {
                graph.add_edge(indices[id.as_str()], to, exit);
            }
        }
    }
    let start = indices.get(document.start.as_str()).copied()?;
    find_unreachable(&graph, start, problems);
    find_spinning_cycles(&graph, problems);
    Some((graph, start))
}

fn read_edges<'a>(document: &'a Document, problems: &mut Problems) -> BTreeMap<&'a str, Wires<'a>> {
    let mut wires = BTreeMap::<&str, Wires<'_>>::new();
    let ids = || document.nodes.keys().map(String::as_str);
    for (index, edge) in document.edges.iter().enumerate() {
        let path = |field: &str| format!("edges[{index}].{field}");
        let node = document.nodes.get(&edge.from);
        let blamed = node.map(|_| edge.from.as_str());
        if !document.nodes.contains_key(&edge.to) {
            let message = format_args!("there is no node {:?}{}", edge.to, hint(&edge.to, ids()));
            problems.add(blamed, "unknown_node", &path("to"), message);
        }
        let Some(node) = node else {
            let hint = hint(&edge.from, ids());
            let message = format_args!("there is no node {:?}{hint}", edge.from);
            problems.add(None, "unknown_node", &path("from"), message);
            continue;
        };
        let mut names: BTreeSet<_> = node.kind.exits().iter().map(Exit::to_string).collect();
        if !names.is_empty() {
            names.insert(DEFAULT.to_owned());
        }
        names.extend(node.kind.optional_exits().iter().map(Exit::to_string));
        if !names.contains(&edge.exit) {
            let hint = hint(&edge.exit, names.iter().map(String::as_str));
            let message = format_args!("{:?} has no exit {:?}{hint}", edge.from, edge.exit);
            problems.add(blamed, "unknown_exit", &path("exit"), message);
        }
        let wires = wires.entry(&edge.from).or_default();
        if wires.insert(&edge.exit, &edge.to).is_some() {
            let message = format_args!("exit {:?} has two edges", edge.exit);
            problems.add(blamed, "duplicate_edge", &path("exit"), message);
        }
    }
    wires
}

fn find_unreachable(graph: &DiGraph<FlowNode, Exit>, start: NodeIndex, problems: &mut Problems) {
    let mut reached = BTreeSet::new();
    let mut walk = Bfs::new(graph, start);
    while let Some(node) = walk.next(graph) {
        reached.insert(node);
    }
    for node in graph.node_indices().filter(|node| !reached.contains(node)) {
        let id = &graph[node].id;
        let message = "no way leads here from the start";
        problems.add(Some(id), "unreachable", &format!("nodes.{id}"), message);
    }
}

/// A cycle without a node that waits would walk in circles without the caller's doing.
fn find_spinning_cycles(graph: &DiGraph<FlowNode, Exit>, problems: &mut Problems) {
    let busy = EdgeFiltered::from_fn(graph, |edge| {
        !graph[edge.source()].kind.waits() && !graph[edge.target()].kind.waits()
    });
    for component in kosaraju_scc(&busy) {
        let head = component[0];
        if component.len() == 1 && !busy_self_loop(graph, head) {
            continue;
        }
        let mut ids: Vec<_> = component
            .iter()
            .map(|node| graph[*node].id.as_str())
            .collect();
        ids.sort_unstable();
        let message = format_args!(
            "these nodes go round in a circle without waiting for the caller: {}",
            ids.join(", ")
        );
        problems.add(
            Some(ids[0]),
            "endless_cycle",
            &format!("nodes.{}", ids[0]),
            message,
        );
    }
}

fn busy_self_loop(graph: &DiGraph<FlowNode, Exit>, node: NodeIndex) -> bool {
    !graph[node].kind.waits() && graph.contains_edge(node, node)
}
