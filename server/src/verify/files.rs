//! Whether the files of recordings are what they were when they were closed.

use crate::bucket::{Bucket, told};
use crate::config::Config;
use crate::recordings::hexadecimal;
use api::Place;
use model::{Recording, RecordingId};
use net::disk;
use store::{Db, recordings};

/// Recordings that are looked up at a time.
const BATCH: u32 = 256;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// Files that were read.
    pub(super) checked: u64,
    /// What is wrong with others.
    pub(super) wrong: Vec<String>,
}

/// Reads every file that has a digest, here and in buckets.
///
/// # Errors
/// The database cannot be read, or the bucket of the configuration cannot be asked.
pub(super) async fn check(config: &Config, db: &Db) -> anyhow::Result<Files> {
    let bucket = config.bucket.as_ref().map(Bucket::open).transpose()?;
    let mut files = Files::default();
    let mut after = RecordingId::from_bytes([0; 16]);
    loop {
        let batch = recordings::with_digest(db, after, BATCH).await?;
        let Some(last) = batch.last() else {
            return Ok(files);
        };
        after = last.id;
        for recording in &batch {
            let fault = match &recording.bucket {
                Some(name) => fault_away(bucket.as_ref(), name, recording).await,
                None => fault_here(config, recording),
            };
            match fault {
                Some(fault) => files.wrong.push(format!("{}: {fault}", recording.path)),
                None => files.checked += 1,
            }
        }
    }
}

async fn fault_away(bucket: Option<&Bucket>, name: &str, recording: &Recording) -> Option<String> {
    let Some(bucket) = bucket else {
        return Some(format!("in the bucket {name}, and bucket.name is not set"));
    };
    let place = Place {
        bucket: name.to_owned(),
        key: recording.path.clone(),
    };
    let size_bytes = recording.size_bytes.unwrap_or(0).cast_unsigned();
    match bucket.digest(&place, size_bytes).await {
        Ok(digest) if Some(hexadecimal(&digest)) == recording.sha256 => None,
        Ok(_) => Some("not what it was when it was closed".to_owned()),
        Err(error) => Some(told(&error)),
    }
}

fn fault_here(config: &Config, recording: &Recording) -> Option<String> {
    match disk::sha256_of(&config.data_dir.join(&recording.path)) {
        Ok(digest) if Some(hexadecimal(&digest)) == recording.sha256 => None,
        Ok(_) => Some("not what it was when it was closed".to_owned()),
        Err(error) => Some(error.to_string()),
    }
}
