//! The kinds of node, one file each: its fields, its checks, its step.

mod agent;
mod branch;
mod collect;
mod comeback;
mod hangup;
mod http;
mod key_question;
mod language;
mod menu;
mod number;
mod play;
mod queue;
mod queue_state;
mod schedule;
mod set;
mod stream;
mod subflow;
mod survey;
mod voicemail;

use crate::{
    Exit, Item,
    check::Inspection,
    session::{Signal, Turn, Walk},
};
use serde::Serialize;

pub use agent::Agent;
pub use branch::{Branch, Case, Condition, Length, Test};
pub use collect::Collect;
pub use comeback::Return;
pub use hangup::Hangup;
pub use http::{Answer, Http, Json, Method, Picked};
pub use language::Language;
pub use menu::Menu;
pub use number::Number;
pub use play::Play;
pub use queue::Queue;
pub use queue_state::{QueueNow, QueueState};
pub use schedule::Schedule;
pub use set::{Set, Value};
pub use stream::{Protocol, Stream};
pub use subflow::Subflow;
pub use survey::Survey;
pub use voicemail::Voicemail;

/// What a node does, with its fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    /// Connects with one agent.
    Agent(Agent),
    /// Leaves by the case that holds.
    Branch(Branch),
    /// Takes digits into a variable.
    Collect(Collect),
    /// Ends the call.
    Hangup(Hangup),
    /// Asks another system.
    Http(Http),
    /// Changes the language.
    Language(Language),
    /// Waits for one key.
    Menu(Menu),
    /// Connects with an outside number.
    Number(Number),
    /// Says something.
    Play(Play),
    /// Puts into a queue.
    Queue(Queue),
    /// Looks at a queue.
    QueueState(QueueState),
    /// Goes back to the flow that entered this one.
    Return(Return),
    /// Leaves by what a time scheme says.
    Schedule(Schedule),
    /// Gives a variable a value.
    Set(Set),
    /// Connects with a voice bot.
    Stream(Stream),
    /// Walks through another flow.
    Subflow(Subflow),
    /// Asks for a rating.
    Survey(Survey),
    /// Records a message.
    Voicemail(Voicemail),
}

impl Kind {
    /// The names of the kinds in a flow file.
    pub const NAMES: [&str; 18] = [
        "agent",
        "branch",
        "collect",
        "hangup",
        "http",
        "language",
        "menu",
        "number",
        "play",
        "queue",
        "queue_state",
        "return",
        "schedule",
        "set",
        "stream",
        "subflow",
        "survey",
        "voicemail",
    ];

    /// The exits that must lead somewhere.
    pub fn exits(&self) -> Vec<Exit> {
        match self {
            Self::Agent(_) => Agent::exits(),
            Self::Branch(node) => node.exits(),
            Self::Collect(_) => Collect::exits(),
            Self::Hangup(_) | Self::Return(_) => Vec::new(),
            Self::Http(_) => Http::exits(),
            Self::Language(_) => Language::exits(),
            Self::Menu(node) => node.exits(),
            Self::Number(_) => Number::exits(),
            Self::Play(_) => Play::exits(),
            Self::Queue(_) => Queue::exits(),
            Self::QueueState(_) => QueueState::exits(),
            Self::Schedule(_) => Schedule::exits(),
            Self::Set(_) => Set::exits(),
            Self::Stream(_) => Stream::exits(),
            Self::Subflow(node) => node.exits(),
            Self::Survey(_) => Survey::exits(),
            Self::Voicemail(_) => Voicemail::exits(),
        }
    }

    /// The exits that may lead somewhere: `error`, taken when a value cannot be read or kept, and
    /// `talked`, without which the call is over when the other side hangs up.
    pub fn optional_exits(&self) -> Vec<Exit> {
        let mut exits = Vec::new();
        if !matches!(self, Self::Hangup(_) | Self::Return(_)) {
            exits.push(Exit::Error);
        }
        if matches!(self, Self::Agent(_) | Self::Number(_) | Self::Queue(_)) {
            exits.push(Exit::Talked);
        }
        let wanted = self.exits();
        exits.retain(|exit| !wanted.contains(exit));
        exits
    }

    /// Whether it asks for a rating.
    pub(crate) fn surveys(&self) -> bool {
        matches!(self, Self::Survey(_))
    }

