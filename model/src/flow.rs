//! A published flow: which version callers enter.

use crate::{EnterpriseId, FlowId};
use serde::{Deserialize, Serialize};

/// The number of a published version, from 1; a version never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FlowVersion(pub u32);

/// A flow version as it is stored: `document` is the text of an `ivr::Document`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedFlow {
    /// The flow.
    pub id: FlowId,
    /// Whose it is.
    pub enterprise: EnterpriseId,
    /// Its name, unique in the enterprise.
    pub name: String,
    /// The version.
    pub version: FlowVersion,
    /// The flow document, JSON.
    pub document: String,
}
