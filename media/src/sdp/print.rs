//! Writes descriptions.

use std::fmt::{Display, Formatter, Result as Written};
use std::net::{IpAddr, SocketAddr};

use super::formats::Formats;
use super::protect::{self, Protected};
use super::{Direction, Local};

impl Local {
    /// Where the peer sends media.
    pub(super) fn media_address(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.port)
    }
}

/// Describes an offer of our codecs and, if wanted, of telephone events, both ways.
pub fn offer(local: &Local) -> Vec<u8> {
    let protected = protect::offer(&local.protection, local.media_address());
    let stream = Stream {
        port: local.port,
        formats: Formats::offered(&local.codecs, local.telephone_events),
        direction: Direction::SendRecv,
        rtcp_mux: true,
        protected: &protected,
    };
    format!("{}{stream}", Head(local, &protected)).into_bytes()
}

/// The lines before the streams.
pub(super) struct Head<'a>(pub(super) &'a Local, pub(super) &'a Protected);

impl Display for Head<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let local = self.0;
        let family = match local.address {
            IpAddr::V4(_) => "IP4",
            IpAddr::V6(_) => "IP6",
        };
        let (id, version, address) = (local.session_id, local.session_version, local.address);
        write!(f, "v=0\r\no=- {id} {version} IN {family} {address}\r\n")?;
        write!(f, "s=-\r\nc=IN {family} {address}\r\nt=0 0\r\n")?;
        f.write_str(&self.1.session_lines)
    }
}

/// Our audio stream.
pub(super) struct Stream<'a> {
    pub(super) port: u16,
    pub(super) formats: Formats,
    pub(super) direction: Direction,
    pub(super) rtcp_mux: bool,
    pub(super) protected: &'a Protected,
}

impl Display for Stream<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        write!(f, "m=audio {} {}", self.port, self.protected.protocol)?;
        for payload_type in self.formats.payload_types() {
            write!(f, " {payload_type}")?;
        }
        write!(f, "\r\n{}", self.formats)?;
        if self.rtcp_mux {
            f.write_str("a=rtcp-mux\r\n")?;
        }
        write!(f, "a=ptime:20\r\na={}\r\n", self.direction.name())?;
        f.write_str(&self.protected.lines)
    }
}
