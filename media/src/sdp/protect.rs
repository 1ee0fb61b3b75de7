//! How a stream is protected: what we offer, and what of an offer or answer we take.

use std::fmt::{Debug, Formatter, Result as Written, Write as _};
use std::net::SocketAddr;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

use super::attributes::{Attributes, Setup};
use super::base64;
use super::parse::{Description, Media};
use crate::security::{Handshake, Ice, Role, Security};
use crate::srtp::{Keys, MasterKey, Suite};

/// Suites in the order of our offers. The first is the one that every peer has, and some look at
/// no other.
const OFFERED: [Suite; 4] = [
    Suite::AesCm128HmacSha1_80,
    Suite::AeadAes256Gcm,
    Suite::AeadAes128Gcm,
    Suite::AesCm128HmacSha1_32,
];
const PLAIN: &str = "RTP/AVP";
const PROTECTED: &str = "RTP/SAVP";
const BROWSER: &str = "UDP/TLS/RTP/SAVPF";
/// The name of the only stream of our offers to browsers.
const MID: &str = "0";
/// The priority of the only candidate: a host's, of the first component (RFC 8445 §5.1.2.1).
const PRIORITY: u32 = 2_130_706_431;
const UFRAG_CHARS: usize = 8;
const PASSWORD_CHARS: usize = 24;

/// Which protection a peer is offered, and which it may do without.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Policy {
    /// Media in the clear, whatever the peer could do.
    #[default]
    Off,
    /// Offers are in the clear; an offer with keys is answered with keys.
    Accepted,
    /// Offers hold keys that the peer may ignore.
    Optional,
    /// No media in the clear.
    Required,
    /// Offers are those that browsers understand; no media in the clear.
    Browser,
}

/// Our side of the protection.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protection {
    /// What is offered and taken.
    pub policy: Policy,
    /// What keys and credentials are drawn from: secret, and another for each leg.
    pub secret: [u8; 32],
    /// SHA-256 of our certificate, if we have one.
    pub certificate: Option<[u8; 32]>,
    /// The source of what we send.
    pub ssrc: u32,
    /// What was agreed on before.
    pub established: Option<Box<Security>>,
}

impl Debug for Protection {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        write!(f, "Protection({:?})", self.policy)
    }
}

/// How a stream of ours is written, and what it means.
#[derive(Clone, Debug, Default)]
pub(super) struct Protected {
    pub(super) security: Option<Security>,
    pub(super) protocol: String,
    /// Lines for the head of the description.
    pub(super) session_lines: String,
    /// Lines of the stream.
    pub(super) lines: String,
}

/// The protection of our offer: what was agreed on before, or what the policy says.
pub(super) fn offer(ours: &Protection, at: SocketAddr) -> Protected {
    let established = ours.established.as_deref();
    match (established, ours.policy) {
        (Some(security), _) if security.handshake.is_some() => ours.offer_handshake(at),
        (Some(_), _) => ours.offer_keys(PROTECTED),
        (None, Policy::Off | Policy::Accepted) => plain(PLAIN),
        (None, Policy::Optional) => ours.offer_keys(PLAIN),
        (None, Policy::Required) => ours.offer_keys(PROTECTED),
        (None, Policy::Browser) => ours.offer_handshake(at),
    }
}

/// The protection of our answer to a stream, or nothing if we cannot have it so.
pub(super) fn answer(
    ours: &Protection,
    (description, media): (&Description, &Media),
    at: SocketAddr,
) -> Option<Protected> {
    let theirs = Theirs { description, media };
    match theirs.protection()? {
        Offered::Plain => ours.allows_plain().then(|| plain(&media.protocol)),
        Offered::Keys { or_plain } => {
            let crypto = media.security.cryptos.first().filter(|_| ours.is_allowed());
            let Some(crypto) = crypto else {
                let unprotected = or_plain && ours.allows_plain();
                return unprotected.then(|| plain(&media.protocol));
            };
            let own = ours.key(crypto.suite);
            let mut lines = String::new();
            write_crypto(&mut lines, crypto.tag, crypto.suite, &own);
            Some(Protected {
                security: Some(with_keys(crypto.suite, own, crypto.key)),
                protocol: media.protocol.clone(),
                session_lines: String::new(),
                lines,
            })
        }
        Offered::Handshake(fingerprint) => {
            let certificate = ours.certificate.filter(|_| ours.is_allowed())?;
            let role = ours.answering_role(theirs.setup(), &fingerprint);
            let ice = theirs.ufrag().map(|ufrag| ours.credentials(Some(ufrag)));
            let mid = media.security.mid.as_deref();
            let mut written = Protected {
                protocol: media.protocol.clone(),
                ..Protected::default()
            };
            if let Some(mid) = mid {
                if description.security.bundles(mid) {
                    let _ = write!(written.session_lines, "a=group:BUNDLE {mid}\r\n");
                }
                let _ = write!(written.lines, "a=mid:{mid}\r\n");
            }
            let setup = match role {
                Role::Client => "active",
                Role::Server => "passive",
            };
            ours.write_handshake(&mut written, (ice.as_ref(), setup, &certificate), at);
            written.security = Some(Security {
                keys: None,
                handshake: Some(Handshake { role, fingerprint }),
                ice: ice.filter(|_| !theirs.is_lite()),
            });
            Some(written)
        }
    }
}

