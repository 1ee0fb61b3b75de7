//! What a process that died in the middle left beside the files that the database names.

use super::{Running, SMALL, UNFINISHED};
use model::RecordingId;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders inside each other that are looked into: year, month, day.
const DEPTH: usize = 4;
/// Files that are remembered; the others are found at the start after this one.
const FILES: usize = 4_096;

impl Running {
    /// Removes files that are not whole, and remembers the large ones beside which a small one lies:
    /// whichever the database names stays.
    pub(super) fn remember_leftovers(&mut self) {
        let folder = self.job.data_dir.join("recordings");
        let mut found = Vec::new();
        walk(&folder, DEPTH, &mut found);
        for path in found {
            if path.to_string_lossy().ends_with(UNFINISHED) {
                // It is made anew if it is wanted.
                let _ = fs::remove_file(&path);
            } else if let Some(id) = id_of(&path) {
                self.replaced.insert(id, path);
            }
        }
        self.remove_replaced();
        // The others are recordings that are still to be made small.
        self.replaced.clear();
    }
}

fn walk(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if found.len() >= FILES {
            return;
        }
        if path.is_dir() {
            if depth > 0 {
                walk(&path, depth - 1, found);
            }
        } else if is_leftover(&path) {
            found.push(path);
        }
    }
}

fn is_leftover(path: &Path) -> bool {
    let name = path.to_string_lossy();
    name.ends_with(UNFINISHED)
        || path.extension().is_some_and(|it| it == "wav") && path.with_extension(SMALL).exists()
}

fn id_of(path: &Path) -> Option<RecordingId> {
    path.file_stem()?.to_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_beside_a_small_file_or_is_not_whole_is_left_over() {
        let folder = tempfile::tempdir().unwrap();
        let day = folder.path().join("2026/11/23");
        fs::create_dir_all(&day).unwrap();
        for name in [
            "a.wav",
            "a.opus",
            "b.wav",
            "c.opus",
            "d.wav.part",
            "e.opus.part",
        ] {
            fs::write(day.join(name), b"").unwrap();
        }
        let mut found = Vec::new();
        walk(folder.path(), DEPTH, &mut found);
        found.sort();
        assert_eq!(found, [day.join("a.wav"), day.join("e.opus.part")]);
    }
}
