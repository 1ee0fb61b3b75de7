//! Recordings of calls.

use crate::{CallId, EnterpriseId, RecordingId, Timestamp};
use serde::{Deserialize, Serialize};

/// How far a recording is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingState {
    /// Being written.
    Open,
    /// Complete.
    Closed,
    /// Closed with something missing; the fault says what.
    Faulty,
}

/// What kind of file a recording is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingFormat {
    /// G.711 in WAV, as the call left it.
    Wav,
    /// Opus in Ogg.
    Opus,
}

/// One recording: a stereo file, customer left, agent right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// Its identity.
    pub id: RecordingId,
    /// Whose it is.
    pub enterprise: EnterpriseId,
    /// The call.
    pub call: CallId,
    /// When its first sample was taken.
    pub started_at: Timestamp,
    /// Its length in milliseconds, once closed.
    pub duration_ms: Option<i64>,
    /// Its size in bytes, once closed.
    pub size_bytes: Option<i64>,
    /// The file below the data folder; where it is in a bucket, its key there.
    pub path: String,
    /// How far it is.
    pub state: RecordingState,
    /// What is missing and why.
    pub fault: Option<String>,
    /// What kind of file it is.
    pub format: RecordingFormat,
    /// The SHA-256 of the file in hexadecimal digits, once closed.
    pub sha256: Option<String>,
    /// The bucket of an S3-compatible store that holds the file; none while it lies here.
    pub bucket: Option<String>,
}
