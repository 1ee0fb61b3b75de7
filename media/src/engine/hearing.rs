//! Who hears whom, and what has to be decoded and encoded for it.

use super::Engine;
use crate::codec::{Codec, Rate};
use crate::leg::Leg;
use crate::leg::mixing::{Decoded, Hearing};
use crate::prompt::{Cursor, Making};
use crate::recorder::Recorder;
use crate::sink::SourceId;
use crate::{Gain, LegId};

/// Most prompts that wait to be made ready in a codec.
const MAKINGS_MAX: usize = 256;

impl Engine {
    pub(super) fn bridge(&mut self, a: LegId, b: LegId) -> Option<()> {
        self.leg_mut(a)?;
        self.leg_mut(b)?;
        if a == b {
            return None;
        }
        if !(self.listen(a, b, Gain::UNITY) && self.listen(b, a, Gain::UNITY)) {
            self.counters.refused_bridges += 1;
            self.part(a, b);
        }
        Some(())
    }

    pub(super) fn unbridge(&mut self, a: LegId, b: LegId) -> Option<()> {
        self.leg_mut(a)?;
        self.leg_mut(b)?;
        self.part(a, b);
        Some(())
    }

    pub(super) fn hear(&mut self, leg: LegId, source: LegId, gain: Gain) -> Option<()> {
        self.leg_mut(leg)?;
        self.leg_mut(source)?;
        if leg == source {
            return None;
        }
        if !self.listen(leg, source, gain) {
            self.counters.refused_bridges += 1;
        }
        Some(())
    }

    pub(super) fn unhear(&mut self, leg: LegId, source: LegId) -> Option<()> {
        self.leg_mut(leg)?;
        self.stop_listening(leg, source);
        Some(())
    }

    /// Ends that two legs hear each other.
    pub(super) fn part(&mut self, a: LegId, b: LegId) {
        self.stop_listening(a, b);
        self.stop_listening(b, a);
    }

    /// Whether there was room for another source.
    fn listen(&mut self, hearer: LegId, source: LegId, gain: Gain) -> bool {
        let Some(index) = self.index(hearer) else {
            return false;
        };
        let Some(leg) = self.leg_mut(hearer) else {
            return false;
        };
        if leg.plan.has(SourceId::Leg(source), gain) {
            // What is passed on must not begin anew.
            return true;
        }
        if !leg.plan.add(SourceId::Leg(source), gain) {
            return false;
        }
        leg.sender.forget_source();
        if let Some(leg) = self.leg_mut(source)
            && !leg.listeners.contains(&index)
        {
            leg.listeners.push(index);
        }
        self.refresh_hearing(hearer);
        true
    }

    fn stop_listening(&mut self, hearer: LegId, source: LegId) {
        let index = self.index(hearer);
        if let Some(leg) = self.leg_mut(hearer)
            && leg.plan.remove(SourceId::Leg(source))
        {
            leg.sender.mark_next();
        }
        if let (Some(leg), Some(index)) = (self.leg_mut(source), index) {
            leg.listeners.retain(|listener| *listener != index);
        }
        self.refresh_hearing(hearer);
        self.refresh_decoding(source);
    }

    /// The codec that a leg speaks is another one.
    pub(super) fn refresh_speaker(&mut self, source: LegId) {
        let listeners = self.leg_mut(source).map(|leg| leg.listeners.clone());
        for index in listeners.into_iter().flatten() {
            let hearer = self.legs[index as usize].as_ref().map(|leg| leg.id);
            if let Some(hearer) = hearer {
                self.refresh_hearing(hearer);
            }
        }
        self.refresh_decoding(source);
    }

    /// Lets a leg hear what its plan says in the cheapest way.
    pub(super) fn refresh_hearing(&mut self, hearer: LegId) {
        let Some(sources) = self.sources_of(hearer) else {
            return;
        };
        let spoken: Vec<Codec> = sources
            .iter()
            .filter_map(|&source| self.leg_mut(source).map(|leg| leg.speaks))
            .collect();
        let Some(leg) = self.leg_mut(hearer) else {
            return;
        };
        let transcoding = spoken.first().is_some_and(|&codec| !leg.takes(codec));
        leg.plan.set_transcoding(transcoding);
        leg.refresh_encoder(&spoken);
        for source in sources {
            self.refresh_decoding(source);
        }
    }

