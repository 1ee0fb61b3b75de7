//! Requests of ours inside a dialog: INFO, MESSAGE, REFER, NOTIFY (RFC 3261 §12.2.1).
//!
//! Each is a client transaction of its session. Its final answer, or the lack of one, comes back to
//! [`Endpoint::request_done`]; 481 and 408 end the usage that the request belongs to (RFC 5057 §5).

use std::time::Duration;

use bytes::Bytes;

use super::Endpoint;
use super::transmit::{Dispatch, Errand};
use crate::dialog::{self, value};
use crate::error::Error;
use crate::event::{End, EndKind, Event, RequestId, SessionId};
use crate::limits;
use crate::message::{ContentType, HeaderValue, Message, Method, Name, Status};
use crate::session::{Owner, Stage};
use crate::transaction::table::{Machine, Purpose, Slot};
use crate::transport::Transport;

/// What a request of ours says beyond what its dialog says.
#[derive(Debug, Default)]
pub(super) struct Ask<'a> {
    pub(super) headers: Vec<(Name, String)>,
    pub(super) content_type: &'a str,
    pub(super) body: Bytes,
}

/// A request of ours that is done.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) session: Option<SessionId>,
    /// The CSeq under which it is known: that of its first copy.
    pub(super) cseq: u32,
}

impl Endpoint {
    /// Sends an INFO (RFC 6086), such as `application/dtmf-relay` with `Signal=5\r\nDuration=160`.
    ///
    /// # Errors
    /// If the session is not in a call, or too many of its requests are open, or the type is none.
    pub fn info(
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
        let cseq = self.ask(now, session, Method::Info, &ask)?;
        Ok(request_id(session, cseq))
    }

    /// Sends a request to the peer of a call; returns its CSeq.
    pub(super) fn ask(
        &mut self,
        now: Duration,
        id: SessionId,
        method: Method,
        ask: &Ask<'_>,
    ) -> Result<u32, Error> {
        let found = self
            .sessions
            .get(&id)
            .filter(|found| found.owner == Owner::Attached)
            .ok_or(Error::UnknownSession(id))?;
        match found.stage {
            Stage::Confirmed => (),
            Stage::Incoming { .. }
            | Stage::Calling { .. }
            | Stage::Leaving { .. }
            | Stage::Answered { .. }
            | Stage::Closing => {
                let action = "ask";
                return Err(Error::WrongState {
                    session: id,
                    action,
                });
            }
        }
        let slots = found.transactions.iter();
        let open = slots
            .filter_map(|slot| self.transactions.get(*slot))
            .filter(|found| found.machine.is_client() && !found.machine.is_answered())
            .count();
        if open >= limits::OWN_REQUESTS {
            return Err(Error::TooManyRequests(id));
        }
        self.send_in_dialog(now, id, method, ask)
    }

    /// Sends a request in the dialog of a session, whatever state its call is in.
    pub(super) fn send_in_dialog(
        &mut self,
        now: Duration,
        id: SessionId,
        method: Method,
        ask: &Ask<'_>,
    ) -> Result<u32, Error> {
        let branch = self.new_branch();
        let session = self
            .sessions
            .get_mut(&id)
            .ok_or(Error::UnknownSession(id))?;
        let cseq = session.dialog.next_sequence();
        let dialog = session.dialog.clone();
        let flow = self.dialog_flow(&dialog);
        let via = self.via_value(flow, &branch);
        let mut request = dialog
            .request(method, cseq, &via, dialog::HOPS)
            .header(Name::UserAgent, value(self.config.user_agent.as_bytes()));
        if matches!(method, Method::Refer | Method::Notify) {
            request = request.header(
                Name::Contact,
                value(self.contact_in(&dialog, flow).as_bytes()),
            );
        }
        for (name, text) in &ask.headers {
            request = request.header(*name, value(text.as_bytes()));
        }
        if !ask.content_type.is_empty() {
            request = request.body(value(ask.content_type.as_bytes()), &ask.body);
        }
        let dispatch = Dispatch {
            flow,
            method,
            cseq,
            branch,
            message: request.build(),
        };
        check_length(dispatch.flow.transport, method, &dispatch.message)?;
        self.start_client(now, dispatch, Errand::of(id, Purpose::Other));
        self.settle_session(id);
        Ok(cseq)
    }

