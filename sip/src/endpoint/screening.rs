//! Requests outside of a dialog: the general answers, then who may go on (RFC 3261 §8.2).

use std::time::Duration;

use super::Endpoint;
use super::admission::{Outside, refusal};
use super::incoming::{Arrival, user_of};
use super::registration::EXTENSIONS;
use super::reply::{ALLOW, Reply, SUPPORTED};
use super::shedding::Standing;
use super::transmit::Received;
use crate::event::Identity;
use crate::message::{Message, Method, Name, Status};
use crate::transaction::table::Key;
use crate::transport::Transport;
use crate::uri::Scheme;

impl Endpoint {
    pub(super) fn receive_out_of_dialog(
        &mut self,
        now: Duration,
        received: Received<'_>,
        key: Key,
    ) {
        let Received { message, flow } = received;
        let has_credentials = message.header(Name::Authorization).is_some();
        let outside = Outside::of(message.method());
        if outside == Outside::Call && self.sheds(received) {
            return;
        }
        let is_stranger = !outside.is_open_to_all() && !self.is_known_source(flow);
        if is_stranger && !has_credentials {
            self.counters.refused_unknown_source += 1;
            // Any answer to the probe of a scanner tells it that somebody is here.
            let is_probe = outside == Outside::Capabilities && flow.transport == Transport::Udp;
            if !is_probe {
                self.reply_stateless(flow, message, &Reply::new(Status::FORBIDDEN));
            }
            return;
        }
        let proves_later = outside == Outside::InstantMessage;
        if is_stranger && !proves_later && self.identify(now, received).is_none() {
            return;
        }
        let objection = objection(message)
            .or_else(|| (self.has_come_round(received)).then(|| Reply::new(Status::LOOP_DETECTED)));
        if let Some(reply) = objection {
            self.reply_stateless(flow, message, &reply);
            return;
        }
        match outside {
            Outside::Call => self.screen_invite(now, received, key),
            Outside::Registration => self.receive_register(now, received, key),
            Outside::InstantMessage => self.receive_message_outside(now, received, key),
            Outside::Capabilities if self.load.standing == Standing::Leaving => {
                self.refuse_for_a_while(received);
            }
            Outside::Capabilities => {
                let contact = self.contact_value(flow);
                let reply = capabilities().with(Name::Contact, contact);
                self.reply_stateless(flow, message, &reply);
            }
            Outside::Refused(_) | Outside::Event(_) | Outside::Unsupported => {
                self.reply_stateless(flow, message, &refusal(outside, message));
            }
        }
    }

    fn screen_invite(&mut self, now: Duration, received: Received<'_>, key: Key) {
        let Received { message, flow } = received;
        let merge = merge_key(message);
        if self.transactions.find_merged(&merge).is_some() {
            self.reply_stateless(flow, message, &Reply::new(Status::LOOP_DETECTED));
            return;
        }
        let Some(identity) = self.identify(now, received) else {
            return;
        };
        if self.is_foreign(Some(&identity), message) {
            self.reply_stateless(flow, message, &Reply::new(Status::NOT_FOUND));
            return;
        }
        let objection = body_objection(message)
            .or_else(|| answer_objection(message))
            .or_else(|| self.interval_objection(message));
        if let Some(reply) = objection {
            self.reply_stateless(flow, message, &reply);
            return;
        }
        let replaces = match self.replaced(message) {
            Ok(replaces) => replaces,
            Err(reply) => {
                self.reply_stateless(flow, message, &reply);
                return;
            }
        };
        if self.is_full() {
            self.refuse_overload(received);
            return;
        }
        let arrival = Arrival {
            identity,
            key,
            merge,
            replaces,
        };
        self.begin_incoming(now, received, arrival);
    }

    /// Who calls; none if a challenge or refusal was sent.
    pub(super) fn identify(&mut self, now: Duration, received: Received<'_>) -> Option<Identity> {
        if !self.is_registered_phone(now, received)
            && let Some(trunk) = self.trunk_of(now, received)
        {
            return Some(Identity::Trunk(trunk));
        }
        self.note_stranger(now, received);
        self.authenticate(now, received)
    }

    /// Whether the sender registered from where it calls. A phone in a trunk's network is a phone,
    /// and proves itself as one.
    fn is_registered_phone(&self, now: Duration, received: Received<'_>) -> bool {
        let Received { message, flow } = received;
        let user = user_of(&message.from());
        let contacts = self.registrar.contacts(now, &user);
        contacts.iter().any(|contact| {
            let known = contact.flow;
            (known.transport, known.remote, known.connection)
                == (flow.transport, flow.remote, flow.connection)
        })
    }

