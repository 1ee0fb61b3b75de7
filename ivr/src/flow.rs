//! A checked flow: every node reachable, every exit leads somewhere, everything it says can be said.

use crate::{
    Locale, Voices,
    node::Kind,
    utterance::{Speakers, Spoken},
};
use jiff::tz::TimeZone;
use model::TimeScheme;
use petgraph::{
    graph::{DiGraph, NodeIndex},
    visit::EdgeRef,
};
use std::{collections::BTreeMap, fmt, sync::Arc};

/// A flow that has passed every check and may take calls. Made by [`crate::check`].
#[derive(Debug)]
pub struct Flow {
    pub(crate) name: String,
    pub(crate) language: Locale,
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) graph: DiGraph<FlowNode, Exit>,
    /// Who speaks which language.
    pub(crate) speech: Speakers,
    /// What engines speak in it.
    pub(crate) spoken: Vec<Spoken>,
    pub(crate) start: NodeIndex,
    pub(crate) voices: Arc<Voices>,
    /// The time schemes of the enterprise.
    pub(crate) schemes: Arc<BTreeMap<String, TimeScheme>>,
    /// Where the enterprise is.
    pub(crate) zone: TimeZone,
    /// The same, where a node asks for the time.
    pub(crate) clock: Option<TimeZone>,
}

/// A node of the checked graph.
#[derive(Debug, Clone)]
pub(crate) struct FlowNode {
    pub(crate) id: String,
    pub(crate) kind: Kind,
}

/// The way out of a node; its name in a flow file is what [`fmt::Display`] writes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Exit {
    /// The other side was busy.
    Busy,
    /// A branch's case holds, or another flow came back with this result.
    Case(String),
    /// Nobody is there at this time.
    Closed,
    /// The bot is done with the caller.
    Done,
    /// It could not be done.
    Error,
    /// The other system answered with something else than success.
    Failed,
    /// The queue takes no more callers.
    Full,
    /// Nobody is there because of a holiday.
    Holiday,
    /// Wrong keys, too often.
    Invalid,
    /// The caller pressed this key.
    Key(char),
    /// Nobody who could answer is signed in.
    NoAgent,
    /// It rang and nobody answered.
    NoAnswer,
    /// Done.
    Ok,
    /// Somebody is there at this time.
    Open,
    /// No case of a branch holds.
    Otherwise,
    /// The other side declined.
    Refused,
    /// They talked, the other side hung up, and the caller is still there. Only taken where it is
    /// wired.
    Talked,
    /// The time is over.
    Timeout,
    /// The bot hands the caller over.
    Transfer,
}

impl Flow {
    /// The flow's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The language it begins with.
    pub fn language(&self) -> Locale {
        self.language
    }

    /// The voices it speaks with.
    pub fn voices(&self) -> &Voices {
        &self.voices
    }

    /// What engines speak in it, in every language that it speaks.
    pub fn spoken(&self) -> &[Spoken] {
        &self.spoken
    }

    pub(crate) fn node(&self, node: NodeIndex) -> &FlowNode {
        &self.graph[node]
    }

    pub(crate) fn find(&self, id: &str) -> Option<NodeIndex> {
        self.graph
            .node_indices()
            .find(|node| self.graph[*node].id == id)
    }

    pub(crate) fn follow(&self, node: NodeIndex, exit: &Exit) -> Option<NodeIndex> {
        self.graph
            .edges(node)
            .find(|edge| edge.weight() == exit)
            .map(|edge| edge.target())
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Busy => "busy",
            Self::Case(name) => name,
            Self::Closed => "closed",
            Self::Done => "done",
            Self::Error => "error",
            Self::Failed => "failed",
            Self::Full => "full",
            Self::Holiday => "holiday",
            Self::Invalid => "invalid",
            Self::Key(key) => return write!(formatter, "{key}"),
            Self::NoAgent => "no_agent",
            Self::NoAnswer => "no_answer",
            Self::Ok => "ok",
            Self::Open => "open",
            Self::Otherwise => "otherwise",
            Self::Refused => "refused",
            Self::Talked => "talked",
            Self::Timeout => "timeout",
            Self::Transfer => "transfer",
        })
    }
}
