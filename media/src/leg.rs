//! One party's media: whom it listens to, whom it hears, and its own outgoing numbering.

pub(crate) mod guard;
mod keys;
pub(crate) mod mixing;
mod reporting;
pub(crate) mod sender;
pub(crate) mod stream;
mod watch;

use std::net::SocketAddr;

use smallvec::SmallVec;

use crate::clock::{FRAME_SAMPLES, Micros};
use crate::codec::{self, Rate};
use crate::detect::Listener;
use crate::dtmf::TelephoneEvent;
use crate::dtmf::receive::{Press, Presses};
use crate::dtmf::transmit::{KeyFrame, Keys};
use crate::jitter::Load;
use crate::latch::{Latch, Verdict};
use crate::outbox::Route;
use crate::prompt::Cursor;
use crate::rtcp::Reports;
use crate::rtp::Packet;
use crate::rtp::sequence::{Arrival, SeqExt};
use crate::sink::SinkPlan;
use crate::{Codec, Event, Law, LegId, Outbox, Quality, Terms};
use guard::Guard;
use keys::Tones;
use mixing::{Decoded, Hearing};
use sender::{Relayed, Sender};
use stream::Stream;
use watch::{Change, Watch};

/// The static payload type of comfort noise, which some send unasked (RFC 3389 §3).
const COMFORT_NOISE: u8 = 13;
/// A second stream of the proven source takes over when the first has paused for so long.
const STREAM_PAUSE: Micros = Micros::from_ms(60);

/// What an accepted packet holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Content {
    Audio(Codec),
    /// A description of silence.
    Noise,
    Event(TelephoneEvent),
}

/// An accepted packet on its way to those who hear it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heard<'a> {
    /// Index of the leg it came from.
    pub(crate) source: u32,
    pub(crate) content: Content,
    pub(crate) packet: Packet<'a>,
    /// Whether its audio is a key, which whoever takes keys otherwise is not to hear as well.
    pub(crate) key_sounds: bool,
}

/// One leg.
#[derive(Debug)]
pub(crate) struct Leg {
    pub(crate) id: LegId,
    pub(crate) terms: Terms,
    pub(crate) latch: Latch,
    /// The codec that the peer sends, among those agreed on.
    pub(crate) speaks: Codec,
    pub(crate) sender: Sender,
    pub(crate) plan: SinkPlan,
    pub(crate) play: Option<Cursor>,
    pub(crate) keys: Keys,
    pub(crate) watch: Watch,
    /// Indexes of the legs that hear this one.
    pub(crate) listeners: SmallVec<[u32; SinkPlan::SOURCES_MAX]>,
    pub(crate) decoded: Option<Box<Decoded>>,
    /// What encodes the mix that it hears.
    pub(crate) hearing: Option<Box<Hearing>>,
    /// The last byte of G.711 that was sent to it.
    last_byte: u8,
    /// The bot that hears the party and is heard by it.
    pub(crate) stream: Option<Box<Stream>>,
    /// What listens for signals in what the party says.
    pub(crate) listener: Option<Box<Listener>>,
    /// The recording whose left channel this leg is.
    pub(crate) customer_of: Option<u32>,
    /// The recording whose right channel this leg is.
    pub(crate) agent_of: Option<u32>,
    ssrc: Option<u32>,
    sequence: SeqExt,
    presses: Presses,
    tones: Option<Box<Tones>>,
    rejected: u64,
    reports: Box<Reports>,
    /// How the leg sounded before a restart.
    before: Option<Box<Quality>>,
    /// Who watches over a leg that is not in the clear.
    pub(crate) guard: Option<Box<Guard>>,
}

impl Leg {
    pub(crate) fn new(now: Micros, id: LegId, terms: Terms, latch: Latch, sender: Sender) -> Self {
        let ssrc = sender.line().ssrc;
        Self {
            id,
            speaks: terms.codec,
            tones: Tones::of(&terms),
            hearing: None,
            last_byte: terms.codec.law().map_or(0, Law::silence),
            terms,
            latch,
            sender,
            plan: SinkPlan::default(),
            play: None,
            keys: Keys::default(),
            watch: Watch::new(now),
            listeners: SmallVec::new(),
            decoded: None,
            stream: None,
            listener: None,
            customer_of: None,
            agent_of: None,
            ssrc: None,
            sequence: SeqExt::default(),
            presses: Presses::default(),
            rejected: 0,
            reports: Box::new(Reports::new(now, ssrc)),
            before: None,
            guard: None,
        }
    }

    pub(crate) fn retarget(&mut self, now: Micros, terms: Terms) {
        if !self.terms.sending && terms.sending {
            self.sender.forget_source();
        }
        self.latch.retarget(now, terms.remote);
        self.sender.set_clock(terms.codec.clock());
        self.speaks = terms.codec;
        if terms.inband_keys != self.terms.inband_keys {
            self.tones = Tones::of(&terms);
        }
        self.terms = terms;
        self.renew_guard();
        self.watch.restart(now);
        self.ssrc = None;
    }

