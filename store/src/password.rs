//! Password hashes: Argon2id in the PHC text form.

use crate::Error;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// A stored password hash. Its `Debug` form shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

impl PasswordHash {
    pub(crate) const fn stored(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Hashes a password with a fresh salt. Takes tens of milliseconds of a core: call it where
/// blocking is allowed.
///
/// # Errors
/// [`Error::Password`] if it is longer than Argon2 takes.
pub fn hash(password: &str) -> Result<PasswordHash, Error> {
    let hashed: Phc = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|error| Error::Password(error.to_string()))?;
    Ok(PasswordHash(hashed.to_string()))
}

/// Whether `password` is the one that was hashed. Without a hash it takes as long and says no, so
/// that an unknown e-mail address is not told from a wrong password by the clock. Takes tens of
/// milliseconds of a core: call it where blocking is allowed.
pub fn verify(password: &str, hash: Option<&PasswordHash>) -> bool {
    let Some(stored) = hash.and_then(|hash| Phc::new(hash.as_str()).ok()) else {
        let mut ignored = [0; 32];
        let _ = Argon2::default().hash_password_into(
            password.as_bytes(),
            b"nobody has this salt",
            &mut ignored,
        );
        return false;
    };
    Argon2::default()
        .verify_password(password.as_bytes(), &stored)
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_that_was_hashed_verifies() {
        let hash = hash("correct horse").unwrap();

        assert!(verify("correct horse", Some(&hash)));
        assert!(!verify("correct horses", Some(&hash)));
        assert!(!verify("correct horse", None));
        assert!(!verify(
            "x",
            Some(&PasswordHash::stored("damaged".to_owned()))
        ));
    }

    #[test]
    fn a_hash_never_shows_in_a_log() {
        let hash = hash("secret").unwrap();

        assert_eq!(format!("{hash:?}"), "PasswordHash(…)");
    }
}
