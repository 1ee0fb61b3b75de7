//! The frames of an MP3 file, decoded by symphonia.

use super::{Level, SoundError};
use std::io::Cursor;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{AudioDecoder as _, AudioDecoderOptions};
use symphonia::core::formats::{FormatOptions, FormatReader as _};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::default::codecs::MpaDecoder;
use symphonia::default::formats::MpaReader;

/// Bytes in front of what an ID3 tag says.
const TAG_BYTES: usize = 10;
/// One frame in so many may be unreadable: files that were cut begin and end with such ones.
const TOLERANCE: usize = 10;

const UNREADABLE: SoundError = SoundError::Damaged("too many of its frames cannot be read");

/// The samples of an MP3 file.
pub(super) fn read(file: &[u8]) -> Result<Vec<i16>, SoundError> {
    let audio = without_tag(file);
    if !begins_with_frame(audio) {
        return Err(SoundError::UnknownFormat);
    }
    let options = MediaSourceStreamOptions::default();
    let stream = MediaSourceStream::new(Box::new(Cursor::new(audio)), options);
    let mut reader = MpaReader::try_new(stream, FormatOptions::default())
        .map_err(|_| SoundError::UnknownFormat)?;
    let parameters = reader
        .tracks()
        .first()
        .and_then(|it| it.codec_params.clone());
    let Some(CodecParameters::Audio(parameters)) = parameters else {
        return Err(SoundError::UnknownFormat);
    };
    let mut decoder = MpaDecoder::try_new(&parameters, &AudioDecoderOptions::default())
        .map_err(|_| SoundError::UnknownFormat)?;
    let mut level: Option<Level> = None;
    let (mut frames, mut unreadable) = (0_usize, 0_usize);
    let mut samples = Vec::new();
    while let Some(packet) = reader.next_packet().map_err(|_| UNREADABLE)? {
        frames += 1;
        let Ok(block) = decoder.decode(&packet) else {
            unreadable += 1;
            continue;
        };
        let channels = block.num_planes() as u16;
        let rate = block.spec().rate();
        let level = match &mut level {
            Some(level) => level,
            None => level.insert(Level::new(rate, channels)?),
        };
        if !level.is_of(rate, channels) {
            return Err(SoundError::Damaged("its format changes in the middle"));
        }
        block.copy_to_vec_interleaved::<f32>(&mut samples);
        level.take(&samples)?;
    }
    if unreadable * TOLERANCE > frames {
        return Err(UNREADABLE);
    }
    level.ok_or(SoundError::Empty)?.finish()
}

/// The file behind its title and pictures (ID3v2).
fn without_tag(file: &[u8]) -> &[u8] {
    let Some(tag) = file.first_chunk::<TAG_BYTES>() else {
        return file;
    };
    if !tag.starts_with(b"ID3") {
        return file;
    }
    let size = tag[6..]
        .iter()
        .fold(0, |size, byte| size << 7 | usize::from(byte & 0x7f));
    let footer = if tag[5] & 0x10 > 0 { TAG_BYTES } else { 0 };
    file.get(TAG_BYTES + size + footer..).unwrap_or_default()
}

/// Whether it begins as a frame of layer III does, behind filling at most.
fn begins_with_frame(audio: &[u8]) -> bool {
    let filling = audio.iter().take_while(|byte| **byte == 0).count();
    let head = audio.get(filling..filling + 2);
    head.is_some_and(|head| head[0] == 0xff && head[1] & 0xe6 == 0xe2)
}