    pub(super) fn is_full(&self) -> bool {
        self.sessions.len() >= self.config.limits.sessions
            || self.transactions.len() >= self.config.limits.transactions
    }

    pub(super) fn refuse_overload(&mut self, received: Received<'_>) {
        self.counters.refused_overload += 1;
        self.refuse_for_a_while(received);
    }
}

/// What stands against a request whoever sends it.
fn objection(message: &Message) -> Option<Reply> {
    if message.method() == Method::Other {
        return Some(unsupported_method(message));
    }
    let scheme = message.request_uri().map(|uri| uri.scheme());
    if !matches!(scheme, Some(Scheme::Sip | Scheme::Sips | Scheme::Tel)) {
        return Some(Reply::new(Status::UNSUPPORTED_URI_SCHEME));
    }
    if message.max_forwards() == Some(0) {
        return Some(Reply::new(Status::TOO_MANY_HOPS));
    }
    required_extensions(message)
}

/// 420 when an extension is required that is not supported.
pub(super) fn required_extensions(message: &Message) -> Option<Reply> {
    let supported = if message.method() == Method::Register {
        EXTENSIONS
    } else {
        SUPPORTED
    };
    let is_unknown = |option: &[u8]| {
        let is_it = |known: &[u8]| known.eq_ignore_ascii_case(option);
        !crate::message::split_list(supported.as_bytes()).any(is_it)
    };
    let mut reply = None;
    let required = message.list(Name::Require).map(<[u8]>::trim_ascii);
    for option in required.filter(|option| is_unknown(option)).take(8) {
        let option = String::from_utf8_lossy(option).into_owned();
        reply = Some(
            reply
                .unwrap_or_else(|| Reply::new(Status::BAD_EXTENSION))
                .with(Name::Unsupported, option),
        );
    }
    reply
}

/// 415 when a body is no session description.
pub(super) fn body_objection(message: &Message) -> Option<Reply> {
    if message.body().is_empty() {
        return None;
    }
    let is_optional = message
        .header(Name::ContentDisposition)
        .is_some_and(|value| value.ends_with(b"handling=optional"));
    let is_plain = message
        .header(Name::ContentEncoding)
        .is_none_or(|coding| coding == b"identity");
    let is_sdp = match message.content_type() {
        None => true,
        Some(Ok(kind)) => kind.is("application", "sdp"),
        Some(Err(_)) => false,
    };
    if is_optional || (is_sdp && is_plain) {
        return None;
    }
    Some(Reply::new(Status::UNSUPPORTED_MEDIA_TYPE).with(Name::Accept, "application/sdp"))
}

/// 406 when a caller accepts no session description in the answer.
fn answer_objection(message: &Message) -> Option<Reply> {
    let mut accepted = message.list(Name::Accept).peekable();
    accepted.peek()?;
    let accepts_sdp = accepted.any(|range| {
        let range = range.split(|byte| *byte == b';').next().unwrap_or_default();
        let range = range.trim_ascii().to_ascii_lowercase();
        matches!(&range[..], b"application/sdp" | b"application/*" | b"*/*")
    });
    (!accepts_sdp).then(|| Reply::new(Status::NOT_ACCEPTABLE))
}

/// The session description of a message, if it has one.
pub(super) fn session_description(message: &Message) -> Option<bytes::Bytes> {
    let is_sdp = match message.content_type() {
        None => true,
        Some(Ok(kind)) => kind.is("application", "sdp"),
        Some(Err(_)) => false,
    };
    (is_sdp && !message.body().is_empty()).then(|| message.body_bytes())
}

/// 405 for a method that we know but do not allow, 501 for one we do not know.
pub(super) fn unsupported_method(message: &Message) -> Reply {
    let status = if message.method() == Method::Other {
        Status::NOT_IMPLEMENTED
    } else {
        Status::METHOD_NOT_ALLOWED
    };
    Reply::new(status).with(Name::Allow, ALLOW)
}

/// What an OPTIONS learns.
pub(super) fn capabilities() -> Reply {
    Reply::new(Status::OK).with(Name::Accept, "application/sdp")
}

/// What all copies of one request share, whatever way they came (§8.2.2.2).
pub(super) fn merge_key(message: &Message) -> Key {
    let sequence = message.sequence().number.to_be_bytes();
    Key::merge(
        [
            message.from_tag().unwrap_or_default().as_bytes(),
            message.call_id().as_bytes(),
            &sequence,
        ],
        message.method(),
    )
}
