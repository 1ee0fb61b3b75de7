//! A walk whose callers, and whom the flow asks, are not known in all they said: such values are marked
//! as secrets are, and what a node would decide by them is in doubt.

use super::{Inputs, Session, Wait, Walk};
use crate::{Flow, Flows, flow::FlowNode, node::Kind};
use std::sync::Arc;
use std::time::Duration;

/// What a session waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waiting {
    Answer,
    Bot,
    Key,
    Message,
    /// Nothing: the flow is over, or says that it cannot go on.
    Over,
    Speech,
    Transfer,
}

/// The steps of a session that are in doubt.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    /// Whose decision hangs on what is not known.
    decisions: Vec<u32>,
    /// Who say something that may fail, and say nothing to a caller who has typed ahead.
    speeches: Vec<u32>,
}

impl Session {
    /// Enters the flow, and notes every node whose decision hangs on what is not known.
    pub(crate) fn start_in_doubt(
        now: Duration,
        flow: Arc<Flow>,
        flows: Arc<Flows>,
        inputs: Inputs,
    ) -> Self {
        let mut session = Self::outside(now, flow, flows, inputs);
        session.doubts = Some(Doubts::default());
        let turn = session.enter(now);
        session.follow(now, turn);
        session
    }

    /// Whether the decision of the node that was entered as the so many-th is in doubt.
    pub(crate) fn is_in_doubt(&self, step: u32) -> bool {
        let doubts = self.doubts.as_ref();
        doubts.is_some_and(|doubts| doubts.decisions.contains(&step))
    }

    /// Whether a caller who had typed ahead would not have heard the node that was entered as the so many-th.
    pub(crate) fn may_be_skipped(&self, step: u32) -> bool {
        let doubts = self.doubts.as_ref();
        doubts.is_some_and(|doubts| doubts.speeches.contains(&step))
    }

    /// The node in which the caller is.
    pub(crate) fn kind(&self) -> &Kind {
        &self.flow.node(self.at).kind
    }

    pub(crate) fn waiting(&self) -> Waiting {
        match self.progress.wait {
            Wait::Asked { .. } => Waiting::Answer,
            Wait::Closing { .. } | Wait::Nothing | Wait::Over => Waiting::Over,
            Wait::Key { .. } => Waiting::Key,
            Wait::Message => Waiting::Message,
            Wait::Rendering { .. } | Wait::Speech { .. } => Waiting::Speech,
            Wait::Stream { .. } => Waiting::Bot,
            Wait::Transfer => Waiting::Transfer,
        }
    }

    /// Notes the node that is entered if its decision is in doubt.
    pub(super) fn note_doubt(&mut self) {
        let Some(mut doubts) = self.doubts.take() else {
            return;
        };
        let FlowNode { kind, .. } = self.flow.node(self.at);
        let may_fail = self.flow.follow(self.at, &crate::Exit::Error).is_some();
        if kind.hangs_on(|name| self.is_sensitive(name), may_fail) {
            doubts.decisions.push(self.steps);
        }
        if may_fail && kind.is_skipped_by_keys() {
            doubts.speeches.push(self.steps);
        }
        self.doubts = Some(doubts);
    }
}

impl Walk<'_> {
    /// Gives a variable a value that others told.
    pub(crate) fn assign_told(&mut self, variable: &str, value: String, sensitive: bool) {
        self.assign(variable, value, sensitive || self.in_doubt);
    }
}
