//! The S3-compatible store that complete recordings go to, and are read from.

use crate::config;
use anyhow::Context as _;
use api::Place;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{
    BackoffConfig, Certificate, ClientOptions, Error, MultipartUpload, ObjectStoreExt as _,
    RetryConfig,
};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, ErrorKind};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

/// Bytes that are sent and read at a time: the least that a store takes as a part of an upload.
const PIECE: usize = 5 << 20;
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a request with its piece may take.
const REQUEST: Duration = Duration::from_mins(2);
/// How often a request is repeated before the job that made it rests.
const REPEATS: usize = 2;
/// How long a request with its repetitions may take.
const REPEATING: Duration = Duration::from_secs(10);
/// Buckets that recordings went to before and are still read from.
const BUCKETS: usize = 16;
/// What is written to show that something can be.
const PROOF: &[u8] = b"Trunkline writes its recordings here.\n";

/// The bucket of the configuration, and those it named before.
#[derive(Debug)]
pub(crate) struct Bucket {
    settings: config::Bucket,
    store: Arc<AmazonS3>,
    others: Mutex<BTreeMap<String, Arc<AmazonS3>>>,
}

impl Bucket {
    /// Makes ready to ask; nothing is asked yet.
    ///
    /// # Errors
    /// Roots that cannot be read, an endpoint that cannot be asked.
    pub(crate) fn open(settings: &config::Bucket) -> anyhow::Result<Self> {
        // Whoever was there before us has the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self {
            store: Arc::new(connect(settings, &settings.name)?),
            settings: settings.clone(),
            others: Mutex::default(),
        })
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.settings.name
    }

    /// The key of a file that lies at `path` below the data folder.
    pub(crate) fn key(&self, path: &str) -> String {
        format!("{}{path}", self.settings.prefix)
    }

    /// Writes a small object and reads it again.
    ///
    /// # Errors
    /// Whatever keeps recordings from going there.
    pub(crate) async fn prove(&self) -> Result<(), Error> {
        let key = Path::from(self.key("trunkline.txt"));
        self.store
            .put(&key, Bytes::from_static(PROOF).into())
            .await?;
        self.store.get_range(&key, 0..PROOF.len() as u64).await?;
        Ok(())
    }

    /// Writes `file`, which is `size_bytes` long, replacing what has the same key.
    ///
    /// # Errors
    /// [`Refusal::File`] if the file cannot be read, else what the store says.
    pub(crate) async fn put(
        &self,
        key: &str,
        mut file: File,
        size_bytes: u64,
    ) -> Result<(), Refusal> {
        let key = Path::from(key);
        if size_bytes <= PIECE as u64 {
            let piece = next(&mut file).await?;
            self.store.put(&key, piece.into()).await?;
            return Ok(());
        }
        let mut upload = self.store.put_multipart(&key).await?;
        let sent = send(&mut file, upload.as_mut()).await;
        if sent.is_err() {
            // Parts that cannot be taken back now are left to the rules of the bucket.
            let _ = upload.abort().await;
        }
        sent
    }

    /// The SHA-256 of the first `size_bytes` of an object, read back.
    ///
    /// # Errors
    /// What the store says.
    pub(crate) async fn digest(&self, place: &Place, size_bytes: u64) -> Result<[u8; 32], Error> {
        let mut digest = Sha256::new();
        let mut at = 0;
        while at < size_bytes {
            let range = at..size_bytes.min(at + PIECE as u64);
            let piece = self.read(place, range).await?;
            if piece.is_empty() {
                break;
            }
            digest.update(&piece);
            at += piece.len() as u64;
        }
        Ok(digest.finalize().into())
    }

    /// Bytes of an object.
    ///
    /// # Errors
    /// What the store says.
    pub(crate) async fn read(&self, place: &Place, range: Range<u64>) -> Result<Bytes, Error> {
        let store = self.store_of(&place.bucket)?;
        store
            .get_range(&Path::from(place.key.as_str()), range)
            .await
    }

    /// The same for the API.
    pub(crate) fn reader(self: Arc<Self>) -> api::Buckets {
        Arc::new(move |place, range| {
            let bucket = Arc::clone(&self);
            let read: BoxFuture<'static, io::Result<Bytes>> = Box::pin(async move {
                let read = bucket.read(&place, range).await;
                read.map_err(|error| {
                    let gone = matches!(error, Error::NotFound { .. })
                        && cause(&error).as_deref() != Some("NoSuchBucket");
                    let kind = if gone {
                        ErrorKind::NotFound
                    } else {
                        ErrorKind::Other
                    };
                    io::Error::new(kind, told(&error))
                })
            });
            read
        })
    }

    /// The store behind a name; one that the configuration named before has the same endpoint.
    fn store_of(&self, name: &str) -> Result<Arc<AmazonS3>, Error> {
        if name == self.settings.name {
            return Ok(Arc::clone(&self.store));
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = others.get(name) {
            return Ok(Arc::clone(store));
        }
        let store = connect(&self.settings, name).map_err(|error| Error::Generic {
            store: "S3",
            source: error.into(),
        })?;
        let store = Arc::new(store);
        if others.len() >= BUCKETS {
            others.clear();
        }
        others.insert(name.to_owned(), Arc::clone(&store));
        Ok(store)
    }
}

