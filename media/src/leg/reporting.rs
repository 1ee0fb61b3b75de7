//! The reports of a leg: when they are sent, whose are believed, and what they add up to.

#![expect(clippy::cast_precision_loss, reason = "jitter needs no seven digits")]

use std::net::SocketAddr;

use super::Leg;
use crate::clock::Micros;
use crate::quality::milliseconds;
use crate::rtcp::{self, Ntp, REPORT_BYTES_MAX, Report, SenderInfo};
use crate::srtp::OVERHEAD_MAX;
use crate::{Outbox, Quality, RtcpPath};

impl Leg {
    /// Goes on with the figures of the process before this one.
    pub(crate) fn begin_after(&mut self, before: Quality) {
        self.before = Some(Box::new(before));
    }

    /// How the leg has sounded so far.
    pub(crate) fn quality(&self) -> Quality {
        let clock = self.terms.codec.clock() as f32;
        let far = self.reports.far();
        let quality = Quality {
            received: self.sequence.received(),
            lost: self.sequence.lost(),
            rejected: self.rejected,
            jitter_ms: self.sequence.jitter_ms(),
            sent: self.sender.sent(),
            round_trip_ms: self.reports.round_trip().map(milliseconds),
            far_lost: far.map(|far| u64::from(far.lost)),
            far_jitter_ms: far.map(|far| far.jitter as f32 * 1_000.0 / clock),
            mos: None,
            far_mos: None,
        };
        let whole = match &self.before {
            Some(before) => quality.after(before),
            None => quality,
        };
        whole.estimated(self.terms.codec)
    }

    /// Takes the peer's reports in, if they come from where its media comes from.
    pub(crate) fn handle_report(&mut self, now: Micros, from: SocketAddr, datagram: &[u8]) {
        let known = self.latch.destination().is_some_and(|peer| {
            let shared = self.terms.rtcp == RtcpPath::Shared;
            peer.ip() == from.ip() && (!shared || peer.port() == from.port())
        });
        if !known {
            self.rejected += 1;
            return;
        }
        let ours = self.sender.line().ssrc;
        if let Some(received) = rtcp::read(datagram, ours) {
            self.reports.handle(now, ours, &received);
            self.watch.live(now);
            self.heed_peer();
        }
    }

    /// Lets what encodes for the peer know what it asks for and what it loses.
    pub(crate) fn heed_peer(&mut self) {
        if let Some(hearing) = &mut self.hearing {
            hearing.heed(&self.terms.wishes, self.reports.lost_percent());
        }
    }

    pub(super) fn report_when_due(&mut self, at: Micros, outbox: &mut Outbox) {
        if self.reports.is_due(at) {
            self.send_report(at, false, outbox);
        }
    }

    /// Says good-bye, so that the peer's figures are complete.
    pub(crate) fn send_last_report(&mut self, at: Micros, outbox: &mut Outbox) {
        self.send_report(at, true, outbox);
    }

    /// Reports go on while media is on hold (RFC 3550 §6.4: a receiver reports too).
    fn send_report(&mut self, at: Micros, bye: bool, outbox: &mut Outbox) {
        let Some(peer) = self.latch.destination() else {
            return;
        };
        let line = self.sender.line();
        let sent = self.sender.sent();
        let sender = self.reports.has_sent(sent).then(|| SenderInfo {
            ntp: Ntp::at(at),
            timestamp: self.sender.time_at(at),
            packets: sent as u32,
            octets: self.sender.octets() as u32,
        });
        let block = self
            .ssrc
            .map(|ssrc| self.reports.block(at, ssrc, &self.sequence));
        let report = Report {
            ssrc: line.ssrc,
            sender,
            block,
            bye,
        };
        let mut buffer = [0; REPORT_BYTES_MAX + OVERHEAD_MAX];
        let mut length = rtcp::write(&report, &mut buffer[..REPORT_BYTES_MAX]);
        if let Some(guard) = &mut self.guard {
            let Some(protected) = guard.protect_report(&mut buffer, length) else {
                return;
            };
            length = protected;
        }
        match self.terms.rtcp {
            RtcpPath::Shared => {
                if let Some(route) = self.route_for_reports() {
                    outbox.push_datagram(route, &buffer[..length]);
                }
            }
            RtcpPath::Beside { port } => {
                let to = SocketAddr::new(peer.ip(), port);
                outbox.push_report(self.id, to, &buffer[..length]);
            }
        }
    }
}
