//! Dialogs (RFC 3261 §12): who speaks to whom, in which order, by which way.
//!
//! The local tag is the [`SessionId`] in hexadecimal, so a request inside a dialog finds its session
//! in one step. The route set is fixed when the dialog is made and never changed afterwards.

use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use crate::event::{Binding, SessionId};
use crate::message::{HeaderValue, Message, Method, Name, RequestBuilder, RequestHead};
use crate::transport::Flow;
use crate::uri::{Scheme, Uri, escape_user};

/// Hops that a request of ours inside a dialog may make.
pub(crate) const HOPS: u8 = 70;

/// Most entries kept of a Record-Route.
const MAX_ROUTES: usize = 16;

/// One dialog, early or confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Dialog {
    pub(crate) call_id: String,
    /// Our From or To, with our tag.
    pub(crate) local: Vec<u8>,
    /// The peer's From or To, with its tag once known.
    pub(crate) remote: Vec<u8>,
    pub(crate) remote_tag: String,
    pub(crate) local_cseq: u32,
    pub(crate) remote_cseq: Option<u32>,
    /// The URI of the peer's Contact.
    pub(crate) target: String,
    pub(crate) routes: Vec<String>,
    pub(crate) flow: Flow,
    pub(crate) reach: Reach,
    /// The name that the peer's certificate must be for where a connection is opened anew.
    pub(crate) peer_name: Option<String>,
    /// Whose phone it is, for one that registers.
    pub(crate) phone: Option<Phone>,
}

/// The phone at the other end of a dialog: where it registers next it is found again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Phone {
    pub(crate) user: String,
    /// Which of the user's phones, if it says so.
    pub(crate) instance: Option<String>,
}

/// How the peer of a dialog is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Reach {
    /// Only over the flow it used: a phone, most likely behind NAT.
    Flow,
    /// By the address in its Contact or Route when that is another host: a trunk.
    Address,
}

/// How a request's CSeq compares with those seen before (§12.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Next,
    TooLow,
}

impl Dialog {
    /// The dialog that an INVITE opens at the callee (§12.1.1).
    pub(crate) fn incoming(invite: &Message, id: SessionId, flow: Flow, reach: Reach) -> Self {
        let mut local = unfolded(invite, Name::To);
        local.extend_from_slice(format!(";tag={}", tag(id)).as_bytes());
        Self {
            call_id: invite.call_id().to_owned(),
            local,
            remote: unfolded(invite, Name::From),
            remote_tag: invite.from_tag().unwrap_or_default().to_owned(),
            local_cseq: 0,
            remote_cseq: Some(invite.sequence().number),
            target: contact(invite).unwrap_or_else(|| invite.from().uri().as_str().to_owned()),
            routes: routes(invite).collect(),
            flow,
            reach,
            peer_name: None,
            phone: None,
        }
    }

    /// The dialog that a 2xx opens at the caller (§12.1.2); `self` is what the INVITE was sent with.
    pub(crate) fn answered(&self, response: &Message, local_address: SocketAddr) -> Self {
        let mut dialog = self.clone();
        dialog.remote = unfolded(response, Name::To);
        response
            .to_tag()
            .unwrap_or_default()
            .clone_into(&mut dialog.remote_tag);
        if let Some(target) = contact(response) {
            dialog.target = target;
        }
        dialog.routes = routes(response).collect();
        dialog.routes.reverse();
        dialog.flow.local = local_address;
        dialog
    }

    /// Whether the peer asks that nobody on the way can listen.
    pub(crate) fn is_secure(&self) -> bool {
        uri(&self.target).scheme() == Scheme::Sips
    }

    /// Whether the peer is a phone, to be reached by its own connections.
    pub(crate) fn is_of_phone(&self) -> bool {
        self.reach == Reach::Flow && self.phone.is_some()
    }

    /// Aims the first request of a call at a registered contact.
    pub(crate) fn lead_to(&mut self, binding: &Binding) {
        self.routes.clone_from(&binding.path);
        self.phone = Some(Phone {
            user: binding.user.clone(),
            instance: binding.instance.clone(),
        });
    }

    /// Notes the CSeq of a request of the peer.
    pub(crate) fn note_sequence(&mut self, number: u32) -> Order {
        if self.remote_cseq.is_some_and(|seen| number < seen) {
            return Order::TooLow;
        }
        self.remote_cseq = Some(number);
        Order::Next
    }

    /// Takes the Contact of a target refresh request that was accepted.
    pub(crate) fn refresh_target(&mut self, message: &Message) {
        if let Some(target) = contact(message) {
            self.target = target;
        }
    }

