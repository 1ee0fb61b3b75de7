//! All handshakes under way, each by its leg.

use super::{Identity, name};
use bytes::Bytes;
use dimpl::{Config, Dtls, DtlsCertificate, KeyingMaterial, Output, SrtpProfile};
use media::security::{Handshake, Role};
use media::srtp::{Keys, MasterKey, Suite};
use media::{Event, LegId};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Handshakes under way at most: twice the calls that a burst brings in their time.
const HANDSHAKES_MAX: usize = 4_096;
/// How long a handshake may take from the description on.
const HANDSHAKE_MAX: Duration = Duration::from_secs(20);
/// How long an ended one still repeats its last words to a peer that missed them.
const LINGER: Duration = Duration::from_secs(30);
/// The first pause before a datagram is repeated.
const REPEAT_AFTER: Duration = Duration::from_millis(400);
/// Longest datagram that we make.
const DATAGRAM_MAX: usize = 1_200;
/// How often the table is looked at when nothing is due.
const IDLE: Duration = Duration::from_secs(5);

/// What the thread is told.
pub(super) enum Work {
    /// A leg needs a handshake.
    Expect(LegId, Handshake),
    /// A leg's peer can be reached.
    Reachable(LegId),
    /// A datagram came from a leg's peer.
    Datagram(LegId, Bytes),
    /// A leg is gone.
    Forget(LegId),
}

/// Every handshake.
pub(super) struct Table {
    config: Arc<Config>,
    certificate: DtlsCertificate,
    conversations: HashMap<LegId, Conversation>,
}

struct Conversation {
    dtls: Dtls,
    expected: Handshake,
    /// Whether the peer has shown the certificate that its description names.
    verified: bool,
    done: bool,
    begun: bool,
    due: Instant,
    until: Instant,
}

impl Table {
    pub(super) fn new(identity: &Identity) -> anyhow::Result<Self> {
        let config = Config::builder()
            .mtu(DATAGRAM_MAX)
            .flight_start_rto(REPEAT_AFTER)
            .handshake_timeout(HANDSHAKE_MAX)
            // The peer's address was proven by its connectivity checks.
            .use_server_cookie(false)
            .build()?;
        Ok(Self {
            config: Arc::new(config),
            certificate: DtlsCertificate {
                certificate: identity.certificate.clone(),
                private_key: identity.private_key.clone(),
            },
            conversations: HashMap::new(),
        })
    }

    pub(super) fn next_due(&self) -> Instant {
        let due = self.conversations.values().map(|it| it.due.min(it.until));
        due.min().unwrap_or_else(|| Instant::now() + IDLE)
    }

    pub(super) fn handle(&mut self, now: Instant, work: Work, events: &mut Vec<Event>) {
        match work {
            Work::Expect(leg, handshake) => self.expect(now, leg, handshake),
            Work::Reachable(leg) => {
                let active = self.conversations.get_mut(&leg).filter(|it| !it.begun);
                if let Some(it) = active.filter(|it| it.expected.role == Role::Client) {
                    it.begun = true;
                    it.dtls.set_active(true);
                    let stepped = it.dtls.handle_timeout(now).is_ok();
                    self.step(now, leg, stepped, events);
                }
            }
            Work::Datagram(leg, datagram) => {
                if let Some(it) = self.conversations.get_mut(&leg) {
                    it.begun = true;
                    let timed = it.dtls.handle_timeout(now);
                    let stepped = timed.and_then(|()| it.dtls.handle_packet(&datagram));
                    self.step(now, leg, stepped.is_ok(), events);
                }
            }
            Work::Forget(leg) => {
                self.conversations.remove(&leg);
            }
        }
    }

    /// Repeats what was not answered, and gives up what took too long.
    pub(super) fn handle_timeout(&mut self, now: Instant, events: &mut Vec<Event>) {
        let due = |it: &Conversation| it.due <= now || it.until <= now;
        let legs: Vec<LegId> = self
            .conversations
            .iter()
            .filter_map(|(leg, it)| due(it).then_some(*leg))
            .collect();
        for leg in legs {
            let Some(it) = self.conversations.get_mut(&leg) else {
                continue;
            };
            let stepped = it.until > now && it.dtls.handle_timeout(now).is_ok();
            self.step(now, leg, stepped, events);
        }
    }

