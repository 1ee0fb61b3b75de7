//! People who sign in.

use crate::{AgentId, EnterpriseId, UserId};
use serde::{Deserialize, Serialize};

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Takes calls; sees their own calls.
    Agent,
    /// Sees all calls and agents of the enterprise and may end calls.
    Supervisor,
    /// Everything in the enterprise.
    Admin,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Their identity.
    pub id: UserId,
    /// Whose they are.
    pub enterprise: EnterpriseId,
    /// With what they sign in; lower case, unique.
    pub email: String,
    /// How they are shown.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The agent they are, if they take calls.
    pub agent: Option<AgentId>,
    /// The work number (工号), also the name of the SIP account, if they take calls.
    pub extension: Option<String>,
}
