//! What a node may do with the caller while it is the caller's turn.

use super::descent::{Descent, Frame};
use super::{Action, Clip, Request, Step, StreamOutcome, TransferOutcome};
use crate::{
    Exit, Expression, Flow, Locale, Template,
    check::{CALL_VARIABLES, TIME_VARIABLES},
    expression::Outcome,
    flow::FlowNode,
    limits,
    node::QueueNow,
};
use jiff::{Timestamp, Zoned, tz::TimeZone};
use model::{Opening, Rating};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use petgraph::graph::NodeIndex;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

/// What is known of the call when it enters the flow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inputs {
    /// The caller's number; the variable `caller`.
    pub caller: String,
    /// The number that was called; the variable `called`.
    pub called: String,
    /// The trunk number the call came in by; the variable `trunk_number`.
    pub trunk_number: String,
    /// The language to begin with, when not the flow's own.
    pub language: Option<Locale>,
    /// Values for variables that the flow declares or that are added to it.
    pub variables: BTreeMap<String, String>,
}

/// What a node decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Wait for an answer.
    Ask { until: Duration },
    /// Go on in another flow.
    Descend(Descent),
    /// The flow cannot go on.
    GiveUp,
    /// The call is over.
    HangUp,
    /// Go on by this exit.
    Leave(Exit),
    /// Wait for a key.
    Listen { until: Duration },
    /// Wait for the message.
    Message,
    /// Wait until engines have spoken what is to be said.
    Render { until: Duration },
    /// Go back to the flow above.
    Return(String),
    /// Wait for the end of what was just said.
    Say,
    /// Keep waiting.
    Stay,
    /// Be with the bot.
    Stream { until: Duration },
    /// Wait for the transfer.
    Transfer,
}

/// What a waiting node is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    Digit(char),
    MessageEnded,
    QueueSeen(Option<QueueNow>),
    SpeechEnded,
    StreamEnded(StreamOutcome),
    TimedOut,
    TransferEnded(TransferOutcome),
}

/// What a session waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Wait {
    Asked {
        until: Duration,
    },
    Closing {
        until: Duration,
    },
    Key {
        until: Duration,
    },
    Message,
    #[default]
    Nothing,
    Over,
    Rendering {
        until: Duration,
    },
    Speech {
        until: Duration,
    },
    Stream {
        until: Duration,
    },
    Transfer,
}

/// What is known of the caller in every node.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) locale: Locale,
    pub(super) variables: BTreeMap<String, String>,
    pub(super) sensitive: BTreeSet<String>,
    pub(super) typed_ahead: VecDeque<char>,
}

/// How far the caller has come in one node.
#[derive(Debug, Clone, Default)]
pub(super) struct Progress {
    pub(super) wait: Wait,
    pub(super) attempts: u8,
    pub(super) keys: String,
    pub(super) keys_hidden: bool,
    /// What is said once engines have spoken.
    pub(super) prepared: Vec<Clip>,
}

/// One node's turn.
pub(crate) struct Walk<'a> {
    pub(super) now: Duration,
    /// How many nodes were entered so far.
    pub(super) step: u32,
    /// Whether what others tell is not known.
    pub(super) in_doubt: bool,
    pub(super) trail: &'a [Frame],
    pub(super) flow: &'a Flow,
    pub(super) at: NodeIndex,
    pub(super) caller: &'a mut Caller,
    pub(super) progress: &'a mut Progress,
    pub(super) actions: &'a mut VecDeque<Action>,
}

