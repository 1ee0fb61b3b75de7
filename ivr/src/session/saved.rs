//! A session kept across a restart of the process.

use super::{
    Session, Wait,
    descent::{Flows, Frame, SavedFrame},
    walk::{Caller, Progress},
};
use crate::{Flow, Locale, limits};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};
use thiserror::Error;

/// A session as it is kept across a restart. It holds what the caller typed, sensitive keys too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSession {
    flow: String,
    node: String,
    above: Vec<SavedFrame>,
    place: Place,
    locale: Locale,
    variables: BTreeMap<String, String>,
    sensitive: BTreeSet<String>,
    /// The keys of the node so far and those typed ahead.
    keys: String,
    steps: u32,
    steps_without_wait: u32,
    ends_at: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Place {
    Closing,
    InNode,
    Message,
    Over,
    Transfer,
}

/// Why a saved session cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RestoreError {
    /// There is no flow of the name.
    #[error("the session was saved in flow {0:?}")]
    OtherFlow(String),
    /// The flow has no such node.
    #[error("the flow has no node {0:?}")]
    UnknownNode(String),
}

impl Session {
    /// The state to keep across a restart; actions not yet taken are not part of it.
    pub fn save(&self) -> SavedSession {
        let place = match self.progress.wait {
            Wait::Closing { .. } => Place::Closing,
            Wait::Asked { .. }
            | Wait::Key { .. }
            | Wait::Nothing
            | Wait::Rendering { .. }
            | Wait::Speech { .. }
            | Wait::Stream { .. } => Place::InNode,
            Wait::Message => Place::Message,
            Wait::Over => Place::Over,
            Wait::Transfer => Place::Transfer,
        };
        let collected = if self.flow.node(self.at).kind.collects() {
            self.progress.keys.chars()
        } else {
            "".chars()
        };
        SavedSession {
            flow: self.flow.name.clone(),
            node: self.flow.node(self.at).id.clone(),
            above: self.above.iter().map(Frame::save).collect(),
            place,
            locale: self.caller.locale,
            variables: self.caller.variables.clone(),
            sensitive: self.caller.sensitive.clone(),
            keys: collected
                .chain(self.caller.typed_ahead.iter().copied())
                .collect(),
            steps: self.steps,
            steps_without_wait: self.steps_without_wait,
            ends_at: self.ends_at,
        }
    }

    /// Goes on from a saved state: a node that was speaking, listening, asking or with a bot begins again, keys typed
    /// so far are kept; a transfer or a message goes on without a new action. A flow of the name of `entered` is
    /// `entered`, others are those of `flows`.
    ///
    /// # Errors
    ///
    /// When a flow or a node is not there any more.
    pub fn restore(
        now: Duration,
        entered: &Arc<Flow>,
        flows: &Arc<Flows>,
        saved: SavedSession,
    ) -> Result<Self, RestoreError> {
        let find = |flow: String, node: String| {
            let flow = if flow == entered.name {
                entered
            } else {
                flows.get(&flow).ok_or(RestoreError::OtherFlow(flow))?
            };
            let at = flow.find(&node).ok_or(RestoreError::UnknownNode(node))?;
            Ok((Arc::clone(flow), at))
        };
        let (flow, at) = find(saved.flow, saved.node)?;
        let above = saved.above.into_iter().map(|frame| {
            let (flow, at) = find(frame.flow, frame.node)?;
            Ok(Frame {
                flow,
                at,
                variables: frame.variables,
                sensitive: frame.sensitive,
            })
        });
        let mut session = Self {
            flow,
            at,
            above: above.collect::<Result<_, _>>()?,
            flows: Arc::clone(flows),
            caller: Caller {
                locale: saved.locale,
                variables: saved.variables,
                sensitive: saved.sensitive,
                typed_ahead: saved.keys.chars().collect(),
            },
            progress: Progress::default(),
            steps: saved.steps,
            steps_without_wait: saved.steps_without_wait,
            ends_at: saved.ends_at.min(now + limits::WALK),
            actions: VecDeque::new(),
            doubts: None,
        };
        match saved.place {
            Place::Closing => session.give_up(now),
            Place::InNode => {
                let turn = session.enter_silently(now);
                session.follow(now, turn);
            }
            Place::Message => session.wait(Wait::Message),
            Place::Over => session.wait(Wait::Over),
            Place::Transfer => session.wait(Wait::Transfer),
        }
        Ok(session)
    }
}
