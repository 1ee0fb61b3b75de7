//! Flows within flows: what is kept of the one above while the caller walks through the one below.

use super::{Session, Turn, walk::Progress};
use crate::{Exit, Flow, limits, node::Kind};
use petgraph::graph::NodeIndex;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// The flows of an enterprise that take calls, by name.
#[derive(Debug, Default)]
pub struct Flows(BTreeMap<String, Arc<Flow>>);

impl Flows {
    /// A flow by its name.
    pub fn get(&self, name: &str) -> Option<&Arc<Flow>> {
        self.0.get(name)
    }
}

impl FromIterator<Arc<Flow>> for Flows {
    fn from_iter<T: IntoIterator<Item = Arc<Flow>>>(flows: T) -> Self {
        let named = flows.into_iter().map(|flow| (flow.name.clone(), flow));
        Self(named.collect())
    }
}

/// The way into another flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Descent {
    /// Its name.
    pub(crate) flow: String,
    /// Its variables that are given values, and whether those are secret.
    pub(crate) inputs: Vec<(String, String, bool)>,
    /// Whether it comes back.
    pub(crate) returns: bool,
}

/// A flow that waits for the one that it has entered.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) flow: Arc<Flow>,
    pub(super) at: NodeIndex,
    pub(super) variables: BTreeMap<String, String>,
    pub(super) sensitive: BTreeSet<String>,
}

/// A [`Frame`] as it is kept across a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SavedFrame {
    pub(super) flow: String,
    pub(super) node: String,
    pub(super) variables: BTreeMap<String, String>,
    pub(super) sensitive: BTreeSet<String>,
}

impl Frame {
    pub(super) fn id(&self) -> &str {
        &self.flow.node(self.at).id
    }

    pub(super) fn save(&self) -> SavedFrame {
        SavedFrame {
            flow: self.flow.name.clone(),
            node: self.id().to_owned(),
            variables: self.variables.clone(),
            sensitive: self.sensitive.clone(),
        }
    }
}

impl Session {
    /// Enters another flow.
    pub(super) fn descend(&mut self, now: Duration, descent: Descent) -> Turn {
        let found = self.flows.get(&descent.flow).cloned();
        let Some(flow) = found.filter(|_| self.above.len() < limits::DEPTH) else {
            let reason = if self.above.len() < limits::DEPTH {
                "no flow of this name takes calls"
            } else {
                "the flows enter one another too deeply"
            };
            self.note_unreadable(reason, descent.flow);
            return Turn::Leave(Exit::Error);
        };
        if !descent.returns {
            self.note_left("left");
        }
        let below = self.caller.below(&flow);
        let variables = std::mem::replace(&mut self.caller.variables, below);
        let sensitive = std::mem::take(&mut self.caller.sensitive);
        let above = std::mem::replace(&mut self.flow, flow);
        if descent.returns {
            self.above.push(Frame {
                flow: above,
                at: self.at,
                variables,
                sensitive,
            });
        }
        for (name, value, is_secret) in descent.inputs {
            self.walk(now).assign(&name, value, is_secret);
        }
        self.at = self.flow.start;
        self.enter(now)
    }

    /// Goes back to the flow above with a result; the exit of its node.
    pub(super) fn come_up(&mut self, now: Duration, result: &str) -> Turn {
        self.note_left(result);
        let Some(frame) = self.above.pop() else {
            self.hang_up();
            return Turn::Stay;
        };
        let left = std::mem::replace(&mut self.caller.variables, frame.variables);
        let secret = std::mem::replace(&mut self.caller.sensitive, frame.sensitive);
        self.flow = frame.flow;
        self.at = frame.at;
        self.progress = Progress::default();
        let flow = Arc::clone(&self.flow);
        let Kind::Subflow(node) = &flow.node(self.at).kind else {
            return Turn::GiveUp;
        };
        let locale = self.caller.locale;
        let mut walk = self.walk(now);
        walk.speak(locale);
        for (name, source) in &node.outputs {
            let value = left.get(source).cloned().unwrap_or_default();
            walk.assign(name, value, secret.contains(source));
        }
        Turn::Leave(node.exit_of(result))
    }
}
