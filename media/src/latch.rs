//! Which source a leg listens to, and which address it may send to.
//!
//! ```text
//!               exact SDP address                     2 s of silence or new SDP
//!   Advertised ───────────────────────▶ Locked(addr) ──────────────────────────┐
//!       │  other port of the SDP or signalling IP:      ▲                       │
//!       └▶ Learning ── 4 in sequence over 60 ms ────────┴── Learning (still     │
//!                                                           sends to addr) ◀───┘
//! ```
//! Media is never sent to an address that has not proven itself: until then it goes only where
//! the SDP says, so the server can neither be aimed at a victim nor bled by a stranger. Sources at
//! any other IP than those of the SDP and of the signalling are strangers for good.

use std::net::{IpAddr, SocketAddr};

use smallvec::SmallVec;

use crate::clock::Micros;
use crate::rtp::Header;

const CANDIDATES_MAX: usize = 4;
const PROBATION_PACKETS: u8 = 4;
/// Shortest time in which probation can be passed: a flood does not hurry it.
const PROBATION_SPAN: Micros = Micros::from_ms(60);
/// Silence of the locked source after which another may take its place.
const RELEARN_AFTER: Micros = Micros::from_ms(2_000);
/// How long a reopened latch stays open though the locked source is heard.
const OPEN_FOR: Micros = Micros::from_ms(500);

/// What the latch says of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// From the proven source.
    Accept,
    /// From a source that has just proven itself.
    Latched,
    /// From a source on probation.
    Probation,
    /// From a stranger.
    Reject,
}

/// The source of one leg.
#[derive(Debug)]
pub(crate) struct Latch {
    advertised: SocketAddr,
    signalling: IpAddr,
    locked: Option<SocketAddr>,
    /// Since when other sources may prove themselves though one is locked.
    reopened_at: Option<Micros>,
    heard_at: Micros,
    candidates: SmallVec<[Candidate; CANDIDATES_MAX]>,
    /// Whether every packet that is judged has been authenticated already.
    authenticated: bool,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    source: SocketAddr,
    ssrc: u32,
    sequence: u16,
    packets: u8,
    since: Micros,
    heard_at: Micros,
}

impl Latch {
    pub(crate) fn new(
        now: Micros,
        advertised: SocketAddr,
        signalling: IpAddr,
        locked: Option<SocketAddr>,
    ) -> Self {
        Self {
            advertised,
            signalling,
            locked,
            reopened_at: None,
            heard_at: now,
            candidates: SmallVec::new(),
            authenticated: false,
        }
    }

    /// Says whether packets are authenticated before they come here, which proves more than any
    /// probation. The socket stays open then: the peer may move at any time.
    pub(crate) fn set_authenticated(&mut self, authenticated: bool) {
        self.authenticated = authenticated;
    }

    /// Follows an authenticated source; whether it is another than before.
    pub(crate) fn prove(&mut self, now: Micros, source: SocketAddr) -> bool {
        if self.locked == Some(source) {
            return false;
        }
        self.lock(now, source);
        true
    }

    /// Where media may be sent, or nothing if the peer named no address.
    #[inline]
    pub(crate) fn destination(&self) -> Option<SocketAddr> {
        let to = self.locked.unwrap_or(self.advertised);
        (!to.ip().is_unspecified() && to.port() != 0).then_some(to)
    }

    /// Whether the socket may be closed to all but the destination.
    #[inline]
    pub(crate) fn is_closed(&self) -> bool {
        self.locked.is_some() && self.reopened_at.is_none() && !self.authenticated
    }

    /// The session description changed. An unchanged address keeps what was learned, because a
    /// phone behind NAT advertises the same unreachable address in every re-INVITE.
    pub(crate) fn retarget(&mut self, now: Micros, advertised: SocketAddr) {
        if advertised != self.advertised {
            self.advertised = advertised;
            self.locked = None;
        }
        self.reopened_at = self.locked.map(|_| now);
        self.candidates.clear();
    }

    /// Opens the latch when the locked source has been silent for long.
    pub(crate) fn handle_timeout(&mut self, now: Micros) {
        if self.is_closed() && now.since(self.heard_at) >= RELEARN_AFTER {
            self.reopened_at = Some(now);
        }
    }

    /// Judges a packet whose payload type is the negotiated one.
    #[inline]
    pub(crate) fn judge(&mut self, now: Micros, from: SocketAddr, header: &Header) -> Verdict {
        if self.locked == Some(from) {
            self.heard_at = now;
            // Packets of the old source may still be in flight after a changed description.
            if self.reopened_at.is_some_and(|at| now.since(at) >= OPEN_FOR) {
                self.reopened_at = None;
                self.candidates.clear();
            }
            return Verdict::Accept;
        }
        if self.authenticated {
            return Verdict::Accept;
        }
        if from == self.advertised {
            return self.lock(now, from);
        }
        let known_ip = from.ip() == self.advertised.ip() || from.ip() == self.signalling;
        if self.is_closed() || !known_ip {
            return Verdict::Reject;
        }
        self.probe(now, from, header)
    }

