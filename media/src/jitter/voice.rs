//! What a stream sounds like: packets decoded in their order, losses covered, silences filled, and
//! time made longer or shorter, as a short queue of samples.

use super::store::Load;
use crate::clock::FRAME_SAMPLES;
use crate::codec::comfort_noise::ComfortNoise;
use crate::codec::conceal::Concealer;
use crate::codec::{Codec, Decoder, FRAME_MAX, PACKET_SAMPLES_MAX, Rate, Resampler};

/// Samples that wait to be taken: a long packet and what is left of others.
const QUEUE: usize = PACKET_SAMPLES_MAX + 3 * FRAME_MAX;
/// 5 ms at 8 kHz.
const FADE: usize = 40;
/// Mean magnitude below which a frame counts as silence.
pub(super) const QUIET: u64 = 200;

/// The sound of one stream.
#[derive(Debug)]
pub(super) struct Voice {
    rate: Rate,
    decoder: Option<Decoder>,
    /// From the decoder's rate to ours, where they differ.
    adapter: Option<Resampler>,
    concealer: Concealer,
    noise: Option<ComfortNoise>,
    queue: Box<[i16; QUEUE]>,
    length: usize,
}

impl Voice {
    pub(super) fn new(rate: Rate) -> Self {
        Self {
            rate,
            decoder: None,
            adapter: None,
            concealer: Concealer::new(rate),
            noise: None,
            queue: Box::new([0; QUEUE]),
            length: 0,
        }
    }

    pub(super) fn rate(&self) -> Rate {
        self.rate
    }

    /// Whether what waits is silence.
    pub(super) fn is_quiet(&self) -> bool {
        let waiting = &self.queue[..self.length];
        let levels = waiting.iter().map(|sample| sample.unsigned_abs());
        levels.map(u64::from).sum::<u64>() <= QUIET * self.length as u64
    }

    /// What waits, in units of 1/8000 s.
    pub(super) fn units(&self) -> i64 {
        (self.length / self.rate.factor()) as i64
    }

    /// Appends what a packet holds but for its first units.
    pub(super) fn append(&mut self, load: Load, payload: &[u8], skipped: i64) {
        let codec = match load {
            Load::Audio(codec) => codec,
            Load::Noise => {
                self.noise.get_or_insert_default().describe(payload);
                return;
            }
        };
        self.noise = None;
        let Some(mut decoder) = self.decoder_of(codec) else {
            return;
        };
        let mut pcm = [0; PACKET_SAMPLES_MAX];
        let count = decoder.decode(payload, &mut pcm);
        self.decoder = Some(decoder);
        let mut adapted = [0; PACKET_SAMPLES_MAX];
        let samples = match &mut self.adapter {
            Some(resampler) => {
                let count = resampler.process(&pcm[..count], &mut adapted);
                &mut adapted[..count]
            }
            None => &mut pcm[..count],
        };
        let skipped = (skipped as usize * self.rate.factor()).min(samples.len());
        self.concealer.accept(&mut samples[skipped..]);
        let room = self.room(samples.len() - skipped);
        room.copy_from_slice(&samples[skipped..]);
    }

    /// Appends so many units in the place of lost ones, from the packet behind them if it is known.
    pub(super) fn cover(&mut self, units: i64, following: Option<(Codec, &[u8])>) {
        let count = (units.max(0) as usize * self.rate.factor()).min(PACKET_SAMPLES_MAX);
        let mut covered = [0; PACKET_SAMPLES_MAX];
        let samples = &mut covered[..count];
        if let Some(noise) = &mut self.noise {
            noise.fill(samples);
            self.concealer.accept(samples);
        } else {
            // The codec's own way needs its own rate, which is ours but after a change of codec.
            let decoder = self.decoder.as_mut().filter(|_| self.adapter.is_none());
            let done = decoder.map_or(0, |decoder| {
                let redundant = following.filter(|(codec, _)| *codec == decoder.codec());
                match redundant {
                    Some((_, payload)) => match decoder.recover(payload, samples) {
                        0 => decoder.conceal(samples),
                        recovered => recovered,
                    },
                    None => decoder.conceal(samples),
                }
            });
            if done == count {
                self.concealer.accept(samples);
            } else {
                self.concealer.conceal(samples);
            }
        }
        self.room(count).copy_from_slice(&covered[..count]);
    }

