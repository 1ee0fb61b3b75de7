//! What a leg hears: a short list of sources, from which the way to serve it follows.
//!
//! One source at unity gain is relayed packet by packet; several are decoded, buffered and mixed
//! on the tick. Supervision, whisper and conferences are edits of the list.

use smallvec::SmallVec;

use crate::LegId;
use crate::codec::{FRAME_MAX, Rate};

/// Where audio comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SourceId {
    /// What a leg's party says.
    Leg(LegId),
}

/// An amplification in 1/256 steps: 256 is unity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gain(u16);

impl Gain {
    /// Neither louder nor softer.
    pub const UNITY: Self = Self(256);

    /// An amplification in decibels, from -48 to +12.
    pub fn from_decibels(decibels: f32) -> Self {
        let factor = 10.0_f32.powf(decibels.clamp(-48.0, 12.0) / 20.0);
        Self((factor * 256.0).round() as u16)
    }

    pub(crate) fn apply(self, sample: i16) -> i32 {
        (i32::from(sample) * i32::from(self.0)) >> 8
    }
}

/// How a leg is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SinkMode {
    /// Packets of one leg go on at once, G.711 by table if the laws differ.
    Relay(LegId),
    /// Sources are decoded, summed and encoded on the tick.
    Mix,
    /// Encoded frames are copied on the tick.
    Play,
    /// Silence frames on the tick.
    Silence,
}

/// The sources of one leg.
#[derive(Clone, Debug, Default)]
pub(crate) struct SinkPlan {
    sources: SmallVec<[(SourceId, Gain); SinkPlan::SOURCES_MAX]>,
    /// Whether a prompt is heard in place of the sources.
    playing: bool,
    /// Whether packets of the first source cannot be passed on as they are.
    transcoding: bool,
    /// Whether a mix is heard, and is until there is a silence to leave it in.
    mixing: bool,
}

impl SinkPlan {
    /// Most sources of one leg: a conference of nine.
    pub(crate) const SOURCES_MAX: usize = 8;

    /// Lets a prompt be heard in place of the sources, or ends that.
    pub(crate) fn set_playing(&mut self, playing: bool) {
        self.playing = playing;
    }

    /// Says whether packets of the first source can be passed on as they are.
    pub(crate) fn set_transcoding(&mut self, transcoding: bool) {
        self.transcoding = transcoding;
        self.mixing |= self.has_to_mix();
        self.mixing &= !self.sources.is_empty();
    }

    /// Ends a mix that need not be one, in a silence.
    pub(crate) fn settle(&mut self) {
        self.mixing = self.has_to_mix();
    }

    /// Whether this source is heard just so.
    pub(crate) fn has(&self, source: SourceId, gain: Gain) -> bool {
        self.sources.contains(&(source, gain))
    }

    /// Adds a source or changes its gain; whether there was room.
    pub(crate) fn add(&mut self, source: SourceId, gain: Gain) -> bool {
        if let Some(known) = self.sources.iter_mut().find(|known| known.0 == source) {
            known.1 = gain;
            return true;
        }
        let room = self.sources.len() < Self::SOURCES_MAX;
        if room {
            self.sources.push((source, gain));
        }
        room
    }

    /// Removes a source; whether it was there.
    pub(crate) fn remove(&mut self, source: SourceId) -> bool {
        let before = self.sources.len();
        self.sources.retain(|known| known.0 != source);
        self.sources.len() < before
    }

    /// The sources in the order they were added.
    pub(crate) fn sources(&self) -> &[(SourceId, Gain)] {
        &self.sources
    }

    /// Whether the sources are decoded, were nothing played.
    pub(crate) fn mixes(&self) -> bool {
        self.mixing
    }

    /// Whether packets could be passed on, were it not for a mix that is heard still.
    pub(crate) fn may_settle(&self) -> bool {
        self.mixing && !self.has_to_mix()
    }

    fn has_to_mix(&self) -> bool {
        match self.sources.as_slice() {
            [] => false,
            [(_, gain)] => *gain != Gain::UNITY || self.transcoding,
            _ => true,
        }
    }

    /// The cheapest way to serve the plan.
    pub(crate) fn mode(&self) -> SinkMode {
        match self.sources.as_slice() {
            _ if self.playing => SinkMode::Play,
            [] => SinkMode::Silence,
            [(SourceId::Leg(leg), _)] if !self.mixing => SinkMode::Relay(*leg),
            _ => SinkMode::Mix,
        }
    }
}