    /// Gives a jitter buffer to a leg that is mixed somewhere, or recorded in a form that needs it,
    /// and takes it from the others.
    pub(super) fn refresh_decoding(&mut self, source: LegId) {
        let Some(leg) = self.leg_mut(source) else {
            return;
        };
        let (listeners, speaks) = (leg.listeners.clone(), leg.speaks);
        let slots = [leg.customer_of, leg.agent_of].map(|it| it.filter(|_| speaks.law().is_none()));
        let own = speaks.decoded_rate();
        let streamed = leg.stream.is_some() || leg.listener.is_some();
        let legs = &self.legs;
        let wanted = listeners
            .iter()
            .filter_map(|&listener| legs[listener as usize].as_ref())
            .filter(|listener| listener.plan.mixes())
            .filter_map(|listener| listener.hearing.as_ref().map(|hearing| hearing.rate()));
        let recorded = slots.into_iter().flatten().filter_map(|slot| {
            let recorder = self.recorders.get(slot as usize)?.as_ref();
            recorder.map(Recorder::rate)
        });
        let (mut needed, mut other) = (streamed, streamed && own != Rate::Narrow);
        for rate in wanted.chain(recorded) {
            needed = true;
            other |= rate != own;
        }
        let Some(leg) = self.leg_mut(source) else {
            return;
        };
        if !needed || !speaks.is_transcodable() {
            leg.decoded = None;
            return;
        }
        let known = leg.decoded.take_if(|known| known.buffer.rate() == own);
        let mut decoded = known.unwrap_or_else(|| Box::new(Decoded::new(own)));
        decoded.set_both_rates(other);
        leg.decoded = Some(decoded);
    }

    /// Begins to make what a leg is about to hear ready in its codec.
    pub(super) fn make_prompts(&mut self, id: LegId) {
        let Some(index) = self.index(id) else {
            return;
        };
        let Some(leg) = &self.legs[index as usize] else {
            return;
        };
        let codec = leg.terms.codec;
        if !matches!(codec, Codec::G722 | Codec::Opus) {
            return;
        }
        for prompt in leg.play.iter().flat_map(Cursor::prompts) {
            let known = prompt.form(codec).is_some()
                || self
                    .makings
                    .iter()
                    .any(|making| making.makes(prompt, codec));
            if !known && self.makings.len() < MAKINGS_MAX {
                self.makings.extend(Making::new(prompt.clone(), codec));
            }
        }
    }

    fn sources_of(&mut self, hearer: LegId) -> Option<Vec<LegId>> {
        let sources = self.leg_mut(hearer)?.plan.sources().iter();
        Some(sources.map(|&(SourceId::Leg(source), _)| source).collect())
    }
}

impl Leg {
    /// Ends what plays to it; a mix that is heard again begins where it ended.
    pub(super) fn end_play(&mut self) {
        let last = self.last_level();
        if self.play.take().is_some()
            && let Some(hearing) = &mut self.hearing
        {
            hearing.follow(last);
        }
        self.plan.set_playing(false);
    }

    /// Sees to an encoder of the rate that is worth it for what is heard.
    fn refresh_encoder(&mut self, spoken: &[Codec]) {
        if !self.plan.mixes() {
            self.hearing = None;
            return;
        }
        let widest = spoken.iter().map(|codec| codec.decoded_rate()).max();
        let codec = self.terms.codec;
        let rate = self.terms.wishes.limit(widest.unwrap_or(Rate::Narrow));
        match &mut self.hearing {
            Some(hearing) if hearing.fits(codec, rate) => hearing.change(),
            _ => {
                let last = self.last_level();
                self.hearing = Hearing::new(codec, rate, last).map(Box::new);
            }
        }
        self.heed_peer();
    }
}
