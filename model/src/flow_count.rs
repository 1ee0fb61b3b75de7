//! What callers do in a flow (流程统计): a fold over the facts of one call.
//!
//! A caller who enters a node leaves it by an exit, hangs up in it, talks to somebody from it, is cut off
//! there, or is still there; so those who entered are the sum of all others, of whatever calls and days.
//! All of a call is counted where the call began, as its record is.

use crate::{CallFact, CallType, EndedBy, FlowId, FlowVersion, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What happened to a caller in a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "event", content = "exit", rename_all = "snake_case")]
pub enum NodeEvent {
    /// A human talked to the caller, and the call ended after it or went to another flow.
    Answered,
    /// The call ended without the caller's doing, or went to another flow.
    CutOff,
    /// The caller came in.
    Entered,
    /// The caller hung up.
    HungUp,
    /// The flow went on by this exit.
    Left(String),
}

/// Which callers a figure counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FlowCountKey {
    /// The flow.
    pub flow: FlowId,
    /// Its version.
    pub version: FlowVersion,
    /// The node; in a flow within a flow behind those that led there, as in `ask/order`.
    pub node: String,
    /// What happened there.
    pub event: NodeEvent,
    /// The quarter of an hour in which the calls began.
    pub quarter: Timestamp,
}

/// How many callers, and how long they were there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowCount {
    /// How often.
    pub callers: i64,
    /// The time in the node until it was left or a human answered, in milliseconds, summed; nought for
    /// those who came in.
    pub spent_ms: i64,
}

/// The figures of some calls.
pub type FlowCounts = BTreeMap<FlowCountKey, FlowCount>;

/// Every offset of a time zone is a multiple of this, so that days of any zone add up from quarters.
const QUARTER_MS: i64 = 15 * 60 * 1_000;

impl FlowCount {
    /// Adds other callers.
    pub fn add(&mut self, other: Self) {
        self.callers += other.callers;
        self.spent_ms += other.spent_ms;
    }

    /// Whether it counts nobody.
    pub const fn is_empty(self) -> bool {
        self.callers == 0 && self.spent_ms == 0
    }

    /// The same callers the other way round, to take them away.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self {
            callers: -self.callers,
            spent_ms: -self.spent_ms,
        }
    }
}

/// Counts what one call did in flows, of all its facts or of those so far, in their order.
pub fn flow_counts<'a>(facts: impl IntoIterator<Item = (Timestamp, &'a CallFact)>) -> FlowCounts {
    let mut counting = Counting::default();
    for (at, fact) in facts {
        counting.take(at, fact);
    }
    counting.counts
}

/// A node that was entered and not yet left.
#[derive(Debug)]
struct Visit<'a> {
    node: &'a str,
    since: Timestamp,
    /// When a human began to talk to the caller.
    answered: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct Counting<'a> {
    counts: FlowCounts,
    began: Option<Timestamp>,
    flow: Option<(FlowId, FlowVersion)>,
    open: Vec<Visit<'a>>,
    over: bool,
}

impl<'a> Counting<'a> {
    fn take(&mut self, at: Timestamp, fact: &'a CallFact) {
        if self.over {
            return;
        }
        match fact {
            // Who tries a draft out is no caller.
            CallFact::Arrived {
                call_type: CallType::Trial,
                ..
            } => self.over = true,
            CallFact::Arrived { .. } => self.began = self.began.or(Some(at)),
            CallFact::FlowEntered { flow, version } => {
                self.close_all(at, &NodeEvent::CutOff);
                self.began = self.began.or(Some(at));
                self.flow = Some((*flow, FlowVersion(*version)));
            }
            CallFact::NodeEntered { node } => self.enter(at, node),
            CallFact::NodeLeft { node, exit, .. } => {
                if let Some(place) = self.open.iter().rposition(|visit| visit.node == node) {
                    let visit = self.open.remove(place);
                    self.close(&visit, at, NodeEvent::Left(exit.clone()));
                }
            }
            CallFact::Bridged { .. } => {
                for visit in &mut self.open {
                    visit.answered = visit.answered.or(Some(at));
                }
            }
            CallFact::Ended(ending) => {
                let event = match ending.by {
                    EndedBy::Customer => NodeEvent::HungUp,
                    EndedBy::Agent | EndedBy::Network | EndedBy::System => NodeEvent::CutOff,
                };
                self.close_all(at, &event);
                self.over = true;
            }
            CallFact::Answered
            | CallFact::Unreadable { .. }
            | CallFact::Queued { .. }
            | CallFact::Dequeued { .. }
            | CallFact::Offered { .. }
            | CallFact::OfferEnded { .. }
            | CallFact::Dialed { .. }
            | CallFact::DialForbidden { .. }
            | CallFact::DialFailed { .. }
            | CallFact::Unbridged { .. }
            | CallFact::SurveyOffered { .. }
            | CallFact::Rated { .. }
            | CallFact::Transferred { .. }
            | CallFact::SupervisionStarted { .. }
            | CallFact::SupervisionChanged { .. }
            | CallFact::SupervisionEnded { .. }
            | CallFact::Consulted { .. }
            | CallFact::ConferenceBegun { .. }
            | CallFact::ConferenceLeft { .. }
            | CallFact::HoldChanged { .. }
            | CallFact::RecordingStarted { .. }
            | CallFact::RecordingEnded { .. }
            | CallFact::RecordingPaused { .. }
            | CallFact::RecordingResumed { .. }
            | CallFact::RecordingCompressed { .. }
            | CallFact::RecordingMoved { .. }
            | CallFact::Found { .. }
            | CallFact::VoicemailStarted
            | CallFact::Resumed
            | CallFact::LegQuality { .. } => (),
        }
    }

    fn enter(&mut self, at: Timestamp, node: &'a str) {
        if self.flow.is_none() {
            return;
        }
        self.open.push(Visit {
            node,
            since: at,
            answered: None,
        });
        self.count(node, NodeEvent::Entered, 0);
    }

    fn close_all(&mut self, at: Timestamp, event: &NodeEvent) {
        for visit in std::mem::take(&mut self.open) {
            let event = match visit.answered {
                Some(_) => NodeEvent::Answered,
                None => event.clone(),
            };
            self.close(&visit, at, event);
        }
    }

    fn close(&mut self, visit: &Visit<'_>, at: Timestamp, event: NodeEvent) {
        let until = visit.answered.unwrap_or(at);
        self.count(visit.node, event, until.millis_since(visit.since));
    }

    fn count(&mut self, node: &str, event: NodeEvent, spent_ms: i64) {
        let (Some((flow, version)), Some(began)) = (self.flow, self.began) else {
            return;
        };
        let began = began.as_millis();
        let key = FlowCountKey {
            flow,
            version,
            node: node.to_owned(),
            event,
            quarter: Timestamp::from_millis(began - began.rem_euclid(QUARTER_MS)),
        };
        let callers = 1;
        self.counts
            .entry(key)
            .or_default()
            .add(FlowCount { callers, spent_ms });
    }
}

#[cfg(test)]
mod tests;
