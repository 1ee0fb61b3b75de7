//! One caller's walk through a [`Flow`].
//!
//! ```text
//!            Say                 PlayEnded
//!   enter ─────────▶ speaking ─────────────▶ listening ── key, timeout ──▶ leave by an exit
//!     ▲                 │ key                                                    │
//!     │                 └────────────────────▶ leave by an exit                  │
//!     │                                                                          │
//!     ├──────────────────────────────── edge of the exit ◀───────────────────────┘
//!     │                                         │ none: edge of `error`; none: system_error, hang up
//!     └── away (queue, agent, number, message, bot, another system) ◀┘
//! ```
//!
//! A walk always ends: [`limits::STEPS_WITHOUT_WAIT`] nodes without a wait, [`limits::STEPS`] nodes in all
//! and [`limits::WALK`] are its bounds, and past them the caller hears `system_error` and is hung up.

mod action;
mod descent;
mod doubt;
mod saved;
mod speaking;
mod walk;

use crate::{Exit, Flow, limits, node::Answer};
use petgraph::graph::NodeIndex;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

pub use action::{Action, Clip, Happening, Request, Step, StreamOutcome, TransferOutcome};
pub(crate) use descent::Descent;
pub use descent::Flows;
use descent::Frame;
use doubt::Doubts;
pub(crate) use doubt::Waiting;
pub use saved::{RestoreError, SavedSession};
pub use walk::Inputs;
use walk::{Caller, Progress, Wait};
pub(crate) use walk::{Signal, Turn, Walk};

/// The clip that is heard when the flow cannot go on.
pub(crate) const SYSTEM_ERROR: &str = "system_error";
/// The clip that is heard in place of a value that cannot be read at all.
pub(crate) const NO_INFORMATION: &str = "no_information";

/// Where one caller stands in a flow.
///
/// After every input the caller of this machine takes all actions from [`Self::poll_action`].
#[derive(Debug)]
pub struct Session {
    flow: Arc<Flow>,
    at: NodeIndex,
    /// The flows that wait for this one, the first entered at the head.
    above: Vec<Frame>,
    /// What may be entered from here.
    flows: Arc<Flows>,
    caller: Caller,
    progress: Progress,
    steps: u32,
    steps_without_wait: u32,
    /// When the walk ends whatever happens; people and messages are waited for beyond it.
    ends_at: Duration,
    actions: VecDeque<Action>,
    /// What is in doubt; nothing where all is known, as in a call.
    doubts: Option<Doubts>,
}

impl Session {
    /// Enters the flow, from which the others may be entered.
    pub fn start(now: Duration, flow: Arc<Flow>, flows: Arc<Flows>, inputs: Inputs) -> Self {
        let mut session = Self::outside(now, flow, flows, inputs);
        let turn = session.enter(now);
        session.follow(now, turn);
        session
    }

    /// A session that has yet to enter its flow.
    fn outside(now: Duration, flow: Arc<Flow>, flows: Arc<Flows>, inputs: Inputs) -> Self {
        Self {
            at: flow.start,
            caller: Caller::new(&flow, inputs),
            flow,
            above: Vec::new(),
            flows,
            progress: Progress::default(),
            steps: 0,
            steps_without_wait: 0,
            ends_at: now + limits::WALK,
            actions: VecDeque::new(),
            doubts: None,
        }
    }

    /// Takes what happened on the call.
    pub fn handle(&mut self, now: Duration, happening: Happening) {
        match happening {
            Happening::Digit(digit) => self.handle_digit(now, digit),
            Happening::PlayEnded => self.handle_speech_end(now),
            Happening::HungUp => self.handle_hang_up(),
            Happening::TransferEnded(outcome) => {
                if self.progress.wait == Wait::Transfer {
                    self.come_back(now, Signal::TransferEnded(outcome));
                }
            }
            Happening::VoicemailEnded => {
                if self.progress.wait == Wait::Message {
                    self.come_back(now, Signal::MessageEnded);
                }
            }
            Happening::StreamEnded(outcome) => {
                if self.is_streaming() {
                    self.come_back(now, Signal::StreamEnded(outcome));
                }
            }
            Happening::QueueSeen(seen) => {
                if self.is_asking() {
                    self.signal(now, Signal::QueueSeen(seen));
                }
            }
        }
    }

