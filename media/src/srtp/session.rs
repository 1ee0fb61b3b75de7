//! Session keys derived from a master key (RFC 3711 §4.3), and what is done with them.

use aes::cipher::{Block, BlockCipherEncrypt, KeyInit};
use aes::{Aes128Enc, Aes256Enc};
use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes128Gcm, Aes256Gcm, Tag};
use hmac::{Hmac, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;

use super::{MasterKey, SrtpError, Suite};

/// Blocks that the processor encrypts side by side.
const BLOCKS: usize = 8;
const BLOCK: usize = 16;
const GCM_TAG: usize = 16;

/// The first labels of the key derivation: those of RTP, then those of RTCP.
#[derive(Clone, Copy, Debug)]
pub(super) enum Use {
    Rtp = 0,
    Rtcp = 3,
}

/// The keys of one direction and one use.
pub(super) enum Session {
    Cm(Box<CounterMode>),
    Gcm128(Box<Gcm<Aes128Gcm>>),
    Gcm256(Box<Gcm<Aes256Gcm>>),
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session")
    }
}

pub(super) struct CounterMode {
    cipher: Aes128Enc,
    mac: Hmac<Sha1>,
    salt: [u8; 14],
    tag_bytes: usize,
}

pub(super) struct Gcm<C> {
    cipher: C,
    salt: [u8; 12],
}

/// What the packet's place in its stream is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) ssrc: u32,
    pub(super) index: u64,
}

impl Session {
    pub(super) fn derive(suite: Suite, master: &MasterKey, used_for: Use) -> Self {
        match suite {
            Suite::AesCm128HmacSha1_80 | Suite::AesCm128HmacSha1_32 => {
                let tag_bytes = match used_for {
                    Use::Rtp => suite.tag_bytes(),
                    // RFC 4568 §6.2.2: reports keep the long tag.
                    Use::Rtcp => 10,
                };
                Self::Cm(Box::new(CounterMode::derive(master, used_for, tag_bytes)))
            }
            Suite::AeadAes128Gcm => Self::Gcm128(Box::new(Gcm::derive(suite, master, used_for))),
            Suite::AeadAes256Gcm => Self::Gcm256(Box::new(Gcm::derive(suite, master, used_for))),
        }
    }

    /// Encrypts `bytes` from `clear` on and returns the tag, whose first bytes go on the wire.
    /// `trailer` is authenticated behind the packet and not encrypted.
    #[inline]
    pub(super) fn seal(
        &self,
        place: Place,
        (bytes, clear): (&mut [u8], usize),
        trailer: [u8; 4],
    ) -> [u8; 20] {
        let mut tag = [0; 20];
        match self {
            Self::Cm(keys) => {
                keys.crypt(place, &mut bytes[clear..]);
                tag = keys.tag(bytes, trailer);
            }
            Self::Gcm128(keys) => tag[..GCM_TAG].copy_from_slice(&keys.seal(place, bytes, clear)),
            Self::Gcm256(keys) => tag[..GCM_TAG].copy_from_slice(&keys.seal(place, bytes, clear)),
        }
        tag
    }

    /// Decrypts `bytes` from `clear` on if `tag` is theirs.
    #[inline]
    pub(super) fn open(
        &self,
        place: Place,
        (bytes, clear): (&mut [u8], usize),
        (trailer, tag): ([u8; 4], &[u8]),
    ) -> Result<(), SrtpError> {
        match self {
            Self::Cm(keys) => {
                let right = keys.tag(bytes, trailer);
                if !bool::from(right[..tag.len()].ct_eq(tag)) {
                    return Err(SrtpError::NotAuthentic);
                }
                keys.crypt(place, &mut bytes[clear..]);
                Ok(())
            }
            Self::Gcm128(keys) => keys.open(place, (bytes, clear), tag),
            Self::Gcm256(keys) => keys.open(place, (bytes, clear), tag),
        }
    }

    /// Encrypts or decrypts reports, whose header of eight bytes and trailer are authenticated
    /// together (RFC 7714 §9.1) where the suite does both at once.
    pub(super) fn seal_report(&self, place: Place, bytes: &mut [u8], trailer: [u8; 4]) -> [u8; 20] {
        match self {
            Self::Cm(_) => self.seal(place, (bytes, 8), trailer),
            Self::Gcm128(keys) => keys.seal_report(place, bytes, trailer),
            Self::Gcm256(keys) => keys.seal_report(place, bytes, trailer),
        }
    }

