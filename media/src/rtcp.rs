//! Reports of both sides (RFC 3550 §6): what was sent, how it arrived, how long it was under way.
//!
//! A leg reports every five seconds, give or take a half, and as it closes. Reports share the
//! port of the media where both sides agreed on it (RFC 5761), else they use the next one.

mod read;
mod write;

use std::time::Duration;

pub(crate) use read::{Received, read};
pub(crate) use write::{REPORT_BYTES_MAX, Report, SenderInfo, write};

use crate::clock::Micros;
use crate::rtp::sequence::SeqExt;

/// Middle of the time between two reports (RFC 3550 §6.2).
const INTERVAL: Micros = Micros::from_ms(5_000);
/// Seconds from the NTP epoch, 1900, to the Unix epoch.
const NTP_OFFSET: u64 = 2_208_988_800;
/// A round trip longer than this is a report about another time.
const ROUND_TRIP_MAX: Duration = Duration::from_secs(10);

/// An instant as NTP writes it: seconds since 1900 in 32.32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ntp(pub(crate) u64);

impl Ntp {
    pub(crate) fn at(now: Micros) -> Self {
        let seconds = now.0 / 1_000_000 + NTP_OFFSET;
        let fraction = ((now.0 % 1_000_000) << 32) / 1_000_000;
        Self((seconds << 32) | fraction)
    }

    /// The middle 32 bits, which reports refer to each other by: 1/65536 s.
    pub(crate) fn middle(self) -> u32 {
        (self.0 >> 16) as u32
    }
}

/// How one of our report blocks describes their stream (RFC 3550 §6.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) ssrc: u32,
    /// Of the packets since the last report, in 1/256.
    pub(crate) fraction_lost: u8,
    pub(crate) lost: u32,
    pub(crate) highest: u32,
    /// In units of the stream's clock.
    pub(crate) jitter: u32,
    /// Middle of the time in their last report, and how long ago it came in 1/65536 s.
    pub(crate) last_report: u32,
    pub(crate) since_report: u32,
}

/// What one leg has reported and been told.
#[derive(Debug)]
pub(crate) struct Reports {
    next_at: Micros,
    /// Draws the time of each report, so that legs opened together do not report together.
    random: u32,
    sent_before: u64,
    expected_before: u64,
    received_before: u64,
    /// Middle of the time in their last report, and when it came.
    their_report: Option<(u32, Micros)>,
    round_trip: Option<Micros>,
    far: Option<Far>,
    lost_percent: Option<u8>,
}

/// How our stream arrives over there, as last reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Far {
    pub(crate) lost: u32,
    /// In units of the stream's clock.
    pub(crate) jitter: u32,
}

impl Reports {
    pub(crate) fn new(now: Micros, ssrc: u32) -> Self {
        let mut reports = Self {
            next_at: now,
            random: ssrc | 1,
            sent_before: 0,
            expected_before: 0,
            received_before: 0,
            their_report: None,
            round_trip: None,
            far: None,
            lost_percent: None,
        };
        reports.schedule(now);
        reports
    }

    pub(crate) fn round_trip(&self) -> Option<Micros> {
        self.round_trip
    }

    pub(crate) fn far(&self) -> Option<Far> {
        self.far
    }

    /// The share of our packets that is lost these days: it rises with the latest report and falls
    /// by half with each, so that redundancy outlasts the gaps between bursts.
    pub(crate) fn lost_percent(&self) -> Option<u8> {
        self.lost_percent
    }

    /// When the next report is due.
    pub(crate) fn next_at(&self) -> Micros {
        self.next_at
    }

    /// Whether a report is due; the next one is scheduled then.
    pub(crate) fn is_due(&mut self, at: Micros) -> bool {
        let due = at >= self.next_at;
        if due {
            self.schedule(at);
        }
        due
    }

    /// Whether packets were sent since the last report, which makes it a sender's.
    pub(crate) fn has_sent(&mut self, sent: u64) -> bool {
        std::mem::replace(&mut self.sent_before, sent) != sent
    }

    /// Describes the stream that arrives.
    pub(crate) fn block(&mut self, now: Micros, ssrc: u32, stream: &SeqExt) -> Block {
        let (expected, received) = (stream.expected(), stream.received());
        let due = expected.saturating_sub(self.expected_before);
        let came = received.saturating_sub(self.received_before);
        self.expected_before = expected;
        self.received_before = received;
        let fraction = (due.saturating_sub(came) << 8)
            .checked_div(due)
            .unwrap_or(0);
        let since = self
            .their_report
            .map_or(0, |(_, at)| (u128::from(now.since(at).0) << 16) / 1_000_000);
        Block {
            ssrc,
            fraction_lost: u8::try_from(fraction).unwrap_or(u8::MAX),
            lost: u32::try_from(stream.lost()).unwrap_or(u32::MAX),
            highest: stream.highest(),
            jitter: stream.jitter(),
            last_report: self.their_report.map_or(0, |(middle, _)| middle),
            since_report: u32::try_from(since).unwrap_or(u32::MAX),
        }
    }

    /// Takes in what they report.
    pub(crate) fn handle(&mut self, now: Micros, ours: u32, received: &Received) {
        if let Some(sender) = received.sender {
            self.their_report = Some((sender.middle(), now));
        }
        let Some(block) = received.block.filter(|block| block.ssrc == ours) else {
            return;
        };
        self.far = Some(Far {
            lost: block.lost,
            jitter: block.jitter,
        });
        let told = (u16::from(block.fraction_lost) * 100).div_ceil(256) as u8;
        let faded = self.lost_percent.map_or(0, |before| before / 2);
        self.lost_percent = Some(told.max(faded));
        if block.last_report == 0 {
            return;
        }
        let under_way = Ntp::at(now)
            .middle()
            .wrapping_sub(block.last_report)
            .wrapping_sub(block.since_report);
        let round_trip = Micros((u64::from(under_way) * 1_000_000) >> 16);
        if Duration::from(round_trip) <= ROUND_TRIP_MAX {
            self.round_trip = Some(round_trip);
        }
    }

    /// Half to one and a half intervals from here on (RFC 3550 §6.3.1).
    fn schedule(&mut self, now: Micros) {
        // Xorshift: only spreads reports in time.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        let spread = u64::from(self.random) % INTERVAL.0;
        self.next_at = now.plus(Micros(INTERVAL.0 / 2 + spread));
    }
}

#[cfg(test)]
mod tests;
