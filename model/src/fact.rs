//! The log's entry: one thing that happened, typed, never changed.

use crate::{AgentFact, AgentId, CallFact, CallId, EnterpriseId, FactId, SourceFact, Timestamp};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// One thing that happened. Records, live state, counters and reports are folded from these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Its identity: appending it twice changes nothing.
    pub id: FactId,
    /// When it happened.
    pub at: Timestamp,
    /// Whose it is.
    pub enterprise: EnterpriseId,
    /// What happened to what.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened to what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "noun", rename_all = "snake_case")]
pub enum Event {
    /// Something happened to a call.
    Call {
        /// The call.
        call: CallId,
        /// What.
        fact: CallFact,
    },
    /// Something happened to an agent.
    Agent {
        /// The agent.
        agent: AgentId,
        /// What.
        fact: AgentFact,
    },
    /// Something happened with a source of requests.
    Source {
        /// The address.
        source: IpAddr,
        /// What.
        fact: SourceFact,
    },
}
