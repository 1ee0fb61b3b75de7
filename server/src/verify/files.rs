//! Whether the files of recordings are what they were when they were closed.

use crate::config::Config;
use crate::recordings::hexadecimal;
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

/// Reads every file that has a digest and lies here.
pub(super) async fn check(config: &Config, db: &Db) -> Result<Files, store::Error> {
    let mut files = Files::default();
    let mut after = RecordingId::from_bytes([0; 16]);
    loop {
        let batch = recordings::with_digest(db, after, BATCH).await?;
        let Some(last) = batch.last() else {
            return Ok(files);
        };
        after = last.id;
        for recording in &batch {
            match fault_of(config, recording) {
                Some(fault) => files.wrong.push(format!("{}: {fault}", recording.path)),
                None => files.checked += 1,
            }
        }
    }
}

fn fault_of(config: &Config, recording: &Recording) -> Option<String> {
    match disk::sha256_of(&config.data_dir.join(&recording.path)) {
        Ok(digest) if Some(hexadecimal(&digest)) == recording.sha256 => None,
        Ok(_) => Some("not what it was when it was closed".to_owned()),
        Err(error) => Some(error.to_string()),
    }
}
