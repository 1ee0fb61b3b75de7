//! The audit log: who changed or looked at what, and what the server did against strangers.

use crate::{AuditEntryId, EnterpriseId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use std::fmt::Display;

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its identity.
    pub id: AuditEntryId,
    /// When it was done.
    pub at: Timestamp,
    /// Whose it is; [`EnterpriseId::SERVER`] for what concerns all.
    pub enterprise: EnterpriseId,
    /// Who did it; none for the server itself.
    pub user: Option<UserId>,
    /// What was done.
    pub action: AuditAction,
    /// To what: a name, a number, an address, an id.
    pub subject: String,
    /// What it changed, without secrets.
    pub changes: Vec<AuditChange>,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditAction {
    /// A trunk was made.
    TrunkCreated,
    /// A trunk's settings were changed.
    TrunkChanged,
    /// A trunk was removed.
    TrunkDeleted,
    /// A number was made.
    TrunkNumberCreated,
    /// A number was changed.
    TrunkNumberChanged,
    /// A number was removed.
    TrunkNumberDeleted,
    /// A time scheme was made.
    TimeSchemeCreated,
    /// A time scheme was changed.
    TimeSchemeChanged,
    /// A time scheme was removed.
    TimeSchemeDeleted,
    /// A sound was made.
    SoundCreated,
    /// A sound got other audio.
    SoundChanged,
    /// A sound was removed.
    SoundDeleted,
    /// A flow was made.
    FlowCreated,
    /// A version of a flow was published: callers enter it.
    FlowPublished,
    /// Somebody called a draft of a flow to hear it.
    FlowTried,
    /// Somebody looked at the SIP messages of a call.
    LadderShown,
    /// Somebody downloaded the SIP messages of a call.
    LadderExported,
    /// A number was not dialled, because the rules of the trunk do not allow it.
    DialForbidden,
    /// A supervisor wants to listen to a call, or to speak in it.
    CallSupervised,
    /// What a supervisor wanted was not done.
    SupervisionRefused,
    /// A source that failed too often is not listened to for a while.
    SourceBarred,
}

/// One setting that changed, or one thing that is said of what was done.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AuditChange {
    /// The setting, such as `outbound.gateways[0].port`.
    pub field: String,
    /// What it was; none where it was not there.
    pub before: Option<String>,
    /// What it is; none where it is not there.
    pub after: Option<String>,
    /// What that was called whose id `before` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_name: Option<String>,
    /// What that was called whose id `after` is, when the line was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_name: Option<String>,
}

impl AuditChange {
    /// Says `after` of what was done.
    pub fn said(field: &str, after: impl Display) -> Self {
        Self {
            field: field.to_owned(),
            after: Some(after.to_string()),
            ..Self::default()
        }
    }

    /// The same with the name of that whose id `after` is.
    #[must_use]
    pub fn named(self, after_name: Option<String>) -> Self {
        Self { after_name, ..self }
    }
}