    /// A changed description with the same certificate goes on with the same handshake.
    fn expect(&mut self, now: Instant, leg: LegId, expected: Handshake) {
        let known = self.conversations.get(&leg);
        if known.is_some_and(|it| it.expected == expected) {
            return;
        }
        if known.is_none() && self.conversations.len() >= HANDSHAKES_MAX {
            metrics::counter!("trunkline_handshakes_refused_total").increment(1);
            return;
        }
        let config = Arc::clone(&self.config);
        let conversation = Conversation {
            dtls: Dtls::new_auto(config, self.certificate.clone(), now),
            expected,
            verified: false,
            done: false,
            begun: false,
            due: now + HANDSHAKE_MAX,
            until: now + HANDSHAKE_MAX,
        };
        self.conversations.insert(leg, conversation);
    }

    /// Tells what a step brought, and drops a handshake that has ended.
    fn step(&mut self, now: Instant, leg: LegId, stepped: bool, events: &mut Vec<Event>) {
        let Some(it) = self.conversations.get_mut(&leg) else {
            return;
        };
        let mut outcome = Outcome::default();
        if stepped {
            it.drain(&mut outcome);
        }
        let failed = !stepped || outcome.failed;
        let Outcome {
            keys, datagrams, ..
        } = outcome;
        if let Some(keys) = keys.filter(|_| !failed) {
            it.done = true;
            it.until = now + LINGER;
            metrics::counter!("trunkline_handshakes_total", "result" => "done").increment(1);
            events.push(Event::Secured {
                leg,
                keys,
                flight: datagrams,
            });
        } else {
            let answers = datagrams.into_iter();
            events.extend(answers.map(|datagram| Event::HandshakeAnswer { leg, datagram }));
        }
        if failed {
            if !it.done {
                let leg_name = name(leg);
                tracing::warn!(leg = leg_name, begun = it.begun, "a media handshake failed");
                metrics::counter!("trunkline_handshakes_total", "result" => "failed").increment(1);
                events.push(Event::Unsecured { leg });
            }
            self.conversations.remove(&leg);
        }
    }
}

#[derive(Default)]
struct Outcome {
    datagrams: Vec<Bytes>,
    keys: Option<Keys>,
    failed: bool,
}

impl Conversation {
    fn drain(&mut self, outcome: &mut Outcome) {
        let mut buffer = [0; 2_048];
        loop {
            match self.dtls.poll_output(&mut buffer) {
                Output::Packet(packet) => outcome.datagrams.push(Bytes::copy_from_slice(packet)),
                Output::Timeout(at) => {
                    self.due = at;
                    return;
                }
                Output::PeerCert(certificate) => {
                    let digest: [u8; 32] = Sha256::digest(certificate).into();
                    self.verified = digest == self.expected.fingerprint;
                    outcome.failed |= !self.verified;
                }
                Output::KeyingMaterial(material, profile) => {
                    outcome.keys = keys(&material, profile, self.dtls.is_active());
                    outcome.failed |= !self.verified || outcome.keys.is_none();
                }
                Output::Connected | Output::ApplicationData(_) => {}
                // A peer that leaves says so by SIP.
                Output::CloseNotify => {}
                // No datagram of ours is longer than the buffer, and what is not known is not
                // understood.
                Output::BufferTooSmall { .. } | _ => {
                    outcome.failed = true;
                    return;
                }
            }
        }
    }
}

/// RFC 5764 §4.2: both keys, then both salts, the client's first.
fn keys(material: &KeyingMaterial, profile: SrtpProfile, is_client: bool) -> Option<Keys> {
    let suite = match profile {
        SrtpProfile::AES128_CM_SHA1_80 => Suite::AesCm128HmacSha1_80,
        SrtpProfile::AEAD_AES_128_GCM => Suite::AeadAes128Gcm,
        SrtpProfile::AEAD_AES_256_GCM => Suite::AeadAes256Gcm,
        _ => return None,
    };
    let (key, salt) = (suite.key_bytes(), suite.salt_bytes());
    let bytes: &[u8] = material;
    let (keys, salts) = bytes.split_at_checked(2 * key)?;
    let side = |nth: usize| {
        let salt = salts.get(nth * salt..(nth + 1) * salt)?;
        MasterKey::new(suite, &keys[nth * key..(nth + 1) * key], salt)
    };
    let (ours, theirs) = if is_client { (0, 1) } else { (1, 0) };
    Some(Keys {
        suite,
        ours: side(ours)?,
        theirs: side(theirs)?,
    })
}

#[cfg(test)]
mod tests;
