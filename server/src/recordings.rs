//! Recording files: where they lie, how they begin and end, and what a crash left of them.

use call::Input;
use media::RecordingKey;
use media::wav::{self, FileCodec};
use net::disk::{Disk, Event, FileKey, Operation, Order};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The extension of a file that is not complete.
const UNFINISHED: &str = "wav.part";

/// How long the alarm of a refused write lasts.
const ALARM: Duration = Duration::from_mins(1);

/// The files being written.
#[derive(Debug)]
pub(crate) struct Recordings {
    data_dir: PathBuf,
    /// Ends with this, having written everything.
    disk: Disk,
    open: HashMap<RecordingKey, File>,
    last_fault: Option<Instant>,
}

#[derive(Debug)]
struct File {
    path: PathBuf,
    codec: FileCodec,
    samples: u64,
    fault: Option<String>,
}

impl Recordings {
    pub(crate) fn new(data_dir: PathBuf, disk: Disk) -> Self {
        Self {
            data_dir,
            disk,
            open: HashMap::new(),
            last_fault: None,
        }
    }

    /// Begins a file, or goes on with one that the process before this one began.
    pub(crate) fn open(&mut self, key: RecordingKey, path: &str, codec: FileCodec, resume: bool) {
        let path = self.data_dir.join(path);
        let part = path.with_extension(UNFINISHED);
        let (file, silence) = (FileKey(key.0), codec.silence());
        let order = if resume && part.exists() {
            Order::Resume {
                file,
                path: part,
                silence,
            }
        } else {
            Order::Create {
                file,
                path: part,
                head: wav::header(codec).to_vec(),
                silence,
            }
        };
        let fault = self
            .disk
            .orders()
            .send(order)
            .err()
            .map(|why| why.to_string());
        let samples = 0;
        let file = File {
            path,
            codec,
            samples,
            fault,
        };
        self.open.insert(key, file);
    }

    /// Ends a file that is `samples` long.
    pub(crate) fn close(&mut self, key: RecordingKey, samples: u64) -> Option<Input> {
        let file = self.open.get_mut(&key)?;
        file.samples = samples;
        let data = samples * file.codec.unit_bytes() as u64;
        let order = Order::Finish {
            file: FileKey(key.0),
            length: wav::HEADER_SIZE as u64 + data,
            patches: wav::patches(file.codec, data),
            rename_to: file.path.clone(),
        };
        match self.disk.orders().send(order) {
            Ok(()) => None,
            Err(refused) => Some(self.lost(key, &refused.to_string())),
        }
    }

    /// Completes what a crash left of a recording whose call is over. What the dead process held in
    /// memory is silence at its end, so that it is `samples` long.
    pub(crate) fn recover(&mut self, key: RecordingKey, path: &str, samples: u64) -> Option<Input> {
        let path = self.data_dir.join(path);
        let part = path.with_extension(UNFINISHED);
        if part.exists() {
            // One that was cut in its header is begun anew: all of it is silence.
            let (codec, written, resume) = match measure(&part) {
                Some((codec, written)) => (codec, written, true),
                None => (FileCodec::Pcma, 0, false),
            };
            let relative = path.strip_prefix(&self.data_dir).unwrap_or(&path);
            let relative = relative.to_string_lossy().into_owned();
            self.open(key, &relative, codec, resume);
            return self.close(key, written.max(samples));
        }
        let (codec, samples) = measure(&path).unwrap_or((FileCodec::Pcma, 0));
        let order = Order::Recount {
            file: FileKey(key.0),
            path: path.clone(),
        };
        let fault = None;
        let file = File {
            path,
            codec,
            samples,
            fault,
        };
        self.open.insert(key, file);
        let refused = self.disk.orders().send(order).err()?;
        Some(self.lost(key, &refused.to_string()))
    }

    /// Whether recordings are lost or lack something at this time.
    pub(crate) fn are_failing(&self) -> bool {
        let recent = |at: Instant| at.elapsed() < ALARM;
        self.last_fault.is_some_and(recent) || self.open.values().any(|it| it.fault.is_some())
    }

    /// What the writer says, where it concerns the end of a recording.
    pub(crate) fn event(&mut self, event: &Event) -> Option<Input> {
        match *event {
            Event::Finished {
                file,
                bytes,
                sha256,
            } => {
                let key = RecordingKey(file.0);
                let file = self.open.remove(&key)?;
                Some(Input::RecordingKept {
                    recording: key,
                    samples: file.samples,
                    size_bytes: bytes,
                    sha256: sha256.map(|sum| hexadecimal(&sum)),
                    fault: file.fault,
                })
            }
            Event::Fault {
                file,
                operation,
                kind,
                lost,
            } => {
                tracing::error!(?operation, ?kind, lost, "a recording could not be written");
                self.last_fault = Some(Instant::now());
                metrics::counter!("trunkline_recording_faults_total").increment(1);
                let key = RecordingKey(file.0);
                let fault = told(operation, kind, lost);
                if lost {
                    return Some(self.lost(key, &fault));
                }
                self.open.get_mut(&key)?.fault = Some(fault);
                None
            }
        }
    }

    fn lost(&mut self, key: RecordingKey, fault: &str) -> Input {
        let samples = self.open.remove(&key).map_or(0, |file| file.samples);
        Input::RecordingKept {
            recording: key,
            samples,
            size_bytes: 0,
            sha256: None,
            fault: Some(fault.to_owned()),
        }
    }
}

/// The codec of a recording, complete or not, and its length in 1/8000 s.
fn measure(path: &Path) -> Option<(FileCodec, u64)> {
    let mut head = [0; wav::HEADER_SIZE];
    let mut file = fs::File::open(path).ok()?;
    file.read_exact(&mut head).ok()?;
    let layout = wav::parse(&head).ok()?;
    let data = file
        .metadata()
        .ok()?
        .len()
        .saturating_sub(layout.data_offset);
    Some((layout.codec, data / layout.codec.unit_bytes() as u64))
}

/// What a record says of a refusal.
fn told(operation: Operation, kind: ErrorKind, lost: bool) -> String {
    let why = match (kind, operation) {
        (ErrorKind::StorageFull | ErrorKind::QuotaExceeded, _) => "the disk is full".to_owned(),
        (ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem, _) => {
            "the folder cannot be written".to_owned()
        }
        (ErrorKind::NotFound, Operation::Open) => "the file was lost".to_owned(),
        (kind, _) => kind.to_string(),
    };
    if lost {
        return why;
    }
    format!("{why}: a part is silence")
}

/// Bytes as they are written in records.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // A String takes whatever is written.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

#[cfg(test)]
mod tests;
