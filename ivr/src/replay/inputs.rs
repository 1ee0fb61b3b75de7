//! What the caller did in a node that took keys, as far as its exit and its keys tell.
//!
//! Facts hold the keys that a node took and the exit by which it was left, not each silence. A caller who
//! left by a time-out was silent at the end; one who left by wrong keys pressed the wrong keys at the end.

use crate::node::{Collect, Kind};
use crate::{Exit, limits};
use std::collections::VecDeque;
use std::iter::repeat_n;
use std::time::Duration;

/// What a caller does who is asked for keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    Key(char),
    /// Nothing, until the time is over.
    Silence,
}

/// A visit of a node that took keys.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asking<'a> {
    /// The node as it was.
    pub(super) kind: &'a Kind,
    /// The node as it is in the flow that is played.
    pub(super) today: &'a Kind,
    pub(super) keys: &'a str,
    pub(super) exit: &'a str,
    /// How long it lasted.
    pub(super) lasted: Duration,
}

impl Asking<'_> {
    /// What the caller did in it.
    pub(super) fn inputs(self) -> VecDeque<Input> {
        match self.kind {
            Kind::Menu(node) => self.at_question(node.retries),
            Kind::Survey(node) => self.at_question(node.retries),
            Kind::Collect(node) => self.at_collect(node),
            Kind::Agent(_)
            | Kind::Branch(_)
            | Kind::Hangup(_)
            | Kind::Http(_)
            | Kind::Language(_)
            | Kind::Number(_)
            | Kind::Play(_)
            | Kind::Queue(_)
            | Kind::QueueState(_)
            | Kind::Return(_)
            | Kind::Schedule(_)
            | Kind::Set(_)
            | Kind::Stream(_)
            | Kind::Subflow(_)
            | Kind::Voicemail(_) => self.pressed().collect(),
        }
    }

    fn pressed(self) -> impl Iterator<Item = Input> {
        self.keys.chars().map(Input::Key)
    }

    /// Every attempt that is no wrong key was silence.
    fn at_question(self, retries: u8) -> VecDeque<Input> {
        let silent = attempts(retries).saturating_sub(self.keys.chars().count());
        let silence = repeat_n(Input::Silence, silent);
        if self.left_by(&Exit::Timeout) {
            self.pressed().chain(silence).collect()
        } else if self.left_by(&Exit::Invalid) {
            silence.chain(self.pressed()).collect()
        } else {
            self.pressed().collect()
        }
    }

    /// The keys are those of the last attempt. Those before it were silences if there was time for them,
    /// else rows without a digit.
    fn at_collect(self, node: &Collect) -> VecDeque<Input> {
        let terminator = node
            .terminator
            .filter(|key| self.ends_row(*key))
            .map(Input::Key);
        let again = attempts(node.retries) - 1;
        let silent = Duration::from_millis(node.first_timeout_ms.into());
        let is_silent =
            |count: usize| silent * u32::try_from(count).unwrap_or(u32::MAX) <= self.lasted;
        let before = |silences: usize| {
            let input = terminator.filter(|_| !is_silent(silences));
            repeat_n(input.unwrap_or(Input::Silence), again)
        };
        if self.left_by(&Exit::Timeout) {
            return before(again + 1).chain([Input::Silence]).collect();
        }
        let whole = self.keys.chars().count() >= usize::from(node.max_length);
        let end = (!whole).then(|| terminator.unwrap_or(Input::Silence));
        if self.left_by(&Exit::Invalid) {
            return before(again).chain(self.pressed()).chain(end).collect();
        }
        self.pressed().chain(end).collect()
    }

    /// Whether a key ends a row of today's node too.
    fn ends_row(self, key: char) -> bool {
        matches!(self.today, Kind::Collect(today) if today.terminator == Some(key))
    }

    fn left_by(self, exit: &Exit) -> bool {
        self.exit == exit.to_string()
    }
}

fn attempts(retries: u8) -> usize {
    usize::from(retries.min(limits::RETRIES)) + 1
}
