//! `subflow`: walks through another flow, and comes back or stays there.

use super::{Turn, Walk};
use crate::session::Descent;
use crate::{Exit, Template, check::Inspection, limits};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Enters another flow of the enterprise, in the version that is live when the call begins.
///
/// The other flow has variables of its own: it sees what it is given, and what it leaves is taken
/// over by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subflow {
    /// The flow's name.
    pub flow: String,
    /// What its variables begin with, variables of this flow filled in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inputs: BTreeMap<String, Template>,
    /// Variables of this flow, and the variables of the other that they take at its end.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, String>,
    /// The results, beside `ok`, with which it comes back; each is an exit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<String>,
    /// Whether it comes back at all.
    #[serde(default = "super::yes")]
    pub returns: bool,
}

impl Subflow {
    pub(super) fn exits(&self) -> Vec<Exit> {
        if !self.returns {
            return vec![Exit::Error];
        }
        let results = self.results.iter().cloned().map(Exit::Case);
        [Exit::Ok]
            .into_iter()
            .chain(results)
            .chain([Exit::Error])
            .collect()
    }

    pub(super) fn check(&self, inspection: &mut Inspection<'_>) {
        inspection.flow("flow", &self.flow);
        for (path, count) in [
            ("inputs", self.inputs.len()),
            ("outputs", self.outputs.len()),
            ("results", self.results.len()),
        ] {
            if count > limits::CASES {
                let message = format_args!("there are at most {}", limits::CASES);
                inspection.blame("too_many", path, message);
            }
        }
        for (name, value) in &self.inputs {
            let path = format!("inputs.{name}");
            inspection.assigned(&path, name);
            inspection.template(&path, value);
        }
        for (name, source) in &self.outputs {
            let path = format!("outputs.{name}");
            inspection.assigned(&path, name);
            inspection.assigned(&path, source);
        }
        let mut names = BTreeSet::from(["ok", "error", "default"]);
        for (index, result) in self.results.iter().enumerate() {
            let path = format!("results[{index}]");
            inspection.name(&path, result);
            if !names.insert(result) {
                let message = format_args!("there is an exit {result:?} already");
                inspection.blame("duplicate_exit", &path, message);
            }
        }
        let takes = !self.outputs.is_empty() || !self.results.is_empty();
        if takes && !self.returns {
            inspection.blame(
                "bad_value",
                "returns",
                "a flow that does not come back has neither results nor outputs",
            );
        }
    }

    pub(super) fn enter(&self, walk: &Walk<'_>) -> Turn {
        let inputs = self.inputs.iter().map(|(name, value)| {
            let sensitive = walk.is_sensitive(value);
            (name.clone(), walk.fill(value), sensitive)
        });
        Turn::Descend(Descent {
            flow: self.flow.clone(),
            inputs: inputs.collect(),
            returns: self.returns,
        })
    }

    /// The exit of a result that the other flow came back with; one that is not known here is an error.
    pub(crate) fn exit_of(&self, result: &str) -> Exit {
        match result {
            "ok" => Exit::Ok,
            known if self.results.iter().any(|it| it == known) => Exit::Case(known.to_owned()),
            _ => Exit::Error,
        }
    }
}
