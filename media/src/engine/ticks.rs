//! What is due every 20 ms for each leg, and every 200 ms for each recording.

use super::{Engine, PHASES};
use crate::clock::{FRAME, FRAME_SAMPLES, Micros};
use crate::leg::Leg;
use crate::sink::{Mixer, SinkMode, SourceId};
use crate::{Event, Outbox};

const TICK: Micros = Micros(FRAME.0 / PHASES as u64);
/// Frames that are sent late rather than never.
const LATE_FRAMES_MAX: u64 = 5;
/// Ticks between two visits of a recording: 200 ms.
const RECORDER_TICKS: usize = 40;

impl Engine {
    /// Runs the ticks that are due by `now`. After a long pause only the last frames are made up
    /// for; the rest of the pause is heard as such.
    pub(super) fn run_ticks(&mut self, now: Micros, outbox: &mut Outbox) {
        let mut due = self.next_tick.unwrap_or(now);
        let late_frames = now.since(due).0 / FRAME.0;
        if late_frames > LATE_FRAMES_MAX {
            let skipped = late_frames - LATE_FRAMES_MAX;
            due = due.plus(Micros(skipped * FRAME.0));
            self.counters.skipped_frames += skipped;
        }
        while due <= now {
            if now.since(due) >= TICK {
                self.counters.late_ticks += 1;
            }
            self.tick(due, outbox);
            due = due.plus(TICK);
        }
        self.next_tick = Some(due);
    }

    fn tick(&mut self, at: Micros, outbox: &mut Outbox) {
        let phase = self.ticks as usize % PHASES;
        for place in 0..self.phases[phase].len() {
            let index = self.phases[phase][place] as usize;
            self.tick_leg(at, index, outbox);
        }
        let turn = self.ticks as usize % RECORDER_TICKS;
        let recorders = self.recorders.iter_mut().skip(turn).step_by(RECORDER_TICKS);
        for recorder in recorders.flatten() {
            recorder.handle_tick(at, outbox);
        }
        self.ticks += 1;
    }

    fn tick_leg(&mut self, at: Micros, index: usize, outbox: &mut Outbox) {
        let Some(leg) = self.legs[index].as_mut() else {
            return;
        };
        leg.handle_timeout(at, outbox);
        if let Some(decoded) = &mut leg.decoded {
            decoded.buffer.pull(at, &mut decoded.frame);
        }
        if !leg.keys.is_empty() && leg.send_keys(at, outbox) {
            return;
        }
        match leg.plan.mode() {
            SinkMode::Relay(_) if leg.sender.is_held_by_leg(at) => {}
            SinkMode::Relay(_) | SinkMode::Silence => {
                let silence = [leg.law().silence(); FRAME_SAMPLES];
                leg.send_frame(at, &silence, outbox);
            }
            SinkMode::Play => self.play_frame(at, index, outbox),
            SinkMode::Mix => self.mix_frame(at, index, outbox),
        }
    }

    fn play_frame(&mut self, at: Micros, index: usize, outbox: &mut Outbox) {
        let Some(leg) = self.legs[index].as_mut() else {
            return;
        };
        let law = leg.law();
        let mut frame = [law.silence(); FRAME_SAMPLES];
        let ended = match &mut leg.play {
            Some(cursor) => cursor.fill(law, &mut frame).then_some(cursor.play),
            None => None,
        };
        leg.send_frame(at, &frame, outbox);
        if let Some(play) = ended {
            leg.play = None;
            leg.plan.set_playing(false);
            outbox.push_event(Event::PlayEnded { leg: leg.id, play });
        }
        let slot = leg.customer_of.filter(|_| leg.terms.sending);
        let recorder = slot.and_then(|slot| self.recorders.get_mut(slot as usize));
        if let Some(Some(recorder)) = recorder {
            recorder.handle_play(at, law, &frame, outbox);
        }
    }

    fn mix_frame(&mut self, at: Micros, index: usize, outbox: &mut Outbox) {
        let mut mixer = Mixer::new();
        let Some(leg) = self.legs[index].as_ref() else {
            return;
        };
        for &(SourceId::Leg(source), gain) in leg.plan.sources() {
            let source = source.0.wrapping_sub(self.first_leg) as usize;
            let decoded = self
                .legs
                .get(source)
                .and_then(Option::as_deref)
                .and_then(decoded);
            if let Some(frame) = decoded {
                mixer.add(frame, gain);
            }
        }
        let Some(leg) = self.legs[index].as_mut() else {
            return;
        };
        let mut frame = [0; FRAME_SAMPLES];
        mixer.encode(leg.law(), &mut frame);
        leg.send_frame(at, &frame, outbox);
    }
}

fn decoded(leg: &Leg) -> Option<&[i16; FRAME_SAMPLES]> {
    leg.decoded.as_ref().map(|decoded| &decoded.frame)
}
