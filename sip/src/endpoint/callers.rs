//! Who calls: what an INVITE says of its caller, and how much of it is believed (RFC 3325 §4).

use super::Endpoint;
use super::incoming::{lossy, user_of};
use super::screening::session_description;
use super::transmit::Received;
use crate::event::{Identity, Incoming};
use crate::message::{Message, Name};
use crate::session::provisional::{Provisional, Support};
use crate::uri::{Uri, number_of};

/// Hops assumed when Max-Forwards is missing.
const MAX_FORWARDS: u8 = 70;

/// Most headers handed on with a call.
const HANDED_ON: usize = 32;

impl Endpoint {
    pub(super) fn describe(&self, received: Received<'_>, identity: Identity) -> Incoming {
        let Received { message, flow } = received;
        let trusted = self.trusts_identity(&identity).then_some(message);
        Incoming {
            flow,
            identity,
            request_user: message
                .request_uri()
                .map(|uri| number_of(&uri))
                .unwrap_or_default(),
            from_user: caller(&message.from().uri()),
            from_display: message.from().display_name().into_owned(),
            to_user: user_of(&message.to()),
            call_id: message.call_id().to_owned(),
            user_agent: message.header(Name::UserAgent).map(lossy),
            offer: session_description(message),
            supports_reliable: Provisional::of(message).support != Support::No,
            max_forwards: message.max_forwards().unwrap_or(MAX_FORWARDS),
            headers: trusted.map(handed_on).unwrap_or_default(),
            asserted: trusted.and_then(|message| {
                message
                    .asserted_identity()
                    .or_else(|| message.remote_party())
            }),
            privacy: message.wants_privacy(),
            diversion: trusted.and_then(Message::last_diversion),
            history: trusted.map(Message::history).unwrap_or_default(),
            replaces: None,
            referred_by: message.referred_by(),
        }
    }

    /// Whether what the sender says of others is taken for true.
    fn trusts_identity(&self, identity: &Identity) -> bool {
        match identity {
            Identity::Trunk(trunk) => self
                .trunks
                .get(*trunk)
                .is_some_and(|trunk| trunk.config.trusts_identity),
            Identity::Account(_) => false,
        }
    }
}

/// The caller's user; nobody where the host says so (RFC 3323 §4.1.1.3).
fn caller(uri: &Uri<'_>) -> String {
    let is_nobody = uri
        .host()
        .is_some_and(|host| host.eq_ignore_ascii_case(crate::identity::ANONYMOUS_HOST));
    if is_nobody {
        return String::new();
    }
    number_of(uri)
}

fn handed_on(message: &Message) -> Vec<(String, Vec<u8>)> {
    message
        .iter()
        .filter(|header| {
            let is_own = header
                .name_text()
                .get(..2)
                .is_some_and(|start| start.eq_ignore_ascii_case("X-"));
            is_own || matches!(header.name(), Name::PAssertedIdentity | Name::Diversion)
        })
        .take(HANDED_ON)
        .map(|header| {
            let name = header.name_text().to_owned();
            (name, header.unfolded().into_owned())
        })
        .collect()
}
