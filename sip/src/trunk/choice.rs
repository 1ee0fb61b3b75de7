//! Which gateway comes next: by priority, by weight, address by address (RFC 3263 §4.3).

use std::collections::VecDeque;

use rand_chacha::ChaCha12Rng;
use serde::{Deserialize, Serialize};

use super::{Gateway, TrunkId};
use crate::limits;
use crate::resolver::{Spot, draw};

/// One request on its way from gateway to gateway, until somebody takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hunt {
    pub(crate) trunk: TrunkId,
    /// Gateways that were not tried.
    gateways: VecDeque<Gateway>,
    place: Place,
    /// Addresses of the gateway at hand that were not tried.
    spots: VecDeque<Spot>,
    attempts: u8,
    redirects: u8,
}

/// Where a hunt is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Place {
    Between,
    /// The addresses of a gateway are being asked for.
    Asking(Gateway),
    At(Gateway),
}

/// One address of one gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Way {
    pub(crate) gateway: Gateway,
    pub(crate) spot: Spot,
}

/// What a hunt needs or has next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    Try(Way),
    /// The addresses of a gateway.
    Locate(Gateway),
    Nothing,
}

impl Hunt {
    /// Goes through all gateways: each priority in turn, drawn by weight within one.
    pub(crate) fn through(
        trunk: TrunkId,
        gateways: impl Iterator<Item = Gateway>,
        random: &mut ChaCha12Rng,
    ) -> Self {
        let mut left: Vec<Gateway> = gateways.take(limits::GATEWAYS).collect();
        left.sort_by_key(|gateway| gateway.priority);
        let mut ordered = VecDeque::with_capacity(left.len());
        while let Some(priority) = left.first().map(|gateway| gateway.priority) {
            let end = left.partition_point(|gateway| gateway.priority == priority);
            let weights: Vec<u16> = left[..end].iter().map(|gateway| gateway.weight).collect();
            ordered.push_back(left.remove(draw(&weights, random)));
        }
        Self {
            trunk,
            gateways: ordered,
            place: Place::Between,
            spots: VecDeque::new(),
            attempts: 0,
            redirects: 0,
        }
    }

    /// Puts a gateway in front of those that were not tried.
    pub(crate) fn prefer(&mut self, gateway: &Gateway) {
        self.gateways.retain(|other| other != gateway);
        self.gateways.push_front(gateway.clone());
    }

    /// Goes to the gateway that a 3xx names; false if there were too many of them.
    pub(crate) fn redirect(&mut self, gateway: &Gateway) -> bool {
        if self.redirects >= limits::REDIRECTS {
            return false;
        }
        self.redirects += 1;
        self.leave_gateway();
        self.prefer(gateway);
        true
    }

    /// Leaves the addresses of the gateway at hand that were not tried.
    pub(crate) fn leave_gateway(&mut self) {
        self.spots.clear();
        self.place = Place::Between;
    }

    /// What comes next.
    pub(crate) fn next(&mut self) -> Next {
        if let Place::Asking(gateway) = &self.place {
            return Next::Locate(gateway.clone());
        }
        if self.attempts >= limits::ATTEMPTS {
            return Next::Nothing;
        }
        if let Place::At(gateway) = &self.place
            && let Some(spot) = self.spots.pop_front()
        {
            let gateway = gateway.clone();
            return Next::Try(Way { gateway, spot });
        }
        match self.gateways.pop_front() {
            Some(gateway) => {
                self.place = Place::Asking(gateway.clone());
                Next::Locate(gateway)
            }
            None => Next::Nothing,
        }
    }

    /// Takes the addresses that [`next`](Self::next) wanted.
    pub(crate) fn located(&mut self, spots: impl Iterator<Item = Spot>) {
        if let Place::Asking(gateway) = &self.place {
            self.place = Place::At(gateway.clone());
            self.spots = spots.take(limits::SPOTS).collect();
        }
    }

    /// Counts an address that is tried.
    pub(crate) fn count(&mut self) {
        self.attempts += 1;
    }

    /// Whether it waits for addresses.
    pub(crate) fn is_asking(&self) -> bool {
        matches!(self.place, Place::Asking(_))
    }

    /// Whether something is left to be tried.
    pub(crate) fn has_more(&self) -> bool {
        self.attempts < limits::ATTEMPTS && !(self.spots.is_empty() && self.gateways.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::SeedableRng;

    fn gateway(host: &str, priority: u16, weight: u16) -> Gateway {
        Gateway {
            host: host.to_owned(),
            priority,
            weight,
            ..Gateway::default()
        }
    }

    fn order(gateways: &[Gateway], random: &mut ChaCha12Rng) -> Vec<String> {
        let hunt = Hunt::through(TrunkId(1), gateways.iter().cloned(), random);
        hunt.gateways.into_iter().map(|it| it.host).collect()
    }

    #[test]
    fn a_lower_priority_number_always_comes_before() {
        let mut random = ChaCha12Rng::seed_from_u64(1);
        let gateways = [gateway("b", 20, 100), gateway("a", 10, 1)];
        for _ in 0..100 {
            assert_eq!(order(&gateways, &mut random), ["a", "b"]);
        }
    }

    #[test]
    fn within_one_priority_the_weight_is_the_share() {
        let mut random = ChaCha12Rng::seed_from_u64(2);
        let gateways = [gateway("a", 1, 30), gateway("b", 1, 10)];
        let leads = (0..4000)
            .filter(|_| order(&gateways, &mut random)[0] == "a")
            .count();
        assert!((2850..3150).contains(&leads), "{leads} of 4000");
    }

    #[test]
    fn gateways_without_weights_share_alike() {
        let mut random = ChaCha12Rng::seed_from_u64(3);
        let gateways = [gateway("a", 1, 0), gateway("b", 1, 0)];
        let leads = (0..4000)
            .filter(|_| order(&gateways, &mut random)[0] == "a")
            .count();
        assert!((1850..2150).contains(&leads), "{leads} of 4000");
    }
}
