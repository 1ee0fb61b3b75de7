//! The digest of a finished file: what it held when it was closed can be shown later.

use sha2::{Digest as _, Sha256};
use std::{fs::File, io, io::Read as _, path::Path};

/// Bytes that are read at a time.
const PIECE: usize = 256 << 10;

/// The SHA-256 of a file.
///
/// # Errors
/// A file that cannot be read.
pub fn sha256_of(path: &Path) -> io::Result<[u8; 32]> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut piece = vec![0; PIECE];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(digest.finalize().into());
        }
        digest.update(&piece[..read]);
    }
}
