//! Writes descriptions.

use std::fmt::{Display, Formatter, Result as Written};
use std::net::IpAddr;

use super::{Direction, Local};
use crate::Law;

/// The payload type that we offer for telephone events.
pub(super) const EVENT_PAYLOAD_TYPE: u8 = 101;

/// Describes an offer of our codecs and, if wanted, of telephone events, both ways.
pub fn offer(local: &Local) -> Vec<u8> {
    let codecs = local.law_order.iter();
    let stream = Stream {
        port: local.port,
        codecs: codecs.map(|law| (law.payload_type(), *law)).collect(),
        telephone_event: local.telephone_events.then_some(EVENT_PAYLOAD_TYPE),
        direction: Direction::SendRecv,
        rtcp_mux: true,
    };
    format!("{}{stream}", Head(local)).into_bytes()
}

/// The lines before the streams.
pub(super) struct Head<'a>(pub(super) &'a Local);

impl Display for Head<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let local = self.0;
        let family = match local.address {
            IpAddr::V4(_) => "IP4",
            IpAddr::V6(_) => "IP6",
        };
        let (id, version, address) = (local.session_id, local.session_version, local.address);
        write!(f, "v=0\r\no=- {id} {version} IN {family} {address}\r\n")?;
        write!(f, "s=-\r\nc=IN {family} {address}\r\nt=0 0\r\n")
    }
}

/// Our audio stream.
pub(super) struct Stream {
    pub(super) port: u16,
    pub(super) codecs: Vec<(u8, Law)>,
    pub(super) telephone_event: Option<u8>,
    pub(super) direction: Direction,
    pub(super) rtcp_mux: bool,
}

impl Display for Stream {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        write!(f, "m=audio {} RTP/AVP", self.port)?;
        let events = self.telephone_event.iter();
        for payload_type in self.codecs.iter().map(|codec| &codec.0).chain(events) {
            write!(f, " {payload_type}")?;
        }
        f.write_str("\r\n")?;
        for (payload_type, law) in &self.codecs {
            write!(f, "a=rtpmap:{payload_type} {}/8000\r\n", law.name())?;
        }
        if let Some(payload_type) = self.telephone_event {
            write!(f, "a=rtpmap:{payload_type} telephone-event/8000\r\n")?;
            write!(f, "a=fmtp:{payload_type} 0-15\r\n")?;
        }
        if self.rtcp_mux {
            f.write_str("a=rtcp-mux\r\n")?;
        }
        write!(f, "a=ptime:20\r\na={}\r\n", self.direction.name())
    }
}