    /// The opposite of [`Session::seal_report`]; `clear` is where encryption begins.
    pub(super) fn open_report(
        &self,
        place: Place,
        (bytes, clear): (&mut [u8], usize),
        (trailer, tag): ([u8; 4], &[u8]),
    ) -> Result<(), SrtpError> {
        match self {
            Self::Cm(_) => self.open(place, (bytes, clear), (trailer, tag)),
            Self::Gcm128(keys) => keys.open_report(place, (bytes, clear), (trailer, tag)),
            Self::Gcm256(keys) => keys.open_report(place, (bytes, clear), (trailer, tag)),
        }
    }

    /// Bytes of the tag on the wire.
    pub(super) fn tag_bytes(&self) -> usize {
        match self {
            Self::Cm(keys) => keys.tag_bytes,
            Self::Gcm128(_) | Self::Gcm256(_) => GCM_TAG,
        }
    }

    /// Whether the tag lies before the index of a report, and not behind it.
    pub(super) fn tag_leads(&self) -> bool {
        !matches!(self, Self::Cm(_))
    }
}

#[cfg(test)]
impl Session {
    pub(super) fn with_counter_keys(key: &[u8], salt: &[u8]) -> Self {
        Self::Cm(Box::new(CounterMode {
            cipher: Aes128Enc::new_from_slice(key).unwrap(),
            mac: Hmac::new_from_slice(&[0; 20]).unwrap(),
            salt: salt.try_into().unwrap(),
            tag_bytes: 10,
        }))
    }

    pub(super) fn with_gcm_keys(suite: Suite, key: &[u8], salt: &[u8; 12]) -> Self {
        let salt = *salt;
        if suite == Suite::AeadAes128Gcm {
            let cipher = Aes128Gcm::new_from_slice(key).unwrap();
            Self::Gcm128(Box::new(Gcm { cipher, salt }))
        } else {
            let cipher = Aes256Gcm::new_from_slice(key).unwrap();
            Self::Gcm256(Box::new(Gcm { cipher, salt }))
        }
    }
}

impl CounterMode {
    fn derive(master: &MasterKey, used_for: Use, tag_bytes: usize) -> Self {
        let suite = Suite::AesCm128HmacSha1_80;
        let (mut key, mut authentication, mut salt) = ([0; 16], [0; 20], [0; 14]);
        let label = used_for as u8;
        expand(suite, master, label, &mut key);
        expand(suite, master, label + 1, &mut authentication);
        expand(suite, master, label + 2, &mut salt);
        Self {
            cipher: Aes128Enc::new(&key.into()),
            mac: Hmac::new_from_slice(&authentication).expect("HMAC takes keys of any length"),
            salt,
            tag_bytes,
        }
    }

    /// RFC 3711 §4.1.1: salt, source and index make the first counter block.
    #[inline]
    fn crypt(&self, place: Place, bytes: &mut [u8]) {
        let mut counter = [0; BLOCK];
        counter[..14].copy_from_slice(&self.salt);
        mix(&mut counter[4..8], &place.ssrc.to_be_bytes());
        mix(&mut counter[8..14], &place.index.to_be_bytes()[2..]);
        apply_keystream(&self.cipher, &counter, bytes);
    }

    #[inline]
    fn tag(&self, bytes: &[u8], trailer: [u8; 4]) -> [u8; 20] {
        let mut mac = self.mac.clone();
        mac.update(bytes);
        mac.update(&trailer);
        mac.finalize().into_bytes().into()
    }
}

impl<C: AeadInOut + KeyInit> Gcm<C> {
    fn derive(suite: Suite, master: &MasterKey, used_for: Use) -> Self {
        let (mut key, mut salt) = ([0; 32], [0; 12]);
        let key = &mut key[..suite.key_bytes()];
        expand(suite, master, used_for as u8, key);
        expand(suite, master, used_for as u8 + 2, &mut salt);
        Self {
            cipher: C::new_from_slice(key).expect("the suite's own length"),
            salt,
        }
    }
}

