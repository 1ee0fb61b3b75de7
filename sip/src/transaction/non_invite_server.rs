//! The non-INVITE server transaction: RFC 3261 §17.2.2 as amended by RFC 4320 §4.
//!
//! ```text
//! Trying ──2xx–6xx sent──▶ Completed ──timer J──▶ Terminated
//!    └──64·T1 without an answer────────────────▶ Terminated
//! ```
//!
//! There is no Proceeding state: RFC 4320 forbids provisional responses other than a late 100, and
//! every request is answered at once or, for UPDATE, as soon as the call says. An answer that would
//! come later than 64·T1 is not sent at all, since the client has already given up.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::timer::Pace;

/// One BYE, CANCEL, UPDATE, REGISTER… received and the answer given to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NonInviteServer {
    state: State,
    pace: Pace,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    Trying { give_up_at: Duration },
    Completed { linger_until: Duration },
    Terminated,
}

impl NonInviteServer {
    /// Starts with the request received at `now`.
    pub(crate) fn new(now: Duration, pace: Pace) -> Self {
        Self {
            state: State::Trying {
                give_up_at: now + pace.timers.timeout(),
            },
            pace,
        }
    }

    /// Notes that the final response is sent at `now`; returns whether it may be.
    pub(crate) fn respond(&mut self, now: Duration) -> bool {
        match self.state {
            State::Trying { .. } => {
                self.state = State::Completed {
                    linger_until: now + self.pace.linger(self.pace.timers.timeout()),
                };
                true
            }
            State::Completed { .. } | State::Terminated => false,
        }
    }

    /// Whether a copy of the request is to be answered again.
    pub(crate) fn answers_copies(&self) -> bool {
        match self.state {
            State::Completed { .. } => true,
            State::Trying { .. } | State::Terminated => false,
        }
    }

    /// Fires every timer that is due at `now`.
    pub(crate) fn handle_timeout(&mut self, now: Duration) {
        match self.state {
            State::Trying { give_up_at: until }
            | State::Completed {
                linger_until: until,
            } if until <= now => self.state = State::Terminated,
            State::Trying { .. } | State::Completed { .. } | State::Terminated => (),
        }
    }

    /// Ends the transaction: nobody can be answered over a lost transport.
    pub(crate) fn abandon(&mut self) {
        self.state = State::Terminated;
    }

    /// When [`handle_timeout`](Self::handle_timeout) must be called next, if ever.
    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        match self.state {
            State::Trying { give_up_at } => Some(give_up_at),
            State::Completed { linger_until } => Some(linger_until),
            State::Terminated => None,
        }
    }

    /// Whether the response has been given or can no longer be.
    pub(crate) fn is_answered(&self) -> bool {
        match self.state {
            State::Trying { .. } => false,
            State::Completed { .. } | State::Terminated => true,
        }
    }

    /// Whether the transaction is over and may be dropped.
    pub(crate) fn is_terminated(&self) -> bool {
        self.state == State::Terminated
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timer::Timers;
    use crate::transport::Transport;

    fn start(transport: Transport) -> NonInviteServer {
        NonInviteServer::new(Duration::ZERO, Timers::default().over(transport))
    }

    #[test]
    fn a_copy_is_answered_again_for_64_t1_over_udp() {
        let mut transaction = start(Transport::Udp);
        assert!(!transaction.answers_copies());

        transaction.respond(Duration::from_secs(1));

        assert!(transaction.answers_copies());
        assert_eq!(transaction.poll_timeout(), Some(Duration::from_secs(33)));
        transaction.handle_timeout(Duration::from_secs(33));
        assert!(transaction.is_terminated());
    }

    #[test]
    fn an_answer_over_tcp_ends_the_transaction() {
        let mut transaction = start(Transport::Tcp);

        transaction.respond(Duration::from_secs(1));

        assert_eq!(transaction.poll_timeout(), Some(Duration::from_secs(1)));
    }

    #[test]
    fn no_answer_is_sent_when_the_client_has_given_up() {
        let mut transaction = start(Transport::Udp);

        transaction.handle_timeout(Duration::from_secs(32));

        assert!(!transaction.respond(Duration::from_secs(32)));
    }
}
