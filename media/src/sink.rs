//! What a leg hears: a short list of sources, from which the way to serve it follows.
//!
//! One source at unity gain is relayed packet by packet; several are decoded, buffered and mixed
//! on the tick. Supervision, whisper and conferences are edits of the list.

use smallvec::SmallVec;

use crate::clock::FRAME_SAMPLES;
use crate::{Law, LegId};

/// Where audio comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SourceId {
    /// What a leg's party says.
    Leg(LegId),
}

/// An amplification in 1/256 steps: 256 is unity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gain(pub(crate) u16);

impl Gain {
    /// Neither louder nor softer.
    pub(crate) const UNITY: Self = Self(256);

    pub(crate) fn apply(self, sample: i16) -> i32 {
        (i32::from(sample) * i32::from(self.0)) >> 8
    }
}

/// How a leg is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SinkMode {
    /// Packets of one leg go on at once, transcoded by table if the laws differ.
    Relay(LegId),
    /// Sources are decoded and summed on the tick.
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
}

impl SinkPlan {
    /// Most sources of one leg.
    pub(crate) const SOURCES_MAX: usize = 4;

    /// Lets a prompt be heard in place of the sources, or ends that.
    pub(crate) fn set_playing(&mut self, playing: bool) {
        self.playing = playing;
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

    /// Whether the sources have to be decoded, were nothing played.
    pub(crate) fn mixes(&self) -> bool {
        match self.sources.as_slice() {
            [] => false,
            [(_, gain)] => *gain != Gain::UNITY,
            _ => true,
        }
    }

    /// The cheapest way to serve the plan.
    pub(crate) fn mode(&self) -> SinkMode {
        match self.sources.as_slice() {
            _ if self.playing => SinkMode::Play,
            [] => SinkMode::Silence,
            [(SourceId::Leg(leg), Gain::UNITY)] => SinkMode::Relay(*leg),
            _ => SinkMode::Mix,
        }
    }
}

/// Adds up decoded frames; what is too loud is bent, not clipped.
#[derive(Debug)]
pub(crate) struct Mixer {
    sum: [i32; FRAME_SAMPLES],
}

/// Level above which the sum is bent; below it nothing is changed.
const KNEE: i32 = 24_000;

impl Mixer {
    pub(crate) fn new() -> Self {
        Self {
            sum: [0; FRAME_SAMPLES],
        }
    }

    pub(crate) fn add(&mut self, frame: &[i16; FRAME_SAMPLES], gain: Gain) {
        for (sum, &sample) in self.sum.iter_mut().zip(frame) {
            *sum += gain.apply(sample);
        }
    }

    pub(crate) fn encode(&self, law: Law, frame: &mut [u8; FRAME_SAMPLES]) {
        for (byte, &sum) in frame.iter_mut().zip(&self.sum) {
            *byte = law.encode(limit(sum));
        }
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
        assert_eq!(plan.mode(), SinkMode::Silence);
        plan.add(one, Gain::UNITY);
        assert_eq!(plan.mode(), SinkMode::Relay(LegId(1)));
        plan.add(one, Gain(128));
        assert_eq!(plan.mode(), SinkMode::Mix);
        plan.add(one, Gain::UNITY);
        plan.add(two, Gain::UNITY);
        assert_eq!(plan.mode(), SinkMode::Mix);
        plan.set_playing(true);
        assert_eq!(plan.mode(), SinkMode::Play);
        plan.set_playing(false);
        plan.remove(one);
        assert_eq!(plan.mode(), SinkMode::Relay(LegId(2)));
    }

    #[test]
    fn a_plan_holds_four_sources() {
        let mut plan = SinkPlan::default();
        for leg in 0..4 {
            assert!(plan.add(SourceId::Leg(LegId(leg)), Gain::UNITY));
        }
        assert!(!plan.add(SourceId::Leg(LegId(4)), Gain::UNITY));
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
