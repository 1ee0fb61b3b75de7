//! One recording that is being written.

use super::{FileKey, room};
use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

const FILL_BYTES: u64 = 64 << 10;

#[derive(Debug)]
pub(super) struct Recording {
    pub(super) key: FileKey,
    pub(super) path: PathBuf,
    pub(super) file: Arc<File>,
    /// Up to here every byte was written.
    length: u64,
    silence: u8,
    /// Since when bytes are only in memory.
    pub(super) dirty_since: Option<Instant>,
    /// After a refused write nothing is tried before this.
    pub(super) rests_until: Option<Instant>,
    pub(super) fault_told: bool,
}

impl Recording {
    pub(super) fn create(
        key: FileKey,
        path: PathBuf,
        silence: u8,
        reserve: u64,
    ) -> io::Result<Self> {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let file = File::create(&path)?;
        if let Err(error) = room::check(&file, reserve) {
            fs::remove_file(&path)?;
            return Err(error);
        }
        Ok(Self::over(key, path, file, silence, 0))
    }

    pub(super) fn resume(key: FileKey, path: PathBuf, silence: u8) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).open(&path)?;
        let length = file.metadata()?.len();
        Ok(Self::over(key, path, file, silence, length))
    }

    fn over(key: FileKey, path: PathBuf, file: File, silence: u8, length: u64) -> Self {
        Self {
            key,
            path,
            file: Arc::new(file),
            length,
            silence,
            dirty_since: None,
            rests_until: None,
            fault_told: false,
        }
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Writes `bytes` at `at`, after silence for what is missing before it.
    pub(super) fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.fill_to(at)?;
        self.file.write_all_at(bytes, at)?;
        self.length = self.length.max(at + bytes.len() as u64);
        Ok(())
    }

    /// Writes silence up to `end`.
    pub(super) fn fill_to(&mut self, end: u64) -> io::Result<()> {
        while self.length < end {
            let missing = (end - self.length).min(FILL_BYTES);
            let silence = vec![self.silence; usize::try_from(missing).unwrap_or_default()];
            self.file.write_all_at(&silence, self.length)?;
            self.length += missing;
        }
        Ok(())
    }

    /// Makes the file so long: a write that a kill cut in the middle may have left it longer.
    pub(super) fn end_at(&mut self, end: u64) -> io::Result<()> {
        self.fill_to(end)?;
        if self.length > end {
            self.file.set_len(end)?;
            self.length = end;
        }
        Ok(())
    }

    pub(super) fn patch(&mut self, patches: &[(u64, [u8; 4])]) -> io::Result<()> {
        patches
            .iter()
            .try_for_each(|(at, bytes)| self.file.write_all_at(bytes, *at))
    }
}

/// Gives a file its final name, and says in which directory that is.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<PathBuf> {
    let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = parent.unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    fs::rename(from, to)?;
    Ok(directory.to_owned())
}

/// Makes the names in a directory durable.
pub(super) fn keep_names(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}
