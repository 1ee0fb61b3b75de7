//! Hears keys in the audio (ITU-T Q.24): for peers that send them neither as events nor by INFO.
//!
//! Blocks of 102 samples are looked at by eight Goertzel filters. Two equal blocks in a row make a
//! key, three others end it: a key is heard from 40 ms on, a break of 10 ms does not double it, and
//! speech has to hold one pitch of each group, and hardly anything else, for 25 ms to be taken for
//! one.

use std::time::Duration;

use super::receive::Press;
use super::tones::{COLUMNS, KEYPAD, ROWS};

/// Samples of a block: its filters are about as wide as the deviation to be tolerated.
const BLOCK: usize = 102;
const SAMPLE_RATE: f32 = 8_000.0;
/// Least power of each tone, as the mean square of samples: about -33 dBm0.
const POWER_MIN: f32 = 130_000.0;
/// A row may be louder than its column by 4 dB, a column by 8 dB (Q.24, widened).
const ROW_LOUDER_MAX: f32 = 2.6;
const COLUMN_LOUDER_MAX: f32 = 6.4;
/// The tones of a group stand out from each other by 7 dB.
const PEAK: f32 = 5.0;
/// The share of the block's power that the two tones have.
const PURITY: f32 = 0.80;
/// Blocks in a row that make a key, and that end it.
const BLOCKS_TO_BEGIN: u8 = 2;
const BLOCKS_TO_END: u8 = 3;

/// What one leg's audio is listened to with.
#[derive(Clone, Debug)]
pub(crate) struct Inband {
    filters: [Goertzel; 8],
    power: f32,
    filled: usize,
    candidate: Option<char>,
    agreeing: u8,
    held: Option<Held>,
}

#[derive(Clone, Copy, Debug)]
struct Held {
    key: char,
    blocks: u32,
    missing: u8,
}

#[derive(Clone, Copy, Debug)]
struct Goertzel {
    turn: f32,
    one: f32,
    two: f32,
}

impl Goertzel {
    fn new(hertz: f32) -> Self {
        let turn = 2.0 * (hertz * std::f32::consts::TAU / SAMPLE_RATE).cos();
        Self {
            turn,
            one: 0.0,
            two: 0.0,
        }
    }

    #[inline]
    fn push(&mut self, sample: f32) {
        let zero = sample + self.turn * self.one - self.two;
        self.two = self.one;
        self.one = zero;
    }

    /// Mean square of the tone; the filter begins anew.
    fn take_power(&mut self) -> f32 {
        let (one, two) = (self.one, self.two);
        (self.one, self.two) = (0.0, 0.0);
        let magnitude = one * one + two * two - self.turn * one * two;
        2.0 * magnitude / (BLOCK * BLOCK) as f32
    }
}

impl Inband {
    pub(crate) fn new() -> Self {
        let pitch = |at: usize| if at < 4 { ROWS[at] } else { COLUMNS[at - 4] };
        Self {
            filters: std::array::from_fn(|at| Goertzel::new(pitch(at))),
            power: 0.0,
            filled: 0,
            candidate: None,
            agreeing: 0,
            held: None,
        }
    }

    /// Whether a key sounds, so that the audio is not to be passed on.
    pub(crate) fn is_pressed(&self) -> bool {
        self.held.is_some() || self.candidate.is_some()
    }

    /// Listens to samples at 8 kHz; a key is told when it is released.
    pub(crate) fn push(&mut self, samples: impl Iterator<Item = i16>, mut tell: impl FnMut(Press)) {
        for sample in samples {
            let sample = f32::from(sample);
            self.power += sample * sample;
            for filter in &mut self.filters {
                filter.push(sample);
            }
            self.filled += 1;
            if self.filled == BLOCK
                && let Some(press) = self.finish_block()
            {
                tell(press);
            }
        }
    }

    /// The key that sounds is released, because nothing more is heard.
    pub(crate) fn release(&mut self) -> Option<Press> {
        *self = Self {
            held: self.held,
            ..Self::new()
        };
        self.held.take().map(Held::press)
    }

    fn finish_block(&mut self) -> Option<Press> {
        let heard = self.judge();
        self.filled = 0;
        self.power = 0.0;
        let repeated = heard.is_some() && heard == self.candidate;
        self.agreeing = match heard {
            None => 0,
            Some(_) if repeated => self.agreeing.saturating_add(1),
            Some(_) => 1,
        };
        self.candidate = heard;
        let mut released = None;
        if let Some(held) = &mut self.held {
            held.blocks += 1;
            held.missing = if heard == Some(held.key) {
                0
            } else {
                held.missing + 1
            };
            if held.missing >= BLOCKS_TO_END {
                released = self.held.take().map(Held::press);
            }
        }
        if self.held.is_none()
            && self.agreeing >= BLOCKS_TO_BEGIN
            && let Some(key) = heard
        {
            let blocks = u32::from(BLOCKS_TO_BEGIN);
            self.held = Some(Held {
                key,
                blocks,
                missing: 0,
            });
        }
        released
    }

    fn judge(&mut self) -> Option<char> {
        let total = self.power / BLOCK as f32;
        let powers = self.filters.each_mut().map(Goertzel::take_power);
        let (rows, columns) = powers.split_at(4);
        let (row, row_power) = peak(rows)?;
        let (column, column_power) = peak(columns)?;
        let balanced = row_power <= column_power * ROW_LOUDER_MAX
            && column_power <= row_power * COLUMN_LOUDER_MAX;
        let pure = row_power + column_power >= total * PURITY;
        (balanced && pure).then(|| KEYPAD[row][column])
    }
}

impl Held {
    fn press(self) -> Press {
        let blocks = self.blocks.saturating_sub(u32::from(self.missing));
        Press {
            key: self.key,
            duration: Duration::from_micros(u64::from(blocks) * BLOCK as u64 * 125),
        }
    }
}

/// The one tone of a group that sounds.
fn peak(powers: &[f32]) -> Option<(usize, f32)> {
    let (at, &power) = powers
        .iter()
        .enumerate()
        .max_by(|one, other| one.1.total_cmp(other.1))?;
    let alone = powers
        .iter()
        .enumerate()
        .all(|(other, &level)| other == at || level * PEAK < power);
    (power >= POWER_MIN && alone).then_some((at, power))
}

#[cfg(test)]
mod tests;