    /// The level at which what was sent to it ended, as far as that can be told.
    pub(crate) fn last_level(&self) -> i16 {
        let law = self.terms.codec.law();
        law.map_or(0, |law| law.decode(self.last_byte))
    }

    /// Whether packets of a codec can go on to it as they are, or by table.
    pub(crate) fn takes(&self, codec: Codec) -> bool {
        let by_table = codec.law().is_some() && self.terms.codec.law().is_some();
        codec == self.terms.codec || by_table
    }

    /// Takes a packet in; its content is returned if it is from the proven source and fresh.
    #[inline]
    pub(crate) fn receive(
        &mut self,
        now: Micros,
        from: SocketAddr,
        packet: &Packet<'_>,
        outbox: &mut Outbox,
    ) -> Option<Content> {
        let Packet { header, payload } = *packet;
        let content = self.content(header.payload_type, payload)?;
        match self.latch.judge(now, from, &header) {
            Verdict::Accept => {}
            Verdict::Latched => {
                self.ssrc = None;
                outbox.push_event(Event::Latched {
                    leg: self.id,
                    remote: from,
                });
            }
            Verdict::Probation => return None,
            Verdict::Reject => {
                self.rejected += 1;
                return None;
            }
        }
        if self.ssrc != Some(header.ssrc) {
            if !self.admits_stream(now) {
                self.rejected += 1;
                return None;
            }
            self.ssrc = Some(header.ssrc);
            self.sequence.switch();
            let press = self.presses.switch();
            self.report(press, outbox);
        }
        if self.watch.hear(now) {
            outbox.push_event(Event::Heard { leg: self.id });
        }
        let arrival = self.sequence.accept(header.sequence);
        if arrival == Arrival::Duplicate {
            return None;
        }
        match content {
            Content::Audio(_) => {
                if matches!(arrival, Arrival::Newest { .. }) {
                    self.listen_for_keys(payload, outbox);
                    let clock = self.speaks.clock();
                    self.sequence.observe(now, header.timestamp, clock);
                }
                let press = self.presses.handle_audio(header.timestamp);
                self.report(press, outbox);
                (!payload.is_empty()).then_some(content)
            }
            Content::Noise => Some(content),
            Content::Event(event) => {
                for press in self.presses.handle_event(now, header.timestamp, event) {
                    self.report(press, outbox);
                }
                Some(content)
            }
        }
    }

    /// Reads a little of each place that a tick reads; the sum means nothing.
    #[inline]
    pub(crate) fn glance(&self) -> u64 {
        let played = self.play.as_ref().map_or(0, Cursor::glance);
        played
            .wrapping_add(self.reports.next_at().0)
            .wrapping_add(self.sender.sent())
            .wrapping_add(self.rejected)
    }

    /// Looks after what is due with time alone.
    pub(crate) fn handle_timeout(&mut self, at: Micros, outbox: &mut Outbox) {
        self.report_when_due(at, outbox);
        self.latch.handle_timeout(at);
        let press = self.presses.handle_timeout(at);
        self.report(press, outbox);
        self.release_unheard_key(at, outbox);
        if !self.terms.sending {
            return;
        }
        let leg = self.id;
        match self.watch.due(at) {
            None => (),
            Some(Change::Silent(for_)) => outbox.push_event(Event::Silent {
                leg,
                for_: for_.into(),
            }),
            Some(Change::Heard) => outbox.push_event(Event::Heard { leg }),
        }
    }

    /// Keeps what this leg said until its tick decodes it, if somebody needs it decoded.
    #[inline]
    pub(crate) fn keep(&mut self, now: Micros, content: Content, packet: &Packet<'_>) {
        let Some(decoded) = &mut self.decoded else {
            return;
        };
        let load = match content {
            Content::Audio(codec) => Load::Audio(codec),
            Content::Noise => Load::Noise,
            Content::Event(_) => return decoded.buffer.pass(&packet.header),
        };
        let load = (load, self.terms.codec.clock());
        let buffer = &mut decoded.buffer;
        buffer.push(now, &packet.header, load, packet.payload);
    }

