//! What the endpoint counts.

/// Totals since the endpoint was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Messages that could not be read.
    pub parse_errors: u64,
    /// Requests read.
    pub requests: u64,
    /// Responses read.
    pub responses: u64,
    /// Messages sent, copies included.
    pub sent: u64,
    /// Copies sent by our own timers.
    pub retransmissions: u64,
    /// Copies received and absorbed or answered again.
    pub copies_received: u64,
    /// Calls that came in.
    pub incoming_calls: u64,
    /// Calls made.
    pub outgoing_calls: u64,
    /// Challenges sent.
    pub challenges: u64,
    /// Credentials that were wrong.
    pub auth_failures: u64,
    /// Requests of sources that failed too often or asked too much.
    pub dropped_throttled: u64,
    /// Sources barred.
    pub barred: u64,
    /// Answers not sent because they would have been larger than an unproven sender may cause.
    pub dropped_amplifying: u64,
    /// Requests of unknown sources refused without a challenge.
    pub refused_unknown_source: u64,
    /// Responses that belong to no transaction.
    pub dropped_responses: u64,
    /// ACKs that belong to nothing.
    pub dropped_acks: u64,
    /// Keep-alives and empty datagrams.
    pub keep_alives: u64,
    /// STUN requests answered.
    pub stun_answers: u64,
    /// OPTIONS sent to phones that had been silent.
    pub probes: u64,
    /// Bindings' paths given up because no probe was answered.
    pub dead_flows: u64,
    /// New calls refused unread because there is too much to do.
    pub shed: u64,
    /// New requests refused because a limit was reached.
    pub refused_overload: u64,
    /// Messages that could not be sent since a connection was lost or not opened.
    pub dropped_unreachable: u64,
}

/// How much exists at this moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Occupancy {
    /// Live transactions, lingering ones included.
    pub transactions: usize,
    /// Live sessions, closing ones included.
    pub sessions: usize,
    /// Deadlines waited for.
    pub deadlines: usize,
    /// Known connections.
    pub connections: usize,
    /// Users with bindings.
    pub users: usize,
    /// Requests to phones that wait for the phone's next connection.
    pub waiting: usize,
}
