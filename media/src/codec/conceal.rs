//! Covers lost audio of codecs that do not do so themselves, after ITU-T G.711 Appendix I: the
//! last pitch period goes on, more of them as the loss lasts, softer after 10 ms, silent at 60 ms.
//!
//! Unlike the appendix it adds no delay: where the copy begins, the step to it is bent away.

use super::rate::Rate;

/// Samples kept at 8 kHz: three of the longest periods and their fade.
const HISTORY: usize = 400;
const HISTORY_MAX: usize = HISTORY * 2;
/// Pitch of 400 to 66 Hz.
const PERIOD_MIN: usize = 20;
const PERIOD_MAX: usize = 120;
/// Samples that are compared to find the pitch: 15 ms.
const WINDOW: usize = 120;
/// 10 ms.
const STEP: usize = 80;
/// Whole steps of 10 ms until nothing is left.
const STEPS_MAX: usize = 6;
const FULL: i32 = 1 << 12;
/// What is hardly periodic is copied at a third of its strength.
const TRUST_MIN: f32 = 0.33;

/// The last audio of a stream and how it goes on where it is missing.
#[derive(Debug)]
pub struct Concealer {
    rate: Rate,
    /// The newest audio, oldest first, real or not.
    history: Box<[i16; HISTORY_MAX]>,
    /// What went before the loss under way, ready to be repeated from its end.
    model: Box<[i16; HISTORY_MAX]>,
    loss: Option<Loss>,
}

/// A loss under way.
#[derive(Debug)]
struct Loss {
    period: usize,
    /// Periods that are repeated.
    periods: usize,
    /// Place in the repeated part.
    place: usize,
    covered: usize,
    /// Step between the audio before and its copy, which fades.
    bend: i32,
    /// Weight of the copy: what is not periodic is guessed softly.
    trust: i32,
}

impl Concealer {
    /// A concealer for audio of a rate.
    pub fn new(rate: Rate) -> Self {
        Self {
            rate,
            history: Box::new([0; HISTORY_MAX]),
            model: Box::new([0; HISTORY_MAX]),
            loss: None,
        }
    }

    /// Takes audio that was received and smooths the step to it after a loss.
    pub fn accept(&mut self, audio: &mut [i16]) {
        if let Some(mut loss) = self.loss.take() {
            let lost_steps = loss.covered / self.scaled(STEP);
            let fade = (loss.period / 4 + lost_steps * self.scaled(STEP) / 10)
                .min(self.scaled(STEP))
                .min(audio.len());
            for (n, sample) in audio[..fade].iter_mut().enumerate() {
                let copied = i32::from(loss.next(self.model.as_slice(), self.rate));
                let (n, fade) = (n as i32 + 1, fade as i32 + 1);
                *sample = ((copied * (fade - n) + i32::from(*sample) * n) / fade) as i16;
            }
        }
        self.remember(audio);
    }

    /// Fills what is missing.
    pub fn conceal(&mut self, audio: &mut [i16]) {
        let mut loss = match self.loss.take() {
            Some(loss) => loss,
            None => self.begin(),
        };
        for sample in audio.iter_mut() {
            *sample = loss.next(self.model.as_slice(), self.rate);
        }
        self.loss = Some(loss);
        self.remember(audio);
    }

    fn begin(&mut self) -> Loss {
        let (rate, length) = (self.rate, self.scaled(HISTORY));
        self.model.copy_from_slice(self.history.as_slice());
        let recent = &self.history[..length];
        let period = period(recent, rate);
        let mut loss = Loss {
            period,
            periods: 1,
            place: 0,
            covered: 0,
            bend: 0,
            trust: trust(recent, period, rate),
        };
        close_loop(&mut self.model[..length], period);
        let last = length - 1;
        let copied = i32::from(recent[last - period]) * loss.trust / FULL;
        loss.bend = i32::from(recent[last]) - copied;
        loss
    }