impl Caller {
    pub(super) fn new(flow: &Flow, inputs: Inputs) -> Self {
        let locale = inputs.language.unwrap_or(flow.language);
        let mut variables = flow.variables.clone();
        variables.extend(inputs.variables);
        variables.extend(
            [
                ("caller", inputs.caller),
                ("called", inputs.called),
                ("trunk_number", inputs.trunk_number),
                ("language", locale.to_string()),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        Self {
            locale,
            variables,
            sensitive: BTreeSet::new(),
            typed_ahead: VecDeque::new(),
        }
    }
}

impl Caller {
    /// The variables of a flow that is entered from this one.
    pub(super) fn below(&self, flow: &Flow) -> BTreeMap<String, String> {
        let mut variables = flow.variables.clone();
        for name in CALL_VARIABLES {
            if let Some(value) = self.variables.get(name) {
                variables.insert(name.to_owned(), value.clone());
            }
        }
        variables
    }

    /// Brings the variables of the time up to date.
    pub(super) fn tell_time(&mut self, now: Duration, zone: &TimeZone) {
        let now = zoned(now, zone);
        let values = [
            now.date().to_string(),
            now.strftime("%H:%M").to_string(),
            now.weekday().to_monday_one_offset().to_string(),
        ];
        for (name, value) in TIME_VARIABLES.into_iter().zip(values) {
            self.variables.insert(name.to_owned(), value);
        }
    }
}

impl Progress {
    pub(super) fn keys_for_log(&self) -> String {
        if self.keys_hidden {
            mask(&self.keys)
        } else {
            self.keys.clone()
        }
    }
}

impl Walk<'_> {
    pub(crate) fn listen(&self, timeout: Duration) -> Turn {
        Turn::Listen {
            until: self.now + timeout,
        }
    }

    pub(crate) fn transfer(&mut self, action: Action) -> Turn {
        self.actions.push_back(action);
        Turn::Transfer
    }

    pub(crate) fn stream(&mut self, action: Action, max: Duration) -> Turn {
        self.actions.push_back(action);
        Turn::Stream {
            until: self.now + max,
        }
    }

    /// Asks another system, so long as all its attempts may take.
    pub(crate) fn ask(&mut self, mut request: Request) -> Turn {
        request.number = self.step;
        let attempts = u32::from(request.retries) + 1;
        let until = self.now + request.timeout * attempts + limits::ATTEMPT;
        self.actions.push_back(Action::Ask(Box::new(request)));
        Turn::Ask { until }
    }

    /// Looks at a queue.
    pub(crate) fn look_at_queue(&mut self, queue: &str) -> Turn {
        let queue = queue.to_owned();
        self.actions.push_back(Action::LookAtQueue { queue });
        Turn::Ask {
            until: self.now + limits::ATTEMPT,
        }
    }

    /// What a time scheme says of this moment; nothing where there is none of this name.
    pub(crate) fn opening(&self, scheme: &str) -> Option<Opening<'_>> {
        let scheme = self.flow.schemes.get(scheme)?;
        Some(scheme.at(&zoned(self.now, &self.flow.zone)))
    }

    pub(crate) fn stop_stream(&mut self) {
        self.actions.push_back(Action::StopStream);
    }

    pub(crate) fn record(&mut self, max: Duration, end_keys: String) -> Turn {
        self.actions
            .push_back(Action::RecordMessage { max, end_keys });
        Turn::Message
    }

    /// Keeps a key for the node that asks for it.
    pub(crate) fn keep(&mut self, key: char) {
        if self.caller.typed_ahead.len() < limits::TYPED_AHEAD {
            self.caller.typed_ahead.push_back(key);
        }
    }

    pub(crate) fn has_typed_ahead(&self) -> bool {
        !self.caller.typed_ahead.is_empty()
    }

    pub(crate) fn take_typed_ahead(&mut self, allowed: bool) -> Option<char> {
        if allowed {
            self.caller.typed_ahead.pop_front()
        } else {
            None
        }
    }

    pub(crate) fn forget_typed_ahead(&mut self) {
        self.caller.typed_ahead.clear();
    }

    pub(crate) fn note_key(&mut self, key: char) {
        if self.progress.keys.len() < usize::from(limits::COLLECTED_DIGITS) {
            self.progress.keys.push(key);
        }
    }

    pub(crate) fn keys(&self) -> &str {
        &self.progress.keys
    }

    pub(crate) fn forget_keys(&mut self) {
        self.progress.keys.clear();
    }

