//! What stands between the wire and a protected leg.
//!
//! A datagram that gets past here is from the peer. That replaces the latch's probation: whoever
//! holds the keys may move, and is followed at once.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use super::Engine;
use crate::clock::Micros;
use crate::leg::Leg;
use crate::leg::guard::{Guard, Kind, Nominated};
use crate::outbox::Route;
use crate::srtp::Keys;
use crate::{Event, LegId, Outbox, Standing, stun};

impl Engine {
    /// The packet in the clear; nothing if it is no media, or not from the peer.
    #[inline]
    pub(super) fn unwrap_packet<'a>(
        &mut self,
        now: Micros,
        (id, from): (LegId, SocketAddr),
        datagram: &'a mut [u8],
        outbox: &mut Outbox,
    ) -> Option<&'a mut [u8]> {
        let index = id.0.wrapping_sub(self.first_leg) as usize;
        let Some(Some(leg)) = self.legs.get_mut(index) else {
            return Some(datagram);
        };
        if leg.guard.is_none() {
            return Some(datagram);
        }
        let opened = leg.open_datagram(now, from, datagram, outbox);
        if opened.is_none() {
            self.counters.guarded += 1;
        }
        opened.map(|length| &mut datagram[..length])
    }

    /// Encrypts what the legs have put into the outbox.
    #[inline]
    pub(super) fn seal(&mut self, outbox: &mut Outbox) {
        if !outbox.has_unsealed() {
            return;
        }
        let (first, legs) = (self.first_leg, &mut self.legs);
        let counters = &mut self.counters;
        outbox.seal(|leg, packet| {
            let index = leg.0.wrapping_sub(first) as usize;
            let leg = legs.get_mut(index).and_then(Option::as_mut);
            let sealed = leg
                .and_then(|leg| leg.guard.as_mut())
                .is_some_and(|guard| guard.protect(packet).is_ok());
            counters.unsealed += u64::from(!sealed);
            sealed
        });
    }

    pub(super) fn secure(
        &mut self,
        id: LegId,
        (keys, flight): (Keys, &[Bytes]),
        outbox: &mut Outbox,
    ) -> Option<()> {
        let leg = self.leg_mut(id)?;
        let sequence = leg.sender.line().sequence;
        leg.guard.as_mut()?.install(keys, sequence);
        for datagram in flight {
            leg.send_handshake(datagram, outbox);
        }
        Some(())
    }

    /// Visits every open leg for a checkpoint that [`crate::Order::Resume`] goes on from.
    pub fn checkpoint(&mut self, visit: &mut impl FnMut(LegId, Standing)) {
        for leg in self.legs.iter_mut().flatten() {
            let progress = leg.guard.as_mut().and_then(|guard| guard.checkpoint());
            let standing = Standing {
                line: leg.sender.line(),
                quality: leg.quality(),
                progress,
            };
            visit(leg.id, standing);
        }
    }

    /// Takes a report that arrived beside a leg's socket.
    pub fn handle_report(
        &mut self,
        now: Duration,
        leg: LegId,
        from: SocketAddr,
        datagram: &mut [u8],
    ) {
        let index = leg.0.wrapping_sub(self.first_leg) as usize;
        let Some(Some(leg)) = self.legs.get_mut(index) else {
            self.counters.unknown += 1;
            return;
        };
        let opened = match &mut leg.guard {
            None => Some(datagram.len()),
            Some(guard) => guard.unprotect_report(datagram).ok(),
        };
        match opened {
            Some(length) => leg.handle_report(now.into(), from, &datagram[..length]),
            None => leg.reject(),
        }
    }

    /// Takes a report in the clear that shared the leg's socket.
    pub(super) fn take_report(
        &mut self,
        now: Duration,
        leg: LegId,
        from: SocketAddr,
        datagram: &[u8],
    ) {
        let index = leg.0.wrapping_sub(self.first_leg) as usize;
        match self.legs.get_mut(index) {
            Some(Some(leg)) => leg.handle_report(now.into(), from, datagram),
            _ => self.counters.unknown += 1,
        }
    }
}

impl Leg {
    fn open_datagram(
        &mut self,
        now: Micros,
        from: SocketAddr,
        datagram: &mut [u8],
        outbox: &mut Outbox,
    ) -> Option<usize> {
        let guard = self.guard.as_mut()?;
        match Kind::of(datagram) {
            Kind::Rtp => {
                let Ok((length, newest)) = guard.unprotect(datagram) else {
                    self.reject();
                    return None;
                };
                if newest && !guard.has_ice() {
                    self.follow(now, from, outbox);
                }
                Some(length)
            }
            Kind::Rtcp => {
                let length = guard.unprotect_report(datagram);
                if length.is_err() {
                    self.reject();
                }
                length.ok()
            }
            Kind::Stun => {
                self.answer_check(now, from, datagram, outbox);
                None
            }
            Kind::Dtls => {
                // Only a proven source is worth the work, and the certificate, of a handshake.
                if self.latch.destination() == Some(from)
                    && let Some(datagram) = guard.take_handshake(datagram)
                {
                    let leg = self.id;
                    outbox.push_event(Event::Handshake { leg, datagram });
                }
                None
            }
            Kind::Other => None,
        }
    }

    fn answer_check(
        &mut self,
        now: Micros,
        from: SocketAddr,
        datagram: &[u8],
        outbox: &mut Outbox,
    ) {
        let mut buffer = [0; stun::ANSWER_MAX];
        let guard = self.guard.as_mut();
        let Some(checked) = guard.and_then(|guard| guard.check(from, datagram, &mut buffer)) else {
            self.reject();
            return;
        };
        let route = Route {
            leg: self.id,
            to: from,
            connect: false,
            tag: 0,
        };
        outbox.push_datagram(route, checked.answer);
        match checked.proven {
            Some(Nominated::Yes) => self.follow(now, from, outbox),
            Some(Nominated::NotYet) if self.latch.destination().is_none() => {
                self.follow(now, from, outbox);
            }
            Some(Nominated::NotYet) | None => {}
        }
    }

    /// Sends to the source that has proven itself.
    fn follow(&mut self, now: Micros, from: SocketAddr, outbox: &mut Outbox) {
        if self.latch.prove(now, from) {
            let leg = self.id;
            outbox.push_event(Event::Latched { leg, remote: from });
        }
    }

    /// Sends a handshake datagram to the proven source.
    pub(crate) fn send_handshake(&mut self, datagram: &[u8], outbox: &mut Outbox) {
        let has_handshake = self.guard.is_some();
        if let Some(to) = self.latch.destination().filter(|_| has_handshake) {
            let route = Route {
                leg: self.id,
                to,
                connect: false,
                tag: 0,
            };
            outbox.push_datagram(route, datagram);
        }
    }

    /// Takes over what a changed description says of the protection.
    pub(crate) fn renew_guard(&mut self) {
        let sequence = self.sender.line().sequence;
        match (self.terms.security.clone(), &mut self.guard) {
            (Some(security), Some(guard)) => guard.renew(*security, sequence),
            (Some(security), None) => {
                self.guard = Some(Box::new(Guard::new(*security, sequence)));
            }
            (None, _) => self.guard = None,
        }
        self.latch.set_authenticated(self.guard.is_some());
    }
}
