//! The protected side of a leg: what may come in, and how it goes out.

use bytes::Bytes;

use crate::security::{Ice, Progress, Security};
use crate::srtp::{Incoming, Keys, Outgoing, SrtpError};
use crate::{Line, stun};

/// Handshake datagrams of one description that are passed on: some forty are a bad handshake.
const HANDSHAKE_DATAGRAMS_MAX: u16 = 256;
/// Longest handshake datagram.
const HANDSHAKE_BYTES_MAX: usize = 1_500;

/// What a datagram is by its first byte (RFC 7983 §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Stun,
    Dtls,
    Rtp,
    Rtcp,
    Other,
}

impl Kind {
    pub(crate) fn of(datagram: &[u8]) -> Self {
        match datagram {
            [0..=3, ..] => Self::Stun,
            [20..=63, ..] => Self::Dtls,
            [128..=191, 192..=223, ..] => Self::Rtcp,
            [128..=191, ..] => Self::Rtp,
            _ => Self::Other,
        }
    }
}

/// What a connectivity check leads to.
#[derive(Debug)]
pub(crate) struct Checked<'b> {
    pub(crate) answer: &'b [u8],
    /// Whether the source has proven itself, and whether the peer chose it.
    pub(crate) proven: Option<Nominated>,
}

/// Whether the peer takes a path for the media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nominated {
    Yes,
    NotYet,
}

/// The protection of one leg.
#[derive(Debug)]
pub(crate) struct Guard {
    security: Security,
    outgoing: Option<Outgoing>,
    incoming: Option<Incoming>,
    handshake_datagrams: u16,
    nominated: bool,
}

impl Guard {
    /// The guard of a leg whose first packet bears `sequence`.
    pub(crate) fn new(security: Security, sequence: u16) -> Self {
        let keys = security.keys;
        let mut guard = Self {
            security,
            outgoing: None,
            incoming: None,
            handshake_datagrams: 0,
            nominated: false,
        };
        if let Some(keys) = keys {
            guard.install(keys, sequence);
        }
        guard
    }

    /// The guard of a leg that goes on after a restart, and corrects the numbers of its next packet
    /// so that none is used twice with the same key.
    pub(crate) fn resumed(
        security: Security,
        progress: Option<Progress>,
        line: &mut Line,
        salt: u64,
    ) -> Self {
        let mut guard = Self::new(security, line.sequence);
        guard.nominated = true;
        let Some(Keys { suite, ours, .. }) = guard.security.keys else {
            return guard;
        };
        match progress {
            Some(progress) => {
                let outgoing = Outgoing::resumed(suite, &ours, progress.sent);
                line.sequence = outgoing.next_sequence();
                guard.outgoing = Some(outgoing);
            }
            // How far the counts came is lost. Another source has other keystreams.
            None => line.ssrc = another_source(line.ssrc, salt),
        }
        if let Some(keys) = guard.security.keys {
            let heard = progress.and_then(|progress| progress.heard);
            guard.incoming = Some(Incoming::resumed(suite, &keys.theirs, heard));
        }
        guard
    }

    /// Takes over a changed description. Keys that stay keep their counts.
    pub(crate) fn renew(&mut self, mut security: Security, sequence: u16) {
        if security.keys.is_none() && security.handshake == self.security.handshake {
            security.keys = self.security.keys;
        }
        let restarted = self.remote_ice() != security.ice.as_ref().map(|ice| ice.theirs.as_str());
        self.nominated &= !restarted;
        self.handshake_datagrams = 0;
        let keys = security.keys;
        let before = std::mem::replace(&mut self.security, security).keys;
        match keys {
            Some(keys) if before != Some(keys) => {
                self.security.keys = before;
                self.install(keys, sequence);
            }
            Some(_) => {}
            None => (self.outgoing, self.incoming) = (None, None),
        }
    }

    /// Takes keys into use; `sequence` is that of the next packet.
    pub(crate) fn install(&mut self, keys: Keys, sequence: u16) {
        let before = self.security.keys.replace(keys);
        let Keys {
            suite,
            ours,
            theirs,
        } = keys;
        let kept = before.filter(|before| before.suite == suite);
        if self.outgoing.is_none() || kept.is_none_or(|before| before.ours != ours) {
            self.outgoing = Some(Outgoing::new(suite, &ours, sequence));
        }
        if kept.is_none_or(|before| before.theirs != theirs) || self.incoming.is_none() {
            self.incoming = Some(match &self.incoming {
                Some(incoming) => incoming.rekeyed(suite, &theirs),
                None => Incoming::new(suite, &theirs),
            });
        }
    }

