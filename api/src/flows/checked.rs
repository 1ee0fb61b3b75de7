//! A document checked among what its enterprise has: queues, time schemes, other flows.

use crate::{ApiError, State};
use ivr::node::Kind;
use ivr::{Document, Flow, Flows, Problem, Resources};
use jiff::tz::TimeZone;
use model::EnterpriseId;
use std::sync::Arc;

/// A document that can be published, and what it comes to.
pub(crate) struct Checked {
    /// The document.
    pub(crate) document: Document,
    /// The flow.
    pub(crate) flow: Arc<Flow>,
    /// The live flows that it may enter, and itself as it is here.
    pub(crate) beside: Arc<Flows>,
}

/// Everything that keeps a document from being published, or the document and what it comes to.
pub(super) async fn checked(
    state: &State,
    enterprise: EnterpriseId,
    text: &str,
) -> Result<Result<Checked, Vec<Problem>>, ApiError> {
    let queues = store::queues::list(&state.db, enterprise).await?;
    let flows = store::flows::list(&state.db, enterprise).await?;
    let schemes = store::time_schemes::list(&state.db, enterprise).await?;
    let sounds = store::sounds::list(&state.db, enterprise).await?;
    let place = store::enterprises::show(&state.db, enterprise).await?;
    let schemes = schemes
        .into_iter()
        .map(|it| (it.scheme.name, it.scheme.scheme));
    let resources = Resources {
        queues: queues.into_iter().map(|queue| queue.name).collect(),
        sounds: sounds.into_iter().map(|it| it.sound.name).collect(),
        engines: Some(state.speech.known()),
        flows: flows.iter().map(|flow| flow.name.clone()).collect(),
        schemes: Arc::new(schemes.collect()),
        // Calls take UTC too where the zone is unknown.
        zone: TimeZone::get(&place.time_zone).unwrap_or(TimeZone::UTC),
        ..Resources::new(&state.voices)
    };
    let compile = |text: &str| -> Result<(Document, Arc<Flow>), Vec<Problem>> {
        let document = Document::from_json(text)?;
        let flow = ivr::check(&document, &resources)?;
        Ok((document, Arc::new(flow)))
    };
    Ok(compile(text).map(|(document, flow)| {
        let mut kinds = document.nodes.values().map(|node| &node.kind);
        let enters = kinds.any(|kind| matches!(kind, Kind::Subflow(_)));
        let others = flows.iter().filter(|_| enters);
        let others = others.filter_map(|other| Some(compile(&other.document).ok()?.1));
        let beside = others.chain([Arc::clone(&flow)]).collect();
        Checked {
            document,
            flow,
            beside: Arc::new(beside),
        }
    }))
}
