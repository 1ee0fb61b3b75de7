//! The non-INVITE client transaction: RFC 3261 §17.1.2.
//!
//! ```text
//! Trying ──1xx──▶ Proceeding ──2xx–6xx──▶ Completed ──timer K──▶ Terminated
//!    │                 └──timer F, transport lost──────────────▶ Terminated
//!    ├──2xx–6xx─────────────────────────▶ Completed
//!    └──timer F, transport lost────────────────────────────────▶ Terminated
//! ```

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::timer::{Backoff, Pace};

/// One BYE, CANCEL, OPTIONS… sent, until its answer came or was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NonInviteClient {
    state: State,
    pace: Pace,
}

/// What the owner of the transaction has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Send the request again.
    SendRequest,
    /// Hand the response to the session.
    Deliver,
    /// No final response came within timer F.
    TimedOut,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    Trying {
        resend: Option<Backoff>,
        give_up_at: Duration,
    },
    Proceeding {
        resend: Option<Backoff>,
        give_up_at: Duration,
    },
    Completed {
        linger_until: Duration,
    },
    Terminated,
}

impl NonInviteClient {
    /// Starts with the request sent at `now`.
    pub(crate) fn new(now: Duration, pace: Pace) -> Self {
        Self {
            state: State::Trying {
                resend: pace.resend(now, pace.timers.t2),
                give_up_at: now + pace.timers.timeout(),
            },
            pace,
        }
    }

    /// Takes a response with the given status code, 100 to 699.
    pub(crate) fn handle_response(&mut self, now: Duration, status: u16) -> Option<Action> {
        match (&mut self.state, status) {
            (State::Trying { resend, give_up_at }, ..200) => {
                let mut resend = *resend;
                if let Some(resend) = &mut resend {
                    resend.slow_down(now);
                }
                self.state = State::Proceeding {
                    resend,
                    give_up_at: *give_up_at,
                };
                None
            }
            (State::Proceeding { .. }, ..200) => None,
            (State::Trying { .. } | State::Proceeding { .. }, 200..) => {
                self.state = State::Completed {
                    linger_until: now + self.pace.linger(self.pace.timers.t4),
                };
                Some(Action::Deliver)
            }
            (State::Completed { .. } | State::Terminated, _) => None,
        }
    }

    /// Fires every timer that is due at `now`.
    pub(crate) fn handle_timeout(&mut self, now: Duration) -> Option<Action> {
        match &mut self.state {
            State::Trying { give_up_at, .. } | State::Proceeding { give_up_at, .. }
                if *give_up_at <= now =>
            {
                self.state = State::Terminated;
                Some(Action::TimedOut)
            }
            State::Trying { resend, .. } | State::Proceeding { resend, .. } => {
                let fired = resend.as_mut().is_some_and(|resend| resend.fire(now));
                fired.then_some(Action::SendRequest)
            }
            State::Completed { linger_until } => {
                if *linger_until <= now {
                    self.state = State::Terminated;
                }
                None
            }
            State::Terminated => None,
        }
    }

    /// Ends the transaction: the transport is gone.
    pub(crate) fn abandon(&mut self) {
        self.state = State::Terminated;
    }

    /// When [`handle_timeout`](Self::handle_timeout) must be called next, if ever.
    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        match &self.state {
            State::Trying { resend, give_up_at } | State::Proceeding { resend, give_up_at } => {
                Some(resend.map_or(*give_up_at, |resend| resend.at().min(*give_up_at)))
            }
            State::Completed { linger_until } => Some(*linger_until),
            State::Terminated => None,
        }
    }

    /// Whether the peer has sent nothing at all.
    pub(crate) fn is_unheard(&self) -> bool {
        matches!(self.state, State::Trying { .. })
    }

    /// Whether a final response has come or the transaction was given up.
    pub(crate) fn is_answered(&self) -> bool {
        match self.state {
            State::Trying { .. } | State::Proceeding { .. } => false,
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

    fn start(transport: Transport) -> NonInviteClient {
        NonInviteClient::new(Duration::ZERO, Timers::default().over(transport))
    }

    fn run_until_idle(transaction: &mut NonInviteClient) -> Vec<String> {
        let mut log = Vec::new();
        while let Some(due) = transaction.poll_timeout() {
            if let Some(action) = transaction.handle_timeout(due) {
                log.push(format!("{:.1}s {action:?}", due.as_secs_f32()));
            }
        }
        log
    }

    #[test]
    fn an_unanswered_request_over_udp_is_sent_eleven_times_with_waits_up_to_t2() {
        let log = run_until_idle(&mut start(Transport::Udp));

        assert_eq!(
            log,
            [
                "0.5s SendRequest",
                "1.5s SendRequest",
                "3.5s SendRequest",
                "7.5s SendRequest",
                "11.5s SendRequest",
                "15.5s SendRequest",
                "19.5s SendRequest",
                "23.5s SendRequest",
                "27.5s SendRequest",
                "31.5s SendRequest",
                "32.0s TimedOut",
            ]
        );
    }

    #[test]
    fn a_provisional_response_slows_retransmission_to_t2() {
        let mut transaction = start(Transport::Udp);

        let first = transaction.handle_response(Duration::from_millis(100), 100);

        assert_eq!(first, None);
        assert_eq!(
            transaction.poll_timeout(),
            Some(Duration::from_millis(4100))
        );
    }

    #[test]
    fn the_final_response_is_delivered_once_and_copies_are_absorbed_for_t4() {
        let mut transaction = start(Transport::Udp);
        let at = Duration::from_millis(100);

        assert_eq!(transaction.handle_response(at, 200), Some(Action::Deliver));
        assert_eq!(transaction.handle_response(at, 200), None);
        assert_eq!(
            transaction.poll_timeout(),
            Some(Duration::from_millis(5100))
        );
        assert!(run_until_idle(&mut transaction).is_empty());
        assert!(transaction.is_terminated());
    }

    #[test]
    fn on_a_stream_nothing_lingers() {
        let mut transaction = start(Transport::Tcp);

        transaction.handle_response(Duration::from_millis(100), 200);

        assert_eq!(transaction.poll_timeout(), Some(Duration::from_millis(100)));
    }
}
