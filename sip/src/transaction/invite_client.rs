//! The INVITE client transaction: RFC 3261 §17.1.1 with the Accepted state of RFC 6026 §7.2.
//!
//! ```text
//! Calling ──1xx──▶ Proceeding ──2xx──▶ Accepted  ──timer M──▶ Terminated
//!    │  ╲              │
//!    │   ╲──2xx────────┼─────────────▶ Accepted
//!    │                 └──3xx–6xx────▶ Completed ──timer D──▶ Terminated
//!    ├──3xx–6xx──────────────────────▶ Completed
//!    └──timer B, transport lost──────────────────────────────▶ Terminated
//! ```

use std::time::Duration;

use serde::{Deserialize, Serialize};
use smallvec::{SmallVec, smallvec};

use crate::timer::{Backoff, Pace};

/// Timer D on unreliable transports (RFC 3261 table 4).
const LINGER: Duration = Duration::from_secs(32);

/// Timer A has no ceiling: six doublings fit into timer B.
const LONGEST: Duration = Duration::from_hours(1);

/// One INVITE sent and everything that may come back for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InviteClient {
    state: State,
    pace: Pace,
}

/// What the owner of the transaction has to do, in this order.
pub(crate) type Actions = SmallVec<[Action; 2]>;

/// One thing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Send the INVITE again.
    SendInvite,
    /// Acknowledge a final response of 300 or above (RFC 3261 §17.1.1.3).
    SendAck,
    /// Hand the response to the session.
    Deliver,
    /// No response came within timer B: treat it as 408 (RFC 3261 §8.1.3.1).
    TimedOut,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    Calling {
        resend: Option<Backoff>,
        give_up_at: Duration,
    },
    Proceeding,
    Completed {
        linger_until: Duration,
    },
    Accepted {
        linger_until: Duration,
    },
    Terminated,
}

impl InviteClient {
    /// Starts with the INVITE sent at `now`.
    pub(crate) fn new(now: Duration, pace: Pace) -> Self {
        Self {
            state: State::Calling {
                resend: pace.resend(now, LONGEST),
                give_up_at: now + pace.timers.timeout(),
            },
            pace,
        }
    }

    /// Takes a response with the given status code, 100 to 699.
    pub(crate) fn handle_response(&mut self, now: Duration, status: u16) -> Actions {
        match (&self.state, status) {
            (State::Calling { .. } | State::Proceeding, ..200) => {
                self.state = State::Proceeding;
                smallvec![Action::Deliver]
            }
            (State::Calling { .. } | State::Proceeding, 200..300) => {
                self.state = State::Accepted {
                    linger_until: now + self.pace.timers.timeout(),
                };
                smallvec![Action::Deliver]
            }
            (State::Calling { .. } | State::Proceeding, 300..) => {
                self.state = State::Completed {
                    linger_until: now + self.pace.linger(LINGER),
                };
                smallvec![Action::SendAck, Action::Deliver]
            }
            (State::Accepted { .. }, 200..300) => smallvec![Action::Deliver],
            (State::Completed { .. }, 300..) => smallvec![Action::SendAck],
            (State::Accepted { .. } | State::Completed { .. } | State::Terminated, _) => {
                Actions::new()
            }
        }
    }

    /// Fires every timer that is due at `now`.
    pub(crate) fn handle_timeout(&mut self, now: Duration) -> Actions {
        match &mut self.state {
            State::Calling { give_up_at, .. } if *give_up_at <= now => {
                self.state = State::Terminated;
                smallvec![Action::TimedOut]
            }
            State::Calling {
                resend: Some(resend),
                ..
            } => {
                if resend.fire(now) {
                    smallvec![Action::SendInvite]
                } else {
                    Actions::new()
                }
            }
            State::Completed { linger_until } | State::Accepted { linger_until } => {
                if *linger_until <= now {
                    self.state = State::Terminated;
                }
                Actions::new()
            }
            State::Calling { resend: None, .. } | State::Proceeding | State::Terminated => {
                Actions::new()
            }
        }
    }

    /// Ends the transaction: the transport is gone, or nobody waits for the answer any longer.
    pub(crate) fn abandon(&mut self) {
        self.state = State::Terminated;
    }

