//! Moves complete recordings into the bucket, some at a time, while nobody waits for it.
//!
//! ```text
//!  file here ──uploaded──▶ read back, same SHA-256 ──fact──▶ the database names it ──▶ file here removed
//! ```
//! A crash at any arrow leaves a file that the database names: before the fact is in the database
//! the one here, whose upload is repeated over the same key; after it the one in the bucket, and
//! what is still here goes at the next start.

mod leftovers;

use crate::bucket::{Bucket, Refusal, told};
use crate::engine::Asked;
use crate::recordings::hexadecimal;
use api::Place;
use futures_util::{StreamExt as _, stream};
use model::{CallFact, Recording, RecordingId};
use net::{Waker, disk};
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::time::{Duration, Instant};
use store::{Db, recordings};
use tokio::fs::File;
use tokio::sync::watch;

/// Recordings that are looked up at a time.
const BATCH: u32 = 64;
/// Recordings that are on their way at a time.
const AT_ONCE: usize = 8;
/// How long to rest when all is done.
const REST: Duration = Duration::from_secs(2);
/// How long to rest after the store refused, at first and at most.
const SHORT_PAUSE: Duration = Duration::from_secs(1);
const LONG_PAUSE: Duration = Duration::from_mins(1);
/// How long a recording is left alone that could not be moved by its own fault.
const FAULT_REST: Duration = Duration::from_mins(10);
/// Recordings that could not be moved and are remembered.
const FAULTS: usize = 1_024;
/// Recordings that wait for the database to name their place.
const MOVED: usize = 1_024;
/// The extensions of what may lie here of a recording that is in the bucket.
const EXTENSIONS: [&str; 2] = ["wav", "opus"];

/// What the job needs.
pub(crate) struct Mover {
    pub(crate) db: Db,
    pub(crate) data_dir: PathBuf,
    pub(crate) bucket: Arc<Bucket>,
    /// Whether recordings are made small before they go.
    pub(crate) small_alone: bool,
    pub(crate) orders: SyncSender<Asked>,
    pub(crate) waker: Waker,
    pub(crate) stop: watch::Receiver<bool>,
    /// What keeps recordings here, for whoever looks.
    pub(crate) fault: watch::Sender<Option<String>>,
}

struct Running {
    job: Mover,
    /// Files that go once the database names the bucket.
    moved: BTreeMap<RecordingId, PathBuf>,
    /// Until when a recording is left alone.
    faults: BTreeMap<RecordingId, Instant>,
    after: RecordingId,
    /// Whether the bucket took something since it last refused.
    proven: bool,
    pause: Duration,
}

/// What came of a look around.
enum Look {
    /// Something was moved, or tried.
    Worked,
    /// There is nothing to do.
    Idle,
    /// The store or the database does not take part.
    Refused,
}

/// Why a recording is not in the bucket.
enum Fault {
    /// Something about its file.
    File(String),
    /// Something about the bucket.
    Bucket(String),
}

impl Mover {
    /// Works until the server stops.
    pub(crate) async fn run(self) {
        let mut stop = self.stop.clone();
        let mut running = Running {
            job: self,
            moved: BTreeMap::new(),
            faults: BTreeMap::new(),
            after: FIRST,
            proven: false,
            pause: SHORT_PAUSE,
        };
        tokio::select! {
            () = running.work() => (),
            // What was begun is begun again after the next start.
            _ = stop.wait_for(|stopped| *stopped) => (),
        }
    }
}

impl Running {
    async fn work(&mut self) {
        self.remove_leftovers().await;
        loop {
            self.remove_moved().await;
            let rest = match self.look().await {
                Look::Worked => continue,
                Look::Idle => REST,
                Look::Refused => {
                    let pause = self.pause;
                    self.pause = (pause * 2).min(LONG_PAUSE);
                    pause
                }
            };
            self.count().await;
            tokio::time::sleep(rest).await;
        }
    }

    async fn look(&mut self) -> Look {
        if !self.proven {
            match self.job.bucket.prove().await {
                Ok(()) => self.mend(),
                Err(error) => return self.refuse(told(&error)),
            }
        }
        if self.moved.len() >= MOVED {
            return Look::Idle;
        }
        let small_alone = self.job.small_alone;
        let found = recordings::unmoved(&self.job.db, self.after, small_alone, BATCH).await;
        let batch = match found {
            Ok(batch) => batch,
            Err(error) => {
                tracing::warn!(%error, "recordings to move cannot be looked up");
                return Look::Idle;
            }
        };
        let Some(last) = batch.last() else {
            self.after = FIRST;
            return Look::Idle;
        };
        let last = last.id;
        let now = Instant::now();
        let rests = |id: &RecordingId| self.faults.get(id).is_some_and(|until| now < *until);
        let wanted = batch
            .into_iter()
            .filter(|it| !self.moved.contains_key(&it.id) && !rests(&it.id))
            .collect();
        if let Some(fault) = self.move_all(wanted).await {
            return self.refuse(fault);
        }
        self.after = last;
        Look::Worked
    }

