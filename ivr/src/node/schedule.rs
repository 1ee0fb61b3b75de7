//! `schedule`: leaves by what a time scheme says of this moment.

use super::{Turn, Walk};
use crate::{Exit, check::Inspection};
use model::Opening;
use serde::{Deserialize, Serialize};

/// Looks at a time scheme (时间方案) of the enterprise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// The scheme's name.
    pub scheme: String,
}

impl Schedule {
    pub(super) fn exits() -> Vec<Exit> {
        vec![Exit::Open, Exit::Closed, Exit::Holiday]
    }

    pub(super) fn check(&self, inspection: &mut Inspection<'_>) {
        inspection.scheme("scheme", &self.scheme);
    }

    pub(super) fn enter(&self, walk: &Walk<'_>) -> Turn {
        Turn::Leave(match walk.opening(&self.scheme) {
            Some(Opening::Open) => Exit::Open,
            Some(Opening::Closed) => Exit::Closed,
            Some(Opening::Holiday(_)) => Exit::Holiday,
            None => Exit::Error,
        })
    }
}