    fn probe(&mut self, now: Micros, from: SocketAddr, header: &Header) -> Verdict {
        let fresh = Candidate {
            source: from,
            ssrc: header.ssrc,
            sequence: header.sequence,
            packets: 1,
            since: now,
            heard_at: now,
        };
        let Some(known) = self
            .candidates
            .iter_mut()
            .find(|known| known.source == from)
        else {
            self.admit(fresh);
            return Verdict::Probation;
        };
        let follows = header.sequence == known.sequence.wrapping_add(1);
        if known.ssrc != header.ssrc || !follows {
            *known = fresh;
            return Verdict::Probation;
        }
        known.sequence = header.sequence;
        known.packets = known.packets.saturating_add(1);
        known.heard_at = now;
        let proven = known.packets >= PROBATION_PACKETS && now.since(known.since) >= PROBATION_SPAN;
        if proven {
            self.lock(now, from)
        } else {
            Verdict::Probation
        }
    }

    /// Takes a candidate in, in the place of the one longest unheard if the table is full.
    fn admit(&mut self, fresh: Candidate) {
        if self.candidates.len() == CANDIDATES_MAX {
            let stalest = (0..CANDIDATES_MAX).min_by_key(|&i| self.candidates[i].heard_at);
            if let Some(index) = stalest {
                self.candidates.swap_remove(index);
            }
        }
        self.candidates.push(fresh);
    }

    fn lock(&mut self, now: Micros, source: SocketAddr) -> Verdict {
        self.locked = Some(source);
        self.reopened_at = None;
        self.heard_at = now;
        self.candidates.clear();
        Verdict::Latched
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDP: &str = "192.0.2.1:4000";
    const OTHER_PORT: &str = "192.0.2.1:4002";
    const BEHIND_NAT: &str = "198.51.100.7:9000";
    const STRANGER: &str = "203.0.113.9:4000";

    fn latch() -> Latch {
        Latch::new(
            Micros(0),
            SDP.parse().unwrap(),
            "198.51.100.7".parse().unwrap(),
            None,
        )
    }

    fn hear(latch: &mut Latch, at_ms: u64, from: &str, sequence: u16) -> Verdict {
        let header = Header {
            payload_type: 0,
            marker: false,
            sequence,
            timestamp: 0,
            ssrc: 1,
        };
        latch.judge(Micros::from_ms(at_ms), from.parse().unwrap(), &header)
    }

    #[test]
    fn the_address_of_the_description_is_trusted_at_once() {
        let mut latch = latch();
        assert_eq!(hear(&mut latch, 0, SDP, 1), Verdict::Latched);
        assert!(latch.is_closed());
        assert_eq!(hear(&mut latch, 20, SDP, 2), Verdict::Accept);
        assert_eq!(hear(&mut latch, 20, OTHER_PORT, 1), Verdict::Reject);
    }

    #[test]
    fn a_source_at_the_signalling_address_has_to_prove_itself() {
        let mut latch = latch();
        for (index, expected) in [
            Verdict::Probation,
            Verdict::Probation,
            Verdict::Probation,
            Verdict::Latched,
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(latch.destination(), SDP.parse().ok());
            let verdict = hear(&mut latch, 20 * index as u64, BEHIND_NAT, index as u16);
            assert_eq!(verdict, expected);
        }
        assert_eq!(latch.destination(), BEHIND_NAT.parse().ok());
    }

    #[test]
    fn a_flood_does_not_hurry_probation() {
        let mut latch = latch();
        for sequence in 0..1_000 {
            let at = u64::from(sequence) / 20;
            assert_ne!(hear(&mut latch, at, BEHIND_NAT, sequence), Verdict::Latched);
        }
    }

    #[test]
    fn a_stranger_is_rejected_however_long_it_tries() {
        let mut latch = latch();
        for sequence in 0..1_000 {
            let verdict = hear(&mut latch, u64::from(sequence) * 20, STRANGER, sequence);
            assert_eq!(verdict, Verdict::Reject);
        }
        assert_eq!(latch.destination(), SDP.parse().ok());
    }

    #[test]
    fn two_seconds_of_silence_let_another_port_prove_itself() {
        let mut latch = latch();
        hear(&mut latch, 0, SDP, 1);
        latch.handle_timeout(Micros::from_ms(1_900));
        assert_eq!(hear(&mut latch, 1_900, OTHER_PORT, 1), Verdict::Reject);
        latch.handle_timeout(Micros::from_ms(2_000));
        assert!(!latch.is_closed());
        for sequence in 2..6 {
            hear(
                &mut latch,
                2_000 + u64::from(sequence) * 20,
                OTHER_PORT,
                sequence,
            );
        }
        assert_eq!(latch.destination(), OTHER_PORT.parse().ok());
    }

    #[test]
    fn a_description_with_the_same_address_keeps_what_was_learned() {
        let mut latch = latch();
        for sequence in 0..4 {
            hear(&mut latch, u64::from(sequence) * 20, BEHIND_NAT, sequence);
        }
        latch.retarget(Micros::from_ms(100), SDP.parse().unwrap());
        assert_eq!(latch.destination(), BEHIND_NAT.parse().ok());
        latch.retarget(Micros::from_ms(100), OTHER_PORT.parse().unwrap());
        assert_eq!(latch.destination(), OTHER_PORT.parse().ok());
    }

    #[test]
    fn no_media_goes_to_an_unspecified_address() {
        let latch = Latch::new(
            Micros(0),
            "0.0.0.0:4000".parse().unwrap(),
            "192.0.2.1".parse().unwrap(),
            None,
        );
        assert_eq!(latch.destination(), None);
    }
}
