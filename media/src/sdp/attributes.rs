//! What a description says of protection (RFC 4568, RFC 8122, RFC 8839). What cannot be read is
//! passed over: a stream without it may still be usable.

use smallvec::SmallVec;

use super::base64;
use crate::srtp::{MasterKey, Suite};

const CRYPTOS_MAX: usize = 16;
/// Longest user name fragment (RFC 8839 §5.4).
const UFRAG_MAX: usize = 256;

/// The attributes of a session or of one stream.
#[derive(Clone, Debug, Default)]
pub(super) struct Attributes {
    pub(super) cryptos: SmallVec<[Crypto; 2]>,
    pub(super) ufrag: Option<String>,
    pub(super) fingerprint: Option<[u8; 32]>,
    pub(super) setup: Option<Setup>,
    /// Whether the peer, too, makes no checks.
    pub(super) ice_lite: bool,
    pub(super) mid: Option<String>,
    /// Names of the streams that share one transport.
    pub(super) bundle: Option<String>,
}

/// A key that the peer offers to send with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crypto {
    pub(super) tag: u32,
    pub(super) suite: Suite,
    pub(super) key: MasterKey,
}

/// Who begins the handshake (RFC 4145 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setup {
    Active,
    Passive,
    ActPass,
}

impl Attributes {
    pub(super) fn note(&mut self, name: &str, argument: &str) {
        match name {
            "crypto" if self.cryptos.len() < CRYPTOS_MAX => {
                self.cryptos.extend(crypto(argument));
            }
            "ice-ufrag" if argument.len() <= UFRAG_MAX => self.ufrag = Some(argument.to_owned()),
            "fingerprint" => self.fingerprint = fingerprint(argument).or(self.fingerprint),
            "setup" => self.setup = setup(argument),
            "ice-lite" => self.ice_lite = true,
            "mid" => self.mid = Some(argument.to_owned()),
            "group" => {
                let names = argument.strip_prefix("BUNDLE");
                self.bundle = names.map(str::to_owned).or_else(|| self.bundle.take());
            }
            _ => {}
        }
    }

    /// Whether a stream of this name shares the session's transport.
    pub(super) fn bundles(&self, mid: &str) -> bool {
        let mut names = self.bundle.iter().flat_map(|names| names.split(' '));
        names.any(|name| name == mid)
    }
}

/// `<tag> <suite> inline:<key and salt>[|lifetime][|MKI:length] [parameters]`
fn crypto(argument: &str) -> Option<Crypto> {
    let mut words = argument.split_ascii_whitespace();
    let (tag, suite, key) = (words.next()?, words.next()?, words.next()?);
    // Any other parameter changes what is on the wire. A window is the receiver's own affair.
    if words.any(|parameter| !parameter.starts_with("WSH=")) {
        return None;
    }
    let suite = Suite::of_name(suite)?;
    let mut parts = key.strip_prefix("inline:")?.split('|');
    let bytes = base64::decode(parts.next()?)?;
    // An identifier of the key would lie in every packet.
    if parts.any(|part| part.contains(':')) {
        return None;
    }
    let (key, salt) = bytes.split_at_checked(suite.key_bytes())?;
    Some(Crypto {
        tag: tag.parse().ok()?,
        suite,
        key: MasterKey::new(suite, key, salt)?,
    })
}

/// `sha-256 AA:BB:…`; weaker and other digests are passed over.
fn fingerprint(argument: &str) -> Option<[u8; 32]> {
    let (digest, bytes) = argument.split_once(' ')?;
    if !digest.eq_ignore_ascii_case("sha-256") {
        return None;
    }
    let mut print = [0; 32];
    let mut pairs = bytes.trim().split(':');
    for byte in &mut print {
        *byte = u8::from_str_radix(pairs.next()?, 16).ok()?;
    }
    pairs.next().is_none().then_some(print)
}

fn setup(argument: &str) -> Option<Setup> {
    match argument {
        "active" => Some(Setup::Active),
        "passive" => Some(Setup::Passive),
        "actpass" => Some(Setup::ActPass),
        _ => None,
    }
}