/// Adds up decoded frames; what is too loud is bent, not clipped.
#[derive(Debug)]
pub(crate) struct Mixer {
    rate: Rate,
    sum: [i32; FRAME_MAX],
}

/// Level above which the sum is bent; below it nothing is changed.
const KNEE: i32 = 24_000;

impl Mixer {
    pub(crate) fn new(rate: Rate) -> Self {
        Self {
            rate,
            sum: [0; FRAME_MAX],
        }
    }

    pub(crate) fn add(&mut self, frame: &[i16], gain: Gain) {
        for (sum, &sample) in self.sum.iter_mut().zip(frame) {
            *sum += gain.apply(sample);
        }
    }

    /// The sum, in a frame of the mixer's rate.
    pub(crate) fn finish<'a>(&self, frame: &'a mut [i16; FRAME_MAX]) -> &'a mut [i16] {
        for (sample, &sum) in frame.iter_mut().zip(&self.sum) {
            *sample = limit(sum);
        }
        &mut frame[..self.rate.frame()]
    }
}

/// Approaches full scale asymptotically above the knee.
fn limit(sum: i32) -> i16 {
    let room = i32::from(i16::MAX) - KNEE;
    let over = sum.abs() - KNEE;
    if over <= 0 {
        return sum as i16;
    }
    let bent = KNEE + (i64::from(room) * i64::from(over) / i64::from(room + over)) as i32;
    (bent * sum.signum()) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_decides_how_a_leg_is_served() {
        let (one, two) = (SourceId::Leg(LegId(1)), SourceId::Leg(LegId(2)));
        let mut plan = SinkPlan::default();
        let mode = |plan: &mut SinkPlan, transcoding| {
            plan.set_transcoding(transcoding);
            plan.mode()
        };
        assert_eq!(mode(&mut plan, false), SinkMode::Silence);
        plan.add(one, Gain::UNITY);
        assert_eq!(mode(&mut plan, false), SinkMode::Relay(LegId(1)));
        plan.add(two, Gain::UNITY);
        assert_eq!(mode(&mut plan, false), SinkMode::Mix);
        plan.set_playing(true);
        assert_eq!(mode(&mut plan, false), SinkMode::Play);
        plan.set_playing(false);
        plan.remove(one);
        assert_eq!(mode(&mut plan, false), SinkMode::Mix, "until a silence");
        assert!(plan.may_settle());
        plan.settle();
        assert_eq!(mode(&mut plan, false), SinkMode::Relay(LegId(2)));
        plan.add(two, Gain::from_decibels(-6.0));
        assert_eq!(mode(&mut plan, false), SinkMode::Mix);
        plan.remove(two);
        assert_eq!(mode(&mut plan, false), SinkMode::Silence);
    }

    #[test]
    fn what_cannot_be_passed_on_is_mixed_alone() {
        let mut plan = SinkPlan::default();
        plan.add(SourceId::Leg(LegId(1)), Gain::UNITY);
        plan.set_transcoding(true);
        assert_eq!(plan.mode(), SinkMode::Mix);
        plan.settle();
        assert_eq!(plan.mode(), SinkMode::Mix);
    }

    #[test]
    fn a_plan_holds_eight_sources() {
        let mut plan = SinkPlan::default();
        for leg in 0..8 {
            assert!(plan.add(SourceId::Leg(LegId(leg)), Gain::UNITY));
        }
        assert!(!plan.add(SourceId::Leg(LegId(8)), Gain::UNITY));
    }

    #[test]
    fn gains_are_what_decibels_say() {
        assert_eq!(Gain::from_decibels(0.0), Gain::UNITY);
        assert_eq!(Gain::from_decibels(-6.02).apply(10_000), 5_000);
        assert_eq!(Gain::from_decibels(6.02).apply(10_000), 20_000);
        assert!(Gain::from_decibels(f32::NEG_INFINITY).apply(10_000) < 50);
    }

    #[test]
    fn loud_sums_are_bent_monotonically_and_never_wrap() {
        let mut before = 0;
        for sum in (0..131_072).step_by(97) {
            let limited = limit(sum);
            assert!(limited >= before);
            assert_eq!(limit(-sum), -limited);
            before = limited;
        }
        assert_eq!(limit(20_000), 20_000);
    }
}
