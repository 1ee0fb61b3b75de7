//! The flow waits for engines that speak.

use super::Call;
use crate::Output;
use crate::exchange::Exchange;
use ivr::Utterance;
use media::Prompt;
use model::{CallId, EnterpriseId};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Texts that engines are to speak for a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderRequest {
    /// The call.
    pub call: CallId,
    /// Whose it is.
    pub enterprise: EnterpriseId,
    /// Tells the requests of one call apart.
    pub number: u32,
    /// What is to be spoken.
    pub utterances: Vec<Utterance>,
}

/// What engines speak for one call. A new process has it spoken anew.
#[derive(Debug, Default)]
pub(super) struct Rendering {
    /// The number of the last request.
    number: u32,
    /// What the flow waits for, in its order, and of it what was not there.
    wanted: Vec<Utterance>,
    missing: Vec<Utterance>,
    /// What was spoken for the node that speaks.
    spoken: HashMap<Utterance, Arc<Prompt>>,
}

impl Rendering {
    /// What was spoken for this call.
    pub(super) fn audio(&self, utterance: &Utterance) -> Option<&Arc<Prompt>> {
        self.spoken.get(utterance)
    }
}

impl Call {
    /// Lets engines speak what was not spoken ahead of the call. Whether there is nothing to wait
    /// for.
    pub(super) fn render(&mut self, wanted: Vec<Utterance>, exchange: &mut Exchange) {
        let rendering = &mut self.rendering;
        rendering.number = rendering.number.wrapping_add(1);
        rendering.spoken.clear();
        let speech = &exchange.directory;
        let missing = wanted.iter().filter(|it| speech.speech(it).is_none());
        rendering.missing = missing.cloned().collect();
        rendering.wanted = wanted;
        if rendering.missing.is_empty() {
            return;
        }
        let request = RenderRequest {
            call: self.origin.id,
            enterprise: self.origin.enterprise,
            number: rendering.number,
            utterances: rendering.missing.clone(),
        };
        exchange
            .outputs
            .push_back(Output::Render(Box::new(request)));
    }

    /// Tells the flow at once where all was spoken ahead.
    pub(super) fn spoken_ahead(&mut self, now: Duration) {
        if self.rendering.missing.is_empty()
            && let Some(walk) = &mut self.walk
        {
            let outcomes = vec![Ok(()); self.rendering.wanted.len()];
            walk.rendered(now, &outcomes);
        }
    }

    /// Engines have spoken what the request of this number wanted; too late answers are let go.
    pub(crate) fn take_rendered(
        &mut self,
        now: Duration,
        (number, spoken): (u32, Vec<Result<Arc<Prompt>, String>>),
        exchange: &mut Exchange,
    ) {
        let rendering = &mut self.rendering;
        if rendering.number != number || rendering.missing.is_empty() {
            return;
        }
        let missing = std::mem::take(&mut rendering.missing);
        let mut failed = HashMap::new();
        for (utterance, outcome) in missing.into_iter().zip(spoken) {
            match outcome {
                Ok(prompt) => {
                    rendering.spoken.insert(utterance, prompt);
                }
                Err(reason) => {
                    failed.insert(utterance, reason);
                }
            }
        }
        let outcomes: Vec<_> = std::mem::take(&mut rendering.wanted)
            .iter()
            .map(|utterance| failed.get(utterance).map_or(Ok(()), |it| Err(it.clone())))
            .collect();
        if let Some(walk) = &mut self.walk {
            exchange.touched.insert(self.origin.id);
            walk.rendered(now, &outcomes);
            self.follow_flow(now, exchange);
        }
    }
}
