//! Keys as tones in the audio of a leg, both ways.

use super::Leg;
use crate::clock::{FRAME_SAMPLES, Micros};
use crate::codec;
use crate::dtmf::inband::Inband;
use crate::dtmf::tones::TonePair;
use crate::dtmf::transmit::KeyFrame;
use crate::{Outbox, Terms};

/// A key that sounds is over when the peer has sent nothing for so long.
const UNHEARD: Micros = Micros::from_ms(200);

/// What a leg hears and plays keys with.
#[derive(Debug)]
pub(crate) struct Tones {
    ear: Inband,
    played: Option<TonePair>,
}

impl Tones {
    /// None where keys travel in another way.
    pub(crate) fn of(terms: &Terms) -> Option<Box<Self>> {
        terms.inband_keys.then(|| {
            Box::new(Self {
                ear: Inband::new(),
                played: None,
            })
        })
    }
}

impl Leg {
    /// Whether the peer can be sent keys.
    pub(crate) fn can_send_keys(&self) -> bool {
        let by_tones = self.tones.is_some() && self.terms.codec.law().is_some();
        self.terms.telephone_event.is_some() || by_tones
    }

    /// Whether a key sounds in what the peer sends.
    #[inline]
    pub(crate) fn key_sounds(&self) -> bool {
        self.tones
            .as_ref()
            .is_some_and(|tones| tones.ear.is_pressed())
    }

    /// Listens to a payload of G.711; tones survive no other codec's compression for sure.
    #[inline]
    pub(super) fn listen_for_keys(&mut self, payload: &[u8], outbox: &mut Outbox) {
        let Some(law) = self.speaks.law() else {
            return;
        };
        let Some(mut tones) = self.tones.take() else {
            return;
        };
        let levels = payload.iter().map(|&byte| law.decode(byte));
        tones
            .ear
            .push(levels, |press| self.report(Some(press), outbox));
        self.tones = Some(tones);
    }

    /// Ends a key whose peer has gone silent.
    pub(super) fn release_unheard_key(&mut self, at: Micros, outbox: &mut Outbox) {
        if !self.key_sounds() || at.since(self.watch.heard_at()) < UNHEARD {
            return;
        }
        let press = self.tones.as_mut().and_then(|tones| tones.ear.release());
        self.report(press, outbox);
    }

    /// Plays the next 20 ms of waiting keys; whether there were any.
    pub(super) fn send_tones(&mut self, at: Micros, outbox: &mut Outbox) -> bool {
        let (Some(law), Some(tones)) = (self.terms.codec.law(), &mut self.tones) else {
            return false;
        };
        let (event, begins) = match self.keys.next_frame() {
            None => return false,
            Some(KeyFrame::Pause | KeyFrame::Packet { repeats: true, .. }) => {
                self.send_frame(at, codec::silence(self.terms.codec), outbox);
                return true;
            }
            Some(KeyFrame::Packet { event, begins, .. }) => (event, begins),
        };
        if begins {
            tones.played = event.key().and_then(TonePair::of);
        }
        let mut samples = [0; FRAME_SAMPLES];
        if let Some(pair) = &mut tones.played {
            pair.fill(&mut samples);
        }
        self.send_frame(at, &samples.map(|sample| law.encode(sample)), outbox);
        true
    }
}
