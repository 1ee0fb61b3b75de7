//! What is done with recordings after their calls: made small, moved into a bucket.

use super::Handles;
use crate::bucket::Bucket;
use crate::compressor::Compressor;
use crate::config::Config;
use crate::mover::Mover;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use store::Db;
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// What the jobs need.
pub(super) struct Plan {
    compress: bool,
    bucket: Option<Arc<Bucket>>,
    db: Db,
    data_dir: PathBuf,
}

/// The jobs that run.
pub(super) struct Jobs {
    compressor: Option<JoinHandle<()>>,
    bucket: Option<Arc<Bucket>>,
    /// What keeps recordings out of the bucket.
    fault: watch::Receiver<Option<String>>,
}

impl Plan {
    /// What the configuration wants.
    ///
    /// # Errors
    /// A bucket that cannot be asked.
    pub(super) fn new(config: &Config, db: Db) -> anyhow::Result<Self> {
        let bucket = config.bucket.as_ref().map(Bucket::open).transpose()?;
        Ok(Self {
            compress: config.compress_recordings,
            bucket: bucket.map(Arc::new),
            db,
            data_dir: config.data_dir.clone(),
        })
    }

    /// Starts it.
    ///
    /// # Errors
    /// A thread that cannot be started.
    pub(super) fn start(self, runtime: &Runtime, handles: &Handles) -> anyhow::Result<Jobs> {
        let compressor = self.compress.then(|| Compressor {
            db: self.db.clone(),
            data_dir: self.data_dir.clone(),
            orders: handles.commands.clone(),
            waker: handles.waker.clone(),
            stop: handles.stop.subscribe(),
            runtime: runtime.handle().clone(),
        });
        let compressor = compressor.map(Compressor::start).transpose()?;
        let (said, fault) = watch::channel(None);
        if let Some(bucket) = &self.bucket {
            let mover = Mover {
                db: self.db,
                data_dir: self.data_dir,
                bucket: Arc::clone(bucket),
                small_alone: self.compress,
                orders: handles.commands.clone(),
                waker: handles.waker.clone(),
                stop: handles.stop.subscribe(),
                fault: said,
            };
            runtime.spawn(mover.run());
        }
        Ok(Jobs {
            compressor,
            bucket: self.bucket,
            fault,
        })
    }
}

impl Jobs {
    /// What reads recordings that lie in buckets.
    pub(super) fn buckets(&self) -> Option<api::Buckets> {
        self.bucket.clone().map(Bucket::reader)
    }

    /// How the jobs are, of which no call depends.
    pub(super) fn check(&self) -> impl Fn() -> Option<api::Check> + Send + Sync + 'static {
        let (wanted, fault) = (self.bucket.is_some(), self.fault.clone());
        move || {
            wanted.then(|| api::Check {
                name: "bucket",
                fault: fault.borrow().clone(),
                vital: false,
            })
        }
    }

    /// Waits until they have ended, which they were told to.
    pub(super) fn end(self) {
        if let Some(compressor) = self.compressor {
            // A job that panicked has said so.
            let _ = compressor.join();
        }
    }
}
