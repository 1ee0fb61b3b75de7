//! What a process that died in the middle left here of recordings that are in the bucket.

use super::{EXTENSIONS, Running, remove};
use model::RecordingId;
use std::fs;
use std::path::{Path, PathBuf};
use store::recordings;

/// Folders inside each other that are looked into: year, month, day.
const DEPTH: usize = 3;
/// Recordings that are looked up at a time.
const BATCH: usize = 256;

impl Running {
    /// Removes the files here that the database names in a bucket.
    pub(super) async fn remove_leftovers(&self) {
        let mut days = Vec::new();
        let root = self.job.data_dir.join("recordings");
        walk(&root, DEPTH, &mut days);
        for day in days {
            let here = files(&day);
            for batch in here.chunks(BATCH) {
                self.remove_what_is_moved(batch).await;
            }
        }
    }

    async fn remove_what_is_moved(&self, here: &[(RecordingId, PathBuf)]) {
        let ids: Vec<RecordingId> = here.iter().map(|(id, _)| *id).collect();
        let Ok(found) = recordings::find(&self.job.db, &ids).await else {
            return;
        };
        for recording in found.iter().filter(|it| it.bucket.is_some()) {
            let files = here.iter().filter(|(id, _)| *id == recording.id);
            files.for_each(|(_, path)| remove(path));
        }
    }
}

/// The folders below `folder` that hold files.
fn walk(folder: &Path, depth: usize, days: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    days.push(folder.to_owned());
    if depth == 0 {
        return;
    }
    let folders = entries.flatten().map(|entry| entry.path());
    for path in folders.filter(|path| path.is_dir()) {
        walk(&path, depth - 1, days);
    }
}

/// The complete recordings in a folder.
fn files(folder: &Path) -> Vec<(RecordingId, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let recording = |path: PathBuf| {
        let kind = path.extension()?.to_str()?;
        let id = path.file_stem()?.to_str()?.parse().ok()?;
        EXTENSIONS.contains(&kind).then_some((id, path))
    };
    entries
        .filter_map(|entry| recording(entry.path()))
        .collect()
}