    /// Whether it waits for a key, for people or for a message, so that a cycle through it cannot spin.
    pub fn waits(&self) -> bool {
        match self {
            Self::Agent(_)
            | Self::Collect(_)
            | Self::Menu(_)
            | Self::Number(_)
            | Self::Queue(_)
            | Self::Stream(_)
            | Self::Subflow(_)
            | Self::Survey(_)
            | Self::Voicemail(_) => true,
            Self::Branch(_)
            | Self::Hangup(_)
            | Self::Http(_)
            | Self::Language(_)
            | Self::Play(_)
            | Self::QueueState(_)
            | Self::Return(_)
            | Self::Schedule(_)
            | Self::Set(_) => false,
        }
    }

    /// The variables it sets.
    pub(crate) fn assigns(&self) -> Vec<&str> {
        match self {
            Self::Collect(node) => vec![&node.variable],
            Self::Http(node) => node.assigns(),
            Self::QueueState(_) => QueueState::VARIABLES.to_vec(),
            Self::Set(node) => vec![&node.variable],
            Self::Stream(node) => vec![&node.handoff_variable],
            Self::Subflow(node) => node.outputs.keys().map(String::as_str).collect(),
            Self::Survey(node) => vec![&node.variable],
            Self::Agent(_)
            | Self::Branch(_)
            | Self::Hangup(_)
            | Self::Language(_)
            | Self::Menu(_)
            | Self::Number(_)
            | Self::Play(_)
            | Self::Queue(_)
            | Self::Return(_)
            | Self::Schedule(_)
            | Self::Voicemail(_) => Vec::new(),
        }
    }

    /// The time scheme that it looks at.
    pub(crate) fn scheme(&self) -> Option<&str> {
        if let Self::Schedule(node) = self {
            return Some(&node.scheme);
        }
        None
    }

    /// The flow that it enters.
    pub(crate) fn flow(&self) -> Option<&str> {
        if let Self::Subflow(node) = self {
            return Some(&node.flow);
        }
        None
    }

    /// The queue that it puts callers into, or looks at.
    pub(crate) fn queue(&self) -> Option<&str> {
        if let Self::Queue(Queue { queue, .. }) | Self::QueueState(QueueState { queue }) = self {
            return Some(queue);
        }
        None
    }

    /// What it says, in all its lists.
    pub(crate) fn says(&self) -> Vec<&Item> {
        self.lists()
            .into_iter()
            .flat_map(|(_, list)| list)
            .collect()
    }

