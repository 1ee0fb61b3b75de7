//! Recordings made small for keeping: two Opus voices in Ogg (RFC 6716, RFC 7845).
//!
//! ```text
//!   samples left, right, left, … ──▶ 20 ms a channel ──▶ one mono stream each ──▶ one Ogg packet
//! ```
//! Each channel is a mono stream of its own (channel mapping family 1, nothing coupled): the joint
//! stereo of Opus lets one party's voice be heard on the other's channel.

use crate::clock::FRAME_SAMPLES;
use crate::codec::FRAME_MAX;
use crate::wav::FileCodec;
use ogg::{PacketWriteEndInfo, PacketWriter};
use opus_rs::{Application, OpusEncoder};
use std::io;

/// Bits a second of one channel, of 8 and of 16 kHz.
const BITS: i32 = 12_000;
const BITS_WIDE: i32 = 20_000;
/// Nobody waits for the result, so the search may be long.
const COMPLEXITY: i32 = 5;
/// Granules, which count at 48 kHz, a second.
const GRANULES: u32 = 48_000;
/// What an encoder adds at the beginning, in granules.
const PRE_SKIP: u16 = 312;
const PACKET_GRANULES: u64 = GRANULES as u64 / 50;
/// Packets of a page: 1 s, so that a player finds its place.
const PAGE_PACKETS: u64 = 50;
/// The longest packet of 20 ms (RFC 6716 §3.2.1).
const PACKET_BYTES_MAX: usize = 1_275;
const CHANNELS: usize = 2;

/// Why a recording could not be made small.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The encoder refused a frame.
    #[error("the encoder failed: {0}")]
    Encoder(&'static str),
    /// The container could not be written.
    #[error("the container could not be written")]
    Container(#[from] io::Error),
}

/// A recording on its way into Ogg/Opus.
pub struct Archive {
    codec: FileCodec,
    serial: u32,
    encoders: [OpusEncoder; CHANNELS],
    writer: PacketWriter<'static, Vec<u8>>,
    /// Interleaved samples of a frame that is not whole.
    gathered: Vec<u8>,
    samples: u64,
    packets: u64,
    /// The last packet bears a mark of its own, so each waits for the next.
    held: Option<Vec<u8>>,
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Archive({} samples)", self.samples)
    }
}

impl Archive {
    /// Begins; `serial` names the stream in its container.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn new(codec: FileCodec, serial: u32) -> Result<Self, ArchiveError> {
        let mut writer = PacketWriter::new(Vec::new());
        writer.write_packet(head(codec), serial, PacketWriteEndInfo::EndPage, 0)?;
        writer.write_packet(tags(), serial, PacketWriteEndInfo::EndPage, 0)?;
        Ok(Self {
            codec,
            serial,
            encoders: [encoder(codec)?, encoder(codec)?],
            writer,
            gathered: Vec::with_capacity(FRAME_MAX * CHANNELS * 2),
            samples: 0,
            packets: 0,
            held: None,
        })
    }

    /// Takes the samples of both channels as they lie in the file.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<(), ArchiveError> {
        while !bytes.is_empty() {
            let room = self.frame_bytes() - self.gathered.len();
            let (taken, rest) = bytes.split_at(room.min(bytes.len()));
            self.gathered.extend_from_slice(taken);
            bytes = rest;
            if self.gathered.len() == self.frame_bytes() {
                self.samples += self.frame_samples() as u64;
                self.encode()?;
            }
        }
        Ok(())
    }

    /// Takes what is written by now.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(self.writer.inner_mut())
    }

    /// Writes the rest and gives what was not taken yet.
    ///
    /// # Errors
    /// [`ArchiveError`].
    pub fn finish(mut self) -> Result<Vec<u8>, ArchiveError> {
        self.samples += (self.gathered.len() * self.frame_samples() / self.frame_bytes()) as u64;
        let granules = u64::from(GRANULES / self.codec.sample_rate());
        let end = u64::from(PRE_SKIP) + self.samples * granules;
        while self.packets * PACKET_GRANULES < end || self.packets == 0 {
            let silence = self.codec.silence();
            self.gathered.resize(self.frame_bytes(), silence);
            self.encode()?;
        }
        if let Some(last) = self.held.take() {
            let info = PacketWriteEndInfo::EndStream;
            self.writer.write_packet(last, self.serial, info, end)?;
        }
        Ok(self.writer.into_inner())
    }

    /// Samples of a channel in 20 ms.
    const fn frame_samples(&self) -> usize {
        self.codec.sample_rate() as usize / 50
    }

    /// Bytes of both channels in 20 ms.
    const fn frame_bytes(&self) -> usize {
        self.codec.unit_bytes() * FRAME_SAMPLES
    }

    /// Makes a packet of the frame that is gathered.
    fn encode(&mut self) -> Result<(), ArchiveError> {
        let mut packet = Vec::new();
        let length = self.frame_samples();
        for (channel, encoder) in self.encoders.iter_mut().enumerate() {
            let mut frame = [0; FRAME_MAX];
            read(self.codec, &self.gathered, channel, &mut frame[..length]);
            let mut coded = [0; PACKET_BYTES_MAX];
            let bytes = encoder
                .encode_i16(&frame[..length], length, &mut coded)
                .map_err(ArchiveError::Encoder)?;
            let is_last = channel + 1 == CHANNELS;
            append(&mut packet, &coded[..bytes], is_last)?;
        }
        self.gathered.clear();
        self.packets += 1;
        let before = self.held.replace(packet);
        if let Some(before) = before {
            let count = self.packets - 1;
            let info = if count.is_multiple_of(PAGE_PACKETS) {
                PacketWriteEndInfo::EndPage
            } else {
                PacketWriteEndInfo::NormalPacket
            };
            let granule = count * PACKET_GRANULES;
            self.writer
                .write_packet(before, self.serial, info, granule)?;
        }
        Ok(())
    }
}

