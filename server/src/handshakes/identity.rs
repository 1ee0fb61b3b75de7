//! The certificate that handshakes of media show. Peers know it by its digest in the session
//! description, so it is kept: a call that goes on after a restart still names the same one.

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// The file in the data folder.
const FILE: &str = "media-certificate";

/// A self-signed certificate of a P-256 key, both in DER.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(super) certificate: Vec<u8>,
    pub(super) private_key: Vec<u8>,
}

impl Identity {
    /// Reads the certificate, or makes it at the first start.
    ///
    /// # Errors
    /// The file cannot be read or written, or holds no certificate.
    pub(crate) fn load(data_dir: &Path) -> anyhow::Result<Self> {
        let path = data_dir.join(FILE);
        let shown = || path.display().to_string();
        match std::fs::read(&path) {
            Ok(bytes) => postcard::from_bytes(&bytes).with_context(shown),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let made = Self::make()?;
                made.keep(&path).with_context(shown)?;
                Ok(made)
            }
            Err(error) => Err(error).with_context(shown),
        }
    }

    pub(super) fn make() -> anyhow::Result<Self> {
        let key = rcgen::KeyPair::generate()?;
        let parameters = rcgen::CertificateParams::new(vec!["trunkline".to_owned()])?;
        Ok(Self {
            certificate: parameters.self_signed(&key)?.der().to_vec(),
            private_key: key.serialize_der(),
        })
    }

    /// SHA-256 of the certificate.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(&self.certificate).into()
    }

    /// Writes the file whole or not at all, for this account only.
    fn keep(&self, path: &Path) -> anyhow::Result<()> {
        let part = path.with_extension("part");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&part)?;
        file.write_all(&postcard::to_stdvec(self)?)?;
        file.sync_all()?;
        std::fs::rename(&part, path)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn the_certificate_stays_the_same_and_is_for_this_account_only() {
        let folder = tempfile::tempdir().unwrap();
        let made = Identity::load(folder.path()).unwrap();
        let read = Identity::load(folder.path()).unwrap();
        assert_eq!(made.fingerprint(), read.fingerprint());
        assert_eq!(made.private_key, read.private_key);
        let rights = std::fs::metadata(folder.path().join(FILE)).unwrap();
        assert_eq!(rights.permissions().mode() & 0o777, 0o600);
        assert_ne!(Identity::make().unwrap().fingerprint(), made.fingerprint());
    }
}
