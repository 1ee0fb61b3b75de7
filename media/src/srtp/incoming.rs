//! Lets in what the peer protected.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::session::{Place, Session, Use};
use super::window::Window;
use super::{MasterKey, SrtpError, Suite, header_bytes, word};

/// Streams that a peer may have at once: one, and another while it changes.
const STREAMS_MAX: usize = 4;
/// Rollover counters that a stream may begin with after a restart without a checkpoint: 65 minutes
/// of packets of 20 ms.
const ROLLOVERS_MAX: u32 = 3;
/// Longest RTCP packet.
pub(super) const REPORT_MAX: usize = 1_500;

/// How far one stream of the peer has come, for the process that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream {
    /// Its source.
    pub ssrc: u32,
    /// Its newest packet.
    pub index: u64,
}

/// The context of what the peer sends.
#[derive(Debug)]
pub struct Incoming {
    suite: Suite,
    rtp: Session,
    rtcp: Session,
    /// Latest heard last.
    streams: SmallVec<[Known; STREAMS_MAX]>,
    /// Rollover counters that a stream seen for the first time may have.
    rollovers: u32,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    ssrc: u32,
    packets: Window,
    reports: Window,
}

impl Incoming {
    /// A context before the first packet.
    pub fn new(suite: Suite, master: &MasterKey) -> Self {
        Self {
            suite,
            rtp: Session::derive(suite, master, Use::Rtp),
            rtcp: Session::derive(suite, master, Use::Rtcp),
            streams: SmallVec::new(),
            rollovers: 1,
        }
    }

    /// A context of a stream that began before this process, which may be known as it was at a
    /// checkpoint.
    pub fn resumed(suite: Suite, master: &MasterKey, stream: Option<Stream>) -> Self {
        let mut context = Self::new(suite, master);
        context.rollovers = ROLLOVERS_MAX;
        context.streams.extend(stream.map(|stream| Known {
            ssrc: stream.ssrc,
            packets: Window::passed(stream.index),
            reports: Window::beginning(0, 0),
        }));
        context
    }

    /// A context of another key for the same peer, whose count goes on (RFC 3711 §3.3.1) or begins
    /// anew; both are in use.
    #[must_use]
    pub fn rekeyed(&self, suite: Suite, master: &MasterKey) -> Self {
        let mut context = Self::new(suite, master);
        let rollover = self.stream().map_or(0, |stream| stream.index >> 16);
        context.rollovers = (rollover as u32).saturating_add(2).min(64);
        context
    }

    /// How far the stream that was heard last has come.
    pub fn stream(&self) -> Option<Stream> {
        self.streams.last().map(|known| Stream {
            ssrc: known.ssrc,
            index: known.packets.newest(),
        })
    }

    /// Decrypts an RTP packet in place; how long it is without its tag.
    ///
    /// # Errors
    /// It is no RTP packet, not authentic, or a repeated one; its bytes are as they were then.
    #[inline]
    pub fn unprotect(&mut self, packet: &mut [u8]) -> Result<usize, SrtpError> {
        let length = packet
            .len()
            .checked_sub(self.suite.tag_bytes())
            .ok_or(SrtpError::TooShort)?;
        let (packet, tag) = packet.split_at_mut(length);
        let clear = header_bytes(packet).ok_or(SrtpError::TooShort)?;
        let ssrc = word(packet, 8).ok_or(SrtpError::TooShort)?;
        let sequence = u16::from_be_bytes([packet[2], packet[3]]);
        let Some(at) = self.streams.iter().rposition(|known| known.ssrc == ssrc) else {
            return self.meet(ssrc, sequence, (packet, clear, tag));
        };
        let index = self.streams[at].packets.guess(sequence);
        if !self.streams[at].packets.admits(index) {
            return Err(SrtpError::Replayed);
        }
        self.open(Place { ssrc, index }, (packet, clear), tag)?;
        self.streams[at].packets.take(index);
        if at + 1 < self.streams.len() {
            self.streams[at..].rotate_left(1);
        }
        Ok(length)
    }

    /// The first packet of a stream decides its rollover counter.
    #[cold]
    fn meet(
        &mut self,
        ssrc: u32,
        sequence: u16,
        (packet, clear, tag): (&mut [u8], usize, &[u8]),
    ) -> Result<usize, SrtpError> {
        for rollover in 0..self.rollovers {
            let mut packets = Window::beginning(rollover, sequence);
            let index = packets.newest();
            if self
                .open(Place { ssrc, index }, (packet, clear), tag)
                .is_ok()
            {
                packets.take(index);
                self.remember(Known {
                    ssrc,
                    packets,
                    reports: Window::beginning(0, 0),
                });
                return Ok(packet.len());
            }
        }
        Err(SrtpError::NotAuthentic)
    }

    #[inline]
    fn open(
        &self,
        place: Place,
        (packet, clear): (&mut [u8], usize),
        tag: &[u8],
    ) -> Result<(), SrtpError> {
        let rollover = ((place.index >> 16) as u32).to_be_bytes();
        self.rtp.open(place, (packet, clear), (rollover, tag))
    }

    /// Decrypts an RTCP packet in place; how long it is without tag and index.
    ///
    /// # Errors
    /// It is no RTCP packet, not authentic, or a repeated one; its bytes are as they were then.
    pub fn unprotect_report(&mut self, packet: &mut [u8]) -> Result<usize, SrtpError> {
        let length = packet.len().checked_sub(self.suite.rtcp_bytes());
        let length = length
            .filter(|length| (8..=REPORT_MAX).contains(length))
            .ok_or(SrtpError::TooShort)?;
        let (packet, trailer) = packet.split_at_mut(length);
        let (tag, number) = if self.rtcp.tag_leads() {
            trailer.split_at(trailer.len() - 4)
        } else {
            let (number, tag) = trailer.split_at(4);
            (tag, number)
        };
        let ssrc = word(packet, 4).ok_or(SrtpError::TooShort)?;
        let number = word(number, 0).ok_or(SrtpError::TooShort)?;
        let index = u64::from(number & !(1 << 31));
        let clear = if number >> 31 == 1 { 8 } else { length };
        let known = self.streams.iter().rposition(|known| known.ssrc == ssrc);
        if let Some(at) = known
            && !self.streams[at].reports.admits(index)
        {
            return Err(SrtpError::Replayed);
        }
        let place = Place { ssrc, index };
        let trailer = (number.to_be_bytes(), tag);
        self.rtcp.open_report(place, (packet, clear), trailer)?;
        // A stream of which only reports are heard is not worth a place: it cannot be taken for
        // media, and a repeated report does no harm.
        if let Some(at) = known {
            self.streams[at].reports.take(index);
        }
        Ok(length)
    }

    fn remember(&mut self, known: Known) {
        if self.streams.len() == STREAMS_MAX {
            self.streams.remove(0);
        }
        self.streams.push(known);
    }
}
