//! One party of a call: its dialog and its RTP stream.

use crate::exchange::Exchange;
use bytes::Bytes;
use media::sdp::{self, Agreed, Direction, Local, SdpError};
use media::{Law, LegId, Line, Order};
use serde::{Deserialize, Serialize};
use sip::SessionId;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// One party. It exists from the first INVITE to the last BYE; a re-INVITE changes what was agreed
/// and never the leg.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Leg {
    pub(crate) session: SessionId,
    pub(crate) media: LegId,
    /// The address in our SDP.
    address: IpAddr,
    /// Where the peer's signalling comes from.
    signalling: IpAddr,
    sdp_session: u64,
    sdp_version: u64,
    law_order: Vec<Law>,
    pub(crate) agreed: Option<Agreed>,
    /// Numbers of the first packet and when it left, once media runs.
    line: Line,
    opened_at: Option<Duration>,
    pub(crate) latched: Option<SocketAddr>,
    pub(crate) silent: bool,
}

impl Leg {
    /// A leg with a port of its own; none when no port is free.
    pub(crate) fn new(
        now: Duration,
        (address, signalling): (IpAddr, IpAddr),
        worker: usize,
        law_order: Vec<Law>,
        exchange: &mut Exchange,
    ) -> Option<Self> {
        let media = exchange.ports.allocate(now, worker)?;
        Some(Self {
            session: SessionId(0),
            media,
            address,
            signalling,
            sdp_session: exchange.random_u64() >> 2,
            sdp_version: 1,
            law_order,
            agreed: None,
            line: exchange.random_line(),
            opened_at: None,
            latched: None,
            silent: false,
        })
    }

    /// What its events are known by.
    pub(crate) fn names(&self) -> (SessionId, LegId) {
        (self.session, self.media)
    }

    /// Our SDP as it is to be sent next.
    fn local(&self) -> Local {
        Local {
            address: self.address,
            port: u16::try_from(self.media.0).unwrap_or(0),
            session_id: self.sdp_session,
            session_version: self.sdp_version,
            law_order: self.law_order.clone(),
        }
    }

    /// Our offer.
    pub(crate) fn offer(&self) -> Bytes {
        Bytes::from(sdp::offer(&self.local()))
    }

    /// Answers the peer's offer and takes over what was agreed.
    pub(crate) fn answer(&mut self, offer: &[u8]) -> Result<Bytes, SdpError> {
        let first = self.agreed.is_none();
        if !first {
            self.sdp_version += 1;
        }
        let (text, agreed) = sdp::answer(offer, &self.local()).inspect_err(|_| {
            if !first {
                self.sdp_version -= 1;
            }
        })?;
        self.agreed = Some(agreed);
        Ok(Bytes::from(text))
    }

    /// Reads the peer's answer to our offer.
    pub(crate) fn accept(&mut self, answer: &[u8]) -> Result<(), SdpError> {
        self.agreed = Some(sdp::accept(&self.local(), answer)?);
        Ok(())
    }

    /// The codec of the leg, once agreed.
    pub(crate) fn law(&self) -> Law {
        self.agreed.as_ref().map_or(Law::Mu, |agreed| agreed.law)
    }

    /// Whether the peer has put us on hold.
    pub(crate) fn is_held(&self) -> bool {
        self.agreed
            .as_ref()
            .is_some_and(|agreed| !listens(agreed.direction))
    }

    /// Starts the media, or changes it after a re-INVITE.
    pub(crate) fn sound(&mut self, now: Duration, exchange: &mut Exchange) {
        let Some(agreed) = &self.agreed else {
            return;
        };
        let sending = listens(agreed.direction);
        let order = if self.opened_at.is_some() {
            Order::Retarget {
                leg: self.media,
                remote: agreed.remote,
                law: agreed.law,
                payload_type: agreed.payload_type,
                telephone_event: agreed.telephone_event,
                sending,
            }
        } else {
            self.opened_at = Some(now);
            Order::Open {
                leg: self.media,
                remote: agreed.remote,
                law: agreed.law,
                payload_type: agreed.payload_type,
                telephone_event: agreed.telephone_event,
                signalling: self.signalling,
                line: self.line,
                sending,
            }
        };
        exchange.order(order);
    }

    /// Goes on with the media in a new process.
    pub(crate) fn resume(&self, now: Duration, exchange: &mut Exchange) {
        let (Some(agreed), Some(opened_at)) = (&self.agreed, self.opened_at) else {
            return;
        };
        exchange.order(Order::Resume {
            leg: self.media,
            remote: agreed.remote,
            law: agreed.law,
            payload_type: agreed.payload_type,
            telephone_event: agreed.telephone_event,
            signalling: self.signalling,
            line: self.line.after_gap(now.saturating_sub(opened_at)),
            sending: listens(agreed.direction),
            latched: self.latched,
        });
    }

    /// Gives up the port, at once where no media ran, else when the engine says that it is closed.
    pub(crate) fn close(&self, now: Duration, exchange: &mut Exchange) {
        exchange.forget_session(self.session);
        if self.opened_at.is_some() {
            exchange.order(Order::Close { leg: self.media });
        } else {
            exchange.release_port(now, self.media);
        }
    }
}

/// Whether a peer with whom we agreed on `ours` wants to hear us.
fn listens(ours: Direction) -> bool {
    match ours {
        Direction::SendRecv | Direction::SendOnly => true,
        Direction::RecvOnly | Direction::Inactive => false,
    }
}