    /// Moves these; what keeps the bucket from taking them, if anything does.
    async fn move_all(&mut self, wanted: Vec<Recording>) -> Option<String> {
        let job = &self.job;
        let mut done = stream::iter(wanted)
            .map(|recording| async move {
                let moved = job.carry(&recording).await;
                (recording, moved)
            })
            .buffer_unordered(AT_ONCE);
        let mut refused = None;
        let mut told = Vec::new();
        while let Some((recording, moved)) = done.next().await {
            let id = recording.id;
            let fault = match moved {
                Ok(key) => {
                    told.push((id, job.data_dir.join(&recording.path)));
                    job.tell(&recording, key).await;
                    continue;
                }
                Err(fault) => fault,
            };
            metrics::counter!("trunkline_recordings_move_failures_total").increment(1);
            match fault {
                Fault::File(error) => {
                    tracing::warn!(recording = %id, %error, "a recording could not be moved");
                    if self.faults.len() >= FAULTS {
                        self.faults.clear();
                    }
                    self.faults.insert(id, Instant::now() + FAULT_REST);
                }
                Fault::Bucket(error) => refused = Some(error),
            }
        }
        drop(done);
        self.moved.extend(told);
        refused
    }

    fn mend(&mut self) {
        self.proven = true;
        self.pause = SHORT_PAUSE;
        metrics::gauge!("trunkline_recordings_move_failing").set(0.0);
        if self.job.fault.send_replace(None).is_some() {
            tracing::info!("the bucket takes recordings again");
        }
    }

    /// Notes that the bucket takes nothing; said once until something else is the matter.
    fn refuse(&mut self, fault: String) -> Look {
        self.proven = false;
        metrics::gauge!("trunkline_recordings_move_failing").set(1.0);
        if self.job.fault.borrow().as_ref() != Some(&fault) {
            tracing::error!(%fault, "recordings stay here: the bucket does not take them");
        }
        self.job.fault.send_replace(Some(fault));
        Look::Refused
    }

    async fn count(&self) {
        if let Ok(count) = recordings::count_unmoved(&self.job.db).await {
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            metrics::gauge!("trunkline_recordings_unmoved").set(f64::from(count));
        }
    }

    /// Removes the files that the database names in the bucket.
    async fn remove_moved(&mut self) {
        let ids: Vec<RecordingId> = self.moved.keys().copied().collect();
        let Ok(found) = recordings::find(&self.job.db, &ids).await else {
            return;
        };
        for recording in found {
            if recording.bucket.is_some()
                && let Some(path) = self.moved.remove(&recording.id)
            {
                remove(&path);
            }
        }
    }
}

impl Mover {
    /// Brings a recording into the bucket and reads it back; gives its key.
    async fn carry(&self, recording: &Recording) -> Result<String, Fault> {
        let path = self.data_dir.join(&recording.path);
        let unreadable = |error: std::io::Error| Fault::File(error.to_string());
        let file = File::open(&path).await.map_err(unreadable)?;
        let size_bytes = file.metadata().await.map_err(unreadable)?.len();
        if sha256_of(path).await? != recording.sha256 {
            let changed = "not what it was when it was closed";
            return Err(Fault::File(changed.to_owned()));
        }
        let key = self.bucket.key(&recording.path);
        let put = self.bucket.put(&key, file, size_bytes).await;
        put.map_err(|refusal| match refusal {
            Refusal::File(error) => unreadable(error),
            Refusal::Store(error) => Fault::Bucket(told(&error)),
        })?;
        let place = Place {
            bucket: self.bucket.name().to_owned(),
            key,
        };
        let digest = self.bucket.digest(&place, size_bytes).await;
        let digest = digest.map_err(|error| Fault::Bucket(told(&error)))?;
        if Some(hexadecimal(&digest)) != recording.sha256 {
            let changed = "the bucket gives back something else";
            return Err(Fault::File(changed.to_owned()));
        }
        Ok(place.key)
    }

    /// Has the fact written; the engine may be busy for a while.
    async fn tell(&self, recording: &Recording, key: String) {
        let fact = CallFact::RecordingMoved {
            recording: recording.id,
            bucket: self.bucket.name().to_owned(),
            key,
        };
        let mut asked = Asked::Afterwards(recording.enterprise, recording.call, fact);
        loop {
            match self.orders.try_send(asked) {
                Ok(()) => break,
                Err(TrySendError::Full(back)) => {
                    asked = back;
                    tokio::time::sleep(REST).await;
                }
                // The server stops.
                Err(TrySendError::Disconnected(_)) => return,
            }
        }
        self.waker.wake();
        metrics::counter!("trunkline_recordings_moved_total").increment(1);
    }
}

/// Reads a whole file without holding up the runtime.
async fn sha256_of(path: PathBuf) -> Result<Option<String>, Fault> {
    let read = tokio::task::spawn_blocking(move || disk::sha256_of(&path)).await;
    match read {
        Ok(Ok(digest)) => Ok(Some(hexadecimal(&digest))),
        Ok(Err(error)) => Err(Fault::File(error.to_string())),
        Err(error) => Err(Fault::File(error.to_string())),
    }
}

/// Removes a file, and what it was before it was made small.
fn remove(path: &Path) {
    for extension in EXTENSIONS {
        let path = path.with_extension(extension);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                tracing::warn!(path = %path.display(), %error, "a file was not removed");
            }
            Ok(()) | Err(_) => (),
        }
    }
}

/// Smaller than any id that is given out.
const FIRST: RecordingId = RecordingId::from_bytes([0; 16]);
