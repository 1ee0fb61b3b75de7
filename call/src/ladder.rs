//! The SIP messages of one call, as a trunk engineer wants to see them.
//!
//! The endpoint keeps the messages, masked, in a bounded ring; here is kept which Call-IDs belong to
//! which call, also for a while after the call is over.

use crate::limits::{LADDER_LEGS, LADDERS};
use bytes::Bytes;
use model::{CallId, EnterpriseId, Timestamp};
use sip::Transport;
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;

/// One message of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// When it came or went.
    pub at: Timestamp,
    /// Which of the call's legs it belongs to: 0 is the customer's, others follow in the order in
    /// which they were begun.
    pub leg: usize,
    /// Whether it came or went.
    pub direction: RungDirection,
    /// How it travelled.
    pub transport: Transport,
    /// Our address.
    pub local: SocketAddr,
    /// The other side's address.
    pub remote: SocketAddr,
    /// The whole message, secrets masked.
    pub message: Bytes,
}

/// Whether a message came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RungDirection {
    /// The other side sent it.
    Received,
    /// We sent it.
    Sent,
}

/// Which Call-IDs belong to which call, for the calls begun last.
#[derive(Debug, Default)]
pub(crate) struct Ladders {
    calls: HashMap<CallId, Legs>,
    oldest_first: VecDeque<CallId>,
}

#[derive(Debug)]
struct Legs {
    enterprise: EnterpriseId,
    /// The Call-IDs of the legs in the order in which they were begun.
    call_ids: Vec<String>,
}

impl Ladders {
    /// Keeps that `call` has a leg with this Call-ID.
    pub(crate) fn note(&mut self, (enterprise, call): (EnterpriseId, CallId), call_id: &str) {
        if !self.calls.contains_key(&call) {
            if self.oldest_first.len() >= LADDERS
                && let Some(oldest) = self.oldest_first.pop_front()
            {
                self.calls.remove(&oldest);
            }
            self.oldest_first.push_back(call);
        }
        let legs = self.calls.entry(call).or_insert_with(|| Legs {
            enterprise,
            call_ids: Vec::new(),
        });
        let known = legs.call_ids.iter().any(|id| id == call_id);
        if !known && legs.call_ids.len() < LADDER_LEGS {
            legs.call_ids.push(call_id.to_owned());
        }
    }

    /// The Call-IDs of a call of this enterprise, in the order of its legs.
    pub(crate) fn call_ids(&self, enterprise: EnterpriseId, call: CallId) -> &[String] {
        self.calls
            .get(&call)
            .filter(|legs| legs.enterprise == enterprise)
            .map_or(&[], |legs| &legs.call_ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(nth: usize) -> CallId {
        CallId::new(Timestamp::from_millis(i64::try_from(nth).unwrap()), [0; 10])
    }

    fn enterprise(nth: u8) -> EnterpriseId {
        EnterpriseId::from_bytes([nth; 16])
    }

    #[test]
    fn legs_keep_their_order_and_belong_to_one_enterprise() {
        let mut ladders = Ladders::default();
        for id in ["customer", "agent", "customer"] {
            ladders.note((enterprise(1), call(1)), id);
        }

        assert_eq!(
            ladders.call_ids(enterprise(1), call(1)),
            ["customer", "agent"]
        );
        assert_eq!(ladders.call_ids(enterprise(2), call(1)), [""; 0]);
    }

    #[test]
    fn the_oldest_calls_are_forgotten() {
        let mut ladders = Ladders::default();
        for nth in 0..=LADDERS {
            ladders.note((enterprise(1), call(nth)), "a");
        }

        assert_eq!(ladders.calls.len(), LADDERS);
        assert_eq!(ladders.call_ids(enterprise(1), call(0)), [""; 0]);
        assert_eq!(ladders.call_ids(enterprise(1), call(LADDERS)), ["a"]);
    }

    #[test]
    fn a_call_has_a_bounded_number_of_legs() {
        let mut ladders = Ladders::default();
        for nth in 0..2 * LADDER_LEGS {
            ladders.note((enterprise(1), call(1)), &nth.to_string());
        }

        assert_eq!(ladders.call_ids(enterprise(1), call(1)).len(), LADDER_LEGS);
    }
}