    /// The lists of what it says, with their names.
    pub(crate) fn lists(&self) -> [(&'static str, &[Item]); 3] {
        let lists: [&[Item]; 3] = match self {
            Self::Collect(node) => [&node.items, &node.invalid_items, &node.timeout_items],
            Self::Hangup(node) => [&node.items, &[], &[]],
            Self::Menu(node) => [&node.items, &node.invalid_items, &node.timeout_items],
            Self::Play(node) => [&node.items, &[], &[]],
            Self::Survey(node) => [&node.items, &node.invalid_items, &node.timeout_items],
            Self::Voicemail(node) => [&node.items, &[], &[]],
            Self::Agent(_)
            | Self::Branch(_)
            | Self::Http(_)
            | Self::Language(_)
            | Self::Number(_)
            | Self::Queue(_)
            | Self::QueueState(_)
            | Self::Return(_)
            | Self::Schedule(_)
            | Self::Set(_)
            | Self::Stream(_)
            | Self::Subflow(_) => [&[]; 3],
        };
        let [items, invalid, timeout] = lists;
        [
            ("items", items),
            ("invalid_items", invalid),
            ("timeout_items", timeout),
        ]
    }

    /// Whether what it decides, before it waits for anybody, hangs on a variable that is not known.
    pub(crate) fn hangs_on(&self, unknown: impl Fn(&str) -> bool, may_fail: bool) -> bool {
        match self {
            Self::Agent(node) => node.extension.names().any(unknown),
            Self::Branch(node) => node.names().any(unknown),
            Self::Number(node) => node.number.names().any(unknown),
            Self::Set(node) => match &node.value {
                Value::Computed(expression) => expression.names().any(unknown),
                Value::Filled(text) => may_fail && text.names().any(unknown),
            },
            Self::Stream(node) => node.url.names().any(unknown),
            Self::Collect(_)
            | Self::Hangup(_)
            | Self::Menu(_)
            | Self::Play(_)
            | Self::Survey(_)
            | Self::Voicemail(_) => {
                may_fail && self.says().into_iter().flat_map(Item::names).any(unknown)
            }
            Self::Http(_)
            | Self::Language(_)
            | Self::Queue(_)
            | Self::QueueState(_)
            | Self::Return(_)
            | Self::Schedule(_)
            | Self::Subflow(_) => false,
        }
    }

    /// Whether keys that were typed ahead keep it from saying texts of the call.
    pub(crate) fn is_skipped_by_keys(&self) -> bool {
        let interruptible = match self {
            Self::Collect(node) => node.interruptible,
            Self::Menu(node) => node.interruptible,
            Self::Play(node) => node.interruptible,
            Self::Survey(node) => node.interruptible,
            Self::Agent(_)
            | Self::Branch(_)
            | Self::Hangup(_)
            | Self::Http(_)
            | Self::Language(_)
            | Self::Number(_)
            | Self::Queue(_)
            | Self::QueueState(_)
            | Self::Return(_)
            | Self::Schedule(_)
            | Self::Set(_)
            | Self::Stream(_)
            | Self::Subflow(_)
            | Self::Voicemail(_) => false,
        };
        let mut names = self.says().into_iter().flat_map(Item::names);
        interruptible && names.next().is_some()
    }

    /// The variable for what a bot says when it hands the caller over.
    pub(crate) fn handoff_variable(&self) -> Option<&str> {
        if let Self::Stream(node) = self {
            return Some(&node.handoff_variable);
        }
        None
    }

    /// Takes what another system answered; a node that did not ask stays as it is.
    pub(crate) fn take_answer(&self, walk: &mut Walk<'_>, answer: &Answer) -> Turn {
        if let Self::Http(node) = self {
            return node.take_answer(walk, answer);
        }
        Turn::Stay
    }

    /// Whether the keys it has taken so far make one row.
    pub(crate) fn collects(&self) -> bool {
        matches!(self, Self::Collect(_))
    }

    pub(crate) fn check(&self, inspection: &mut Inspection<'_>) {
        match self {
            Self::Agent(node) => node.check(inspection),
            Self::Branch(node) => node.check(inspection),
            Self::Collect(node) => node.check(inspection),
            Self::Hangup(node) => node.check(inspection),
            Self::Http(node) => node.check(inspection),
            Self::Language(_) => {}
            Self::Menu(node) => node.check(inspection),
            Self::Number(node) => node.check(inspection),
            Self::Play(node) => node.check(inspection),
            Self::Queue(node) => node.check(inspection),
            Self::QueueState(node) => node.check(inspection),
            Self::Return(node) => node.check(inspection),
            Self::Schedule(node) => node.check(inspection),
            Self::Set(node) => node.check(inspection),
            Self::Stream(node) => node.check(inspection),
            Self::Subflow(node) => node.check(inspection),
            Self::Survey(node) => node.check(inspection),
            Self::Voicemail(node) => node.check(inspection),
        }
    }

    pub(crate) fn enter(&self, walk: &mut Walk<'_>) -> Turn {
        match self {
            Self::Agent(node) => node.enter(walk),
            Self::Branch(node) => node.enter(walk),
            Self::Collect(node) => node.enter(walk),
            Self::Hangup(node) => node.enter(walk),
            Self::Http(node) => node.enter(walk),
            Self::Language(node) => node.enter(walk),
            Self::Menu(node) => node.enter(walk),
            Self::Number(node) => node.enter(walk),
            Self::Play(node) => node.enter(walk),
            Self::Queue(node) => node.enter(walk),
            Self::QueueState(node) => node.enter(walk),
            Self::Return(node) => node.enter(),
            Self::Schedule(node) => node.enter(walk),
            Self::Set(node) => node.enter(walk),
            Self::Stream(node) => node.enter(walk),
            Self::Subflow(node) => node.enter(walk),
            Self::Survey(node) => node.enter(walk),
            Self::Voicemail(node) => node.enter(walk),
        }
    }

    pub(crate) fn handle(&self, walk: &mut Walk<'_>, signal: Signal) -> Turn {
        match self {
            Self::Agent(_) => Agent::handle(signal),
            Self::Collect(node) => node.handle(walk, signal),
            Self::Hangup(_) => Hangup::handle(signal),
            Self::Http(_) => Http::handle(signal),
            Self::Menu(node) => node.handle(walk, signal),
            Self::Number(_) => Number::handle(signal),
            Self::Play(node) => node.handle(walk, signal),
            Self::Queue(_) => Queue::handle(signal),
            Self::QueueState(_) => QueueState::handle(walk, signal),
            Self::Stream(_) => Stream::handle(walk, signal),
            Self::Survey(node) => node.handle(walk, signal),
            Self::Voicemail(node) => node.handle(walk, signal),
            Self::Branch(_)
            | Self::Language(_)
            | Self::Return(_)
            | Self::Schedule(_)
            | Self::Set(_)
            | Self::Subflow(_) => Turn::Stay,
        }
    }
}

fn yes() -> bool {
    true
}