    /// What a client transaction asked, if it is no INVITE.
    pub(super) fn asked(&self, slot: Slot) -> Option<Asked> {
        let transaction = self.transactions.get(slot)?;
        match &transaction.machine {
            Machine::NonInviteClient(_) => Some(Asked {
                method: transaction.method,
                session: transaction.session,
                cseq: transaction.origin,
            }),
            Machine::InviteClient(_) | Machine::InviteServer(_) | Machine::NonInviteServer(_) => {
                None
            }
        }
    }

    /// Takes the final answer to a request of ours: 408 without a response, 503 if it could not be
    /// sent. A 401 or 407 that can be met with credentials is dealt with in front of this.
    pub(super) fn request_done(
        &mut self,
        now: Duration,
        asked: &Asked,
        status: u16,
        response: Option<&Message>,
    ) {
        match (asked.method, asked.session) {
            (Method::Info, Some(id)) => {
                let request = request_id(id, asked.cseq);
                if self.is_attached(id) {
                    let session = id;
                    self.emit(Event::InfoResult {
                        session,
                        request,
                        status,
                    });
                }
                self.end_usage(now, id, status);
            }
            (Method::Message, Some(id)) => {
                let request = request_id(id, asked.cseq);
                self.emit(Event::MessageResult { request, status });
                self.end_usage(now, id, status);
            }
            (Method::Refer, Some(id)) => {
                self.transfer_answered(id, asked.cseq, status, response);
                self.end_usage(now, id, status);
            }
            (Method::Notify, Some(id)) => self.report_answered(now, id, asked.cseq, status),
            (
                Method::Invite
                | Method::Ack
                | Method::Bye
                | Method::Cancel
                | Method::Options
                | Method::Register
                | Method::Prack
                | Method::Update
                | Method::Refer
                | Method::Notify
                | Method::Subscribe
                | Method::Info
                | Method::Message
                | Method::Publish
                | Method::Other,
                _,
            ) => (),
        }
    }

    pub(super) fn is_attached(&self, id: SessionId) -> bool {
        self.sessions
            .get(&id)
            .is_some_and(|session| session.owner == Owner::Attached)
    }

    /// Ends a call whose peer does not know it any more or does not answer (RFC 3261 §12.2.1.2).
    fn end_usage(&mut self, now: Duration, id: SessionId, status: u16) {
        let is_lost = [Status::CALL_DOES_NOT_EXIST, Status::REQUEST_TIMEOUT]
            .iter()
            .any(|lost| lost.code() == status);
        let is_in_call = self.sessions.get(&id).is_some_and(|session| {
            session.owner == Owner::Attached && session.stage == Stage::Confirmed
        });
        if is_lost && is_in_call {
            self.say_bye(now, id);
            self.emit(Event::Ended {
                session: id,
                by: End {
                    kind: EndKind::Unreachable,
                    reason: None,
                },
            });
        }
    }
}

/// The name of a request inside a session, the same after a restart.
pub(super) fn request_id(session: SessionId, cseq: u32) -> RequestId {
    RequestId(session.0.wrapping_add(u64::from(cseq)))
}

/// Refuses what is no media type.
pub(super) fn check_content_type(text: &str) -> Result<(), Error> {
    let unfit = || Error::UnfitHeader(Name::ContentType.as_str().to_owned());
    HeaderValue::new(text).map_err(|_| unfit())?;
    ContentType::parse(text.as_bytes()).map_err(|_| unfit())?;
    Ok(())
}

/// Refuses a MESSAGE that UDP may not carry (RFC 3428 §8), and what nobody reads.
pub(super) fn check_length(
    transport: Transport,
    method: Method,
    message: &Bytes,
) -> Result<(), Error> {
    let most = if method == Method::Message && !transport.is_reliable() {
        limits::DATAGRAM_BYTES
    } else {
        limits::MESSAGE_BYTES
    };
    if message.len() > most {
        return Err(Error::TooLong(message.len()));
    }
    Ok(())
}
