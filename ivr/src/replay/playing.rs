//! One call while it is replayed: what its session does is compared move by move with what happened.

use super::inputs::{Asking, Input};
use super::walked::Move;
use super::{Outcome, Parting, Unknown, Walked, Way};
use crate::node::{Answer, Kind, QueueNow};
use crate::session::Waiting;
use crate::{
    Action, Document, Flow, Flows, Happening, Inputs, Session, Step, StreamOutcome,
    TransferOutcome, limits,
};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// A caller's placeholder for each digit that is not known.
const SOME_DIGIT: &str = "0";

/// What the session did.
#[derive(Debug, PartialEq, Eq)]
enum Played {
    Entered(String),
    Left(String, String),
}

pub(super) struct Playing<'a> {
    walked: &'a Walked,
    before: Option<&'a Document>,
    session: Session,
    now: Duration,
    played: Vec<Played>,
    /// How many moves were the same so far, and how many nodes were entered in them.
    same: usize,
    steps: u32,
    /// What the caller does in the node of this move.
    plan: Option<(usize, VecDeque<Input>)>,
    looks_at_queue: bool,
    /// What was not known when it was given.
    unknown: BTreeSet<Unknown>,
}

/// The visit that the session is in: how it came to its end.
struct Visit<'a> {
    node: &'a str,
    exit: &'a str,
    keys: &'a str,
    left_at: Duration,
}

impl<'a> Playing<'a> {
    pub(super) fn begin(
        walked: &'a Walked,
        before: Option<&'a Document>,
        flow: &Arc<Flow>,
        flows: &Arc<Flows>,
    ) -> Self {
        let inputs = Inputs {
            caller: walked.caller.clone(),
            called: walked.called.clone(),
            trunk_number: walked.trunk_number.clone(),
            ..Inputs::default()
        };
        let (now, flow, flows) = (walked.began, Arc::clone(flow), Arc::clone(flows));
        Self {
            walked,
            before,
            session: Session::start_in_doubt(now, flow, flows, inputs),
            now,
            played: Vec::new(),
            same: 0,
            steps: 0,
            plan: None,
            looks_at_queue: false,
            unknown: BTreeSet::new(),
        }
    }

    pub(super) fn play(mut self) -> Outcome {
        for _ in 0..limits::REPLAYED_INPUTS {
            self.take();
            if let Some(outcome) = self.compare() {
                return outcome;
            }
            if let Some(outcome) = self.go_on() {
                return outcome;
            }
        }
        self.part()
    }

    /// Takes what the session does.
    fn take(&mut self) {
        while let Some(action) = self.session.poll_action() {
            match action {
                Action::Step(Step::NodeEntered { node }) => self.played.push(Played::Entered(node)),
                Action::Step(Step::NodeLeft { node, exit, .. }) => {
                    self.played.push(Played::Left(node, exit));
                }
                Action::Ask(_) => self.looks_at_queue = false,
                Action::LookAtQueue { .. } => self.looks_at_queue = true,
                Action::Render(spoken) => {
                    let outcomes = vec![self.engine_did(); spoken.len()];
                    self.session.rendered(self.now, &outcomes);
                }
                Action::HangUp
                | Action::RecordMessage { .. }
                | Action::Say { .. }
                | Action::Step(
                    Step::Rated { .. } | Step::SurveyOffered { .. } | Step::Unreadable { .. },
                )
                | Action::StopMessage
                | Action::StopSaying
                | Action::StopStream
                | Action::Stream { .. }
                | Action::ToAgent { .. }
                | Action::ToNumber { .. }
                | Action::ToQueue { .. } => {}
            }
        }
    }

    /// What came of a text for an engine: it failed where the node was left by `error`, which is all
    /// that the facts tell.
    fn engine_did(&self) -> Result<(), String> {
        match self.walked.moves.get(self.played.len()) {
            Some(Move::Left { exit, .. }) if exit == "error" => Err("as it was".to_owned()),
            _ => Ok(()),
        }
    }

    /// Compares what was done with what happened, until something can be said or an input is needed.
    fn compare(&mut self) -> Option<Outcome> {
        while let Some(played) = self.played.get(self.same) {
            let happened = self.walked.moves.get(self.same);
            if happened.is_none_or(|happened| !is_same(happened, played)) {
                return Some(self.part_or_skip(played));
            }
            self.same += 1;
            if let Played::Entered(node) = played {
                self.steps += 1;
                if self.session.is_in_doubt(self.steps) {
                    return Some(match self.walked.moves.get(self.same) {
                        Some(_) => self.cannot_know(node),
                        None => Outcome::Same,
                    });
                }
            }
        }
        if self.same == self.walked.moves.len() {
            return Some(Outcome::Same);
        }
        (self.session.waiting() == Waiting::Over).then(|| self.part())
    }

