//! REFER of ours: sent, and followed by the peer's NOTIFYs (RFC 3515 §2.4.4, RFC 5589).

use std::time::Duration;

use super::Endpoint;
use super::asking::Ask;
use super::referring::{bad_event, event_name};
use super::reply::Reply;
use super::transmit::{Errand, Received};
use crate::dialog;
use crate::error::Error;
use crate::event::{Event, SessionId};
use crate::limits;
use crate::message::{Message, Method, Name, Status};
use crate::referral::Followed;
use crate::referring::{ReferTo, Replaces, TransferId};
use crate::session::{Owner, Stage};
use crate::transaction::table::{Key, Purpose};
use crate::uri::Uri;

impl Endpoint {
    /// Asks the peer to call somebody else (REFER). [`Event::TransferProgress`] tells how it goes,
    /// also after the session has ended.
    ///
    /// # Errors
    /// If the session is not in a call, too many of its transfers are open, or an address is not
    /// fit to be sent.
    pub fn transfer(
        &mut self,
        now: Duration,
        session: SessionId,
        refer_to: &ReferTo,
        referred_by: Option<&str>,
    ) -> Result<TransferId, Error> {
        let unfit = |name: Name| Error::UnfitHeader(name.as_str().to_owned());
        let target = refer_to.value().ok_or(unfit(Name::ReferTo))?;
        let mut headers = vec![(Name::ReferTo, target)];
        if let Some(uri) = referred_by {
            Uri::parse(uri).map_err(|_| unfit(Name::ReferredBy))?;
            headers.push((Name::ReferredBy, format!("<{uri}>")));
        }
        let open = self
            .sessions
            .get(&session)
            .ok_or(Error::UnknownSession(session))?
            .transfers
            .ours
            .len();
        if open >= limits::TRANSFERS {
            return Err(Error::TooManyRequests(session));
        }
        let ask = Ask {
            headers,
            ..Ask::default()
        };
        let expires_at = now + self.config.limits.unanswered + self.config.timers.timeout();
        let found = self
            .sessions
            .get_mut(&session)
            .filter(|found| found.owner == Owner::Attached && found.stage == Stage::Confirmed)
            .ok_or(Error::WrongState {
                session,
                action: "transfer",
            })?;
        let number = found.transfers.begin();
        found.transfers.ours.push(Followed {
            number,
            cseq: found.dialog.local_cseq + 1,
            event: found.dialog.local_cseq + 1,
            status: 0,
            expires_at,
        });
        if let Err(error) = self.ask(now, session, Method::Refer, &ask) {
            if let Some(found) = self.sessions.get_mut(&session) {
                found.transfers.ours.retain(|one| one.number != number);
            }
            return Err(error);
        }
        self.settle_session(session);
        Ok(TransferId { session, number })
    }

    /// The dialog of a session as its peer sees it, for the Refer-To of another session's transfer.
    pub fn replaces_of(&self, session: SessionId) -> Option<Replaces> {
        let found = self.sessions.get(&session)?;
        let dialog = &found.dialog;
        let replaces = Replaces {
            call_id: dialog.call_id.clone(),
            to_tag: dialog.remote_tag.clone(),
            from_tag: dialog::tag(session),
            early_only: false,
        };
        (found.stage == Stage::Confirmed && replaces.is_fit()).then_some(replaces)
    }

    /// The REFER has its final answer: accepted is not transferred yet.
    pub(super) fn transfer_answered(
        &mut self,
        id: SessionId,
        cseq: u32,
        status: u16,
        response: Option<&Message>,
    ) {
        let is_unfollowed = response
            .and_then(|response| response.header(Name::ReferSub))
            .is_some_and(|value| value.to_ascii_lowercase().starts_with(b"false"));
        let is_accepted = (200..300).contains(&status);
        let told = if is_accepted {
            Status::TRYING.code()
        } else {
            status
        };
        let number = self.sessions.get(&id).and_then(|session| {
            let mut ours = session.transfers.ours.iter();
            ours.find(|one| one.cseq == cseq).map(|one| one.number)
        });
        if let Some(number) = number {
            self.tell_progress(id, number, told, !is_accepted || is_unfollowed);
        }
    }

    /// Tells the owner what is new of a transfer; provisional news never follows later one.
    fn tell_progress(&mut self, id: SessionId, number: u32, status: u16, done: bool) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let mut ours = session.transfers.ours.iter_mut();
        let Some(followed) = ours.find(|one| one.number == number) else {
            return;
        };
        let is_news = status > followed.status || done;
        followed.status = followed.status.max(status).max(Status::TRYING.code());
        let status = followed.status;
        if done {
            session.transfers.ours.retain(|one| one.number != number);
        }
        if is_news {
            let transfer = TransferId {
                session: id,
                number,
            };
            self.emit(Event::TransferProgress {
                session: id,
                transfer,
                status,
                done,
            });
        }
        self.settle_session(id);
    }

    pub(super) fn receive_notify(
        &mut self,
        now: Duration,
        received: Received<'_>,
        key: Key,
        id: SessionId,
    ) {
        let message = received.message;
        let Some(name) = event_name(message) else {
            self.reply_stateless(received.flow, message, &bad_event());
            return;
        };
        let session = self.sessions.get(&id);
        let Some(number) = session.and_then(|session| session.transfers.followed_as(name)) else {
            let reply = Reply::new(Status::CALL_DOES_NOT_EXIST);
            self.reply_stateless(received.flow, message, &reply);
            return;
        };
        let slot = self.start_server(now, received, key, Errand::of(id, Purpose::Other));
        self.respond(now, slot, &dialog::tag(id), &Reply::new(Status::OK));
        let status = sipfrag_status(message.body());
        let has_ended = message
            .header(Name::SubscriptionState)
            .is_some_and(|state| state.to_ascii_lowercase().starts_with(b"terminated"));
        let done = has_ended || status.is_some_and(|status| status >= 200);
        self.tell_progress(id, number, status.unwrap_or_default(), done);
    }

    /// Gives up transfers that the peer tells nothing more about.
    pub(super) fn followed_due(&mut self, now: Duration, id: SessionId) {
        let Some(session) = self.sessions.get(&id) else {
            return;
        };
        let overdue: Vec<_> = session
            .transfers
            .ours
            .iter()
            .filter(|one| one.expires_at <= now)
            .map(|one| one.number)
            .collect();
        for number in overdue {
            self.tell_progress(id, number, Status::REQUEST_TIMEOUT.code(), true);
        }
    }
}

/// The status line of a message fragment (RFC 3420).
fn sipfrag_status(body: &[u8]) -> Option<u16> {
    let line = body.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
    let mut words = line.split(|byte| *byte == b' ');
    let version = words.next()?;
    let code = str::from_utf8(words.next()?).ok()?;
    let status = code.parse().ok().and_then(Status::new)?;
    version
        .eq_ignore_ascii_case(b"SIP/2.0")
        .then(|| status.code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_of_a_fragment_is_that_of_its_first_line() {
        assert_eq!(sipfrag_status(b"SIP/2.0 100 Trying\r\n"), Some(100));
        assert_eq!(sipfrag_status(b"SIP/2.0 200 OK"), Some(200));
        assert_eq!(sipfrag_status(b"sip/2.0 486\r\nContact: x"), Some(486));
        for body in [
            "",
            "SIP/2.0 ",
            "SIP/2.0 99 x",
            "HTTP/1.1 200 OK",
            "SIP/2.0 2000",
        ] {
            assert_eq!(sipfrag_status(body.as_bytes()), None, "{body}");
        }
    }
}
