//! Instant messages (RFC 3428), in sessions and outside of them.

use std::time::Duration;

use bytes::Bytes;

use super::Endpoint;
use super::asking::{Ask, check_content_type, request_id};
use super::incoming::user_of;
use super::reply::Reply;
use super::screening::merge_key;
use super::transmit::{Errand, Received};
use crate::dialog;
use crate::error::Error;
use crate::event::{Event, Identity, Request, RequestId, SessionId, Target};
use crate::message::{Message, Method, Name, Status};
use crate::session::Owner;
use crate::transaction::table::{Key, Purpose, Slot};
use crate::uri::number_of;

/// What a message is in when it does not say.
const PLAIN: &str = "text/plain";

/// The charset of a message that names none (RFC 3428 §8).
const UTF_8: &str = "utf-8";

/// A message that waits for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageId(Slot);

/// A message to somebody outside of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstantMessage {
    /// Whom to send it to.
    pub target: Target,
    /// User part of From.
    pub from_user: String,
    /// User part of To.
    pub to_user: String,
    /// Its media type.
    pub content_type: String,
    /// Its text.
    pub body: Bytes,
}

impl Endpoint {
    /// Sends a message outside of a session.
    ///
    /// # Errors
    /// If its way cannot carry so long a message, or a limit is reached.
    pub fn message(&mut self, now: Duration, message: InstantMessage) -> Result<RequestId, Error> {
        check_content_type(&message.content_type)?;
        let InstantMessage {
            target,
            from_user,
            to_user,
            content_type,
            body,
        } = message;
        self.request(
            now,
            Request {
                target,
                method: Method::Message,
                from_user,
                to_user,
                headers: Vec::new(),
                content_type,
                body,
            },
        )
    }

    /// Sends a message to the peer of a call.
    ///
    /// # Errors
    /// If the session is not in a call, or its way cannot carry so long a message.
    pub fn message_in(
        &mut self,
        now: Duration,
        session: SessionId,
        content_type: &str,
        body: Bytes,
    ) -> Result<RequestId, Error> {
        check_content_type(content_type)?;
        let ask = Ask {
            headers: Vec::new(),
            content_type,
            body,
        };
        let cseq = self.ask(now, session, Method::Message, &ask)?;
        Ok(request_id(session, cseq))
    }

    /// A message of somebody who has proved who they are.
    pub(super) fn receive_message_outside(
        &mut self,
        now: Duration,
        received: Received<'_>,
        key: Key,
    ) {
        let message = received.message;
        let merge = merge_key(message);
        if self.transactions.find_merged(&merge).is_some() {
            let reply = Reply::new(Status::LOOP_DETECTED);
            self.reply_stateless(received.flow, message, &reply);
            return;
        }
        let Some(from) = self.identify(now, received) else {
            return;
        };
        if self.is_foreign(Some(&from), message) {
            self.reply_stateless(received.flow, message, &Reply::new(Status::NOT_FOUND));
            return;
        }
        if let Some(reply) = type_objection(message) {
            self.reply_stateless(received.flow, message, &reply);
            return;
        }
        if self.is_full() {
            self.refuse_overload(received);
            return;
        }
        let errand = Errand {
            purpose: Purpose::Other,
            session: None,
            merge: Some(merge),
        };
        let slot = self.start_server(now, received, key, errand);
        let to_user = message.request_uri().map(|uri| number_of(&uri));
        let told = (Some(from), to_user.unwrap_or_default(), None);
        self.emit(read(message, slot, told));
    }

    pub(super) fn receive_message_in(
        &mut self,
        now: Duration,
        received: Received<'_>,
        key: Key,
        id: SessionId,
    ) {
        let message = received.message;
        let objection = match self.sessions.get(&id) {
            Some(session) if session.owner == Owner::Attached => type_objection(message),
            Some(_) | None => Some(Reply::new(Status::CALL_DOES_NOT_EXIST)),
        };
        if let Some(reply) = objection {
            self.reply_stateless(received.flow, message, &reply);
            return;
        }
        let slot = self.start_server(now, received, key, Errand::of(id, Purpose::Other));
        let told = (None, user_of(&message.to()), Some(id));
        self.emit(read(message, slot, told));
    }

    /// Says that a message has reached whom it is for, or is on its way there: 200 in a session, 202
    /// outside of one (RFC 3428 §7).
    ///
    /// # Errors
    /// If it does not wait for its answer any more.
    pub fn accept_message(&mut self, now: Duration, message: MessageId) -> Result<(), Error> {
        let session = self.transactions.get(message.0).and_then(|it| it.session);
        let status = match session {
            Some(_) => Status::OK,
            None => Status::ACCEPTED,
        };
        self.answer_message(now, message, status)
    }

    /// Says that nobody gets a message.
    ///
    /// # Errors
    /// If it does not wait for its answer any more, or the status is no refusal.
    pub fn refuse_message(
        &mut self,
        now: Duration,
        message: MessageId,
        status: u16,
    ) -> Result<(), Error> {
        let status = Status::new(status)
            .filter(|status| status.code() >= 300)
            .ok_or(Error::UnfitStatus(status))?;
        self.answer_message(now, message, status)
    }

    fn answer_message(
        &mut self,
        now: Duration,
        message: MessageId,
        status: Status,
    ) -> Result<(), Error> {
        let slot = message.0;
        let request = self.stored_request(slot);
        let request = request.filter(|it| it.method() == Method::Message);
        let request = request.ok_or(Error::UnknownMessage)?;
        let session = self.transactions.get(slot).and_then(|it| it.session);
        let tag = session.map_or_else(|| self.access.stateless_tag(&request), dialog::tag);
        let is_answered = self.respond(now, slot, &tag, &Reply::new(status));
        is_answered.then_some(()).ok_or(Error::UnknownMessage)
    }
}

fn read(
    message: &Message,
    slot: Slot,
    (from, to_user, session): (Option<Identity>, String, Option<SessionId>),
) -> Event {
    let charset = match message.content_type() {
        Some(Ok(kind)) => kind
            .parameters()
            .text("charset")
            .map(str::to_ascii_lowercase),
        Some(Err(_)) | None => None,
    };
    Event::Message {
        message: MessageId(slot),
        from,
        from_user: user_of(&message.from()),
        to_user,
        content_type: media_type(message),
        charset: charset.unwrap_or_else(|| UTF_8.to_owned()),
        body: message.body_bytes(),
        session,
    }
}

fn media_type(message: &Message) -> String {
    message
        .header(Name::ContentType)
        .and_then(|value| value.split(|byte| *byte == b';').next())
        .map_or(PLAIN.to_owned(), |kind| {
            String::from_utf8_lossy(kind.trim_ascii()).to_ascii_lowercase()
        })
}

/// 415 when a body is no text, or is coded.
fn type_objection(message: &Message) -> Option<Reply> {
    let is_plain = message
        .header(Name::ContentEncoding)
        .is_none_or(|coding| coding == b"identity");
    let is_text = matches!(message.content_type(), None | Some(Ok(_)))
        && media_type(message).starts_with("text/");
    if is_text && is_plain {
        return None;
    }
    Some(
        Reply::new(Status::UNSUPPORTED_MEDIA_TYPE)
            .with(Name::Accept, "text/*")
            .with(Name::AcceptEncoding, "identity"),
    )
}
