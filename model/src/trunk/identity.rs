//! Who the callee of a trunk is told is calling.

use crate::PhoneNumber;

/// How the caller is presented on outbound calls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four header fields, each with its own switch"
)]
pub struct CallerIdentity {
    /// The number in From.
    pub from: FromNumber,
    /// Whether P-Asserted-Identity carries the number, too (RFC 3325).
    pub asserted: bool,
    /// Whether Diversion names the number that was called (RFC 5806).
    pub diversion: bool,
    /// Whether the callee is not told the number (RFC 3323).
    pub privacy: bool,
    /// Whether numbers are marked `user=phone` (RFC 3261 §19.1.1).
    pub user_phone: bool,
}

/// The number that From carries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum FromNumber {
    /// Whoever called us.
    Caller,
    /// The number of ours that the call belongs to.
    #[default]
    TrunkNumber,
    /// Always this one.
    Fixed(PhoneNumber),
}