    /// Keeps this node's keys out of the log.
    pub(crate) fn hide_keys(&mut self) {
        self.progress.keys_hidden = true;
    }

    /// Counts a retry and says whether it is allowed.
    pub(crate) fn may_retry(&mut self, retries: u8) -> bool {
        self.progress.attempts = self.progress.attempts.saturating_add(1);
        self.progress.attempts <= retries
    }

    pub(crate) fn speak(&mut self, locale: Locale) {
        self.caller.locale = locale;
        self.caller
            .variables
            .insert("language".to_owned(), locale.to_string());
    }

    pub(crate) fn variable(&self, name: &str) -> &str {
        self.caller.variables.get(name).map_or("", String::as_str)
    }

    pub(crate) fn fill(&self, template: &Template) -> String {
        template
            .fill(|name| self.caller.variables.get(name).map(String::as_str))
            .unwrap_or_else(|_| template.as_str().to_owned())
    }

    /// The text with every value percent-encoded, so that a value is one part of an address.
    pub(crate) fn fill_encoded(&self, template: &Template) -> String {
        let encoded: BTreeMap<_, _> = template
            .names()
            .map(|name| {
                let value = utf8_percent_encode(self.variable(name), NON_ALPHANUMERIC);
                (name, value.to_string())
            })
            .collect();
        template
            .fill(|name| encoded.get(name).map(String::as_str))
            .unwrap_or_default()
    }

    pub(crate) fn is_sensitive(&self, template: &Template) -> bool {
        self.any_sensitive(template.names())
    }

    pub(crate) fn any_sensitive<'n>(&self, mut names: impl Iterator<Item = &'n str>) -> bool {
        names.any(|name| self.caller.sensitive.contains(name))
    }

    /// What an expression comes to; nothing, and a line in the log, when this call's values do not allow it.
    pub(crate) fn evaluate(&mut self, expression: &Expression) -> Option<Outcome> {
        let outcome = expression.evaluate(|name| self.variable(name));
        if outcome.is_err() {
            // The error quotes values, which may be the caller's secrets.
            let step = Step::Unreadable {
                node: self.place(),
                reason: "the expression has no value".to_owned(),
                value: expression.as_str().to_owned(),
            };
            self.actions.push_back(Action::Step(step));
        }
        outcome.ok()
    }

    pub(crate) fn assign(&mut self, variable: &str, value: String, sensitive: bool) {
        if sensitive {
            self.caller.sensitive.insert(variable.to_owned());
        } else {
            self.caller.sensitive.remove(variable);
        }
        self.caller.variables.insert(variable.to_owned(), value);
    }

    pub(crate) fn note_rating(&mut self, rating: Rating) {
        let node = self.place();
        self.actions
            .push_back(Action::Step(Step::Rated { node, rating }));
    }

    pub(crate) fn note_unreadable(&mut self, text: &Template, reason: &str) {
        let step = Step::Unreadable {
            node: self.place(),
            reason: reason.to_owned(),
            value: mask(&self.fill(text)),
        };
        self.actions.push_back(Action::Step(step));
    }

    pub(super) fn place(&self) -> String {
        place(self.trail, self.flow.node(self.at))
    }
}

/// A star for each character, so that the log shows how much was typed and nothing else.
pub(super) fn mask(text: &str) -> String {
    "*".repeat(
        text.chars()
            .count()
            .min(usize::from(limits::COLLECTED_DIGITS)),
    )
}

/// A node for the log: its id, behind those of the nodes that led into its flow.
pub(super) fn place(above: &[Frame], node: &FlowNode) -> String {
    let above = above.iter().map(Frame::id);
    let ids: Vec<_> = above.chain([node.id.as_str()]).collect();
    ids.join("/")
}

fn zoned(now: Duration, zone: &TimeZone) -> Zoned {
    let millis = i64::try_from(now.as_millis()).unwrap_or(i64::MAX);
    let now = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX);
    now.to_zoned(zone.clone())
}
