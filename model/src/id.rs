//! Identities: UUIDv7, so that they sort by creation time, each noun its own type.

use crate::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes the id of something created at `at`; `random` gives its last 74 bits.
            pub fn new(at: Timestamp, random: [u8; 10]) -> Self {
                let unix_ms = u64::try_from(at.as_millis()).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(unix_ms, &random).into_uuid())
            }

            /// The id with these bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The sixteen bytes of the id.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )*};
}

ids! {
    /// An agent: a user who takes calls.
    AgentId,
    /// A line of the audit log.
    AuditEntryId,
    /// One call of one customer, with all its legs.
    CallId,
    /// A tenant (企业).
    EnterpriseId,
    /// One fact in the log.
    FactId,
    /// An IVR flow, whatever its version.
    FlowId,
    /// A queue (技能组 as the calls see it).
    QueueId,
    /// One recording file.
    RecordingId,
    /// A recording of an enterprise's own (语音文件).
    SoundId,
    /// A time scheme (时间方案).
    TimeSchemeId,
    /// A SIP trunk (中继).
    TrunkId,
    /// A number reached through a trunk (中继号码).
    TrunkNumberId,
    /// A person who signs in.
    UserId,
}

impl EnterpriseId {
    /// Stands for the server itself: what concerns every tenant.
    pub const SERVER: Self = Self::from_bytes([0; 16]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_creation_and_survive_text() {
        let early = CallId::new(Timestamp::from_millis(1_000), [9; 10]);
        let late = CallId::new(Timestamp::from_millis(2_000), [1; 10]);

        assert!(early < late);
        assert_eq!(early.to_string().parse::<CallId>().unwrap(), early);
    }
}