/// The samples of one channel.
fn read(codec: FileCodec, bytes: &[u8], channel: usize, frame: &mut [i16]) {
    if let Some(law) = codec.law() {
        let bytes = bytes.iter().skip(channel).step_by(CHANNELS);
        for (sample, &byte) in frame.iter_mut().zip(bytes) {
            *sample = law.decode(byte);
        }
        return;
    }
    let pairs = bytes.chunks_exact(2).skip(channel).step_by(CHANNELS);
    for (sample, pair) in frame.iter_mut().zip(pairs) {
        *sample = i16::from_le_bytes([pair[0], pair[1]]);
    }
}

fn encoder(codec: FileCodec) -> Result<OpusEncoder, ArchiveError> {
    let rate = codec.sample_rate();
    let encoder = OpusEncoder::new(rate.cast_signed(), 1, Application::Voip);
    let mut encoder = encoder.map_err(ArchiveError::Encoder)?;
    encoder.bitrate_bps = if codec == FileCodec::Pcm16 {
        BITS_WIDE
    } else {
        BITS
    };
    encoder.complexity = COMPLEXITY;
    encoder.use_inband_fec = false;
    encoder.packet_loss_perc = 0;
    Ok(encoder)
}

/// Appends a stream's packet; all but the last tell their length (RFC 6716 Appendix B).
fn append(packet: &mut Vec<u8>, coded: &[u8], is_last: bool) -> Result<(), ArchiveError> {
    let Some((&toc, frame)) = coded.split_first() else {
        return Err(ArchiveError::Encoder("a packet is empty"));
    };
    packet.push(toc);
    if !is_last {
        // A packet of one frame, as the encoder makes them from 20 ms, has no other length.
        if toc & 3 != 0 {
            return Err(ArchiveError::Encoder("a packet has several frames"));
        }
        push_length(packet, frame.len());
    }
    packet.extend_from_slice(frame);
    Ok(())
}

/// RFC 6716 §3.2.1.
fn push_length(packet: &mut Vec<u8>, length: usize) {
    if length < 252 {
        packet.push(length as u8);
    } else {
        let low = 252 + (length & 3);
        packet.push(low as u8);
        packet.push(((length - low) / 4) as u8);
    }
}

/// RFC 7845 §5.1.
fn head(codec: FileCodec) -> Vec<u8> {
    let mut head = b"OpusHead\x01\x02".to_vec();
    head.extend_from_slice(&PRE_SKIP.to_le_bytes());
    head.extend_from_slice(&codec.sample_rate().to_le_bytes());
    head.extend_from_slice(&0_i16.to_le_bytes());
    // Mapping family 1: two streams, none coupled, the first to the left.
    head.extend_from_slice(&[1, 2, 0, 0, 1]);
    head
}

/// RFC 7845 §5.2.
fn tags() -> Vec<u8> {
    let vendor = b"Trunkline";
    let mut tags = b"OpusTags".to_vec();
    tags.extend_from_slice(&(vendor.len() as u32).to_le_bytes());
    tags.extend_from_slice(vendor);
    tags.extend_from_slice(&0_u32.to_le_bytes());
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_in_one_byte_or_two() {
        for (length, bytes) in [
            (0, vec![0]),
            (251, vec![251]),
            (252, vec![252, 0]),
            (255, vec![255, 0]),
            (256, vec![252, 1]),
            (1_275, vec![255, 255]),
        ] {
            let mut written = Vec::new();
            push_length(&mut written, length);
            assert_eq!(written, bytes, "{length}");
        }
    }

    #[test]
    fn it_comes_out_the_same_however_it_goes_in() {
        let audio: Vec<u8> = (0..5_001_u32).map(|n| (n * 37 % 251) as u8).collect();
        let whole = {
            let mut archive = Archive::new(FileCodec::Pcma, 7).unwrap();
            archive.push(&audio).unwrap();
            archive.finish().unwrap()
        };
        let mut archive = Archive::new(FileCodec::Pcma, 7).unwrap();
        let mut pieces = Vec::new();
        for piece in audio.chunks(77) {
            archive.push(piece).unwrap();
            pieces.extend(archive.take());
        }
        pieces.extend(archive.finish().unwrap());
        assert_eq!(pieces, whole);
        assert!(whole.starts_with(b"OggS"));
    }

    #[test]
    fn an_empty_recording_is_a_file_too() {
        let empty = Archive::new(FileCodec::Pcmu, 1).unwrap().finish().unwrap();
        assert!(empty.windows(8).any(|bytes| bytes == b"OpusTags"));
    }
}
