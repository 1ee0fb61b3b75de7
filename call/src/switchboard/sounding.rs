//! What the media threads and the recording writer say.

use super::Switchboard;
use crate::exchange::Side;
use crate::{Key, Output};
use media::{LegId, Quality, RecordingKey};
use model::{CallFact, FarQuality};
use std::time::Duration;

impl Switchboard {
    pub(super) fn media_event(&mut self, now: Duration, event: &media::Event) {
        let leg = match *event {
            media::Event::Digit { leg, .. }
            | media::Event::Latched { leg, .. }
            | media::Event::PlayEnded { leg, .. }
            | media::Event::Found { leg, .. }
            | media::Event::Silent { leg, .. }
            | media::Event::Secured { leg, .. }
            | media::Event::Unsecured { leg }
            | media::Event::Heard { leg } => leg,
            media::Event::HandshakeAnswer { leg, ref datagram } => {
                let datagram = datagram.clone();
                let order = media::Order::SendHandshake { leg, datagram };
                self.exchange.order(order);
                return;
            }
            // Whoever makes handshakes takes it before it comes here.
            media::Event::Handshake { .. } => return,
            media::Event::RecordingStopped { recording, samples } => {
                let order = Output::CloseRecording { recording, samples };
                self.exchange.outputs.push_back(order);
                return;
            }
            media::Event::Closed { leg, ref quality } => {
                self.leg_closed(now, leg, quality);
                return;
            }
        };
        if let Some((call, _)) = self.exchange.call_of_leg(leg) {
            self.with_call(now, call, |call, exchange| {
                call.handle_media(now, leg, event, exchange);
            });
        }
    }

    fn leg_closed(&mut self, now: Duration, leg: LegId, quality: &Quality) {
        if let Some((call, side)) = self.exchange.call_of_leg(leg)
            && let Some(enterprise) = self.exchange.enterprise_of(leg)
        {
            let fact = CallFact::LegQuality {
                customer: side == Side::Customer,
                received: quality.received,
                lost: quality.lost,
                rejected: quality.rejected,
                jitter_ms: whole(quality.jitter_ms),
                far: far_quality(quality),
                mos_hundredths: quality.mos.map(hundredths),
            };
            self.exchange.note(now, (enterprise, call), fact);
        }
        self.exchange.release_port(now, leg);
    }

    pub(super) fn recording_kept(
        &mut self,
        now: Duration,
        key: RecordingKey,
        (samples, size_bytes): (u64, u64),
        (sha256, fault): (Option<String>, Option<String>),
    ) {
        let Some(open) = self.exchange.recordings.remove(&key) else {
            return;
        };
        self.with_call(now, open.call, |call, exchange| {
            call.lose_taping(key, exchange);
        });
        let fact = CallFact::RecordingEnded {
            recording: open.id,
            duration_ms: i64::try_from(samples / 8).unwrap_or(i64::MAX),
            size_bytes: i64::try_from(size_bytes).unwrap_or(i64::MAX),
            fault,
            sha256,
        };
        self.exchange.note(now, (open.enterprise, open.call), fact);
        let forget = Output::Forget(Key::Recording(open.id));
        self.exchange.outputs.push_back(forget);
    }
}

fn far_quality(quality: &Quality) -> Option<FarQuality> {
    Some(FarQuality {
        lost: quality.far_lost?,
        jitter_ms: whole(quality.far_jitter_ms?),
        round_trip_ms: quality.round_trip_ms.map(whole),
        mos_hundredths: quality.far_mos.map(hundredths)?,
    })
}

fn hundredths(score: f32) -> u16 {
    u16::try_from(whole(score * 100.0)).unwrap_or(u16::MAX)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast of a float saturates, and what is measured is never negative"
)]
fn whole(measured: f32) -> u32 {
    measured.round() as u32
}
