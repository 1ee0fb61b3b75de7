//! What a test may hold, said so that its author finds the place.

use super::{Deed, Expectation, Test};
use crate::{limits, session::is_key};

/// A part of a test that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, as in `do[2].press`.
    pub path: String,
    /// What is wrong, and what is allowed.
    pub message: String,
}

impl Expectation {
    /// Whether it compares nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Test {
    /// What keeps the test from being kept: what [`Self::faults_of_call`] lists, its name, and an expectation of nothing.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = self.faults_of_call();
        let length = self.name.trim().chars().count();
        if !(1..=limits::TEST_NAME_CHARS).contains(&length) {
            let allowed = limits::TEST_NAME_CHARS;
            faults.push(fault(
                "name",
                format!("a name has 1 to {allowed} characters"),
            ));
        }
        if self.expect.is_empty() {
            let message = "nothing is expected; name path, heard, variables or end";
            faults.push(fault("expect", message.to_owned()));
        }
        let rows = [("path", &self.expect.path), ("heard", &self.expect.heard)];
        for (name, row) in rows {
            if row.as_ref().map_or(0, Vec::len) > limits::TRACED_CLIPS {
                let allowed = limits::TRACED_CLIPS;
                let message = format!("at most {allowed} are compared");
                faults.push(fault(&format!("expect.{name}"), message));
            }
        }
        faults
    }

    /// What keeps the call from being played.
    pub fn faults_of_call(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.deeds.len() > limits::DEEDS {
            let allowed = limits::DEEDS;
            faults.push(fault(
                "do",
                format!("a caller does at most {allowed} things"),
            ));
        }
        for (at, deed) in self.deeds.iter().take(limits::DEEDS).enumerate() {
            let (name, keys) = match deed {
                Deed::Press(keys) => ("press", keys),
                Deed::Interrupt(keys) => ("interrupt", keys),
                Deed::HangUp | Deed::Silence(_) => continue,
            };
            if !(1..=limits::PRESSED).contains(&keys.len())
                || !keys.chars().all(|key| is_key(key.to_ascii_uppercase()))
            {
                let message = format!(
                    "{:?} is not 1 to {} keys of 0-9, *, # and A-D",
                    keys.chars().take(limits::NAME_CHARS).collect::<String>(),
                    limits::PRESSED
                );
                faults.push(fault(&format!("do[{at}].{name}"), message));
            }
        }
        for (name, text) in [("caller", &self.caller), ("called", &self.called)] {
            faults.extend(too_long(name, text));
        }
        if self.variables.len() > limits::VARIABLES {
            let allowed = limits::VARIABLES;
            faults.push(fault("variables", format!("at most {allowed} are given")));
        }
        for (name, text) in &self.variables {
            faults.extend(too_long(&format!("variables.{name}"), text));
        }
        for (name, count) in [
            ("away", self.away.len()),
            ("answers", self.answers.len()),
            ("queues", self.queues.len()),
        ] {
            if count > limits::NODES {
                let allowed = limits::NODES;
                faults.push(fault(name, format!("at most {allowed} are named")));
            }
        }
        faults.truncate(limits::PROBLEMS);
        faults
    }
}

fn too_long(path: &str, text: &str) -> Option<Fault> {
    let allowed = limits::TEXT_CHARS;
    (text.chars().count() > allowed)
        .then(|| fault(path, format!("a value has at most {allowed} characters")))
}

fn fault(path: &str, message: String) -> Fault {
    Fault {
        path: path.to_owned(),
        message,
    }
}