    /// Appends so many units in which the sender was silent.
    pub(super) fn pause(&mut self, units: i64) {
        let count = (units.max(0) as usize * self.rate.factor()).min(PACKET_SAMPLES_MAX);
        let mut silence = [0; PACKET_SAMPLES_MAX];
        if let Some(noise) = &mut self.noise {
            noise.fill(&mut silence[..count]);
        }
        self.concealer.accept(&mut silence[..count]);
        self.room(count).copy_from_slice(&silence[..count]);
    }

    /// Takes a frame out; what is missing of it is silence.
    pub(super) fn take(&mut self, frame: &mut [i16]) {
        let count = frame.len().min(self.length);
        frame[..count].copy_from_slice(&self.queue[..count]);
        frame[count..].fill(0);
        self.drop_first(count);
    }

    /// Cuts up to a frame out of two that wait: in silence, or where the audio is most like itself
    /// if it has to be; how many units were cut.
    pub(super) fn shorten(&mut self, must: bool) -> i64 {
        let factor = self.rate.factor();
        let (frame, fade) = (FRAME_SAMPLES * factor, FADE * factor);
        if self.length < frame + fade {
            return 0;
        }
        let sum: u64 = self.queue[..frame]
            .iter()
            .map(|sample| u64::from(sample.unsigned_abs()))
            .sum();
        let quiet = sum / (frame as u64) <= QUIET;
        if !quiet && !must {
            return 0;
        }
        let cut = if quiet { frame } else { self.best_cut(fade) };
        for n in 0..fade {
            let (old, new) = (i32::from(self.queue[n]), i32::from(self.queue[cut + n]));
            let (n_weight, whole) = (n as i32, fade as i32);
            self.queue[cut + n] = ((old * (whole - n_weight) + new * n_weight) / whole) as i16;
        }
        self.drop_first(cut);
        (cut / factor) as i64
    }

    /// The cut after which audio goes on most like it would have.
    fn best_cut(&self, fade: usize) -> usize {
        let factor = self.rate.factor();
        let likeness = |cut: usize| {
            let (mut product, mut power) = (0.0_f32, 1.0_f32);
            let pairs = self.queue[..fade].iter().zip(&self.queue[cut..]);
            for (&old, &new) in pairs.step_by(factor) {
                let (old, new) = (f32::from(old), f32::from(new));
                product += old * new;
                power += new * new;
            }
            product / power.sqrt()
        };
        let cuts = (FADE * factor..=FRAME_SAMPLES * factor).step_by(factor);
        cuts.max_by(|&a, &b| likeness(a).total_cmp(&likeness(b)))
            .unwrap_or(FRAME_SAMPLES * factor)
    }

    /// The decoder of a codec, made anew when the sender changed it.
    fn decoder_of(&mut self, codec: Codec) -> Option<Decoder> {
        if let Some(known) = self.decoder.take_if(|known| known.codec() == codec) {
            return Some(known);
        }
        let decoder = Decoder::new(codec)?;
        let differs = decoder.rate() != self.rate;
        self.adapter = differs.then(|| Resampler::new(decoder.rate().hertz(), self.rate.hertz()));
        Some(decoder)
    }

    /// Room for so many samples at the end. A queue that is full loses its oldest.
    fn room(&mut self, count: usize) -> &mut [i16] {
        let excess = (self.length + count).saturating_sub(QUEUE);
        self.drop_first(excess);
        let start = self.length;
        self.length += count;
        &mut self.queue[start..start + count]
    }

    fn drop_first(&mut self, count: usize) {
        self.queue.copy_within(count..self.length, 0);
        self.length -= count;
    }
}