    /// The bot hands the caller over, with something to say about them; whether there is a bot.
    pub fn hand_over(&mut self, now: Duration, handoff: &str) -> bool {
        if !self.is_streaming() {
            return false;
        }
        let flow = Arc::clone(&self.flow);
        if let Some(variable) = flow.node(self.at).kind.handoff_variable() {
            let said = handoff.chars().take(limits::TEXT_CHARS).collect();
            self.walk(now).assign_told(variable, said, false);
        }
        self.come_back(now, Signal::StreamEnded(StreamOutcome::HandedOver));
        true
    }

    /// Takes what came of the last [`Action::Ask`].
    pub fn answer(&mut self, now: Duration, answer: &Answer) {
        if !self.is_asking() {
            return;
        }
        let flow = Arc::clone(&self.flow);
        let kind = &flow.node(self.at).kind;
        let turn = kind.take_answer(&mut self.walk(now), answer);
        self.follow(now, turn);
    }

    /// Takes what came of the last [`Action::Render`], each utterance in its order.
    pub fn rendered(&mut self, now: Duration, outcomes: &[Result<(), String>]) {
        if !matches!(self.progress.wait, Wait::Rendering { .. }) {
            return;
        }
        let turn = self.walk(now).say_prepared(outcomes);
        self.follow(now, turn);
    }

    /// Whether another system, or a queue, is being asked.
    pub fn is_asking(&self) -> bool {
        matches!(self.progress.wait, Wait::Asked { .. })
    }

    /// Whether the caller is with a bot.
    pub fn is_streaming(&self) -> bool {
        matches!(self.progress.wait, Wait::Stream { .. })
    }

    /// Takes that the time of [`Self::poll_timeout`] has come.
    pub fn handle_timeout(&mut self, now: Duration) {
        if self.poll_timeout().is_none_or(|due| now < due) {
            return;
        }
        match self.progress.wait {
            Wait::Asked { until }
            | Wait::Key { until }
            | Wait::Rendering { until }
            | Wait::Speech { until }
                if now < until =>
            {
                self.give_up(now);
            }
            Wait::Rendering { .. } => self.rendered(now, &[]),
            Wait::Speech { .. } | Wait::Closing { .. } => self.handle_speech_end(now),
            Wait::Asked { .. } | Wait::Key { .. } => self.signal(now, Signal::TimedOut),
            Wait::Stream { .. } => self.come_back(now, Signal::TimedOut),
            Wait::Message | Wait::Nothing | Wait::Over | Wait::Transfer => {}
        }
    }

