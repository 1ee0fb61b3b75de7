//! Every bound of the wire layer in one place: what a peer may make us read, keep or compute.

/// Longest message that is read, headers and body together, in bytes.
pub const MESSAGE_BYTES: usize = 65_536;

/// Longest header line, its folded continuations included, in bytes.
pub const LINE_BYTES: usize = 8_192;

/// Most header lines of one message.
pub const HEADERS: usize = 128;

/// Most Via values of one message, counted over all its Via lines.
pub const VIAS: usize = 64;

/// Most parameters of a URI that are compared one by one with those of another.
pub const URI_PARAMETERS: usize = 32;

/// Header lines that a message keeps without an allocation.
pub(crate) const INLINE_HEADERS: usize = 24;

/// Most digest nonces whose use counts are remembered; the oldest goes stale when one more is used.
pub const NONCES: usize = 16_384;

/// How far behind the highest seen count of a nonce a request may arrive and still be accepted.
pub const NONCE_COUNT_WINDOW: u32 = 64;

/// How long a digest nonce may be used.
pub const NONCE_LIFETIME: std::time::Duration = std::time::Duration::from_mins(5);

/// Most headers taken from one URI.
pub const URI_HEADERS: usize = 16;

/// Most entries read of a Diversion or History-Info list.
pub const HISTORY: usize = 16;

/// Most transfers of one session that are followed at once, for each direction.
pub const TRANSFERS: usize = 4;

/// Most requests of ours inside one session that wait for their answers.
pub const OWN_REQUESTS: usize = 16;

/// Longest request that goes over UDP where the path is unknown (RFC 3428 §8), in bytes.
pub const DATAGRAM_BYTES: usize = 1_300;

/// Most servers of one destination that are tried.
pub const SPOTS: usize = 16;

/// Most records kept of one answer of a name server.
pub const RECORDS: usize = 64;

/// Most answers of name servers that are kept; the one that lapses first makes room.
pub const ANSWERS: usize = 4_096;

/// Most questions to name servers that are open at once; more fail at once.
pub const QUESTIONS: usize = 256;

/// Most gateways of one trunk that a request is offered to.
pub const GATEWAYS: usize = 16;

/// Most addresses that one request is sent to, over all gateways.
pub const ATTEMPTS: u8 = 8;

/// Most 3xx that one call follows.
pub const REDIRECTS: u8 = 3;

/// Most sources of calls that belong to no trunk which are remembered.
pub const STRANGERS: usize = 64;

/// Longest dialled text that is remembered of them, in characters.
pub const DIALLED: usize = 64;
