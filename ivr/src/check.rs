//! Everything that keeps a flow from being published, found in one pass.

use crate::{Document, Flow, Problem, Voices};
use std::{collections::BTreeSet, sync::Arc};

/// What a flow may refer to.
#[derive(Debug, Clone)]
pub struct Resources<'a> {
    /// The installed voices; the checked flow keeps them.
    pub voices: &'a Arc<Voices>,
    /// The names of the enterprise's queues.
    pub queues: BTreeSet<String>,
    /// The names of the enterprise's other flows.
    pub flows: BTreeSet<String>,
}

/// Checks a document and builds the flow that calls can enter.
///
/// # Errors
///
/// Every problem at once, in the order of the document.
pub fn check(document: &Document, resources: &Resources<'_>) -> Result<Flow, Vec<Problem>> {
    let _ = (document, resources);
    todo!()
}
