//! How a leg sounded: counts of its packets and an estimate of what a listener thought.

#![expect(
    clippy::cast_precision_loss,
    reason = "an estimate needs no seven digits"
)]

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Codec;
use crate::clock::Micros;

/// Figures of a leg's life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Packets accepted.
    pub received: u64,
    /// Packets missing in the sequence.
    pub lost: u64,
    /// Packets from sources that had no right to send.
    pub rejected: u64,
    /// Interarrival jitter (RFC 3550 §6.4.1).
    pub jitter_ms: f32,
    /// Packets sent.
    pub sent: u64,
    /// From us to the peer and back, by its reports.
    pub round_trip_ms: Option<f32>,
    /// Packets of ours that the peer missed, by its last report.
    pub far_lost: Option<u64>,
    /// Jitter of our packets over there.
    pub far_jitter_ms: Option<f32>,
    /// What the peer's audio sounds like here: estimated listening quality, 1 to 4.5.
    pub mos: Option<f32>,
    /// What our audio sounds like over there.
    pub far_mos: Option<f32>,
}

impl Quality {
    /// The figures of a leg whose earlier life was `before`. Counts add up; what can only be said
    /// of the present is of the later life, if it can be said.
    #[must_use]
    pub fn after(self, before: &Self) -> Self {
        Self {
            received: self.received + before.received,
            lost: self.lost + before.lost,
            rejected: self.rejected + before.rejected,
            jitter_ms: if self.received > 0 {
                self.jitter_ms
            } else {
                before.jitter_ms
            },
            sent: self.sent + before.sent,
            round_trip_ms: self.round_trip_ms.or(before.round_trip_ms),
            far_lost: self.far_lost.or(before.far_lost),
            far_jitter_ms: self.far_jitter_ms.or(before.far_jitter_ms),
            mos: self.mos,
            far_mos: self.far_mos,
        }
    }

    /// Estimates what both sides hear from the counts.
    #[must_use]
    pub(crate) fn estimated(mut self, codec: Codec) -> Self {
        let delay = |jitter_ms: f32| {
            let network = self.round_trip_ms.unwrap_or(0.0) / 2.0;
            network + FRAMES_MS + 2.0 * jitter_ms
        };
        let all = self.received + self.lost;
        self.mos = (self.received > 0)
            .then(|| listening_quality(codec, share(self.lost, all), delay(self.jitter_ms)));
        self.far_mos = self.far_lost.map(|lost| {
            let jitter_ms = self.far_jitter_ms.unwrap_or(0.0);
            listening_quality(codec, share(lost, self.sent), delay(jitter_ms))
        });
        self
    }
}

/// A frame under way and the least that a jitter buffer holds.
const FRAMES_MS: f32 = 40.0;
/// Rating of a perfect narrow-band connection (ITU-T G.107).
const RATING: f32 = 93.2;
/// Delay from which it disturbs a conversation (G.107 by way of Cole and Rosenbluth).
const DISTURBING_MS: f32 = 177.3;

fn share(part: u64, all: u64) -> f32 {
    if all == 0 {
        return 0.0;
    }
    (part as f32 / all as f32).min(1.0)
}

/// MOS-LQE by the E-model: the rating less what delay and loss take from it.
fn listening_quality(codec: Codec, lost: f32, delay_ms: f32) -> f32 {
    let beyond = (delay_ms - DISTURBING_MS).max(0.0);
    let by_delay = 0.024 * delay_ms + 0.11 * beyond;
    let (impairment, robustness) = impairments(codec);
    let percent = lost * 100.0;
    let by_loss = impairment + (95.0 - impairment) * percent / (percent + robustness);
    opinion(RATING - by_delay - by_loss)
}

/// Equipment impairment and robustness against random loss (ITU-T G.113 Appendix I); wide-band
/// codecs are rated on the narrow-band scale, where they are as good as G.711.
fn impairments(codec: Codec) -> (f32, f32) {
    match codec {
        Codec::Pcmu | Codec::Pcma => (0.0, 25.1),
        Codec::G722 => (0.0, 13.0),
        Codec::Opus => (0.0, 30.0),
        Codec::G729 => (11.0, 19.0),
    }
}

/// The opinion score of a rating (G.107 Annex B).
fn opinion(rating: f32) -> f32 {
    let rating = rating.clamp(0.0, 100.0);
    let score = 1.0 + 0.035 * rating + rating * (rating - 60.0) * (100.0 - rating) * 7.0e-6;
    score.clamp(1.0, 4.5)
}

/// Milliseconds of a span, with their fraction.
pub(crate) fn milliseconds(span: Micros) -> f32 {
    Duration::from(span).as_secs_f32() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(received: u64, lost: u64) -> Quality {
        let counts = Quality {
            received,
            lost,
            ..Quality::default()
        };
        counts.estimated(Codec::Pcma)
    }

    /// G.113 Appendix I and G.107: 0 % → 4.4, 1 % → 4.3, 5 % → 3.6 or so for G.711 with concealment.
    #[test]
    fn the_estimate_falls_with_loss_as_the_recommendation_says() {
        let score = |lost| heard(1_000 - lost, lost).mos.unwrap();
        assert!((4.35..=4.45).contains(&score(0)), "{}", score(0));
        assert!((4.2..=4.35).contains(&score(10)), "{}", score(10));
        assert!((3.6..=4.0).contains(&score(50)), "{}", score(50));
        assert!(score(300) < 2.5);
    }

    #[test]
    fn the_estimate_falls_with_delay_and_is_never_above_its_scale() {
        let mut quality = heard(1_000, 0);
        let fresh = quality.mos.unwrap();
        quality.round_trip_ms = Some(600.0);
        let slow = quality.estimated(Codec::Pcma).mos.unwrap();
        assert!(slow < fresh - 0.5, "{slow} {fresh}");
        for codec in [Codec::Pcmu, Codec::G722, Codec::Opus, Codec::G729] {
            for lost in 0..100 {
                let score = listening_quality(codec, lost as f32 / 100.0, 50.0);
                assert!((1.0..=4.5).contains(&score));
            }
        }
    }

    #[test]
    fn nobody_judges_what_nobody_heard() {
        assert_eq!(heard(0, 0).mos, None);
        assert_eq!(heard(10, 0).far_mos, None);
    }

    #[test]
    fn lives_add_up() {
        let sum = heard(100, 5).after(&heard(50, 1));
        assert_eq!((sum.received, sum.lost), (150, 6));
    }
}
