//! Orders change who hears whom and what is recorded. Here allocation is allowed.

use std::net::{IpAddr, SocketAddr};

use super::Engine;
use super::streaming::Wish;
use crate::clock::Micros;
use crate::latch::Latch;
use crate::leg::Leg;
use crate::leg::guard::Guard;
use crate::leg::sender::Sender;
use crate::prompt::Cursor;
use crate::recorder::Recorder;
use crate::security::Progress;
use crate::wav::FileCodec;
use crate::{Event, LegId, Line, Order, Outbox, RecordingKey, Segment, Terms};

struct Opening {
    terms: Terms,
    signalling: IpAddr,
    line: Line,
    latched: Option<SocketAddr>,
    counts: Counts,
}

/// With which counts a protected leg begins.
enum Counts {
    Fresh,
    Resumed(Option<Progress>),
}

impl Opening {
    /// The guard of a protected leg, which decides with what numbers a resumed one goes on.
    fn guard(&mut self, now: Micros) -> Option<Box<Guard>> {
        let security = (**self.terms.security.as_ref()?).clone();
        let guard = match self.counts {
            Counts::Fresh => Guard::new(security, self.line.sequence),
            Counts::Resumed(progress) => Guard::resumed(security, progress, &mut self.line, now.0),
        };
        Some(Box::new(guard))
    }
}

struct Recording {
    key: RecordingKey,
    customer: LegId,
    agent: Option<LegId>,
    started_at: Micros,
    resume: bool,
    codec: FileCodec,
}

