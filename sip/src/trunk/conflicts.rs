//! What makes it unclear which trunk a call belongs to; asked before a trunk is saved.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;

use thiserror::Error;

use super::{TrunkConfig, TrunkId};
use crate::endpoint::config::TrustedSource;

/// Two trunks that claim the same calls.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Conflict {
    /// The same network. One inside another is none: the longer prefix wins.
    #[error("calls from {address}/{prefix} would belong to two trunks")]
    Source {
        /// The network's address.
        address: IpAddr,
        /// The length of its prefix.
        prefix: u8,
        /// Both trunks.
        trunks: [TrunkId; 2],
    },
    /// The same name of a certificate.
    #[error("owners of a certificate for {name} would belong to two trunks")]
    TlsName {
        /// The name in lower case.
        name: String,
        /// Both trunks.
        trunks: [TrunkId; 2],
    },
    /// The same digest user.
    #[error("the account {user} would belong to two trunks")]
    Account {
        /// The user.
        user: String,
        /// Both trunks.
        trunks: [TrunkId; 2],
    },
}

/// All pairs of trunks that claim the same calls.
pub fn conflicts(trunks: &[TrunkConfig]) -> Vec<Conflict> {
    let mut found = Vec::new();
    let mut sources = HashMap::new();
    let mut names = HashMap::new();
    let mut users = HashMap::new();
    for trunk in trunks {
        for source in &trunk.sources {
            let TrustedSource { address, prefix } = source.normalised();
            if let Some(other) = claim(&mut sources, (address, prefix), trunk.id) {
                found.push(Conflict::Source {
                    address,
                    prefix,
                    trunks: [other, trunk.id],
                });
            }
        }
        for name in &trunk.tls_names {
            let name = name.to_ascii_lowercase();
            if let Some(other) = claim(&mut names, name.clone(), trunk.id) {
                let trunks = [other, trunk.id];
                found.push(Conflict::TlsName { name, trunks });
            }
        }
        if let Some(account) = &trunk.account {
            let user = account.user.clone();
            if let Some(other) = claim(&mut users, user.clone(), trunk.id) {
                let trunks = [other, trunk.id];
                found.push(Conflict::Account { user, trunks });
            }
        }
    }
    found
}

/// Notes who claims something; returns another trunk that claimed it before.
fn claim<K: std::hash::Hash + Eq>(
    claimed: &mut HashMap<K, TrunkId>,
    what: K,
    trunk: TrunkId,
) -> Option<TrunkId> {
    match claimed.entry(what) {
        Entry::Occupied(held) => Some(*held.get()).filter(|other| *other != trunk),
        Entry::Vacant(free) => {
            free.insert(trunk);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::config::Account;

    fn trunk(id: u128, network: &str, prefix: u8) -> TrunkConfig {
        TrunkConfig {
            id: TrunkId(id),
            sources: vec![TrustedSource {
                address: network.parse().unwrap(),
                prefix,
            }],
            ..TrunkConfig::default()
        }
    }

    #[test]
    fn the_same_network_in_two_trunks_is_a_conflict_however_it_is_written() {
        let trunks = [
            trunk(1, "192.0.2.7", 24),
            trunk(2, "::ffff:192.0.2.99", 24),
            trunk(3, "192.0.2.0", 25),
        ];

        let found = conflicts(&trunks);

        assert_eq!(
            found,
            [Conflict::Source {
                address: "192.0.2.0".parse().unwrap(),
                prefix: 24,
                trunks: [TrunkId(1), TrunkId(2)],
            }]
        );
        assert_eq!(
            found[0].to_string(),
            "calls from 192.0.2.0/24 would belong to two trunks"
        );
    }

    #[test]
    fn a_trunk_is_in_no_conflict_with_itself() {
        let mut twice = trunk(1, "192.0.2.0", 24);
        twice.sources.push(twice.sources[0]);

        assert!(conflicts(&[twice]).is_empty());
    }

    #[test]
    fn the_same_certificate_name_or_account_in_two_trunks_is_a_conflict() {
        let account = Account {
            user: "carrier".to_owned(),
            ha1_md5: [0; 16],
            ha1_sha256: [0; 32],
        };
        let one = |id, name: &str| TrunkConfig {
            id: TrunkId(id),
            tls_names: vec![name.to_owned()],
            account: Some(account.clone()),
            ..TrunkConfig::default()
        };

        let found = conflicts(&[one(1, "SBC.example.com"), one(2, "sbc.example.com")]);

        assert_eq!(found.len(), 2);
        assert!(matches!(&found[0], Conflict::TlsName { name, .. } if name == "sbc.example.com"));
        assert!(matches!(&found[1], Conflict::Account { user, .. } if user == "carrier"));
    }
}
