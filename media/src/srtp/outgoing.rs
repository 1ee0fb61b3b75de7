//! Protects what we send.
//!
//! A keystream that is used twice gives both texts away, so no index is used twice: within a
//! process the window sees to it, and across a kill the bound does. A checkpoint holds the newest
//! index; what is sent after it stays below [`RUN_MAX`] more, and the next process goes on there.
//! Of a context without a checkpoint nobody goes on.

use serde::{Deserialize, Serialize};

use super::session::{Place, Session, Use};
use super::window::Window;
use super::{MasterKey, SrtpError, Suite, header_bytes, word};

/// Packets that may be sent between two checkpoints, a second apart. Packets of 2.5 ms are the
/// shortest in use.
const RUN_MAX: u64 = 512;
/// Reports are numbered in 31 bits.
const REPORT_INDEX_MAX: u32 = (1 << 31) - 1;

/// How far a direction has come, for the process that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The newest RTP packet.
    pub index: u64,
    /// The newest RTCP packet.
    pub report: u32,
}

/// The context of what we send.
#[derive(Debug)]
pub struct Outgoing {
    suite: Suite,
    rtp: Session,
    rtcp: Session,
    window: Window,
    run_end: u64,
    report: u32,
    report_end: u32,
}

impl Outgoing {
    /// A context before the first packet, which will bear `sequence`.
    pub fn new(suite: Suite, master: &MasterKey, sequence: u16) -> Self {
        let window = Window::beginning(0, sequence);
        Self {
            suite,
            rtp: Session::derive(suite, master, Use::Rtp),
            rtcp: Session::derive(suite, master, Use::Rtcp),
            window,
            run_end: u64::MAX,
            report: 0,
            report_end: u32::MAX,
        }
    }

    /// A context that goes on where a process before this one was at its last checkpoint.
    pub fn resumed(suite: Suite, master: &MasterKey, sent: Sent) -> Self {
        let mut context = Self::new(suite, master, 0);
        context.window = Window::passed(sent.index + RUN_MAX);
        context.report = sent.report.saturating_add(RUN_MAX as u32);
        context.checkpoint();
        context
    }

    /// What protects.
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// The sequence number that the next packet of a resumed stream has to bear.
    pub fn next_sequence(&self) -> u16 {
        (self.window.newest() as u16).wrapping_add(1)
    }

    /// How far it has come. What is returned has to be kept before more is sent than a second's
    /// packets.
    pub fn checkpoint(&mut self) -> Sent {
        self.run_end = self.window.newest() + RUN_MAX;
        self.report_end = self.report.saturating_add(RUN_MAX as u32);
        Sent {
            index: self.window.newest(),
            report: self.report,
        }
    }

    /// Encrypts an RTP packet that is followed by [`Suite::tag_bytes`] of room.
    ///
    /// # Errors
    /// The packet is no RTP packet, or its number was used before or lies too far ahead.
    #[inline]
    pub fn protect(&mut self, packet: &mut [u8]) -> Result<(), SrtpError> {
        let length = packet.len().checked_sub(self.suite.tag_bytes());
        let (packet, room) = packet.split_at_mut(length.ok_or(SrtpError::TooShort)?);
        let clear = header_bytes(packet).ok_or(SrtpError::TooShort)?;
        let ssrc = word(packet, 8).ok_or(SrtpError::TooShort)?;
        let index = self
            .window
            .guess(u16::from_be_bytes([packet[2], packet[3]]));
        if !self.window.admits(index) {
            return Err(SrtpError::Replayed);
        }
        if index > self.run_end {
            return Err(SrtpError::UsedUp);
        }
        self.window.take(index);
        let rollover = ((index >> 16) as u32).to_be_bytes();
        let place = Place { ssrc, index };
        let tag = self.rtp.seal(place, (packet, clear), rollover);
        room.copy_from_slice(&tag[..room.len()]);
        Ok(())
    }

    /// Encrypts an RTCP packet that is followed by [`Suite::rtcp_bytes`] of room.
    ///
    /// # Errors
    /// The packet is no RTCP packet, or no number is left.
    pub fn protect_report(&mut self, packet: &mut [u8]) -> Result<(), SrtpError> {
        let length = packet.len().checked_sub(self.suite.rtcp_bytes());
        let (packet, room) = packet.split_at_mut(length.ok_or(SrtpError::TooShort)?);
        let ssrc = word(packet, 4).ok_or(SrtpError::TooShort)?;
        if self.report >= self.report_end.min(REPORT_INDEX_MAX) {
            return Err(SrtpError::UsedUp);
        }
        self.report += 1;
        let trailer = (self.report | 1 << 31).to_be_bytes();
        let place = Place {
            ssrc,
            index: u64::from(self.report),
        };
        let tag = self.rtcp.seal_report(place, packet, trailer);
        let tag = &tag[..self.rtcp.tag_bytes()];
        let parts = if self.rtcp.tag_leads() {
            [tag, &trailer]
        } else {
            [&trailer[..], tag]
        };
        let (front, back) = room.split_at_mut(parts[0].len());
        front.copy_from_slice(parts[0]);
        back.copy_from_slice(parts[1]);
        Ok(())
    }
}
