//! One segment file: its name, its header, the walk over its records.

use crate::{
    Error,
    record::{self, Record},
};
use std::{
    fs,
    path::{Path, PathBuf},
};

pub(crate) const HEADER_BYTES: usize = 28;
const MAGIC: [u8; 8] = *b"TRNKJRNL";
const VERSION: u32 = 1;
const SUFFIX: &str = "journal";
const DRAFT_SUFFIX: &str = "draft";

/// The file name of the segment that begins with record `first`: names sort as sequences do.
pub(crate) fn path(dir: &Path, first: u64) -> PathBuf {
    dir.join(format!("{first:020}.{SUFFIX}"))
}

/// The sequences with which the segments in `dir` begin, ascending.
pub(crate) fn list(dir: &Path) -> Result<Vec<u64>, Error> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(Error::file("list", dir))? {
        let path = entry.map_err(Error::file("list", dir))?.path();
        let is_segment = path.extension().is_some_and(|suffix| suffix == SUFFIX);
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        if let (true, Some(first)) = (is_segment, stem.and_then(|stem| stem.parse().ok())) {
            found.push(first);
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// The name under which the segment at `path` is written until its snapshot is whole.
pub(crate) fn draft(path: &Path) -> PathBuf {
    path.with_extension(DRAFT_SUFFIX)
}

/// Removes what a crash in the middle of a rotation left.
pub(crate) fn remove_drafts(dir: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(dir).map_err(Error::file("list", dir))? {
        let path = entry.map_err(Error::file("list", dir))?.path();
        if path
            .extension()
            .is_some_and(|suffix| suffix == DRAFT_SUFFIX)
        {
            fs::remove_file(&path).map_err(Error::file("remove", &path))?;
        }
    }
    Ok(())
}

/// The header of the segment that begins with record `first`.
pub(crate) fn header(first: u64) -> [u8; HEADER_BYTES] {
    let mut header = [0; HEADER_BYTES];
    header[..8].copy_from_slice(&MAGIC);
    header[8..12].copy_from_slice(&VERSION.to_le_bytes());
    header[16..24].copy_from_slice(&first.to_le_bytes());
    let checksum = crc32fast::hash(&header[..24]);
    header[24..].copy_from_slice(&checksum.to_le_bytes());
    header
}

/// What the first bytes of a file say.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Header {
    Sound,
    Torn,
    Newer(u32),
}

pub(crate) fn check_header(bytes: &[u8], first: u64) -> Header {
    let Some(found) = bytes.first_chunk::<HEADER_BYTES>() else {
        return Header::Torn;
    };
    if *found == header(first) {
        return Header::Sound;
    }
    let (fields, checksum) = found.split_at(24);
    let sound = crc32fast::hash(fields).to_le_bytes() == *checksum && fields[..8] == MAGIC;
    let version = u32::from_le_bytes([found[8], found[9], found[10], found[11]]);
    if sound && version > VERSION {
        return Header::Newer(version);
    }
    Header::Torn
}

/// Refuses a segment of a newer release, which must not be taken for a damaged one.
pub(crate) fn refuse_newer(header: &Header, path: &Path) -> Result<(), Error> {
    match *header {
        Header::Newer(found) => Err(Error::Version {
            path: path.to_owned(),
            found,
            known: VERSION,
        }),
        Header::Sound | Header::Torn => Ok(()),
    }
}

/// Walks the sound records of a segment; ends at the first byte that is none.
pub(crate) struct Records<'a> {
    bytes: &'a [u8],
    offset: usize,
    next: u64,
}

impl<'a> Records<'a> {
    /// Over the records in `bytes`, the whole file of the segment that begins with `first`.
    pub(crate) fn new(bytes: &'a [u8], first: u64) -> Self {
        Self {
            bytes,
            offset: HEADER_BYTES,
            next: first,
        }
    }

    /// Where the sound part ends, as far as it has been walked.
    pub(crate) fn offset(&self) -> usize {
        self.offset
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let (record, length) = record::decode(self.bytes.get(self.offset..)?)?;
        // Bytes of an older file that the disk gave back can hold sound records of another run.
        if record.sequence != self.next {
            return None;
        }
        self.offset += length;
        self.next = self.next.checked_add(1)?;
        Some(record)
    }
}
