//! What a caller went through, step by step, for people to look at.

use super::run::Resulting;
use crate::{Action, Clip, Session, Step, limits};
use std::collections::BTreeSet;
use std::time::Duration;

/// One node of a caller's way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Passed {
    /// The node; in a flow within a flow behind the nodes that led there, as in `ask/order`.
    pub node: String,
    /// When it was entered, since the call began.
    pub at: Duration,
    /// The exit by which it was left; none while the caller is there.
    pub exit: Option<String>,
    /// The keys it took; `*` for each when they are sensitive.
    pub keys: String,
    /// What was said in it, pauses among it.
    pub said: Vec<Clip>,
    /// Why something could not be read or computed.
    pub unreadable: Vec<String>,
}

/// What a session waits for when its script is over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Awaited {
    /// An agent, by extension, who rings or talks.
    Agent(String),
    /// The bot at this address.
    Bot(String),
    /// A key.
    Key,
    /// The outside number that rings or talks.
    Number(String),
    /// Nothing: the call is over.
    #[default]
    Over,
    /// The queue of this name.
    Queue(String),
    /// The end of a message.
    Recorder,
    /// The end of what is said.
    Speech,
}

/// Notes what a session does.
#[derive(Debug, Default)]
pub(super) struct Trace {
    passed: Vec<Passed>,
    clips: usize,
    away: Awaited,
}

impl Trace {
    /// Notes one action, `since` the call began.
    pub(super) fn note(&mut self, since: Duration, action: &Action) {
        match action {
            Action::Say { clips, .. } => self.note_said(clips),
            Action::Step(step) => self.note_step(since, step),
            Action::RecordMessage { .. } => self.away = Awaited::Recorder,
            Action::Stream { url, .. } => self.away = Awaited::Bot(url.clone()),
            Action::ToAgent { extension } => self.away = Awaited::Agent(extension.clone()),
            Action::ToNumber { number, .. } => self.away = Awaited::Number(number.clone()),
            Action::ToQueue { queue, .. } => self.away = Awaited::Queue(queue.clone()),
            Action::Ask(_)
            | Action::HangUp
            | Action::LookAtQueue { .. }
            | Action::Render(_)
            | Action::StopMessage
            | Action::StopSaying
            | Action::StopStream => {}
        }
    }

    fn note_said(&mut self, clips: &[Clip]) {
        let room = limits::TRACED_CLIPS - self.clips;
        let taken = clips.len().min(room);
        if let Some(passed) = self.passed.last_mut() {
            passed.said.extend_from_slice(&clips[..taken]);
            self.clips += taken;
        }
    }

    /// A session enters at most [`limits::STEPS`] nodes, so there are at most so many steps.
    fn note_step(&mut self, since: Duration, step: &Step) {
        match step {
            Step::NodeEntered { node } => self.passed.push(Passed {
                node: node.clone(),
                at: since,
                ..Passed::default()
            }),
            Step::NodeLeft { node, exit, keys } => {
                // A node that enters another flow is left after all of that flow's.
                let mut passed = self.passed.iter_mut().rev();
                if let Some(passed) = passed.find(|it| it.node == *node && it.exit.is_none()) {
                    passed.exit = Some(exit.clone());
                    passed.keys.clone_from(keys);
                }
            }
            Step::Unreadable { reason, .. } => {
                if let Some(passed) = self.passed.last_mut()
                    && passed.unreadable.len() < limits::ITEMS
                {
                    passed.unreadable.push(reason.clone());
                }
            }
            Step::Rated { .. } | Step::SurveyOffered { .. } => {}
        }
    }

    /// Adds what was noted to what came of the call.
    pub(super) fn finish(self, session: &Session, speaking: bool, result: &mut Resulting) {
        result.passed = self.passed;
        result.awaited = if session.is_over() {
            Awaited::Over
        } else if session.is_away() || session.is_streaming() {
            self.away
        } else if speaking {
            Awaited::Speech
        } else {
            Awaited::Key
        };
        let names = session.variables().keys();
        let sensitive: BTreeSet<_> = names
            .filter(|name| session.is_sensitive(name))
            .cloned()
            .collect();
        result.sensitive = sensitive;
    }
}
