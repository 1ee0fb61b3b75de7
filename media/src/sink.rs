//! What a leg hears: a short list of sources, from which the way to serve it follows.
//!
//! One source at unity gain is relayed packet by packet; several are decoded, buffered and mixed
//! on the tick. Supervision, whisper and conferences are edits of the list.

use smallvec::SmallVec;

use crate::LegId;

/// Where audio comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceId {
    /// What a leg's party says.
    Leg(LegId),
    /// What the leg's own cursor plays.
    Prompt,
}

/// An amplification in 1/256 steps: 256 is unity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gain(pub u16);

impl Gain {
    /// Neither louder nor softer.
    pub const UNITY: Self = Self(256);

    pub(crate) fn apply(self, sample: i16) -> i32 {
        (i32::from(sample) * i32::from(self.0)) >> 8
    }
}

/// How a leg is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SinkMode {
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
pub struct SinkPlan {
    sources: SmallVec<[(SourceId, Gain); 4]>,
}

impl SinkPlan {
    /// Most sources of one leg.
    pub const SOURCES_MAX: usize = 4;

    /// Adds a source or changes its gain; whether there was room.
    pub fn add(&mut self, source: SourceId, gain: Gain) -> bool {
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
    pub fn remove(&mut self, source: SourceId) -> bool {
        let before = self.sources.len();
        self.sources.retain(|known| known.0 != source);
        self.sources.len() < before
    }

    /// The sources in the order they were added.
    pub fn sources(&self) -> &[(SourceId, Gain)] {
        &self.sources
    }

    /// The cheapest way to serve the plan.
    pub fn mode(&self) -> SinkMode {
        match self.sources.as_slice() {
            [] => SinkMode::Silence,
            [(SourceId::Leg(leg), Gain::UNITY)] => SinkMode::Relay(*leg),
            [(SourceId::Prompt, Gain::UNITY)] => SinkMode::Play,
            _ => SinkMode::Mix,
        }
    }
}