    /// A text that cannot be read to one caller is not heard by another who has typed ahead.
    fn part_or_skip(&self, played: &Played) -> Outcome {
        let Played::Left(node, exit) = played else {
            return self.part();
        };
        if exit == "error" && self.session.may_be_skipped(self.steps) {
            let (node, what) = (node.clone(), Unknown::TypedAhead);
            return Outcome::Unknown { node, what };
        }
        self.part()
    }

    fn cannot_know(&self, node: &str) -> Outcome {
        Outcome::Unknown {
            node: node.to_owned(),
            what: self.unknown.first().copied().unwrap_or(Unknown::Answer),
        }
    }

    /// Gives the session what it waits for, as it happened.
    fn go_on(&mut self) -> Option<Outcome> {
        let Some(Move::Left {
            node,
            exit,
            keys,
            at,
        }) = self.walked.moves.get(self.same)
        else {
            return Some(self.part());
        };
        let visit = Visit {
            node,
            exit,
            keys,
            left_at: *at,
        };
        let waiting = self.session.waiting();
        if waiting != Waiting::Speech && self.is_of_another_kind(visit.node) {
            return Some(self.part());
        }
        match waiting {
            Waiting::Key | Waiting::Speech => return self.press(&visit),
            Waiting::Answer => return self.answer(&visit),
            Waiting::Bot => return self.leave_bot(&visit),
            Waiting::Transfer => {
                let Some(outcome) = outcome_of(visit.exit) else {
                    return Some(self.part());
                };
                self.happen(visit.left_at, Happening::TransferEnded(outcome));
            }
            Waiting::Message => self.happen(visit.left_at, Happening::VoicemailEnded),
            Waiting::Over => return Some(self.part()),
        }
        None
    }

    /// Hears out what is said, presses a key, or is silent.
    fn press(&mut self, visit: &Visit<'_>) -> Option<Outcome> {
        let mut plan = match self.plan.take() {
            Some((of, plan)) if of == self.same => plan,
            Some(_) | None => match self.plan_of(visit) {
                Ok(plan) => plan,
                Err(outcome) => return Some(outcome),
            },
        };
        if self.session.waiting() == Waiting::Speech {
            let at = if plan.is_empty() {
                visit.left_at
            } else {
                self.now
            };
            self.happen(at, Happening::PlayEnded);
            self.plan = Some((self.same, plan));
            return None;
        }
        let Some(input) = plan.pop_front() else {
            return Some(self.part());
        };
        let at = if plan.is_empty() {
            visit.left_at
        } else {
            self.now
        };
        match input {
            Input::Key(key) => self.happen(at, Happening::Digit(key)),
            Input::Silence => {
                let due = self.session.poll_timeout().unwrap_or_default();
                self.now = self.now.max(at).max(due);
                self.session.handle_timeout(self.now);
            }
        }
        self.plan = Some((self.same, plan));
        None
    }

    fn plan_of(&mut self, visit: &Visit<'_>) -> Result<VecDeque<Input>, Outcome> {
        let today = self.session.kind();
        let kind = self.kind_before(visit.node).unwrap_or(today);
        let asking = Asking {
            kind,
            today,
            keys: visit.keys,
            exit: visit.exit,
            lasted: visit.left_at.saturating_sub(self.now),
        };
        if !self.is_masked(visit, kind) {
            return Ok(asking.inputs());
        }
        if !matches!(today, Kind::Collect(node) if node.sensitive) {
            self.unknown = BTreeSet::from([Unknown::Sensitive]);
            return Err(self.cannot_know(visit.node));
        }
        let keys = SOME_DIGIT.repeat(visit.keys.len());
        let plan = Asking {
            keys: &keys,
            ..asking
        }
        .inputs();
        self.unknown.insert(Unknown::Sensitive);
        Ok(plan)
    }

    /// Lets a queue be seen, or another system answer, so that the node is left as it was.
    fn answer(&mut self, visit: &Visit<'_>) -> Option<Outcome> {
        self.now = self.now.max(visit.left_at);
        if self.looks_at_queue {
            let seen = (visit.exit == "ok").then(QueueNow::default);
            self.unknown.insert(Unknown::Queue);
            self.session.handle(self.now, Happening::QueueSeen(seen));
            return None;
        }
        let answer = match visit.exit {
            "ok" => answered(200, "{}"),
            "failed" => answered(500, ""),
            "timeout" => Answer::TimedOut,
            // An answer that could not be taken is of some status.
            "error" if takes_parts(self.session.kind()) => answered(200, "no JSON"),
            "error" => Answer::Failed("it could not be asked or taken".to_owned()),
            _ => return Some(self.part()),
        };
        if matches!(answer, Answer::Answered { .. }) {
            self.unknown.insert(Unknown::Answer);
        }
        self.session.answer(self.now, &answer);
        None
    }

