//! The key under which passwords of trunks lie in the database.

use crate::config::Config;
use anyhow::{Context as _, anyhow};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use store::Vault;

/// The file in the data folder that holds the key where the configuration holds none.
const FILE: &str = "secrets.key";

/// The vault under the configured key, or under the one in the data folder, which is made at the
/// first start.
///
/// # Errors
/// The file cannot be read or made, or holds no key.
pub(crate) fn vault(config: &Config) -> anyhow::Result<Vault> {
    if let Some(key) = &config.secrets_key {
        return Ok(Vault::new(key));
    }
    let path = config.data_dir.join(FILE);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => make(&path)?,
        Err(error) => return Err(error).with_context(|| path.display().to_string()),
    };
    let key = parse(text.trim())
        .ok_or_else(|| anyhow!("{} holds no key of 64 hexadecimal digits", path.display()))?;
    Ok(Vault::new(&key))
}

/// The key that 64 hexadecimal digits write.
pub(crate) fn parse(text: &str) -> Option<[u8; Vault::KEY]> {
    let mut key = [0; Vault::KEY];
    if text.len() != 2 * key.len() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, at) in key.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(key)
}

/// Makes a key that only this account may read. A file that is there is never written over: with
/// it the passwords would be lost.
fn make(path: &Path) -> anyhow::Result<String> {
    let mut key = [0; Vault::KEY];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut key)?;
    let digits = key.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let text: String = digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect();
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| path.display().to_string())?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_key_is_made_once_and_for_this_account_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);

        let made = make(&path).unwrap();

        assert!(parse(&made).is_some());
        assert_eq!(std::fs::read_to_string(&path).unwrap().trim(), made);
        let rights = std::fs::metadata(&path).unwrap().permissions();
        assert_eq!(rights.mode() & 0o777, 0o600);
        assert!(make(&path).is_err());
    }

    #[test]
    fn only_64_hexadecimal_digits_are_a_key() {
        assert_eq!(parse(&"0f".repeat(32)), Some([15; 32]));
        assert_eq!(parse(&"0f".repeat(31)), None);
        assert_eq!(parse(&"+f".repeat(32)), None);
        assert_eq!(parse(&"ä".repeat(32)), None);
    }
}
