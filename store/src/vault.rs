//! Keeps what the server must be able to say again, such as the password of a trunk, in a form that
//! a copy of the database does not give away.
//!
//! XChaCha20-Poly1305 under one key that lies outside of the database. What a text belongs to is
//! bound to it, so that one row's text cannot be put into another.

use crate::column::hex;
use crate::{Error, random};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use model::Secret;
use std::fmt;

/// In front of every sealed text; another form would have another mark.
const MARK: &str = "x1:";
/// Bytes of the nonce in front of the sealed bytes; long enough to be drawn at random.
const NONCE: usize = 24;

/// Seals and opens secrets.
#[derive(Clone)]
pub struct Vault {
    cipher: XChaCha20Poly1305,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// Bytes of a key.
    pub const KEY: usize = 32;

    /// The vault with this key.
    pub fn new(key: &[u8; Self::KEY]) -> Self {
        Self {
            cipher: XChaCha20Poly1305::new(key.into()),
        }
    }

    /// The sealed form of a secret that belongs to `owner`; another one each time.
    ///
    /// # Errors
    /// [`Error::Random`].
    pub(crate) fn seal(&self, owner: &str, secret: &Secret) -> Result<String, Error> {
        let nonce: [u8; NONCE] = random::bytes()?;
        let payload = Payload {
            msg: secret.reveal().as_bytes(),
            aad: owner.as_bytes(),
        };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.expect("a text shorter than the cipher's 256 GiB can be sealed");
        Ok(format!("{MARK}{}{}", hex(&nonce), hex(&sealed)))
    }

    /// The secret that [`seal`](Self::seal) sealed for `owner`; none if the key is another one, or
    /// the text is damaged or another owner's.
    pub(crate) fn open(&self, owner: &str, sealed: &str) -> Option<Secret> {
        let bytes = bytes_of(sealed.strip_prefix(MARK)?)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let payload = Payload {
            msg: sealed,
            aad: owner.as_bytes(),
        };
        let secret = self.cipher.decrypt(&XNonce::from(nonce), payload).ok()?;
        String::from_utf8(secret).ok().map(Secret::new)
    }
}

fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(
        digits
            .chunks(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Secret {
        Secret::new("open sésame".to_owned())
    }

    #[test]
    fn what_is_sealed_opens_for_its_owner_with_its_key_only() {
        let vault = Vault::new(&[7; 32]);
        let sealed = vault.seal("trunk 1", &secret()).unwrap();

        assert_eq!(vault.open("trunk 1", &sealed), Some(secret()));
        assert_eq!(vault.open("trunk 2", &sealed), None);
        assert_eq!(Vault::new(&[8; 32]).open("trunk 1", &sealed), None);
    }

    #[test]
    fn a_sealed_text_shows_nothing_and_is_another_each_time() {
        let vault = Vault::new(&[7; 32]);
        let sealed = vault.seal("trunk 1", &secret()).unwrap();

        assert!(!sealed.contains("sesame") && sealed.is_ascii());
        assert_ne!(sealed, vault.seal("trunk 1", &secret()).unwrap());
    }

    #[test]
    fn a_damaged_text_opens_to_nothing() {
        let vault = Vault::new(&[7; 32]);
        let sealed = vault.seal("trunk 1", &secret()).unwrap();

        for wrong in ["", "x1:", "x1:0", "x1:zz", "x1:äö", &sealed[..60]] {
            assert_eq!(vault.open("trunk 1", wrong), None, "{wrong}");
        }
    }
}
