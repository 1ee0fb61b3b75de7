//! The way of a real call through a flow, as its facts tell it.

use model::{CallFact, Event, Fact, FlowId, FlowVersion, Timestamp};
use std::time::Duration;

/// One call's way through a flow, where it entered that flow for the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walked {
    /// The version.
    pub version: FlowVersion,
    pub(super) caller: String,
    pub(super) called: String,
    pub(super) trunk_number: String,
    /// When the flow was entered.
    pub(super) began: Duration,
    pub(super) moves: Vec<Move>,
}

/// Why a call cannot be replayed at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotReplayable {
    /// It goes on.
    InProgress,
    /// Its facts do not tell how it began, or that it entered the flow.
    Incomplete,
}

/// A node was entered or left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Move {
    Entered {
        node: String,
    },
    Left {
        node: String,
        exit: String,
        /// The keys it took, where they are not kept out of the log.
        keys: String,
        at: Duration,
    },
}

impl Walked {
    /// Reads the facts of one call, in their order.
    ///
    /// # Errors
    ///
    /// Why the call cannot be replayed.
    pub fn read(facts: &[Fact], flow: FlowId) -> Result<Self, NotReplayable> {
        let mut of_call = facts.iter().filter_map(|fact| match &fact.event {
            Event::Call { fact: body, .. } => Some((fact.at, body)),
            Event::Agent { .. } | Event::Source { .. } => None,
        });
        let begin = of_call.next().ok_or(NotReplayable::Incomplete)?;
        let (
            _,
            CallFact::Arrived {
                caller,
                called,
                trunk_number,
                ..
            },
        ) = begin
        else {
            return Err(NotReplayable::Incomplete);
        };
        let mut walked = None;
        for (at, fact) in of_call {
            match (&mut walked, fact) {
                (None, CallFact::FlowEntered { flow: id, version }) if *id == flow => {
                    walked = Some(Self {
                        version: FlowVersion(*version),
                        caller: caller.as_str().to_owned(),
                        called: called.as_str().to_owned(),
                        trunk_number: trunk_number.as_str().to_owned(),
                        began: since_epoch(at),
                        moves: Vec::new(),
                    });
                }
                (Some(_), CallFact::FlowEntered { .. } | CallFact::Ended(_)) => {
                    return walked.ok_or(NotReplayable::Incomplete);
                }
                (Some(walked), fact) => walked.moves.extend(Move::of(at, fact)),
                (None, _) => {}
            }
        }
        Err(walked.map_or(NotReplayable::Incomplete, |_| NotReplayable::InProgress))
    }
}

impl Move {
    fn of(at: Timestamp, fact: &CallFact) -> Option<Self> {
        if let CallFact::NodeEntered { node } = fact {
            let node = node.clone();
            return Some(Self::Entered { node });
        }
        let CallFact::NodeLeft { node, exit, keys } = fact else {
            return None;
        };
        Some(Self::Left {
            node: node.clone(),
            exit: exit.clone(),
            keys: keys.clone(),
            at: since_epoch(at),
        })
    }
}

fn since_epoch(at: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(at.as_millis()).unwrap_or_default())
}