impl<C> Gcm<C>
where
    C: AeadInOut<NonceSize = aes_gcm::aead::consts::U12, TagSize = aes_gcm::aead::consts::U16>,
{
    /// RFC 7714 §8.1: two zero bytes, source and index, mixed with the salt.
    fn nonce(&self, place: Place) -> [u8; 12] {
        let mut nonce = self.salt;
        mix(&mut nonce[2..6], &place.ssrc.to_be_bytes());
        mix(&mut nonce[6..12], &place.index.to_be_bytes()[2..]);
        nonce
    }

    #[inline]
    fn seal(&self, place: Place, bytes: &mut [u8], clear: usize) -> [u8; GCM_TAG] {
        let (header, payload) = bytes.split_at_mut(clear);
        let nonce = self.nonce(place);
        let sealed = self
            .cipher
            .encrypt_inout_detached(&nonce.into(), header, payload.into());
        sealed
            .expect("a datagram is within the bound of GCM")
            .into()
    }

    #[inline]
    fn open(
        &self,
        place: Place,
        (bytes, clear): (&mut [u8], usize),
        tag: &[u8],
    ) -> Result<(), SrtpError> {
        let (header, payload) = bytes.split_at_mut(clear);
        self.open_with(place, header, (payload, tag))
    }

    fn open_with(
        &self,
        place: Place,
        authenticated: &[u8],
        (payload, tag): (&mut [u8], &[u8]),
    ) -> Result<(), SrtpError> {
        let tag = Tag::try_from(tag).map_err(|_| SrtpError::TooShort)?;
        self.cipher
            .decrypt_inout_detached(
                &self.nonce(place).into(),
                authenticated,
                payload.into(),
                &tag,
            )
            .map_err(|_| SrtpError::NotAuthentic)
    }

    fn seal_report(&self, place: Place, bytes: &mut [u8], trailer: [u8; 4]) -> [u8; 20] {
        let (header, payload) = bytes.split_at_mut(8);
        let authenticated = report_head(header, trailer);
        let sealed = self.cipher.encrypt_inout_detached(
            &self.nonce(place).into(),
            &authenticated,
            payload.into(),
        );
        let mut tag = [0; 20];
        tag[..GCM_TAG].copy_from_slice(&sealed.expect("a report is within the bound of GCM"));
        tag
    }

    fn open_report(
        &self,
        place: Place,
        (bytes, clear): (&mut [u8], usize),
        (trailer, tag): ([u8; 4], &[u8]),
    ) -> Result<(), SrtpError> {
        if clear == bytes.len() {
            // Authenticated only: the whole report and its trailer are the associated data.
            let mut whole = [0; super::incoming::REPORT_MAX + 4];
            let end = bytes.len();
            whole
                .get_mut(..end)
                .ok_or(SrtpError::TooShort)?
                .copy_from_slice(bytes);
            whole[end..end + 4].copy_from_slice(&trailer);
            return self.open_with(place, &whole[..end + 4], (&mut [], tag));
        }
        let (header, payload) = bytes.split_at_mut(8);
        self.open_with(place, &report_head(header, trailer), (payload, tag))
    }
}

fn report_head(header: &[u8], trailer: [u8; 4]) -> [u8; 12] {
    let mut authenticated = [0; 12];
    authenticated[..8].copy_from_slice(header);
    authenticated[8..].copy_from_slice(&trailer);
    authenticated
}

/// The key derivation function of RFC 3711 §4.3.3, with a derivation rate of zero.
pub(super) fn expand(suite: Suite, master: &MasterKey, label: u8, output: &mut [u8]) {
    let mut counter = [0; BLOCK];
    let salt = master.salt(suite);
    counter[..salt.len()].copy_from_slice(salt);
    counter[7] ^= label;
    output.fill(0);
    match suite {
        Suite::AeadAes256Gcm => {
            let cipher = Aes256Enc::new_from_slice(master.key(suite));
            apply_keystream(&cipher.expect("the suite's own length"), &counter, output);
        }
        Suite::AesCm128HmacSha1_80 | Suite::AesCm128HmacSha1_32 | Suite::AeadAes128Gcm => {
            let cipher = Aes128Enc::new_from_slice(master.key(suite));
            apply_keystream(&cipher.expect("the suite's own length"), &counter, output);
        }
    }
}

/// Mixes `bytes` with the keystream that begins at `counter`, whose last two bytes count blocks.
#[inline]
fn apply_keystream<C>(cipher: &C, counter: &[u8; BLOCK], bytes: &mut [u8])
where
    C: BlockCipherEncrypt<BlockSize = aes::cipher::consts::U16>,
{
    let mut number = u16::from_be_bytes([counter[14], counter[15]]);
    let mut blocks: [Block<C>; BLOCKS] = Default::default();
    for chunk in bytes.chunks_mut(BLOCKS * BLOCK) {
        let used = chunk.len().div_ceil(BLOCK);
        for block in &mut blocks[..used] {
            block.copy_from_slice(counter);
            block[14..].copy_from_slice(&number.to_be_bytes());
            number = number.wrapping_add(1);
        }
        cipher.encrypt_blocks(&mut blocks[..used]);
        for (part, block) in chunk.chunks_mut(BLOCK).zip(&blocks) {
            mix(part, block);
        }
    }
}

#[inline]
fn mix(into: &mut [u8], with: &[u8]) {
    for (byte, other) in into.iter_mut().zip(with) {
        *byte ^= other;
    }
}
