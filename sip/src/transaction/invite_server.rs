//! The INVITE server transaction: RFC 3261 §17.2.1 with the Accepted state of RFC 6026 §7.1.
//!
//! ```text
//! Proceeding ──2xx sent──────▶ Accepted  ──timer L──▶ Terminated
//!     └──3xx–6xx sent──▶ Completed ──ACK──▶ Confirmed ──timer I──▶ Terminated
//!                            └──timer H, transport lost──────────▶ Terminated
//! ```
//!
//! In Accepted copies of the INVITE are absorbed; the session repeats the 2xx, not this machine.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::timer::{Backoff, Pace};

/// One INVITE received and the answers given to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InviteServer {
    state: State,
    pace: Pace,
}

/// What the owner of the transaction has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Send the last response again.
    SendResponse,
    /// The refusal was never acknowledged (timer H); it is over all the same.
    AckMissing,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    Proceeding,
    Completed {
        resend: Option<Backoff>,
        give_up_at: Duration,
    },
    Confirmed {
        linger_until: Duration,
    },
    Accepted {
        linger_until: Duration,
    },
    Terminated,
}

impl InviteServer {
    /// Starts with the INVITE received.
    pub(crate) fn new(pace: Pace) -> Self {
        Self {
            state: State::Proceeding,
            pace,
        }
    }

    /// Notes that a response with the given status is sent at `now`.
    ///
    /// Returns whether it may be sent: a final answer is given once.
    pub(crate) fn respond(&mut self, now: Duration, status: u16) -> bool {
        match (&self.state, status) {
            (State::Proceeding, ..200) => true,
            (State::Proceeding, 200..300) => {
                self.state = State::Accepted {
                    linger_until: now + self.pace.timers.timeout(),
                };
                true
            }
            (State::Proceeding, 300..) => {
                self.state = State::Completed {
                    resend: self.pace.resend(now, self.pace.timers.t2),
                    give_up_at: now + self.pace.timers.timeout(),
                };
                true
            }
            (State::Completed { .. }, _) => false,
            (State::Confirmed { .. } | State::Accepted { .. } | State::Terminated, _) => false,
        }
    }

    /// Takes a copy of the INVITE.
    pub(crate) fn handle_copy(&self) -> Option<Action> {
        match self.state {
            State::Proceeding | State::Completed { .. } => Some(Action::SendResponse),
            State::Confirmed { .. } | State::Accepted { .. } | State::Terminated => None,
        }
    }

    /// Takes an ACK of this transaction's refusal.
    pub(crate) fn handle_ack(&mut self, now: Duration) {
        if let State::Completed { .. } = self.state {
            self.state = State::Confirmed {
                linger_until: now + self.pace.linger(self.pace.timers.t4),
            };
        }
    }

    /// Fires every timer that is due at `now`.
    pub(crate) fn handle_timeout(&mut self, now: Duration) -> Option<Action> {
        match &mut self.state {
            State::Completed { give_up_at, .. } if *give_up_at <= now => {
                self.state = State::Terminated;
                Some(Action::AckMissing)
            }
            State::Completed { resend, .. } => {
                let fired = resend.as_mut().is_some_and(|resend| resend.fire(now));
                fired.then_some(Action::SendResponse)
            }
            State::Confirmed { linger_until } | State::Accepted { linger_until } => {
                if *linger_until <= now {
                    self.state = State::Terminated;
                }
                None
            }
            State::Proceeding | State::Terminated => None,
        }
    }

    /// Ends the transaction: nobody can be answered over a lost transport.
    pub(crate) fn abandon(&mut self) {
        self.state = State::Terminated;
    }

    /// When [`handle_timeout`](Self::handle_timeout) must be called next, if ever.
    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        match &self.state {
            State::Completed { resend, give_up_at } => {
                Some(resend.map_or(*give_up_at, |resend| resend.at().min(*give_up_at)))
            }
            State::Confirmed { linger_until } | State::Accepted { linger_until } => {
                Some(*linger_until)
            }
            State::Proceeding | State::Terminated => None,
        }
    }

    /// Whether a final response has been given.
    pub(crate) fn is_answered(&self) -> bool {
        self.state != State::Proceeding
    }

    /// Whether the INVITE was refused: a later try of the same request is then no merged copy.
    pub(crate) fn is_refused(&self) -> bool {
        match self.state {
            State::Completed { .. } | State::Confirmed { .. } | State::Terminated => true,
            State::Proceeding | State::Accepted { .. } => false,
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

    fn start(transport: Transport) -> InviteServer {
        InviteServer::new(Timers::default().over(transport))
    }

    fn run_until_idle(transaction: &mut InviteServer) -> Vec<String> {
        let mut log = Vec::new();
        while let Some(due) = transaction.poll_timeout() {
            if let Some(action) = transaction.handle_timeout(due) {
                log.push(format!("{:.1}s {action:?}", due.as_secs_f32()));
            }
        }
        log
    }

    #[test]
    fn a_refusal_over_udp_is_repeated_until_timer_h() {
        let mut transaction = start(Transport::Udp);
        assert!(transaction.respond(Duration::ZERO, 486));

        let log = run_until_idle(&mut transaction);

        assert_eq!(log.first().unwrap(), "0.5s SendResponse");
        assert_eq!(log[3], "7.5s SendResponse");
        assert_eq!(log[4], "11.5s SendResponse");
        assert_eq!(log.last().unwrap(), "32.0s AckMissing");
        assert_eq!(log.len(), 11);
    }

    #[test]
    fn an_ack_ends_the_repetition_and_copies_are_absorbed_for_t4() {
        let mut transaction = start(Transport::Udp);
        transaction.respond(Duration::ZERO, 486);

        transaction.handle_ack(Duration::from_secs(1));

        assert_eq!(transaction.handle_copy(), None);
        assert_eq!(transaction.poll_timeout(), Some(Duration::from_secs(6)));
        assert!(run_until_idle(&mut transaction).is_empty());
    }

    #[test]
    fn an_ack_over_tcp_ends_the_transaction_at_once() {
        let mut transaction = start(Transport::Tcp);
        transaction.respond(Duration::ZERO, 486);

        transaction.handle_ack(Duration::from_secs(1));

        assert_eq!(transaction.poll_timeout(), Some(Duration::from_secs(1)));
    }

    #[test]
    fn a_copy_of_the_invite_is_answered_again_before_the_call_is_accepted_and_absorbed_after() {
        let mut transaction = start(Transport::Udp);
        transaction.respond(Duration::ZERO, 180);
        assert_eq!(transaction.handle_copy(), Some(Action::SendResponse));

        transaction.respond(Duration::ZERO, 200);

        assert_eq!(transaction.handle_copy(), None);
        assert_eq!(transaction.poll_timeout(), Some(Duration::from_secs(32)));
    }

    #[test]
    fn a_final_answer_is_given_once() {
        let mut transaction = start(Transport::Udp);
        transaction.respond(Duration::ZERO, 200);

        assert!(!transaction.respond(Duration::ZERO, 487));
        assert!(!transaction.respond(Duration::ZERO, 180));
    }
}
