//! What is due every 20 ms for each leg, and every 200 ms for each recording.

use super::{Engine, PHASES};
use crate::clock::{FRAME, FRAME_SAMPLES, Micros};
use crate::codec::{self, FRAME_MAX, PACKET_BYTES_MAX};
use crate::jitter::Playout;
use crate::leg::Leg;
use crate::prompt::{Cursor, Making};
use crate::recorder::Channel;
use crate::sink::{Mixer, SinkMode, SourceId};
use crate::{Event, Law, Outbox};
use std::ops::Range;

const TICK: Micros = Micros(FRAME.0 / PHASES as u64);
/// Frames that are sent late rather than never.
const LATE_FRAMES_MAX: u64 = 5;
/// Frames of prompts that are made in a tick: sixteen times as many as a leg hears meanwhile.
const MADE_A_TICK: usize = 4;
/// Legs that are fetched from memory together: they and what they send fit into the first cache.
const READ_AHEAD: usize = 16;
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
        let legs = self.phases[phase].len();
        for first in (0..legs).step_by(READ_AHEAD) {
            let some = first..legs.min(first + READ_AHEAD);
            self.read_phase_ahead(phase, some.clone());
            for place in some {
                let index = self.phases[phase][place] as usize;
                self.tick_leg(at, index, outbox);
            }
        }
        let turn = self.ticks as usize % RECORDER_TICKS;
        let recorders = self.recorders.iter_mut().skip(turn).step_by(RECORDER_TICKS);
        for recorder in recorders.flatten() {
            recorder.handle_tick(at, outbox);
        }
        self.make_some();
        self.ticks += 1;
    }

    /// Has some legs fetched from memory together. Thousands of legs fit into no cache, and one
    /// after the other each tick of a leg would wait for its own several times.
    fn read_phase_ahead(&self, phase: usize, places: Range<usize>) {
        let indexes = self.phases[phase][places].iter();
        let legs = indexes.filter_map(|&index| self.legs[index as usize].as_ref());
        let read = legs.fold(0_u64, |sum, leg| sum.wrapping_add(leg.glance()));
        std::hint::black_box(read);
    }

    fn tick_leg(&mut self, at: Micros, index: usize, outbox: &mut Outbox) {
        let Some(leg) = self.legs[index].as_mut() else {
            return;
        };
        leg.handle_timeout(at, outbox);
        let playout = leg.decoded.as_mut().map(|decoded| decoded.pull(at));
        if playout.is_some_and(|playout| playout != Playout::Silence) {
            self.record_decoded(index, outbox);
        }
        self.hear_signals(index, outbox);
        let Some(leg) = self.legs[index].as_mut() else {
            return;
        };
        if leg.stream.is_some() {
            self.stream_frame(at, index, outbox);
            return;
        }
        if !leg.keys.is_empty() && leg.send_keys(at, outbox) {
            return;
        }
        match leg.plan.mode() {
            SinkMode::Relay(_) if leg.sender.is_held_by_leg(at) => {}
            SinkMode::Relay(_) | SinkMode::Silence => {
                leg.send_frame(at, codec::silence(leg.terms.codec), outbox);
            }
            SinkMode::Play => self.play_frame(at, index, outbox),
            SinkMode::Mix => self.mix_frame(at, index, outbox),
        }
    }

    /// Puts what a party says in a codec that is not that of the file into its recordings.
    fn record_decoded(&mut self, index: usize, outbox: &mut Outbox) {
        let Some(leg) = self.legs[index].as_ref() else {
            return;
        };
        let Some(decoded) = leg.decoded.as_ref().filter(|_| leg.speaks.law().is_none()) else {
            return;
        };
        let Some(end) = decoded.buffer.nominal() else {
            return;
        };
        let channels = [
            (leg.customer_of, Channel::Left),
            (leg.agent_of, Channel::Right),
        ];
        for (slot, channel) in channels {
            let slot = slot.and_then(|slot| self.recorders.get_mut(slot as usize));
            if let Some(Some(recorder)) = slot
                && let Some(frame) = decoded.frame(recorder.rate())
            {
                let begin = end - FRAME_SAMPLES as i64;
                recorder.handle_decoded(channel, begin, frame, outbox);
            }
        }
    }

    fn play_frame(&mut self, at: Micros, index: usize, outbox: &mut Outbox) {
        let Some(leg) = self.legs[index].as_mut() else {
            return;
        };
        let Some(cursor) = &mut leg.play else {
            return;
        };
        let law = leg.terms.codec.law();
        let (play, file_law) = (cursor.play, law.unwrap_or(Law::Mu));
        let mut frame = [file_law.silence(); FRAME_SAMPLES];
        let ended = if law.is_some() {
            let ended = cursor.fill(file_law, &mut frame);
            leg.send_frame(at, &frame, outbox);
            ended
        } else {
            self.play_form(at, index, &mut frame, outbox)
        };
        let Some(leg) = self.legs[index].as_mut() else {
            return;
        };
        if ended {
            leg.end_play();
            outbox.push_event(Event::PlayEnded { leg: leg.id, play });
        }
        let slot = leg.customer_of.filter(|_| leg.terms.sending);
        if let Some(recorder) = self.recorder_at(slot) {
            recorder.handle_play(at, file_law, &frame, outbox);
        }
    }

    /// Sends the frame that is due of a prompt in a codec of frames, and lays the same as µ-law
    /// into `frame`; whether it was the last one. A form that is behind is waited for.
    fn play_form(
        &mut self,
        at: Micros,
        index: usize,
        frame: &mut [u8; FRAME_SAMPLES],
        outbox: &mut Outbox,
    ) -> bool {
        let Some(mut leg) = self.legs[index].take() else {
            return false;
        };
        let codec = leg.terms.codec;
        let mut cursor = leg.play.take();
        let due = cursor.as_ref().and_then(Cursor::due);
        let packet = due.and_then(|(prompt, nth)| {
            let mut makings = self.makings.iter();
            let making = makings.find(|making| making.makes(prompt, codec));
            let form = prompt.form(codec).or(making.map(Making::form))?;
            form.frame(nth)
        });
        let is_ready = due.is_none() || packet.is_some() || !codec.is_transcodable();
        leg.send_frame(at, packet.unwrap_or(codec::silence(codec)), outbox);
        if let Some((prompt, nth)) = due.filter(|_| is_ready) {
            let rest = prompt.bytes(Law::Mu).get(nth * FRAME_SAMPLES..);
            for (byte, &said) in frame.iter_mut().zip(rest.unwrap_or_default()) {
                *byte = said;
            }
        }
        let ended = is_ready && cursor.as_mut().is_none_or(Cursor::step);
        leg.play = cursor;
        let id = leg.id;
        self.legs[index] = Some(leg);
        if !is_ready {
            self.make_prompts(id);
        }
        ended
    }

    fn mix_frame(&mut self, at: Micros, index: usize, outbox: &mut Outbox) {
        let Some(mut leg) = self.legs[index].take() else {
            return;
        };
        let settled = self.mix(at, &mut leg, outbox);
        let id = leg.id;
        self.legs[index] = Some(leg);
        if settled {
            self.refresh_hearing(id);
        }
    }

    /// Sends a leg the mix of its sources; whether that ends here.
    fn mix(&self, at: Micros, leg: &mut Leg, outbox: &mut Outbox) -> bool {
        let Some(hearing) = &mut leg.hearing else {
            return false;
        };
        let rate = hearing.rate();
        let mut mixer = Mixer::new(rate);
        let mut quiet = true;
        for &(SourceId::Leg(source), gain) in leg.plan.sources() {
            let source = source.0.wrapping_sub(self.first_leg) as usize;
            let heard = self.legs.get(source).and_then(Option::as_deref);
            let decoded = heard.and_then(|leg| leg.decoded.as_ref());
            quiet &= decoded.is_none_or(|decoded| decoded.buffer.is_quiet());
            if let Some(frame) = decoded.and_then(|decoded| decoded.frame(rate)) {
                mixer.add(frame, gain);
            }
        }
        let mut frame = [0; FRAME_MAX];
        let frame = mixer.finish(&mut frame);
        let settled = leg.plan.may_settle() && hearing.may_end(frame, quiet);
        let mut packet = [0; PACKET_BYTES_MAX];
        let length = hearing.encode(frame, &mut packet);
        leg.send_frame(at, &packet[..length], outbox);
        if settled {
            leg.plan.settle();
            leg.sender.forget_source();
        }
        settled
    }

    /// Makes some more of the prompts that are wanted in a codec of frames.
    fn make_some(&mut self) {
        for _ in 0..MADE_A_TICK {
            let Some(making) = self.makings.first_mut() else {
                return;
            };
            if making.advance() {
                self.makings.remove(0);
            }
        }
    }
}