/// Why a file is not in the bucket.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The file cannot be read.
    File(io::Error),
    /// The store does not take it.
    Store(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

async fn send(file: &mut File, upload: &mut dyn MultipartUpload) -> Result<(), Refusal> {
    loop {
        let piece = next(file).await?;
        if piece.is_empty() {
            upload.complete().await?;
            return Ok(());
        }
        upload.put_part(piece.into()).await?;
    }
}

/// The next piece of a file, empty at its end.
async fn next(file: &mut File) -> Result<Bytes, Refusal> {
    let mut piece = Vec::new();
    let mut left = file.take(PIECE as u64);
    left.read_to_end(&mut piece).await.map_err(Refusal::File)?;
    Ok(piece.into())
}

fn connect(settings: &config::Bucket, name: &str) -> anyhow::Result<AmazonS3> {
    let mut client = ClientOptions::new()
        .with_connect_timeout(CONNECT)
        .with_timeout(REQUEST)
        .with_allow_http(true)
        .with_content_type_for_suffix("wav", "audio/wav")
        .with_content_type_for_suffix("opus", "audio/ogg")
        .with_content_type_for_suffix("txt", "text/plain");
    if let Some(roots) = &settings.roots {
        let pem = std::fs::read(&roots.path)
            .with_context(|| format!("{}: {}", roots.key, roots.path.display()))?;
        let roots_of = Certificate::from_pem_bundle(&pem).with_context(|| roots.key)?;
        client = roots_of
            .into_iter()
            .fold(client, ClientOptions::with_root_certificate);
    }
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(name)
        .with_region(&settings.region)
        .with_access_key_id(&settings.key_id)
        .with_secret_access_key(&settings.secret)
        .with_virtual_hosted_style_request(!settings.path_style)
        .with_client_options(client)
        .with_retry(RetryConfig {
            backoff: BackoffConfig::default(),
            max_retries: REPEATS,
            retry_timeout: REPEATING,
        });
    if let Some(endpoint) = &settings.endpoint {
        builder = builder.with_endpoint(match endpoint.split_once("://") {
            Some((scheme, host)) if !settings.path_style => format!("{scheme}://{name}.{host}"),
            _ => endpoint.clone(),
        });
    }
    builder.build().context("bucket.endpoint")
}

/// What an administrator is told of a refusal: the key to look at, and what the store said.
pub(crate) fn told(error: &Error) -> String {
    let said = cause(error);
    let key = match said.as_deref() {
        Some("InvalidAccessKeyId" | "NotSignedUp") => "bucket.key_id: the store does not know it",
        Some("SignatureDoesNotMatch") => {
            "bucket.secret: it is not that of bucket.key_id, or bucket.region is another"
        }
        Some("AccessDenied" | "AllAccessDisabled") => {
            "bucket.key_id: it may not read and write in bucket.name"
        }
        Some("NoSuchBucket" | "InvalidBucketName") => "bucket.name: there is no such bucket",
        Some("AuthorizationHeaderMalformed" | "PermanentRedirect") => {
            "bucket.region: the bucket is in another"
        }
        Some("RequestTimeTooSkewed") => "the clock of this machine is wrong",
        Some("NoSuchKey") => "the object is gone",
        Some(_) => "the store refuses",
        None if refuses(error) => "bucket.key_id and bucket.secret: the store refuses them",
        None => "bucket.endpoint: it does not answer",
    };
    match said {
        Some(code) => format!("{key} ({code})"),
        None => format!("{key} ({})", root(error)),
    }
}

const fn refuses(error: &Error) -> bool {
    matches!(
        error,
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. }
    )
}

/// The code in the error that a store answered.
fn cause(error: &impl Display) -> Option<String> {
    let text = error.to_string();
    let (_, rest) = text.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    Some(code.to_owned())
}

/// What lies at the bottom of an error.
fn root(error: &Error) -> String {
    let mut bottom: &dyn std::error::Error = error;
    while let Some(source) = bottom.source() {
        bottom = source;
    }
    bottom.to_string()
}

#[cfg(test)]
mod tests;
