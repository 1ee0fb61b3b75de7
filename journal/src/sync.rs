//! The thread that makes written records durable, in groups.

use std::{
    fs::File,
    io,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// The writer's side; dropping it makes what is written durable and ends the thread.
#[derive(Debug)]
pub(crate) struct Syncer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    /// The last sequence that was written: everything up to it may be read.
    written: Arc<AtomicU64>,
    /// The last sequence that is on the disk.
    synced: AtomicU64,
    failed: AtomicBool,
    dirty: AtomicBool,
    work: Mutex<Work>,
    wake: Condvar,
    done: Condvar,
}

#[derive(Debug)]
struct Work {
    live: Arc<File>,
    /// Segments and directories that were left behind and are to be synced once more.
    left: Vec<Arc<File>>,
    stop: bool,
}

impl Syncer {
    /// Starts the thread for the segment `live`; it makes durable what another process may have
    /// left in memory there and in the files `left`.
    pub(crate) fn start(
        live: Arc<File>,
        left: Vec<Arc<File>>,
        written: u64,
        interval: Duration,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            written: Arc::new(AtomicU64::new(written)),
            synced: AtomicU64::new(0),
            failed: AtomicBool::new(false),
            dirty: AtomicBool::new(true),
            work: Mutex::new(Work {
                live,
                left,
                stop: false,
            }),
            wake: Condvar::new(),
            done: Condvar::new(),
        });
        let thread = thread::Builder::new().name("journal-sync".into()).spawn({
            let shared = Arc::clone(&shared);
            move || run(&shared, interval)
        })?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// Tells that the records up to `sequence` are written.
    pub(crate) fn wrote(&self, sequence: u64) {
        self.shared.written.store(sequence, Ordering::Release);
        if !self.shared.dirty.swap(true, Ordering::AcqRel) {
            let _held = self.shared.lock();
            self.shared.wake.notify_one();
        }
    }

    /// Goes over to the segment `live`; the one before and `directory` are synced with it.
    pub(crate) fn switch(&self, live: Arc<File>, directory: Arc<File>, sequence: u64) {
        {
            let mut work = self.shared.lock();
            let before = std::mem::replace(&mut work.live, live);
            work.left.extend([before, directory]);
        }
        self.wrote(sequence);
    }

    /// The last written sequence, shared with readers.
    pub(crate) fn written(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.shared.written)
    }

    pub(crate) fn synced(&self) -> u64 {
        self.shared.synced.load(Ordering::Acquire)
    }

    pub(crate) fn failed(&self) -> bool {
        self.shared.failed.load(Ordering::Acquire)
    }

    /// Waits until everything written is durable; `false` when that failed or took too long.
    pub(crate) fn wait(&self, sequence: u64, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        let mut work = self.shared.lock();
        while self.synced() < sequence {
            let left = deadline.saturating_duration_since(Instant::now());
            if self.failed() || left.is_zero() {
                return false;
            }
            let waited = self.shared.done.wait_timeout(work, left);
            work = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        self.shared.lock().stop = true;
        self.shared.wake.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for something to sync; `None` when the writer is gone and all is done.
    fn next(&self) -> Option<(Vec<Arc<File>>, Arc<File>, u64)> {
        let mut work = self.lock();
        loop {
            if self.dirty.swap(false, Ordering::AcqRel) {
                let written = self.written.load(Ordering::Acquire);
                return Some((
                    std::mem::take(&mut work.left),
                    Arc::clone(&work.live),
                    written,
                ));
            }
            if work.stop {
                return None;
            }
            work = self.wake.wait(work).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn pause(&self, interval: Duration) {
        let until = Instant::now() + interval;
        let mut work = self.lock();
        while !work.stop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let waited = self.wake.wait_timeout(work, left);
            work = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

fn run(shared: &Shared, interval: Duration) {
    while let Some((left, live, written)) = shared.next() {
        let outcome = left
            .iter()
            .try_for_each(|file| file.sync_all())
            .and_then(|()| live.sync_data());
        if let Err(error) = outcome {
            // After a failed sync the kernel may have dropped the pages: a second try that
            // succeeds would prove nothing, so there is none.
            tracing::error!(error = %error, "the journal is not durable");
            shared.failed.store(true, Ordering::Release);
            shared.done.notify_all();
            return;
        }
        shared.synced.store(written, Ordering::Release);
        let held = shared.lock();
        shared.done.notify_all();
        drop(held);
        shared.pause(interval);
    }
}
