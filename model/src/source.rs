//! Sources of requests: addresses that the server deals with whoever is behind them.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// What happened with a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SourceFact {
    /// It failed to prove who it is so often that it is not listened to for a while.
    Barred {
        /// Until when.
        until: Timestamp,
        /// How often it failed.
        failures: u32,
        /// The account it tried last.
        user: Option<String>,
    },
}
