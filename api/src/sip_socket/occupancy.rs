//! How many sockets there are, and from where.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Open sockets at most.
const SOCKETS: usize = 4_096;
/// Open sockets of one address: a site behind one address may have many agents.
const SOCKETS_PER_ADDRESS: usize = 1_024;

/// The open sockets by address. Cheap to clone; all clones count together.
#[derive(Debug, Clone, Default)]
pub struct Occupancy(Arc<Mutex<Places>>);

#[derive(Debug, Default)]
struct Places {
    taken: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// One socket's place, given back when dropped.
pub(super) struct Place {
    occupancy: Occupancy,
    address: IpAddr,
}

impl Occupancy {
    /// How many sockets are open.
    pub fn sockets(&self) -> usize {
        self.places().taken
    }

    pub(super) fn take(&self, address: IpAddr) -> Option<Place> {
        let mut places = self.places();
        let here = places.by_address.get(&address).copied().unwrap_or(0);
        if places.taken >= SOCKETS || here >= SOCKETS_PER_ADDRESS {
            metrics::counter!("trunkline_sip_sockets_refused_total").increment(1);
            return None;
        }
        places.taken += 1;
        places.by_address.insert(address, here + 1);
        drop(places);
        Some(Place {
            occupancy: self.clone(),
            address,
        })
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.occupancy.places();
        places.taken -= 1;
        if let Some(here) = places.by_address.get_mut(&self.address) {
            *here -= 1;
            if *here == 0 {
                places.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_share_and_gets_it_back() {
        let occupancy = Occupancy::default();
        let crowd: IpAddr = [192, 0, 2, 1].into();
        let places: Vec<_> = (0..SOCKETS_PER_ADDRESS)
            .map(|_| occupancy.take(crowd).unwrap())
            .collect();
        assert!(occupancy.take(crowd).is_none());
        assert!(occupancy.take([192, 0, 2, 2].into()).is_some());

        drop(places);

        assert_eq!(occupancy.sockets(), 0);
        assert!(occupancy.take(crowd).is_some());
    }
}
