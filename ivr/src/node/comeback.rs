//! `return`: ends this flow and goes back to the one that entered it.

use super::Turn;
use crate::check::Inspection;
use serde::{Deserialize, Serialize};

/// Goes back with a result; where no flow entered this one, the call ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Return {
    /// The result: the exit by which the other flow goes on.
    #[serde(default = "default_result")]
    pub result: String,
}

impl Return {
    pub(super) fn check(&self, inspection: &mut Inspection<'_>) {
        inspection.name("result", &self.result);
    }

    pub(super) fn enter(&self) -> Turn {
        Turn::Return(self.result.clone())
    }
}

fn default_result() -> String {
    "ok".to_owned()
}
