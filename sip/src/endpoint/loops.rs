//! Requests that come round, and requests that are not for us (RFC 3261 §8.2.2, §16.3).

use super::Endpoint;
use super::transmit::Received;
use crate::event::Identity;
use crate::limits;
use crate::message::{Message, Name, Via};
use crate::transaction::table::Key;
use crate::transport::Flow;
use crate::uri::Scheme;

impl Endpoint {
    /// Whether a request has been sent by us before. A proxy may send a call of ours back to us
    /// under another address, as when we dial a number of our own; everything else is a loop.
    pub(super) fn has_come_round(&self, received: Received<'_>) -> bool {
        let Received { message, flow } = received;
        let ours = message
            .list(Name::Via)
            .take(limits::VIAS)
            .filter_map(|value| Via::parse(value).ok())
            .filter(|via| self.is_own(via, flow));
        ours.into_iter()
            .any(|via| !self.was_addressed_otherwise(&via, message))
    }

    fn is_own(&self, via: &Via<'_>, flow: Flow) -> bool {
        let port = via.port().unwrap_or(5060);
        via.host_address().is_some_and(|host| {
            let advertised = self.advertised(flow);
            [advertised, flow.local].iter().any(|own| {
                own.ip().to_canonical() == host.to_canonical()
                    && own.port() == port
                    && !own.ip().is_unspecified()
            })
        })
    }

    /// Whether this Via belongs to a request of ours that waits for its answer and is for another
    /// URI.
    fn was_addressed_otherwise(&self, via: &Via<'_>, message: &Message) -> bool {
        let branch = via.branch().unwrap_or_default();
        let sent = self
            .transactions
            .find(&Key::client(branch.as_bytes(), message.method()))
            .and_then(|slot| self.stored_request(slot));
        match (
            sent.as_ref().and_then(Message::request_uri),
            message.request_uri(),
        ) {
            (Some(sent), Some(came)) => !sent.is_equivalent(&came),
            (_, None) | (None, _) => false,
        }
    }

    /// Whether a request of somebody who is no trunk is for another domain than ours. Addresses
    /// count as ours: phones dial `sip:number@address`, and behind NAT nobody knows them all.
    pub(super) fn is_foreign(&self, identity: Option<&Identity>, message: &Message) -> bool {
        let Some(uri) = message.request_uri() else {
            return false;
        };
        let is_trunk = matches!(identity, Some(Identity::Trunk(_)));
        let (Scheme::Sip | Scheme::Sips, Some(host)) = (uri.scheme(), uri.host()) else {
            return false;
        };
        let domains = &self.config.domains;
        let is_ours = uri.host_address().is_some()
            || host.eq_ignore_ascii_case(&self.config.realm)
            || domains
                .iter()
                .any(|domain| host.eq_ignore_ascii_case(domain));
        !is_trunk && !domains.is_empty() && !is_ours
    }
}
