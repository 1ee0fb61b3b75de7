//! Packets to a leg with keys: without the key nothing is believed, and the bytes stay as they are.

use media::Outbox;
use media::security::Security;
use media::srtp::{Incoming, Keys, MasterKey, Outgoing, Suite};
use std::time::Duration;

/// Gives the bytes to contexts of every suite, and to a leg.
pub fn run(data: &[u8]) {
    for suite in Suite::ALL {
        let key = MasterKey::new(
            suite,
            &vec![5; suite.key_bytes()],
            &vec![6; suite.salt_bytes()],
        );
        let key = key.expect("the suite's own lengths");
        let mut bytes = data.to_vec();
        let mut incoming = Incoming::new(suite, &key);
        let taken = incoming.unprotect(&mut bytes).is_ok();
        assert!(!taken, "a packet without the key was taken");
        let taken = incoming.unprotect_report(&mut bytes).is_ok();
        assert!(!taken, "a report without the key was taken");
        assert_eq!(bytes, data, "a refused packet was changed");

        let mut bytes = data.to_vec();
        bytes.resize(data.len() + suite.tag_bytes(), 0);
        let sequence = data
            .get(2..4)
            .map_or(0, |it| u16::from_be_bytes([it[0], it[1]]));
        if Outgoing::new(suite, &key, sequence)
            .protect(&mut bytes)
            .is_ok()
        {
            let length = incoming.unprotect(&mut bytes).expect("what we protected");
            assert_eq!(&bytes[..length], data, "a packet did not survive its way");
        }
        let security = Security {
            keys: Some(Keys {
                suite,
                ours: key,
                theirs: key,
            }),
            handshake: None,
            ice: None,
        };
        let mut outbox = Outbox::with_capacity(4);
        let mut engine = crate::stun::guarded(security, &mut outbox);
        let from = "192.0.2.1:4000".parse().expect("an address");
        let (now, leg) = (Duration::from_hours(500_000), media::LegId(20_000));
        engine.handle_packet(now, leg, from, &mut data.to_vec(), &mut outbox);
        assert_eq!(outbox.drain_events().count(), 0, "a forgery was heard");
    }
}