    fn leave_bot(&mut self, visit: &Visit<'_>) -> Option<Outcome> {
        let ended = match visit.exit {
            "done" => StreamOutcome::Done,
            "error" => StreamOutcome::Failed,
            "transfer" => {
                self.now = self.now.max(visit.left_at);
                self.unknown.insert(Unknown::Bot);
                self.session.hand_over(self.now, "");
                return None;
            }
            "timeout" => {
                let due = self.session.poll_timeout().unwrap_or_default();
                self.now = self.now.max(visit.left_at).max(due);
                self.session.handle_timeout(self.now);
                return None;
            }
            _ => return Some(self.part()),
        };
        self.happen(visit.left_at, Happening::StreamEnded(ended));
        None
    }

    fn happen(&mut self, at: Duration, happening: Happening) {
        self.now = self.now.max(at);
        self.session.handle(self.now, happening);
    }

    /// The node as it was, where it is one of the flow itself.
    fn kind_before(&self, node: &str) -> Option<&'a Kind> {
        Some(&self.before?.nodes.get(node)?.kind)
    }

    /// Whether the keys were kept out of the log; where the node as it was is not known, they may have been.
    fn is_masked(&self, visit: &Visit<'_>, kind: &Kind) -> bool {
        let known = self.kind_before(visit.node).is_some();
        let stars = !visit.keys.is_empty() && visit.keys.chars().all(|key| key == '*');
        stars && matches!(kind, Kind::Collect(node) if node.sensitive || !known)
    }

    fn is_of_another_kind(&self, node: &str) -> bool {
        let today = std::mem::discriminant(self.session.kind());
        let before = self.kind_before(node).map(std::mem::discriminant);
        before.is_some_and(|before| before != today)
    }

    /// Here the ways part.
    fn part(&self) -> Outcome {
        let happened = self
            .walked
            .moves
            .iter()
            .map(Move::shown)
            .collect::<Vec<_>>();
        let would = self.played.iter().map(Played::shown).collect::<Vec<_>>();
        let leaving = [&happened, &would].into_iter().find_map(|moves| {
            let (node, exit) = moves.get(self.same)?;
            exit.map(|_| (*node).to_owned())
        });
        let before = self.same.checked_sub(1).and_then(|at| happened.get(at));
        Outcome::Differs(Parting {
            node: leaving.or_else(|| before.map(|(node, _)| (*node).to_owned())),
            happened: way(&happened, self.same),
            would: way(&would, self.same),
        })
    }
}

impl Move {
    /// The node, and the exit where it is left.
    fn shown(&self) -> (&str, Option<&str>) {
        match self {
            Self::Entered { node } => (node, None),
            Self::Left { node, exit, .. } => (node, Some(exit)),
        }
    }
}

impl Played {
    fn shown(&self) -> (&str, Option<&str>) {
        match self {
            Self::Entered(node) => (node, None),
            Self::Left(node, exit) => (node, Some(exit)),
        }
    }
}

/// How a call goes on from a place in its moves.
fn way(moves: &[(&str, Option<&str>)], at: usize) -> Way {
    let text = |text: &str| text.to_owned();
    let left = |at: usize| moves.get(at).and_then(|(_, exit)| exit.map(text));
    let entered = |at: usize| {
        let found = moves.get(at).filter(|(_, exit)| exit.is_none());
        found.map(|(node, _)| text(node))
    };
    let before = || at.checked_sub(1).and_then(left);
    match left(at) {
        Some(exit) => Way {
            exit: Some(exit),
            to: entered(at + 1),
        },
        None => Way {
            exit: before(),
            to: entered(at),
        },
    }
}

fn is_same(happened: &Move, played: &Played) -> bool {
    happened.shown() == played.shown()
}

fn answered(status: u16, body: &str) -> Answer {
    let body = body.to_owned();
    Answer::Answered { status, body }
}

fn takes_parts(kind: &Kind) -> bool {
    matches!(kind, Kind::Http(node) if !node.take.is_empty())
}

/// How a transfer ended that was left by this exit.
fn outcome_of(exit: &str) -> Option<TransferOutcome> {
    Some(match exit {
        "busy" => TransferOutcome::Busy,
        "error" => TransferOutcome::Unavailable,
        "full" => TransferOutcome::Full,
        "hang_up" => TransferOutcome::Completed,
        "no_agent" => TransferOutcome::NoAgent,
        "no_answer" => TransferOutcome::NoAnswer,
        "refused" => TransferOutcome::Refused,
        "talked" => TransferOutcome::Talked,
        "timeout" => TransferOutcome::TimedOut,
        _ => return None,
    })
}
