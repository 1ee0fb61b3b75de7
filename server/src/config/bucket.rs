//! The section of the bucket that complete recordings go to.

use super::secured::{Named, file};
use super::values::Reader;
use super::{Bucket, non_empty};
use std::fs;

/// The longest name of a bucket.
const LONGEST_NAME: usize = 63;
/// The longest secret that is read from a file.
const LONGEST_SECRET: u64 = 4_096;

pub(super) fn read(reader: &mut Reader<'_>) -> Option<Named<Bucket>> {
    let name = reader.checked("bucket.name", name)?;
    let endpoint = reader.checked("bucket.endpoint", endpoint)?;
    let region = reader.text("bucket.region")?;
    let prefix = reader.checked("bucket.prefix", prefix)?;
    let path_style = reader.one_of("bucket.path_style", &["on", "off"])? == "on";
    let key_id = reader.text("bucket.key_id")?;
    let secret = secret(reader)?;
    let roots = file(reader, "bucket.tls_ca")?.0;
    if name.is_empty() {
        return Some(Named(None));
    }
    for (key, value) in [("bucket.key_id", &key_id), ("bucket.secret", &secret)] {
        if value.is_empty() {
            reader.fault(key, "must be set where bucket.name is");
            return None;
        }
    }
    Some(Named(Some(Bucket {
        name,
        endpoint: non_empty(endpoint),
        region,
        prefix,
        path_style,
        key_id,
        secret,
        roots,
    })))
}

/// The secret itself, or what the file holds that is to be read.
fn secret(reader: &mut Reader<'_>) -> Option<String> {
    let given = reader.text("bucket.secret")?;
    let path = reader.text("bucket.secret_file")?;
    if path.is_empty() {
        return Some(given);
    }
    let problem = match fs::metadata(&path) {
        _ if !given.is_empty() => "cannot be set beside bucket.secret".to_owned(),
        Ok(found) if found.len() > LONGEST_SECRET => "is too long for a secret".to_owned(),
        Ok(_) => match fs::read_to_string(&path) {
            Ok(text) if text.trim().is_empty() => "is empty".to_owned(),
            Ok(text) => return Some(text.trim().to_owned()),
            Err(error) => format!("cannot be read: {error}"),
        },
        Err(error) => format!("cannot be read: {error}"),
    };
    reader.fault("bucket.secret_file", &problem);
    None
}

fn name(text: &str) -> Result<String, String> {
    let known = |letter: char| letter.is_ascii_alphanumeric() || "-._".contains(letter);
    if text.len() <= LONGEST_NAME && text.chars().all(known) {
        return Ok(text.to_owned());
    }
    Err("must be the name of a bucket, without its endpoint".to_owned())
}

fn endpoint(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    match host {
        None if text.is_empty() => Ok(String::new()),
        Some(host) if !host.is_empty() && !host.contains(['/', '@', '?', ' ']) => {
            Ok(text.to_owned())
        }
        _ => Err(
            "must be http:// or https:// with a host, such as https://s3.example.com".to_owned(),
        ),
    }
}

/// Ends with a slash unless it is empty.
fn prefix(text: &str) -> Result<String, String> {
    let text = text.trim_matches('/');
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    let known = |letter: char| letter.is_ascii_alphanumeric() || "-._/".contains(letter);
    if text.is_empty() {
        return Ok(String::new());
    }
    if text.chars().all(known) && text.split('/').all(plain) {
        return Ok(format!("{text}/"));
    }
    Err("must be letters, digits, - . _ and /".to_owned())
}