    fn remember(&mut self, audio: &[i16]) {
        let length = self.scaled(HISTORY);
        let kept = &mut self.history[..length];
        if let Some(start) = audio.len().checked_sub(length) {
            kept.copy_from_slice(&audio[start..]);
        } else {
            kept.copy_within(audio.len().., 0);
            kept[length - audio.len()..].copy_from_slice(audio);
        }
    }

    const fn scaled(&self, samples: usize) -> usize {
        samples * self.rate.factor()
    }
}

impl Loss {
    /// The next sample of the copy.
    fn next(&mut self, model: &[i16], rate: Rate) -> i16 {
        let step = STEP * rate.factor();
        let length = HISTORY * rate.factor();
        if self.covered == step || self.covered == 2 * step {
            // More periods make the copy less of a buzz; the phase stays.
            self.periods += 1;
            self.place %= self.period;
        }
        let span = self.periods * self.period;
        let sample = i32::from(model[length - span + self.place]);
        self.place = (self.place + 1) % span;
        let quarter = (self.period / 4).max(1);
        let left = quarter.saturating_sub(self.covered + 1) as i32;
        let bent = sample * self.trust / FULL + self.bend * left / quarter as i32;
        let weight = weight(self.covered, step);
        self.covered = self.covered.saturating_add(1);
        (bent.clamp(i16::MIN.into(), i16::MAX.into()) * weight / FULL) as i16
    }
}

/// Fades the last quarter of a period over into what stood before the repeated part, so that the
/// end leads to the beginning.
fn close_loop(model: &mut [i16], period: usize) {
    let quarter = period / 4;
    for n in 0..quarter {
        let at = model.len() - quarter + n;
        let before = i32::from(model[at - period]);
        let (n, whole) = (n as i32 + 1, quarter as i32 + 1);
        let own = i32::from(model[at]);
        model[at] = ((own * (whole - n) + before * n) / whole) as i16;
    }
}

/// Full for 10 ms, a fifth less each 10 ms more.
fn weight(covered: usize, step: usize) -> i32 {
    if covered >= STEPS_MAX * step {
        return 0;
    }
    let fading = covered.saturating_sub(step) as i32;
    FULL - FULL * fading / (5 * step as i32)
}

/// How far audio follows its own past, as a weight.
fn trust(recent: &[i16], period: usize, rate: Rate) -> i32 {
    let start = recent.len() - WINDOW * rate.factor();
    let power = |audio: &[i16]| -> f32 { audio.iter().map(|&s| f32::from(s) * f32::from(s)).sum() };
    let newest = power(&recent[start..]).max(1.0).sqrt();
    let share = likeness(recent, period, (rate, 1)) / newest;
    (share.clamp(TRUST_MIN, 1.0) * FULL as f32) as i32
}

/// The period after which the newest audio is most like itself, coarsely and then finely.
fn period(recent: &[i16], rate: Rate) -> usize {
    let factor = rate.factor();
    let (least, most) = (PERIOD_MIN * factor, PERIOD_MAX * factor);
    let stride = 2 * factor;
    let coarse = (least..=most)
        .step_by(stride)
        .max_by(|&a, &b| {
            likeness(recent, a, (rate, stride)).total_cmp(&likeness(recent, b, (rate, stride)))
        })
        .unwrap_or(least);
    let near = coarse.saturating_sub(stride).max(least)..=(coarse + stride).min(most);
    near.max_by(|&a, &b| likeness(recent, a, (rate, 1)).total_cmp(&likeness(recent, b, (rate, 1))))
        .unwrap_or(coarse)
}

/// Correlation of the newest audio with that one lag before, by the power of the latter.
fn likeness(recent: &[i16], lag: usize, (rate, stride): (Rate, usize)) -> f32 {
    let start = recent.len() - WINDOW * rate.factor();
    let (mut product, mut power) = (0.0_f32, 1.0_f32);
    for at in (start..recent.len()).step_by(stride) {
        let (newer, older) = (f32::from(recent[at]), f32::from(recent[at - lag]));
        product += newer * older;
        power += older * older;
    }
    product / power.sqrt()
}

#[cfg(test)]
mod tests;
