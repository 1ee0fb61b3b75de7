//! Writes our reports into a buffer of the caller, which `rtcp-types` does with allocations.

use super::{Block, Ntp};

/// Longest datagram of reports that we write.
pub(crate) const REPORT_BYTES_MAX: usize = 80;
/// The largest count of lost packets that 24 bits with a sign hold.
const LOST_MAX: u32 = 0x7F_FFFF;

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SOURCE_DESCRIPTION: u8 = 202;
const GOOD_BYE: u8 = 203;
const CNAME: u8 = 1;
/// Eight hexadecimal digits.
const CNAME_BYTES: u8 = 8;

/// What we have sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SenderInfo {
    pub(crate) ntp: Ntp,
    /// The stream's time at that instant.
    pub(crate) timestamp: u32,
    pub(crate) packets: u32,
    pub(crate) octets: u32,
}

/// One datagram of reports: a report, the canonical name, and at the end a good-bye.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) ssrc: u32,
    pub(crate) sender: Option<SenderInfo>,
    pub(crate) block: Option<Block>,
    pub(crate) bye: bool,
}

/// Writes a compound packet; returns its length.
pub(crate) fn write(report: &Report, buffer: &mut [u8]) -> usize {
    let mut out = Writer { buffer, at: 0 };
    let kind = match report.sender {
        Some(_) => SENDER_REPORT,
        None => RECEIVER_REPORT,
    };
    let blocks = u8::from(report.block.is_some());
    let words = 1 + 5 * u16::from(report.sender.is_some()) + 6 * u16::from(blocks);
    out.head(blocks, kind, words);
    out.word(report.ssrc);
    if let Some(sender) = report.sender {
        out.word((sender.ntp.0 >> 32) as u32);
        out.word(sender.ntp.0 as u32);
        out.word(sender.timestamp);
        out.word(sender.packets);
        out.word(sender.octets);
    }
    if let Some(block) = report.block {
        out.word(block.ssrc);
        out.word((u32::from(block.fraction_lost) << 24) | block.lost.min(LOST_MAX));
        out.word(block.highest);
        out.word(block.jitter);
        out.word(block.last_report);
        out.word(block.since_report);
    }
    out.name(report.ssrc);
    if report.bye {
        out.head(1, GOOD_BYE, 1);
        out.word(report.ssrc);
    }
    out.at
}

struct Writer<'a> {
    buffer: &'a mut [u8],
    at: usize,
}

impl Writer<'_> {
    fn head(&mut self, count: u8, kind: u8, words: u16) {
        let words = words.to_be_bytes();
        self.bytes([0x80 | count, kind, words[0], words[1]]);
    }

    fn word(&mut self, word: u32) {
        self.bytes(word.to_be_bytes());
    }

    fn bytes(&mut self, bytes: [u8; 4]) {
        self.buffer[self.at..self.at + 4].copy_from_slice(&bytes);
        self.at += 4;
    }

    /// The canonical name, which says nothing about who and where we are (RFC 7022).
    fn name(&mut self, ssrc: u32) {
        let digit = |shift: u32| b"0123456789abcdef"[(ssrc >> shift) as usize & 15];
        self.head(1, SOURCE_DESCRIPTION, 4);
        self.word(ssrc);
        self.bytes([CNAME, CNAME_BYTES, digit(28), digit(24)]);
        self.bytes([digit(20), digit(16), digit(12), digit(8)]);
        self.bytes([digit(4), digit(0), 0, 0]);
    }
}
