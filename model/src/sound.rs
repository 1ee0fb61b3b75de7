//! Sounds (语音文件): recordings of an enterprise's own, by names that flows know.

use crate::{EnterpriseId, SoundId};
use std::time::Duration;

/// A recording of an enterprise's own. Its audio lies elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// Its identity, which a new recording of the same name keeps.
    pub id: SoundId,
    /// Whose it is.
    pub enterprise: EnterpriseId,
    /// Its name, unique in the enterprise.
    pub name: String,
    /// How long it is.
    pub length: Duration,
    /// SHA-256 of its audio, lower-case hexadecimal.
    pub sha256: String,
}

impl Sound {
    /// Sounds that one enterprise has at most.
    pub const MOST: usize = 200;
    /// How long the sounds of one enterprise are together at most: they are all kept in memory.
    pub const LONGEST_TOGETHER: Duration = Duration::from_hours(2);
    /// Characters of a name.
    pub const NAME_CHARS: usize = 64;
}