    /// When [`Self::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Duration> {
        match self.progress.wait {
            Wait::Asked { until }
            | Wait::Key { until }
            | Wait::Rendering { until }
            | Wait::Speech { until } => Some(until.min(self.ends_at)),
            Wait::Closing { until } | Wait::Stream { until } => Some(until),
            Wait::Message | Wait::Nothing | Wait::Over | Wait::Transfer => None,
        }
    }

    /// What the call has to do next; `None` when it has only to wait.
    pub fn poll_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// The variables with their values, sensitive ones among them.
    pub fn variables(&self) -> &BTreeMap<String, String> {
        &self.caller.variables
    }

    /// Whether a variable holds what the caller typed at a node that keeps it out of the log.
    pub fn is_sensitive(&self, variable: &str) -> bool {
        self.caller.sensitive.contains(variable)
    }

    /// Whether what the caller types, and may say, at this moment is kept out of the log.
    pub fn is_private(&self) -> bool {
        let wait = self.progress.wait;
        let spoken_to = matches!(wait, Wait::Speech { .. } | Wait::Rendering { .. });
        let waits = spoken_to || matches!(wait, Wait::Key { .. });
        waits && self.progress.keys_hidden
    }

    /// Whether the walk has come to its end.
    pub fn is_over(&self) -> bool {
        self.progress.wait == Wait::Over
    }

    /// Whether the caller is with a queue, an agent, a number or the message recorder.
    pub fn is_away(&self) -> bool {
        matches!(self.progress.wait, Wait::Transfer | Wait::Message)
    }

    /// Whether the caller stays in the flow when whom they were connected with hangs up.
    pub fn goes_on_after_talk(&self) -> bool {
        self.flow.follow(self.at, &Exit::Talked).is_some()
    }

    /// Whether the caller is asked for a rating.
    pub fn is_surveying(&self) -> bool {
        self.progress.wait != Wait::Over && self.flow.node(self.at).kind.surveys()
    }

    fn handle_digit(&mut self, now: Duration, digit: char) {
        let digit = digit.to_ascii_uppercase();
        if !is_key(digit) {
            return;
        }
        match self.progress.wait {
            Wait::Key { .. } | Wait::Rendering { .. } | Wait::Speech { .. } => {
                self.signal(now, Signal::Digit(digit));
            }
            Wait::Asked { .. } => self.walk(now).keep(digit),
            Wait::Closing { .. }
            | Wait::Message
            | Wait::Nothing
            | Wait::Over
            | Wait::Stream { .. }
            | Wait::Transfer => {}
        }
    }

    fn handle_speech_end(&mut self, now: Duration) {
        match self.progress.wait {
            Wait::Speech { .. } => self.signal(now, Signal::SpeechEnded),
            Wait::Closing { .. } => self.hang_up(),
            Wait::Asked { .. }
            | Wait::Key { .. }
            | Wait::Message
            | Wait::Nothing
            | Wait::Over
            | Wait::Rendering { .. }
            | Wait::Stream { .. }
            | Wait::Transfer => {}
        }
    }

    fn handle_hang_up(&mut self) {
        match self.progress.wait {
            Wait::Over => return,
            Wait::Message => self.actions.push_back(Action::StopMessage),
            Wait::Stream { .. } => self.actions.push_back(Action::StopStream),
            Wait::Asked { .. }
            | Wait::Closing { .. }
            | Wait::Key { .. }
            | Wait::Nothing
            | Wait::Rendering { .. }
            | Wait::Speech { .. }
            | Wait::Transfer => {}
        }
        self.note_left("hung_up");
        self.progress.wait = Wait::Over;
    }

    fn come_back(&mut self, now: Duration, signal: Signal) {
        self.ends_at = now + limits::WALK;
        self.signal(now, signal);
    }

    fn signal(&mut self, now: Duration, signal: Signal) {
        let flow = Arc::clone(&self.flow);
        let turn = flow.node(self.at).kind.handle(&mut self.walk(now), signal);
        self.follow(now, turn);
    }

    fn enter(&mut self, now: Duration) -> Turn {
        self.steps += 1;
        self.steps_without_wait += 1;
        if self.steps > limits::STEPS || self.steps_without_wait > limits::STEPS_WITHOUT_WAIT {
            return Turn::GiveUp;
        }
        self.progress = Progress::default();
        if let Some(zone) = &self.flow.clock {
            self.caller.tell_time(now, zone);
        }
        let node = self.place();
        self.actions
            .push_back(Action::Step(Step::NodeEntered { node }));
        if self.flow.node(self.at).kind.surveys() {
            let node = self.place();
            self.actions
                .push_back(Action::Step(Step::SurveyOffered { node }));
        }
        self.note_doubt();
        self.enter_silently(now)
    }

    fn enter_silently(&mut self, now: Duration) -> Turn {
        let flow = Arc::clone(&self.flow);
        flow.node(self.at).kind.enter(&mut self.walk(now))
    }

    /// Follows edges until something has to be waited for.
    fn follow(&mut self, now: Duration, mut turn: Turn) {
        loop {
            match turn {
                Turn::Stay => return,
                Turn::Say => {
                    return self.wait(Wait::Speech {
                        until: now + limits::SPEECH,
                    });
                }
                Turn::Render { until } => return self.wait(Wait::Rendering { until }),
                Turn::Listen { until } => return self.wait(Wait::Key { until }),
                Turn::Ask { until } => return self.wait(Wait::Asked { until }),
                Turn::Descend(descent) => turn = self.descend(now, descent),
                Turn::Return(result) => turn = self.come_up(now, &result),
                Turn::Stream { until } => return self.wait(Wait::Stream { until }),
                Turn::Transfer => return self.wait(Wait::Transfer),
                Turn::Message => return self.wait(Wait::Message),
                Turn::GiveUp => return self.give_up(now),
                Turn::Leave(Exit::Talked) if !self.goes_on_after_talk() => turn = Turn::HangUp,
                Turn::HangUp => {
                    self.note_left("hang_up");
                    return self.hang_up();
                }
                Turn::Leave(exit) => {
                    self.note_left(&exit.to_string());
                    turn = match self.target(&exit) {
                        Some(node) => {
                            self.at = node;
                            self.enter(now)
                        }
                        None => Turn::GiveUp,
                    };
                }
            }
        }
    }

    fn wait(&mut self, wait: Wait) {
        match wait {
            Wait::Key { .. } | Wait::Message | Wait::Stream { .. } | Wait::Transfer => {
                self.steps_without_wait = 0;
            }
            Wait::Asked { .. }
            | Wait::Closing { .. }
            | Wait::Nothing
            | Wait::Over
            | Wait::Rendering { .. }
            | Wait::Speech { .. } => {}
        }
        self.progress.wait = wait;
    }

    fn target(&self, exit: &Exit) -> Option<NodeIndex> {
        self.flow
            .follow(self.at, exit)
            .or_else(|| self.flow.follow(self.at, &Exit::Error))
    }

    fn give_up(&mut self, now: Duration) {
        match self.flow.voices.clip(self.caller.locale, SYSTEM_ERROR) {
            Some(clip) => {
                self.actions.push_back(Action::Say {
                    clips: vec![clip],
                    repeat: false,
                });
                self.progress.wait = Wait::Closing {
                    until: now + limits::SPEECH,
                };
            }
            None => self.hang_up(),
        }
    }

    fn hang_up(&mut self) {
        self.actions.push_back(Action::HangUp);
        self.progress.wait = Wait::Over;
    }

    fn note_left(&mut self, exit: &str) {
        let step = Step::NodeLeft {
            node: self.place(),
            exit: exit.to_owned(),
            keys: self.progress.keys_for_log(),
        };
        self.actions.push_back(Action::Step(step));
    }

    fn note_unreadable(&mut self, reason: &str, value: String) {
        let step = Step::Unreadable {
            node: self.place(),
            reason: reason.to_owned(),
            value,
        };
        self.actions.push_back(Action::Step(step));
    }

    /// The node for the log: its id, behind those of the nodes that led into its flow.
    fn place(&self) -> String {
        walk::place(&self.above, self.flow.node(self.at))
    }

    fn walk(&mut self, now: Duration) -> Walk<'_> {
        Walk {
            now,
            step: self.steps,
            in_doubt: self.doubts.is_some(),
            trail: &self.above,
            flow: &self.flow,
            at: self.at,
            caller: &mut self.caller,
            progress: &mut self.progress,
            actions: &mut self.actions,
        }
    }
}

/// The keys of a telephone, as RFC 4733 numbers them 0 to 15.
pub(crate) fn is_key(key: char) -> bool {
    matches!(key, '0'..='9' | '*' | '#' | 'A'..='D')
}

#[cfg(test)]
mod tests;
