//! Makes finished recordings small, one after the other, while nobody waits for it.
//!
//! ```text
//!  WAV ──▶ .opus.part ──synced, renamed──▶ .opus ──fact──▶ the database names it ──▶ WAV removed
//! ```
//! A crash at any arrow leaves the file that the database names. What lies beside it is removed at
//! the next start.

mod leftovers;

use crate::engine::Asked;
use crate::recordings::hexadecimal;
use media::archive::Archive;
use media::wav;
use model::{CallFact, Recording, RecordingFormat, RecordingId};
use net::{Waker, disk, priority};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::SyncSender;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use store::{Db, recordings};
use tokio::runtime::Handle;
use tokio::sync::watch;

/// Recordings that are looked up at a time.
const BATCH: u32 = 64;
/// How long to rest when all is done.
const REST: Duration = Duration::from_secs(2);
/// How long a recording is left alone that could not be made small.
const FAULT_REST: Duration = Duration::from_mins(10);
/// Recordings that could not be made small and are remembered.
const FAULTS: usize = 1_024;
/// Recordings that wait for the database to name their new file.
const REPLACED: usize = 1_024;
/// Bytes of a file that are read at a time: 4 s.
const PIECE: usize = 64 << 10;
/// The end of the name of a file that is not whole.
const UNFINISHED: &str = "opus.part";
/// The end of the name of a whole one.
const SMALL: &str = "opus";

/// What the job needs.
pub(crate) struct Compressor {
    pub(crate) db: Db,
    pub(crate) data_dir: PathBuf,
    pub(crate) orders: SyncSender<Asked>,
    pub(crate) waker: Waker,
    pub(crate) stop: watch::Receiver<bool>,
    pub(crate) runtime: Handle,
}

struct Running {
    job: Compressor,
    /// WAV files that go once the database names another.
    replaced: BTreeMap<RecordingId, PathBuf>,
    /// Until when a recording is left alone.
    faults: BTreeMap<RecordingId, Instant>,
}

/// The server stops; what was begun is begun again after the next start.
struct Stopped;

impl Compressor {
    /// Starts the job on a thread of its own, behind everything else that wants a processor.
    ///
    /// # Errors
    /// A thread that cannot be started.
    pub(crate) fn start(self) -> std::io::Result<JoinHandle<()>> {
        let running = Running {
            job: self,
            replaced: BTreeMap::new(),
            faults: BTreeMap::new(),
        };
        std::thread::Builder::new()
            .name("compressor".to_owned())
            .spawn(move || {
                priority::work_in_the_background();
                // Stopped is how it ends.
                let _ = running.run();
            })
    }
}

impl Running {
    fn run(mut self) -> Result<(), Stopped> {
        self.remember_leftovers();
        let mut after = FIRST;
        loop {
            self.remove_replaced();
            match self.next(after) {
                Ok(batch) if batch.is_empty() => {
                    after = FIRST;
                    self.rest()?;
                }
                Ok(batch) => {
                    for recording in &batch {
                        after = recording.id;
                        self.look_after(recording)?;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "recordings to compress cannot be looked up");
                    self.rest()?;
                }
            }
        }
    }

    fn next(&self, after: RecordingId) -> Result<Vec<Recording>, store::Error> {
        if self.replaced.len() >= REPLACED {
            return Ok(Vec::new());
        }
        let found = recordings::uncompressed(&self.job.db, after, BATCH);
        self.job.runtime.block_on(found)
    }

    fn look_after(&mut self, recording: &Recording) -> Result<(), Stopped> {
        let rests = self.faults.get(&recording.id);
        if self.replaced.contains_key(&recording.id)
            || rests.is_some_and(|until| Instant::now() < *until)
        {
            return Ok(());
        }
        match self.compress(recording) {
            Ok(Some(fact)) => self.tell(recording, fact)?,
            Ok(None) => return Err(Stopped),
            Err(error) => {
                let id = recording.id;
                tracing::warn!(recording = %id, %error, "a recording could not be compressed");
                metrics::counter!("trunkline_recordings_compress_failures_total").increment(1);
                if self.faults.len() >= FAULTS {
                    self.faults.clear();
                }
                self.faults.insert(id, Instant::now() + FAULT_REST);
            }
        }
        Ok(())
    }

    /// Makes the small file, whole and durable; nothing where the server stops.
    fn compress(&self, recording: &Recording) -> anyhow::Result<Option<CallFact>> {
        let mut source = File::open(self.job.data_dir.join(&recording.path))?;
        let mut head = [0; wav::HEADER_SIZE];
        source.read_exact(&mut head)?;
        let layout = wav::parse(&head)?;
        let path = Path::new(&recording.path).with_extension(SMALL);
        let whole = self.job.data_dir.join(&path);
        let part = whole.with_extension(UNFINISHED);
        let mut target = File::create(&part)?;
        let [.., a, b, c, d] = *recording.id.as_bytes();
        let mut archive = Archive::new(layout.codec, u32::from_be_bytes([a, b, c, d]))?;
        let mut piece = vec![0; PIECE];
        loop {
            if *self.job.stop.borrow() {
                return Ok(None);
            }
            let read = source.read(&mut piece)?;
            if read == 0 {
                break;
            }
            archive.push(&piece[..read])?;
            target.write_all(&archive.take())?;
        }
        target.write_all(&archive.finish()?)?;
        target.sync_all()?;
        fs::rename(&part, &whole)?;
        if let Some(folder) = whole.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(Some(CallFact::RecordingCompressed {
            recording: recording.id,
            path: path.to_string_lossy().into_owned(),
            size_bytes: i64::try_from(whole.metadata()?.len())?,
            sha256: hexadecimal(&disk::sha256_of(&whole)?),
        }))
    }

    /// Has the fact written; the engine may be busy for a while.
    fn tell(&mut self, recording: &Recording, fact: CallFact) -> Result<(), Stopped> {
        let mut asked = Asked::Afterwards(recording.enterprise, recording.call, fact);
        loop {
            match self.job.orders.try_send(asked) {
                Ok(()) => break,
                Err(std::sync::mpsc::TrySendError::Full(back)) => {
                    asked = back;
                    self.rest()?;
                }
                Err(std::sync::mpsc::TrySendError::Disconnected(_)) => return Err(Stopped),
            }
        }
        self.job.waker.wake();
        metrics::counter!("trunkline_recordings_compressed_total").increment(1);
        let path = self.job.data_dir.join(&recording.path);
        self.replaced.insert(recording.id, path);
        Ok(())
    }

    /// Removes the files that the database no longer names.
    fn remove_replaced(&mut self) {
        let ids: Vec<RecordingId> = self.replaced.keys().copied().collect();
        let found = recordings::find(&self.job.db, &ids);
        let Ok(found) = self.job.runtime.block_on(found) else {
            return;
        };
        for recording in found {
            if recording.format == RecordingFormat::Opus
                && let Some(path) = self.replaced.remove(&recording.id)
                && let Err(error) = fs::remove_file(&path)
            {
                tracing::warn!(path = %path.display(), %error, "a file was not removed");
            }
        }
    }

    /// Waits for a while, unless the server stops.
    fn rest(&mut self) -> Result<(), Stopped> {
        let stop = &mut self.job.stop;
        let stopped = self.job.runtime.block_on(async {
            let stopped = stop.wait_for(|stopped| *stopped);
            tokio::time::timeout(REST, stopped).await.is_ok()
        });
        if stopped { Err(Stopped) } else { Ok(()) }
    }
}

/// Smaller than any id that is given out.
const FIRST: RecordingId = RecordingId::from_bytes([0; 16]);