    /// The number of our next request.
    pub(crate) fn next_sequence(&mut self) -> u32 {
        self.local_cseq += 1;
        self.local_cseq
    }

    /// Begins a request to the peer, with its Route set (§12.2.1.1).
    pub(crate) fn request(
        &self,
        method: Method,
        sequence: u32,
        via: &str,
        max_forwards: u8,
    ) -> RequestBuilder<'static> {
        let (uri, routes) = self.path();
        let mut request = RequestBuilder::new(&RequestHead {
            method,
            uri,
            via: value(via.as_bytes()),
            from: value(&self.local),
            to: value(&self.remote),
            call_id: value(self.call_id.as_bytes()),
            sequence,
            max_forwards,
        });
        for route in routes {
            request = request.header(Name::Route, value(route.as_bytes()));
        }
        request
    }

    /// The Request-URI and the Route headers; a strict router's own URI goes first.
    fn path(&self) -> (Uri<'_>, Vec<String>) {
        let target = uri(&self.target);
        let Some(first) = self.routes.first() else {
            return (target, Vec::new());
        };
        let router = uri(inside_brackets(first));
        if router
            .parameters()
            .any(|(name, _)| name.eq_ignore_ascii_case("lr"))
        {
            return (target, self.routes.clone());
        }
        let mut rest: Vec<_> = self.routes[1..].to_vec();
        rest.push(format!("<{}>", self.target));
        (router, rest)
    }

    /// Where the next hop says it is, if it is an address and not a name.
    pub(crate) fn next_hop(&self) -> Option<SocketAddr> {
        let next = self
            .routes
            .first()
            .map_or(self.target.as_str(), |route| inside_brackets(route));
        let next = Uri::parse(next).ok()?;
        match next.scheme() {
            Scheme::Sip | Scheme::Sips => {
                let port = next.port().unwrap_or(self.flow.transport.default_port());
                Some(SocketAddr::new(next.host_address()?, port))
            }
            Scheme::Tel | Scheme::Other => None,
        }
    }

    /// The next hop's address if that is another host than the peer, and one that can be reached.
    pub(crate) fn other_hop(&self) -> Option<SocketAddr> {
        let peer = self.flow.remote.ip();
        self.next_hop()
            .filter(|next| next.ip() != peer && (!is_private(next.ip()) || is_private(peer)))
    }

    /// Where a request goes over UDP: to another next hop, else back to where the peer's own
    /// messages come from.
    pub(crate) fn datagram_flow(&self) -> Flow {
        let mut flow = self.flow;
        if self.reach == Reach::Address {
            flow.remote = self.other_hop().unwrap_or(flow.remote);
        }
        flow
    }
}

/// The address of a user at a host; of the host itself if there is no user.
pub(crate) fn address(user: &str, host: &str) -> String {
    let user = escape_user(user);
    let at = if user.is_empty() { "" } else { "@" };
    format!("sip:{user}{at}{host}")
}

/// Our tag in all dialogs of a session.
pub(crate) fn tag(id: SessionId) -> String {
    format!("{:016x}", id.0)
}

/// The session whose tag this is.
pub(crate) fn session_of(tag: &str) -> Option<SessionId> {
    if tag.len() != 16 || !tag.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u64::from_str_radix(tag, 16).ok().map(SessionId)
}

/// A value that was unfolded when it was taken off the wire.
pub(crate) fn value(bytes: &[u8]) -> HeaderValue<'_> {
    HeaderValue::from_bytes(bytes).unwrap_or(HeaderValue::from_static(""))
}

fn uri(text: &str) -> Uri<'_> {
    const NOBODY: &str = "sip:invalid.invalid";
    Uri::parse(text)
        .or_else(|_| Uri::parse(NOBODY))
        .expect("the fallback is a URI")
}

fn unfolded(message: &Message, name: Name) -> Vec<u8> {
    message
        .iter()
        .find(|header| header.name() == name)
        .map(|header| header.unfolded().into_owned())
        .unwrap_or_default()
}

fn contact(message: &Message) -> Option<String> {
    let address = message.addresses(Name::Contact).next()?.ok()?;
    Some(address.uri().as_str().to_owned())
}

fn routes(message: &Message) -> impl Iterator<Item = String> {
    message
        .addresses(Name::RecordRoute)
        .filter_map(Result::ok)
        .take(MAX_ROUTES)
        .map(|address| format!("<{}>", address.uri().as_str()))
}

fn inside_brackets(route: &str) -> &str {
    route.trim_start_matches('<').trim_end_matches('>')
}

fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_unspecified()
        }
        IpAddr::V6(address) => {
            address.is_loopback()
                || address.is_unspecified()
                || address.is_unique_local()
                || address.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests;