    /// Sends a packet of another leg on to this one.
    #[inline]
    pub(crate) fn relay(&mut self, now: Micros, heard: &Heard<'_>, outbox: &mut Outbox) {
        let Some(route) = self.route() else {
            return;
        };
        let Packet { header, payload } = heard.packet;
        if !self.keys.is_empty() {
            return;
        }
        let scale = self.terms.codec.clock() / Rate::Narrow.hertz();
        let (payload_type, samples) = match heard.content {
            Content::Audio(codec) if self.takes(codec) => {
                let units = codec.units(payload).unwrap_or(FRAME_SAMPLES as u32);
                (self.terms.payload_type, units * scale)
            }
            Content::Audio(_) => return,
            Content::Noise => match self.terms.comfort_noise {
                Some(payload_type) => (payload_type, 0),
                None => return,
            },
            Content::Event(event) => {
                let Some(payload_type) = self.terms.telephone_event else {
                    return;
                };
                // Audio that a sender interleaves with the event is at most a frame older.
                let frame = FRAME_SAMPLES as u32 * scale;
                (
                    payload_type,
                    u32::from(event.duration).saturating_sub(frame),
                )
            }
        };
        let packet = Relayed {
            source: (heard.source, header.ssrc),
            sequence: header.sequence,
            timestamp: header.timestamp,
            marker: header.marker,
            samples,
            is_event: matches!(heard.content, Content::Event(_)),
        };
        let Some(header) = self.sender.number_relayed(now, payload_type, &packet) else {
            return;
        };
        self.sender.count_payload(payload.len());
        let sent = outbox.push_packet(route, &header.to_bytes(), payload);
        if let Content::Audio(codec) = heard.content
            && let (Some(theirs), Some(ours)) = (codec.law(), self.terms.codec.law())
        {
            theirs.transcode(ours, sent);
            if heard.key_sounds && !self.terms.inband_keys {
                sent.fill(ours.silence());
            }
            self.last_byte = sent.last().copied().unwrap_or(ours.silence());
        }
    }

    /// Sends a frame of our own.
    #[inline]
    pub(crate) fn send_frame(&mut self, at: Micros, frame: &[u8], outbox: &mut Outbox) {
        if let Some(route) = self.route().filter(|_| !frame.is_empty()) {
            let header = self.sender.number_frame(at, self.terms.payload_type);
            self.sender.count_payload(frame.len());
            self.last_byte = frame.last().copied().unwrap_or(self.last_byte);
            outbox.push_packet(route, &header.to_bytes(), frame);
        }
    }

    /// Sends the next 20 ms of waiting keys; whether there were any.
    pub(crate) fn send_keys(&mut self, at: Micros, outbox: &mut Outbox) -> bool {
        let Some(payload_type) = self.terms.telephone_event else {
            return self.send_tones(at, outbox);
        };
        let Some(route) = self.route() else {
            return false;
        };
        match self.keys.next_frame() {
            None => return false,
            Some(KeyFrame::Pause) => {
                self.send_frame(at, codec::silence(self.terms.codec), outbox);
            }
            Some(KeyFrame::Packet { event, begins, .. }) => {
                let header = self.sender.number_key(at, payload_type, begins);
                outbox.push_packet(route, &header.to_bytes(), &event.to_bytes());
            }
        }
        true
    }

    /// Counts a packet from one who had no right to send it.
    pub(crate) fn reject(&mut self) {
        self.rejected += 1;
    }

    #[inline]
    fn route(&self) -> Option<Route> {
        if !self.terms.sending {
            return None;
        }
        let tag = match &self.guard {
            None => 0,
            Some(guard) => guard.tag_bytes()?,
        };
        Some(Route {
            tag,
            ..self.route_for_reports()?
        })
    }

    #[inline]
    fn route_for_reports(&self) -> Option<Route> {
        Some(Route {
            leg: self.id,
            to: self.latch.destination()?,
            connect: self.latch.is_closed(),
            tag: 0,
        })
    }

    /// Both static types are understood whichever was agreed: an offer of both allows both.
    #[inline]
    fn content(&self, payload_type: u8, payload: &[u8]) -> Option<Content> {
        if payload_type == self.terms.payload_type {
            Some(Content::Audio(self.terms.codec))
        } else if self.terms.telephone_event == Some(payload_type) {
            TelephoneEvent::parse(payload).map(Content::Event)
        } else {
            self.other_content(payload_type)
        }
    }

    fn other_content(&self, payload_type: u8) -> Option<Content> {
        let noise = self.terms.comfort_noise.unwrap_or(COMFORT_NOISE);
        if payload_type == noise {
            return Some(Content::Noise);
        }
        let mut understood = self.terms.understood.iter();
        let known = understood.find(|known| known.0 == payload_type);
        let codec = match known {
            Some(&(_, codec)) => codec,
            None => Law::of_payload_type(payload_type)?.into(),
        };
        Some(Content::Audio(codec))
    }

    /// Whether another stream of the proven source may take the place of the known one.
    fn admits_stream(&self, now: Micros) -> bool {
        self.ssrc.is_none() || now.since(self.watch.heard_at()) >= STREAM_PAUSE
    }

    fn report(&self, press: Option<Press>, outbox: &mut Outbox) {
        if let Some(press) = press {
            outbox.push_event(Event::Digit {
                leg: self.id,
                digit: press.key,
                duration: press.duration,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relaying_leg_fits_in_a_kibibyte() {
        assert!(size_of::<Leg>() <= 1_024, "{} bytes", size_of::<Leg>());
    }
}