/// What the answer to our offer means; nothing if it is not what we offered.
pub(super) fn accept(
    ours: &Protection,
    (description, media): (&Description, &Media),
) -> Option<Protected> {
    let theirs = Theirs { description, media };
    let asked = ours.established.as_deref();
    let handshake = asked.map_or(ours.policy == Policy::Browser, |it| it.handshake.is_some());
    let clear = asked.is_none() && ours.allows_plain();
    match theirs.protection()? {
        Offered::Plain => clear.then(Protected::default),
        Offered::Keys { or_plain } => {
            let known = |crypto: &&super::attributes::Crypto| OFFERED.contains(&crypto.suite);
            let crypto = media.security.cryptos.iter().find(known);
            match crypto.filter(|_| ours.is_allowed() && !handshake) {
                Some(crypto) => {
                    let own = ours.key(crypto.suite);
                    Some(settled(with_keys(crypto.suite, own, crypto.key)))
                }
                None => (clear && or_plain).then(Protected::default),
            }
        }
        Offered::Handshake(fingerprint) => {
            ours.certificate.filter(|_| handshake)?;
            let role = match theirs.setup() {
                Setup::Passive => Role::Client,
                Setup::Active | Setup::ActPass => Role::Server,
            };
            let ice = theirs.ufrag().map(|ufrag| Ice {
                theirs: ufrag.to_owned(),
                ..ours.credentials(None)
            });
            Some(settled(Security {
                keys: None,
                handshake: Some(Handshake { role, fingerprint }),
                ice: ice.filter(|_| !theirs.is_lite()),
            }))
        }
    }
}

/// What a stream of the peer's asks for.
enum Offered {
    Plain,
    Keys { or_plain: bool },
    Handshake([u8; 32]),
}

struct Theirs<'a> {
    description: &'a Description,
    media: &'a Media,
}

impl<'a> Theirs<'a> {
    fn protection(&self) -> Option<Offered> {
        let own = &self.media.security;
        let fingerprint = own.fingerprint.or(self.description.security.fingerprint);
        match self.media.protocol.as_str() {
            "RTP/AVP" | "RTP/AVPF" if own.cryptos.is_empty() => Some(Offered::Plain),
            "RTP/AVP" | "RTP/AVPF" => Some(Offered::Keys { or_plain: true }),
            "RTP/SAVP" | "RTP/SAVPF" => match fingerprint {
                Some(fingerprint) if own.cryptos.is_empty() => {
                    Some(Offered::Handshake(fingerprint))
                }
                _ => Some(Offered::Keys { or_plain: false }),
            },
            "UDP/TLS/RTP/SAVPF" | "UDP/TLS/RTP/SAVP" => fingerprint.map(Offered::Handshake),
            _ => None,
        }
    }

    fn session(&self) -> &'a Attributes {
        &self.description.security
    }

    fn setup(&self) -> Setup {
        let setup = self.media.security.setup.or(self.session().setup);
        setup.unwrap_or(Setup::ActPass)
    }

    fn ufrag(&self) -> Option<&'a str> {
        let own = self.media.security.ufrag.as_deref();
        own.or(self.session().ufrag.as_deref())
    }

    fn is_lite(&self) -> bool {
        self.session().ice_lite
    }
}

impl Protection {
    fn allows_plain(&self) -> bool {
        match self.policy {
            Policy::Off | Policy::Accepted | Policy::Optional => true,
            Policy::Required | Policy::Browser => false,
        }
    }

    fn is_allowed(&self) -> bool {
        self.policy != Policy::Off
    }

    fn draw(&self, purpose: u64) -> ChaCha12Rng {
        let mut random = ChaCha12Rng::from_seed(self.secret);
        random.set_stream(purpose);
        random
    }

    /// Our key for a suite: always the same on one leg, so that its counts go on.
    fn key(&self, suite: Suite) -> MasterKey {
        let mut bytes = [0; 46];
        let length = suite.key_bytes() + suite.salt_bytes();
        self.draw(suite as u64).fill_bytes(&mut bytes[..length]);
        let (key, salt) = bytes[..length].split_at(suite.key_bytes());
        MasterKey::new(suite, key, salt).expect("the suite's own lengths")
    }