    /// Bytes that an outgoing packet grows by; nothing while there are no keys to send it with.
    #[inline]
    pub(crate) fn tag_bytes(&self) -> Option<u8> {
        let outgoing = self.outgoing.as_ref()?;
        Some(outgoing.suite().tag_bytes() as u8)
    }

    /// Whether the peer's checks alone say where media goes.
    pub(crate) fn has_ice(&self) -> bool {
        self.security.ice.is_some()
    }

    /// Encrypts a packet with room for its tag.
    #[inline]
    pub(crate) fn protect(&mut self, packet: &mut [u8]) -> Result<(), SrtpError> {
        let outgoing = self.outgoing.as_mut().ok_or(SrtpError::UsedUp)?;
        outgoing.protect(packet)
    }

    /// Encrypts a report of `length` bytes that has room behind it; its length then, or nothing if
    /// it cannot be sent.
    pub(crate) fn protect_report(&mut self, buffer: &mut [u8], length: usize) -> Option<usize> {
        let outgoing = self.outgoing.as_mut()?;
        let length = length + outgoing.suite().rtcp_bytes();
        let protected = outgoing.protect_report(buffer.get_mut(..length)?);
        protected.ok().map(|()| length)
    }

    /// Decrypts an RTP packet; its length, and whether it is the newest of its stream.
    #[inline]
    pub(crate) fn unprotect(&mut self, packet: &mut [u8]) -> Result<(usize, bool), SrtpError> {
        let incoming = self.incoming.as_mut().ok_or(SrtpError::NotAuthentic)?;
        let before = incoming.stream();
        let length = incoming.unprotect(packet)?;
        Ok((length, incoming.stream() != before))
    }

    /// Decrypts an RTCP packet; its length.
    pub(crate) fn unprotect_report(&mut self, packet: &mut [u8]) -> Result<usize, SrtpError> {
        let incoming = self.incoming.as_mut().ok_or(SrtpError::NotAuthentic)?;
        incoming.unprotect_report(packet)
    }

    /// Judges a connectivity check. One that is not authentic gets no answer: a stranger could
    /// have it sent to a victim.
    pub(crate) fn check<'b>(
        &mut self,
        from: std::net::SocketAddr,
        datagram: &[u8],
        buffer: &'b mut [u8; stun::ANSWER_MAX],
    ) -> Option<Checked<'b>> {
        let ice = self.security.ice.as_ref()?;
        let request = stun::parse(datagram)?;
        let password = ice.password.as_bytes();
        if !names(ice, request.username?) || !request.is_authentic(password) {
            return None;
        }
        if request.unknown.is_some() {
            let answer = request.refuse(420, password, buffer);
            return Some(Checked {
                answer,
                proven: None,
            });
        }
        // The side with all of ICE has the control (RFC 8445 §6.1.1); one that thinks otherwise is
        // set right.
        if request.is_controlled {
            let answer = request.refuse(487, password, buffer);
            return Some(Checked {
                answer,
                proven: None,
            });
        }
        let nominated = if request.nominates {
            self.nominated = true;
            Some(Nominated::Yes)
        } else {
            (!self.nominated).then_some(Nominated::NotYet)
        };
        Some(Checked {
            answer: request.succeed(from, password, buffer),
            proven: nominated,
        })
    }

    /// A handshake datagram to be passed on, unless there have been too many.
    pub(crate) fn take_handshake(&mut self, datagram: &[u8]) -> Option<Bytes> {
        self.security.handshake?;
        let fits = datagram.len() <= HANDSHAKE_BYTES_MAX;
        if !fits || self.handshake_datagrams >= HANDSHAKE_DATAGRAMS_MAX {
            return None;
        }
        self.handshake_datagrams += 1;
        Some(Bytes::copy_from_slice(datagram))
    }

    /// How far the counts have come, which allows another second of sending.
    pub(crate) fn checkpoint(&mut self) -> Option<Progress> {
        let sent = self.outgoing.as_mut()?.checkpoint();
        let heard = self.incoming.as_ref().and_then(Incoming::stream);
        Some(Progress { sent, heard })
    }

    fn remote_ice(&self) -> Option<&str> {
        self.security.ice.as_ref().map(|ice| ice.theirs.as_str())
    }
}

/// Whether a check's user name is ours, a colon, and the peer's.
fn names(ice: &Ice, username: &[u8]) -> bool {
    let (ours, theirs) = (ice.ours.as_bytes(), ice.theirs.as_bytes());
    username.len() == ours.len() + 1 + theirs.len()
        && username.starts_with(ours)
        && username[ours.len()] == b':'
        && username.ends_with(theirs)
}

/// A source that is unlike the one before and unlike that of any other restart.
fn another_source(ssrc: u32, salt: u64) -> u32 {
    let mixed = (salt ^ u64::from(ssrc)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 32) as u32
}

#[cfg(test)]
mod tests;
