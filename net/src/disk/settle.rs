//! The thread that makes recordings durable and gives them their final names.

use super::{Event, FileKey, Operation, digest::sha256_of, file};
use std::{
    fs::File,
    io,
    path::PathBuf,
    sync::{Arc, mpsc::Receiver},
};

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
    for task in tasks {
        match task {
            Task::Sync { file, handle } => {
                if let Err(error) = handle.sync_data() {
                    tell_fault(tell, file, Operation::Sync, &error);
                }
            }
            Task::Settle {
                file,
                handle,
                path,
                rename_to,
                bytes,
            } => {
                if let Err(error) = handle.sync_data() {
                    tell_fault(tell, file, Operation::Sync, &error);
                }
                match file::rename(&path, &rename_to) {
                    Ok(()) => tell(Event::Finished {
                        file,
                        bytes,
                        sha256: sha256_of(&rename_to).ok(),
                    }),
                    Err(error) => tell(Event::Fault {
                        file,
                        operation: Operation::Rename,
                        kind: error.kind(),
                        lost: true,
                    }),
                }
            }
            Task::Recount { file, path } => match path.metadata() {
                Ok(found) => tell(Event::Finished {
                    file,
                    bytes: found.len(),
                    sha256: sha256_of(&path).ok(),
                }),
                Err(error) => tell(Event::Fault {
                    file,
                    operation: Operation::Open,
                    kind: error.kind(),
                    lost: true,
                }),
            },
        }
    }
}

fn tell_fault(tell: &Tell, file: FileKey, operation: Operation, error: &io::Error) {
    tell(Event::Fault {
        file,
        operation,
        kind: error.kind(),
        lost: false,
    });
}