    /// Our side of the checks. A peer that comes with another name begins them anew, and so do we
    /// (RFC 8839 §4.4.1.1.1).
    fn credentials(&self, theirs: Option<&str>) -> Ice {
        let established = self.established.as_ref().and_then(|it| it.ice.as_ref());
        if let Some(ice) = established
            && theirs.is_none_or(|theirs| theirs == ice.theirs)
        {
            return ice.clone();
        }
        let theirs = theirs.unwrap_or_default();
        let purpose = theirs.bytes().fold(u64::from(u32::MAX), |mixed, byte| {
            (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut bytes = [0; 24];
        self.draw(purpose | 1 << 63).fill_bytes(&mut bytes);
        let text = base64::encode(&bytes);
        Ice {
            ours: text[..UFRAG_CHARS].to_owned(),
            password: text[UFRAG_CHARS..UFRAG_CHARS + PASSWORD_CHARS].to_owned(),
            theirs: theirs.to_owned(),
        }
    }

    /// Roles stay while the association does (RFC 8842 §5.5).
    fn answering_role(&self, setup: Setup, fingerprint: &[u8; 32]) -> Role {
        let before = self.established.as_ref().and_then(|it| it.handshake);
        match (setup, before) {
            (Setup::Passive, _) => Role::Client,
            (Setup::Active, _) => Role::Server,
            (Setup::ActPass, Some(before)) if before.fingerprint == *fingerprint => before.role,
            (Setup::ActPass, _) => Role::Server,
        }
    }

    fn offer_keys(&self, protocol: &str) -> Protected {
        let mut lines = String::new();
        for (tag, suite) in (1..).zip(OFFERED) {
            write_crypto(&mut lines, tag, suite, &self.key(suite));
        }
        Protected {
            lines,
            ..plain(protocol)
        }
    }

    fn offer_handshake(&self, at: SocketAddr) -> Protected {
        let Some(certificate) = self.certificate else {
            return self.offer_keys(PROTECTED);
        };
        let mut written = Protected {
            protocol: BROWSER.to_owned(),
            session_lines: format!("a=group:BUNDLE {MID}\r\n"),
            lines: format!("a=mid:{MID}\r\n"),
            security: None,
        };
        let ice = self.credentials(None);
        self.write_handshake(&mut written, (Some(&ice), "actpass", &certificate), at);
        written
    }

    fn write_handshake(
        &self,
        written: &mut Protected,
        (ice, setup, certificate): (Option<&Ice>, &str, &[u8; 32]),
        at: SocketAddr,
    ) {
        let lines = &mut written.lines;
        // Writing into a text cannot fail.
        if let Some(ice) = ice {
            written.session_lines.push_str("a=ice-lite\r\n");
            let _ = write!(
                lines,
                "a=ice-ufrag:{}\r\na=ice-pwd:{}\r\n",
                ice.ours, ice.password
            );
            let (address, port) = (at.ip(), at.port());
            let _ = write!(
                lines,
                "a=candidate:1 1 udp {PRIORITY} {address} {port} typ host\r\na=end-of-candidates\r\n"
            );
        }
        let _ = write!(lines, "a=fingerprint:sha-256 ");
        for (place, byte) in certificate.iter().enumerate() {
            let colon = if place == 0 { "" } else { ":" };
            let _ = write!(lines, "{colon}{byte:02X}");
        }
        let ssrc = self.ssrc;
        let _ = write!(
            lines,
            "\r\na=setup:{setup}\r\na=msid:trunkline audio\r\n\
            a=ssrc:{ssrc} cname:trunkline\r\na=ssrc:{ssrc} msid:trunkline audio\r\n"
        );
    }
}

fn plain(protocol: &str) -> Protected {
    Protected {
        protocol: protocol.to_owned(),
        ..Protected::default()
    }
}

/// What is read and not written.
fn settled(security: Security) -> Protected {
    Protected {
        security: Some(security),
        ..Protected::default()
    }
}

fn with_keys(suite: Suite, ours: MasterKey, theirs: MasterKey) -> Security {
    Security {
        keys: Some(Keys {
            suite,
            ours,
            theirs,
        }),
        handshake: None,
        ice: None,
    }
}

fn write_crypto(lines: &mut String, tag: u32, suite: Suite, key: &MasterKey) {
    let text = base64::encode(&[key.key(suite), key.salt(suite)].concat());
    // Writing into a text cannot fail.
    let _ = write!(lines, "a=crypto:{tag} {} inline:{text}\r\n", suite.name());
}

#[cfg(test)]
mod tests;