impl Engine {
    /// Obeys an order, or says by nothing that it names what does not exist.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm per order, each only names its action"
    )]
    pub(super) fn obey(&mut self, now: Micros, order: Order, outbox: &mut Outbox) -> Option<()> {
        match order {
            Order::Open {
                leg,
                terms,
                signalling,
                line,
            } => {
                let opening = Opening {
                    terms,
                    signalling,
                    line,
                    latched: None,
                    counts: Counts::Fresh,
                };
                self.open(now, leg, opening)
            }
            Order::Resume {
                leg,
                terms,
                signalling,
                line,
                latched,
                before,
                progress,
            } => {
                let opening = Opening {
                    terms,
                    signalling,
                    line,
                    latched,
                    counts: Counts::Resumed(progress),
                };
                self.open(now, leg, opening)?;
                self.leg_mut(leg)?.begin_after(before);
                Some(())
            }
            Order::Retarget { leg, terms } => {
                self.leg_mut(leg)?.retarget(now, terms);
                self.refresh_hearing(leg);
                self.refresh_speaker(leg);
                Some(())
            }
            Order::Play {
                leg,
                play,
                segments,
                repeat,
            } => self.play(leg, (play, segments, repeat), outbox),
            Order::StopPlay { leg } => {
                let leg = self.leg_mut(leg)?;
                leg.end_play();
                Some(())
            }
            Order::Bridge { a, b } => self.bridge(a, b),
            Order::Unbridge { a, b } => self.unbridge(a, b),
            Order::Hear { leg, source, gain } => self.hear(leg, source, gain),
            Order::Unhear { leg, source } => self.unhear(leg, source),
            Order::SendDigits { leg, digits } => {
                let leg = self.leg_mut(leg)?;
                let skipped = if leg.can_send_keys() {
                    leg.keys.push(&digits)
                } else {
                    digits.chars().count()
                };
                self.counters.skipped_keys += skipped as u64;
                Some(())
            }
            Order::Record {
                recording,
                customer,
                agent,
                started_at,
                resume,
                codec,
            } => {
                let recording = Recording {
                    key: recording,
                    customer,
                    agent,
                    started_at: started_at.into(),
                    resume,
                    codec,
                };
                self.record(now, &recording)
            }
            Order::RecordAgents { recording, agents } => self.record_agents(recording, &agents),
            Order::PauseRecording { recording, at } => {
                let slot = self.recorder_slot(recording)?;
                self.recorders[slot].as_mut()?.pause(at.into());
                Some(())
            }
            Order::ResumeRecording { recording, at } => {
                let slot = self.recorder_slot(recording)?;
                self.recorders[slot].as_mut()?.go_on(at.into());
                Some(())
            }
            Order::StopRecording { recording } => self.stop_recording(now, recording, outbox),
            Order::Move { leg, to } => self.depart(leg, to, outbox),
            Order::Secure { leg, keys, flight } => self.secure(leg, (keys, &flight), outbox),
            Order::SendHandshake { leg, datagram } => {
                self.leg_mut(leg)?.send_handshake(&datagram, outbox);
                Some(())
            }
            Order::Stream { leg, stream } => self.stream(leg, stream, Wish::Begin),
            Order::StreamAudio { leg, stream, audio } => {
                self.stream(leg, stream, Wish::Say(audio));
                Some(())
            }
            Order::ClearStream { leg, stream } => {
                self.stream(leg, stream, Wish::Clear);
                Some(())
            }
            Order::EndStream { leg, stream } => {
                self.stream(leg, stream, Wish::End);
                Some(())
            }
            Order::Listen { leg, wanted } => self.listen_for(leg, wanted),
            Order::Close { leg } => self.close(now, leg, outbox),
        }
    }

    fn open(&mut self, now: Micros, id: LegId, mut opening: Opening) -> Option<()> {
        let index = self.index(id)?;
        if self.legs[index as usize].is_some() {
            return None;
        }
        let remote = opening.terms.remote;
        let latch = Latch::new(now, remote, opening.signalling, opening.latched);
        let guard = opening.guard(now);
        let sender = Sender::new(now, opening.line, opening.terms.codec.clock());
        let mut leg = Leg::new(now, id, opening.terms, latch, sender);
        leg.latch.set_authenticated(guard.is_some());
        leg.guard = guard;
        self.legs[index as usize] = Some(Box::new(leg));
        self.join_phase(index);
        Some(())
    }

    fn play(
        &mut self,
        id: LegId,
        what: (u64, Vec<Segment>, bool),
        outbox: &mut Outbox,
    ) -> Option<()> {
        let (play, segments, repeat) = what;
        let leg = self.leg_mut(id)?;
        leg.play = Cursor::new(play, segments, repeat);
        leg.plan.set_playing(leg.play.is_some());
        leg.sender.mark_next();
        leg.sender.forget_source();
        if leg.play.is_none() {
            outbox.push_event(Event::PlayEnded { leg: id, play });
        }
        self.make_prompts(id);
        Some(())
    }

    fn record(&mut self, now: Micros, recording: &Recording) -> Option<()> {
        if self.recorder_slot(recording.key).is_some() {
            return None;
        }
        let customer = self.index(recording.customer)?;
        self.leg_mut(recording.customer)?;
        let mut recorder = Recorder::new(
            recording.key,
            customer,
            recording.codec,
            recording.started_at,
        );
        if recording.resume {
            recorder.resume(now);
        }
        let slot = self.keep_recorder(recorder);
        self.leg_mut(recording.customer)?.customer_of = Some(slot);
        self.refresh_decoding(recording.customer);
        self.record_agents(recording.key, recording.agent.as_slice())
    }

    fn record_agents(&mut self, key: RecordingKey, agents: &[LegId]) -> Option<()> {
        let slot = self.recorder_slot(key)?;
        let indexes: Vec<u32> = agents.iter().filter_map(|leg| self.index(*leg)).collect();
        let recorder = self.recorders[slot].as_mut()?;
        let before: Vec<u32> = recorder.agents().collect();
        recorder.set_agents(&indexes);
        for index in before {
            if let Some(leg) = self.legs[index as usize].as_mut() {
                leg.agent_of.take_if(|known| *known == slot as u32);
            }
        }
        for agent in agents {
            self.leg_mut(*agent)?.agent_of = Some(slot as u32);
            self.refresh_decoding(*agent);
        }
        Some(())
    }

    fn stop_recording(
        &mut self,
        now: Micros,
        key: RecordingKey,
        outbox: &mut Outbox,
    ) -> Option<()> {
        let slot = self.recorder_slot(key)?;
        let mut recorder = self.recorders[slot].take()?;
        let samples = recorder.finish(now, outbox);
        for index in std::iter::once(recorder.customer).chain(recorder.agents()) {
            if let Some(leg) = self.legs[index as usize].as_mut() {
                leg.customer_of.take_if(|known| *known == slot as u32);
                leg.agent_of.take_if(|known| *known == slot as u32);
            }
        }
        outbox.push_event(Event::RecordingStopped {
            recording: key,
            samples,
        });
        Some(())
    }

    /// A recording outlives its legs, so that its length stays that of the call.
    fn close(&mut self, now: Micros, id: LegId, outbox: &mut Outbox) -> Option<()> {
        let index = self.index(id)?;
        let leg = self.leg_mut(id)?;
        leg.send_last_report(now, outbox);
        let quality = leg.quality();
        for other in self.neighbours(id)? {
            self.part(id, other);
        }
        let leg = self.legs[index as usize].take()?;
        self.forget_phase(index);
        if let Some(recorder) = self.recorder_at(leg.agent_of) {
            recorder.forget_agent(index);
        }
        outbox.push_event(Event::Closed { leg: id, quality });
        Some(())
    }

    /// The leg is ticked in the phase that has the fewest.
    pub(super) fn join_phase(&mut self, index: u32) {
        if let Some(phase) = self.phases.iter_mut().min_by_key(|phase| phase.len()) {
            phase.push(index);
        }
    }

    pub(super) fn forget_phase(&mut self, index: u32) {
        for phase in &mut self.phases {
            if let Some(place) = phase.iter().position(|&known| known == index) {
                phase.swap_remove(place);
            }
        }
    }

    /// The slot in which the recorder is kept.
    pub(super) fn keep_recorder(&mut self, recorder: Recorder) -> u32 {
        let vacant = self.recorders.iter().position(Option::is_none);
        let slot = vacant.unwrap_or_else(|| {
            self.recorders.push(None);
            self.recorders.len() - 1
        });
        self.recorders[slot] = Some(recorder);
        slot as u32
    }

    pub(super) fn recorder_at(&mut self, slot: Option<u32>) -> Option<&mut Recorder> {
        self.recorders.get_mut(slot? as usize)?.as_mut()
    }

    pub(super) fn index(&self, leg: LegId) -> Option<u32> {
        let index = leg.0.checked_sub(self.first_leg)?;
        ((index as usize) < self.legs.len()).then_some(index)
    }

    pub(super) fn leg_mut(&mut self, leg: LegId) -> Option<&mut Leg> {
        let index = self.index(leg)?;
        self.legs[index as usize].as_deref_mut()
    }

    fn recorder_slot(&self, key: RecordingKey) -> Option<usize> {
        self.recorders
            .iter()
            .position(|slot| slot.as_ref().is_some_and(|recorder| recorder.key == key))
    }
}
