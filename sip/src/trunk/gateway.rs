//! What is known of one gateway: whether it is alive, and which of its addresses want to be left
//! alone for a while.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Gateway, GatewayStatus};
use crate::limits;

/// Longest that a Retry-After keeps requests away: a gateway must not be lost for a day by one
/// header.
const LONGEST_HOLD: Duration = Duration::from_mins(10);

/// The state of one gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Gatekeeping {
    pub(crate) gateway: Gateway,
    pub(crate) address: Option<SocketAddr>,
    life: Life,
    last_status: Option<u16>,
    since: Duration,
    holds: Vec<(SocketAddr, Duration)>,
    /// When it is to be asked next whether it is alive.
    #[serde(skip)]
    pub(crate) probe_at: Option<Duration>,
}

/// Whether a gateway takes calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Life {
    Alive,
    Dead,
}

impl Gatekeeping {
    /// A gateway that is taken for alive until something else is known.
    pub(crate) fn new(now: Duration, gateway: Gateway) -> Self {
        Self {
            gateway,
            address: None,
            life: Life::Alive,
            last_status: None,
            since: now,
            holds: Vec::new(),
            probe_at: None,
        }
    }

    /// Whether this is where it was reached.
    pub(crate) fn is_at(&self, ip: IpAddr) -> bool {
        self.address
            .is_some_and(|address| address.ip().to_canonical() == ip.to_canonical())
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.life == Life::Alive
    }

    /// Notes an answer, or with 408 that none came; true if this changes whether it is alive.
    pub(crate) fn note(&mut self, now: Duration, status: u16) -> bool {
        let life = match status {
            408 | 503 => Life::Dead,
            _ => Life::Alive,
        };
        self.last_status = Some(status);
        if self.life == life {
            return false;
        }
        self.life = life;
        self.since = now;
        true
    }

    /// Notes that an address wants no request for a while.
    pub(crate) fn hold(&mut self, now: Duration, address: SocketAddr, wait: Duration) {
        let until = now + wait.min(LONGEST_HOLD);
        self.holds
            .retain(|(held, at)| *held != address && *at > now);
        if self.holds.len() < limits::SPOTS && !wait.is_zero() {
            self.holds.push((address, until));
        }
    }

    pub(crate) fn is_held(&self, now: Duration, address: SocketAddr) -> bool {
        self.holds
            .iter()
            .any(|(held, until)| *held == address && *until > now)
    }

    /// When the last address that wants to be left alone may be asked again.
    pub(crate) fn held_until(&self, now: Duration) -> Option<Duration> {
        let until = self.holds.iter().map(|(_, until)| *until).max()?;
        (until > now).then_some(until)
    }

    pub(crate) fn status(&self) -> GatewayStatus {
        GatewayStatus {
            name: self.gateway.host.clone(),
            address: self.address,
            alive: self.is_alive(),
            last_status: self.last_status,
            since: self.since,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_answer_but_503_and_none_at_all_is_a_sign_of_life() {
        for (status, alive) in [
            (200, true),
            (404, true),
            (500, true),
            (403, true),
            (503, false),
            (408, false),
        ] {
            let mut gateway = Gatekeeping::new(Duration::ZERO, Gateway::default());
            gateway.note(Duration::from_secs(1), status);
            assert_eq!(gateway.is_alive(), alive, "{status}");
        }
    }

    #[test]
    fn a_hold_ends_and_is_never_longer_than_ten_minutes() {
        let address: SocketAddr = "192.0.2.7:5060".parse().unwrap();
        let now = Duration::from_secs(1000);
        let mut gateway = Gatekeeping::new(now, Gateway::default());

        gateway.hold(now, address, Duration::from_hours(24));

        assert!(gateway.is_held(now + Duration::from_secs(599), address));
        assert!(!gateway.is_held(now + LONGEST_HOLD, address));
    }

    #[test]
    fn the_table_of_holds_never_grows_beyond_its_limit() {
        let mut gateway = Gatekeeping::new(Duration::ZERO, Gateway::default());
        for port in 1..1000 {
            let address = SocketAddr::from(([192, 0, 2, 7], port));
            gateway.hold(Duration::ZERO, address, Duration::from_mins(1));
        }
        assert_eq!(gateway.holds.len(), limits::SPOTS);
    }
}
