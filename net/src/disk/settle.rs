//! The thread that makes recordings durable and gives them their final names.

use super::{Event, FileKey, Operation, digest::sha256_of, file};
use crate::syscall::sync;
use std::{
    collections::BTreeSet,
    fs::File,
    io, iter,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Arc, mpsc::Receiver},
    time::Duration,
};

/// How long tasks gather while there are some.
const GATHER: Duration = Duration::from_millis(100);
/// Tasks that are worked on at once.
const BATCH: usize = 256;
/// Files from which on the whole disk is made durable at once.
const MANY: usize = 4;

pub(super) enum Task {
    /// Makes durable what was written so far.
    Sync { file: FileKey, handle: Arc<File> },
    /// Makes everything durable and renames.
    Settle {
        file: FileKey,
        handle: Arc<File>,
        path: PathBuf,
        rename_to: PathBuf,
        bytes: u64,
    },
    /// Looks at a file that was settled before.
    Recount { file: FileKey, path: PathBuf },
}

pub(super) type Tell = Arc<dyn Fn(Event) + Send + Sync>;

/// Works until the writing thread is gone.
pub(super) fn run(tasks: &Receiver<Task>, tell: &Tell) {
    while let Ok(first) = tasks.recv() {
        std::thread::sleep(GATHER);
        let batch: Vec<_> = iter::once(first)
            .chain(tasks.try_iter().take(BATCH))
            .collect();
        work(batch, tell);
    }
}

/// Makes the bytes of all files durable, then their names, then tells of them.
fn work(batch: Vec<Task>, tell: &Tell) {
    make_durable(&batch, tell);
    let mut renamed = Vec::new();
    let mut directories = BTreeSet::new();
    for task in batch {
        match task {
            Task::Sync { .. } => {}
            Task::Recount { file, path } => match path.metadata() {
                Ok(found) => tell_finished(tell, file, &path, found.len()),
                Err(error) => tell_lost(tell, file, Operation::Open, &error),
            },
            Task::Settle {
                file,
                path,
                rename_to,
                bytes,
                handle: _,
            } => match file::rename(&path, &rename_to) {
                Ok(directory) => {
                    directories.insert(directory);
                    renamed.push((file, rename_to, bytes));
                }
                Err(error) => tell_lost(tell, file, Operation::Rename, &error),
            },
        }
    }
    let unsure = directories.iter().find_map(|it| file::keep_names(it).err());
    for (file, path, bytes) in renamed {
        if let Some(error) = &unsure {
            tell_fault(tell, file, Operation::Sync, error);
        }
        tell_finished(tell, file, &path, bytes);
    }
}

/// Many files of one disk are made durable by one order to its file system, few one by one: each
/// order to a file costs a transaction of the file system's own.
fn make_durable(batch: &[Task], tell: &Tell) {
    let handles: Vec<_> = batch
        .iter()
        .filter_map(|task| match task {
            Task::Sync { file, handle } | Task::Settle { file, handle, .. } => {
                Some((*file, handle.as_ref()))
            }
            Task::Recount { .. } => None,
        })
        .collect();
    if handles.len() >= MANY && are_of_one_disk(&handles) && sync::whole_disk(handles[0].1).is_ok()
    {
        return;
    }
    for (file, handle) in handles {
        if let Err(error) = handle.sync_data() {
            tell_fault(tell, file, Operation::Sync, &error);
        }
    }
}

fn are_of_one_disk(handles: &[(FileKey, &File)]) -> bool {
    let disk = |(_, handle): &(FileKey, &File)| handle.metadata().ok().map(|it| it.dev());
    let first = handles.first().and_then(disk);
    first.is_some() && handles.iter().all(|it| disk(it) == first)
}

fn tell_finished(tell: &Tell, file: FileKey, path: &Path, bytes: u64) {
    tell(Event::Finished {
        file,
        bytes,
        sha256: sha256_of(path).ok(),
    });
}

fn tell_lost(tell: &Tell, file: FileKey, operation: Operation, error: &io::Error) {
    tell(Event::Fault {
        file,
        operation,
        kind: error.kind(),
        lost: true,
    });
}

fn tell_fault(tell: &Tell, file: FileKey, operation: Operation, error: &io::Error) {
    tell(Event::Fault {
        file,
        operation,
        kind: error.kind(),
        lost: false,
    });
}
