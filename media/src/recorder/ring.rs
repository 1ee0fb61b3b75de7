//! The last half second of a recording, which late packets still change, as it goes to the file.

use super::pause::Pause;
use crate::codec::Rate;
use crate::wav::FileCodec;
use crate::{Law, Outbox, RecordingKey};
use std::ops::Range;

/// Units of 1/8000 s in the ring: 512 ms.
pub(super) const RING: usize = 4_096;
/// Bytes of a channel's sample in a wide file, and of both channels' in one unit.
const SAMPLE: usize = 2;
const WIDE: usize = FileCodec::Pcm16.unit_bytes();
const NARROW: usize = FileCodec::Pcmu.unit_bytes();

/// Where audio goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The first unit.
    pub(super) first: usize,
    /// 0 the left channel, 1 the right one.
    pub(super) side: usize,
    /// Whether it is added to what is there.
    pub(super) summed: bool,
}

/// Both channels by turns.
#[derive(Debug)]
pub(super) struct Ring {
    codec: FileCodec,
    bytes: Box<[u8]>,
}

impl Ring {
    pub(super) fn new(codec: FileCodec) -> Self {
        Self {
            codec,
            bytes: vec![codec.silence(); RING * codec.unit_bytes()].into(),
        }
    }

    pub(super) const fn codec(&self) -> FileCodec {
        self.codec
    }

    /// The rate of what it takes.
    pub(super) const fn rate(&self) -> Rate {
        match self.codec {
            FileCodec::Pcmu | FileCodec::Pcma => Rate::Narrow,
            FileCodec::Pcm16 => Rate::Wide,
        }
    }

    /// Lays coded audio of one unit a byte.
    #[inline]
    pub(super) fn lay_coded(&mut self, place: Place, (law, bytes): (Law, &[u8]), pause: &Pause) {
        let Some(own) = self.codec.law() else {
            return;
        };
        let Ok(ring) = <&mut [u8; RING * NARROW]>::try_from(&mut *self.bytes) else {
            return;
        };
        let table = (law != own).then(|| law.to_other());
        let silence = own.silence();
        for (at, &byte) in (place.first..).zip(bytes) {
            if pause.covers(at as u64) {
                continue;
            }
            let byte = table.map_or(byte, |table| table[usize::from(byte)]);
            let there = &mut ring[at % RING * NARROW + place.side];
            *there = if place.summed && *there != silence {
                own.encode(own.decode(*there).saturating_add(own.decode(byte)))
            } else {
                byte
            };
        }
    }

    /// Lays samples of 16 kHz, two a unit.
    pub(super) fn lay_wide(&mut self, place: Place, samples: &[i16], pause: &Pause) {
        for (at, pair) in (place.first..).zip(samples.chunks_exact(Rate::Wide.factor())) {
            if pause.covers(at as u64) {
                continue;
            }
            let unit = at % RING * WIDE;
            for (nth, &sample) in pair.iter().enumerate() {
                let from = unit + (nth * 2 + place.side) * SAMPLE;
                let Some(there) = self.bytes.get_mut(from..from + SAMPLE) else {
                    return;
                };
                let held = if place.summed {
                    i16::from_le_bytes([there[0], there[1]])
                } else {
                    0
                };
                there.copy_from_slice(&sample.saturating_add(held).to_le_bytes());
            }
        }
    }

    /// Makes these units silent.
    pub(super) fn silence(&mut self, units: Range<u64>) {
        let (silence, width) = (self.codec.silence(), self.codec.unit_bytes());
        for at in units {
            let from = at as usize % RING * width;
            self.bytes[from..from + width].fill(silence);
        }
    }

    /// Gives `count` units from `first` on, at most all of them, and leaves silence.
    pub(super) fn emit(
        &mut self,
        key: RecordingKey,
        first: u64,
        count: usize,
        outbox: &mut Outbox,
    ) {
        let (silence, width) = (self.codec.silence(), self.codec.unit_bytes());
        let start = first as usize % RING;
        let before_wrap = count.min(RING - start);
        let tail = start * width..(start + before_wrap) * width;
        let head = 0..(count - before_wrap) * width;
        let pieces = [&self.bytes[tail.clone()], &self.bytes[head.clone()]];
        outbox.push_block(key, first * width as u64, pieces);
        self.bytes[tail].fill(silence);
        self.bytes[head].fill(silence);
    }
}
