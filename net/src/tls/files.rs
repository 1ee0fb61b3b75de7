//! The files of certificates and keys.

use super::{Error, File};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use std::{
    fs,
    io::{self, Read as _},
};

/// A file is not larger than this; a system's whole set of roots is a quarter of it.
const LARGEST_FILE: u64 = 1 << 20;

/// What a file holds.
#[derive(PartialEq, Eq)]
pub(super) struct Text(Vec<u8>);

impl Text {
    pub(super) fn read(file: &File) -> Result<Self, Error> {
        let mut text = Vec::new();
        let read = fs::File::open(&file.path)
            .and_then(|open| open.take(LARGEST_FILE + 1).read_to_end(&mut text))
            .and_then(|length| {
                if length as u64 > LARGEST_FILE {
                    return Err(io::ErrorKind::FileTooLarge.into());
                }
                Ok(())
            });
        read.map_err(|error| Error::Unreadable(file.clone(), error))?;
        Ok(Self(text))
    }

    /// The certificates in it, in order, up to the first that cannot be read.
    pub(super) fn certificates(&self) -> Vec<CertificateDer<'static>> {
        CertificateDer::pem_slice_iter(&self.0)
            .map_while(Result::ok)
            .collect()
    }

    pub(super) fn private_key(&self) -> Option<PrivateKeyDer<'static>> {
        PrivateKeyDer::from_pem_slice(&self.0).ok()
    }
}

impl std::fmt::Debug for Text {
    /// Shows nothing of a key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}
