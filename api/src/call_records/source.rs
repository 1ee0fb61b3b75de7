//! Where the bytes of a recording come from: a file here, or a bucket.

use super::wave;
use crate::state::{Buckets, Place};
use crate::{ApiError, State};
use axum::body::{Body, Bytes};
use futures_util::stream;
use model::Recording;
use std::io::{self, ErrorKind, SeekFrom};
use std::path::{Component, Path, PathBuf};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

/// How much of a file is in memory at a time, in bytes.
const PIECE: u64 = 64 * 1024;
/// The same of one in a bucket, where each piece is a request.
const PIECE_AWAY: u64 = 1024 * 1024;
/// The extension of a file whose call is in progress.
const UNFINISHED: &str = "wav.part";

/// A recording that can be read.
pub(super) enum Source {
    /// Of a file here.
    Here {
        file: File,
        /// Its first bytes, with the lengths that it has.
        start: Bytes,
        size_bytes: u64,
    },
    /// Of one in a bucket, which is complete.
    Away {
        buckets: Buckets,
        place: Place,
        size_bytes: u64,
    },
}

impl Source {
    /// Where this recording is; none if its file is not there.
    pub(super) async fn find(
        state: &State,
        recording: &Recording,
    ) -> Result<Option<Self>, ApiError> {
        if let Some(bucket) = &recording.bucket {
            let unset = || io::Error::new(ErrorKind::NotConnected, "bucket.name is not set");
            let buckets = state.buckets.clone();
            return Ok(Some(Self::Away {
                buckets: buckets.ok_or_else(|| ApiError::BucketUnavailable(unset()))?,
                place: Place {
                    bucket: bucket.clone(),
                    key: recording.path.clone(),
                },
                size_bytes: recording.size_bytes.unwrap_or(0).cast_unsigned(),
            }));
        }
        let Some(path) = below(&state.data_dir, &recording.path) else {
            return Ok(None);
        };
        let Some(mut file) = open(&path).await? else {
            return Ok(None);
        };
        let size_bytes = file.metadata().await?.len();
        let mut start = vec![0; wave::LONGEST_HEADER.min(usize::try_from(size_bytes).unwrap_or(0))];
        file.read_exact(&mut start).await?;
        wave::complete(&mut start, size_bytes);
        Ok(Some(Self::Here {
            file,
            start: Bytes::from(start),
            size_bytes,
        }))
    }

    /// How long it is.
    pub(super) const fn size_bytes(&self) -> u64 {
        match self {
            Self::Here { size_bytes, .. } | Self::Away { size_bytes, .. } => *size_bytes,
        }
    }

    /// The bytes from `first` until `after`. What keeps the first of them away is told before an
    /// answer begins.
    pub(super) async fn body(mut self, first: u64, after: u64) -> Result<Body, ApiError> {
        let begun = match self.piece(first, after).await {
            Ok(begun) => begun,
            Err(fault) => return Err(self.refused(fault)),
        };
        let state = (self, Some(begun), first);
        Ok(Body::from_stream(stream::try_unfold(
            state,
            move |(mut source, begun, at)| async move {
                if at >= after {
                    return Ok::<_, io::Error>(None);
                }
                let piece = match begun {
                    Some(begun) => begun,
                    None => source.piece(at, after).await?,
                };
                let next = at + piece.len() as u64;
                Ok(Some((piece, (source, None, next))))
            },
        )))
    }

    /// At least one of the bytes from `at` until `after`, unless there are none.
    async fn piece(&mut self, at: u64, after: u64) -> io::Result<Bytes> {
        let left = after.saturating_sub(at);
        if left == 0 {
            return Ok(Bytes::new());
        }
        match self {
            Self::Here { file, start, .. } => {
                let left = usize::try_from(left.min(PIECE)).unwrap_or_default();
                if let Some(held) = usize::try_from(at).ok().and_then(|at| start.get(at..))
                    && !held.is_empty()
                {
                    let from = start.len() - held.len();
                    return Ok(start.slice(from..from + left.min(held.len())));
                }
                file.seek(SeekFrom::Start(at)).await?;
                let mut piece = vec![0; left];
                file.read_exact(&mut piece).await?;
                Ok(Bytes::from(piece))
            }
            Self::Away { buckets, place, .. } => {
                let range = at..at + left.min(PIECE_AWAY);
                let piece = buckets(place.clone(), range).await?;
                if piece.is_empty() {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
                Ok(piece)
            }
        }
    }

    fn refused(&self, fault: io::Error) -> ApiError {
        match self {
            Self::Here { .. } => ApiError::File(fault),
            Self::Away { .. } if fault.kind() == ErrorKind::NotFound => {
                ApiError::NotFound("recording")
            }
            Self::Away { .. } => ApiError::BucketUnavailable(fault),
        }
    }
}

/// Opens a recording, complete or still being written; none if there is neither.
async fn open(path: &Path) -> Result<Option<File>, ApiError> {
    for path in [path, &path.with_extension(UNFINISHED)] {
        match File::open(path).await {
            Ok(file) => return Ok(Some(file)),
            Err(fault) if fault.kind() == ErrorKind::NotFound => (),
            Err(fault) => return Err(fault.into()),
        }
    }
    Ok(None)
}

/// The place of `path` below `folder`; none if it leads out of it.
fn below(folder: &Path, path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    path.components()
        .all(|part| matches!(part, Component::Normal(_)))
        .then(|| folder.join(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leads_out_of_the_folder_is_not_followed() {
        let folder = Path::new("/data");

        assert!(below(folder, "recordings/2026/a.wav").is_some());
        assert!(below(folder, "../etc/passwd").is_none());
        assert!(below(folder, "/etc/passwd").is_none());
    }
}