    /// When [`handle_timeout`](Self::handle_timeout) must be called next, if ever.
    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        match &self.state {
            State::Calling {
                resend: Some(resend),
                give_up_at,
            } => Some(resend.at().min(*give_up_at)),
            State::Calling {
                resend: None,
                give_up_at,
            } => Some(*give_up_at),
            State::Completed { linger_until } | State::Accepted { linger_until } => {
                Some(*linger_until)
            }
            State::Proceeding | State::Terminated => None,
        }
    }

    /// Whether the callee has sent nothing at all.
    pub(crate) fn is_unheard(&self) -> bool {
        matches!(self.state, State::Calling { .. })
    }

    /// Whether a final response has come or the transaction was given up.
    pub(crate) fn is_answered(&self) -> bool {
        match self.state {
            State::Calling { .. } | State::Proceeding => false,
            State::Completed { .. } | State::Accepted { .. } | State::Terminated => true,
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

    #[test]
    fn an_unanswered_invite_over_udp_is_sent_seven_times_and_given_up_after_32_seconds() {
        let mut call = Script::start(Transport::Udp);

        call.run_until_idle();

        assert_eq!(
            call.log,
            [
                "0.5s SendInvite",
                "1.5s SendInvite",
                "3.5s SendInvite",
                "7.5s SendInvite",
                "15.5s SendInvite",
                "31.5s SendInvite",
                "32.0s TimedOut",
            ]
        );
    }

    #[test]
    fn an_unanswered_invite_over_tcp_is_only_given_up() {
        let mut call = Script::start(Transport::Tcp);

        call.run_until_idle();

        assert_eq!(call.log, ["32.0s TimedOut"]);
    }

    #[test]
    fn a_provisional_response_stops_retransmission_and_timer_b() {
        let mut call = Script::start(Transport::Udp);

        call.response(200, 180);
        call.run_until_idle();

        assert_eq!(call.log, ["0.2s Deliver"]);
        assert!(!call.transaction.is_terminated());
    }

    #[test]
    fn a_repeated_refusal_is_acknowledged_again_but_delivered_once() {
        let mut call = Script::start(Transport::Udp);

        call.response(100, 486);
        call.response(600, 486);
        call.run_until_idle();

        assert_eq!(call.log, ["0.1s SendAck", "0.1s Deliver", "0.6s SendAck"]);
        assert!(call.transaction.is_terminated());
    }

    #[test]
    fn forked_answers_are_all_delivered_for_64_t1() {
        let mut call = Script::start(Transport::Tcp);

        call.response(100, 200);
        call.response(31_000, 200);
        call.run_until_idle();
        call.response(33_000, 200);

        assert_eq!(call.log, ["0.1s Deliver", "31.0s Deliver"]);
    }

    #[test]
    fn a_late_provisional_response_changes_nothing() {
        let mut call = Script::start(Transport::Udp);

        call.response(100, 486);
        call.response(200, 180);

        assert_eq!(call.log, ["0.1s SendAck", "0.1s Deliver"]);
    }

    /// Runs the transaction in virtual time and writes down what it asks for.
    struct Script {
        now: Duration,
        transaction: InviteClient,
        log: Vec<String>,
    }

    impl Script {
        fn start(transport: Transport) -> Self {
            Self {
                now: Duration::ZERO,
                transaction: InviteClient::new(Duration::ZERO, Timers::default().over(transport)),
                log: Vec::new(),
            }
        }

        fn response(&mut self, at_ms: u64, status: u16) {
            self.now = Duration::from_millis(at_ms);
            let actions = self.transaction.handle_response(self.now, status);
            self.note(&actions);
        }

        fn run_until_idle(&mut self) {
            while let Some(due) = self.transaction.poll_timeout() {
                self.now = due;
                let actions = self.transaction.handle_timeout(due);
                self.note(&actions);
            }
        }

        fn note(&mut self, actions: &[Action]) {
            let seconds = self.now.as_secs_f32();
            for action in actions {
                self.log.push(format!("{seconds:.1}s {action:?}"));
            }
        }
    }
}
