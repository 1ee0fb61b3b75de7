//! REFER of the peer (RFC 3515, RFC 4488): taken, handed up, reported on with NOTIFY.

use std::time::Duration;

use bytes::Bytes;

use super::Endpoint;
use super::asking::Ask;
use super::reply::Reply;
use super::transmit::{Errand, Received};
use crate::dialog;
use crate::error::Error;
use crate::event::{Event, SessionId};
use crate::limits;
use crate::message::{Message, Method, Name, Status};
use crate::referral::{Referral, Report, Stage as ReferralStage, Termination};
use crate::referring::TransferId;
use crate::session::{Owner, Stage};
use crate::transaction::table::{Key, Purpose, Slot};
use crate::uri::Uri;

/// The event package of transfers.
pub(super) const REFER: &str = "refer";

/// What the NOTIFYs of a transfer carry (RFC 3420).
const SIPFRAG: &str = "message/sipfrag;version=2.0";

impl Endpoint {
    pub(super) fn receive_refer(
        &mut self,
        now: Duration,
        received: Received<'_>,
        key: Key,
        id: SessionId,
    ) {
        let message = received.message;
        let refer_to = match self.refer_objection(id, message) {
            Some(reply) => Err(reply),
            None => message
                .refer_to()
                .map_err(|_| Reply::new(Status::BAD_REQUEST).because("Bad Refer-To")),
        };
        let refer_to = match refer_to {
            Ok(refer_to) => refer_to,
            Err(reply) => {
                self.reply_stateless(received.flow, message, &reply);
                return;
            }
        };
        let referred_by = message.referred_by();
        let give_up_at = now + self.config.timers.timeout();
        let cseq = message.sequence().number;
        self.start_server(now, received, key, Errand::of(id, Purpose::Other));
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let number = session.transfers.refer(cseq, give_up_at);
        session.dialog.refresh_target(message);
        self.settle_session(id);
        self.emit(Event::Referred {
            session: id,
            transfer: TransferId {
                session: id,
                number,
            },
            refer_to,
            referred_by,
        });
    }

    /// Why a REFER cannot be taken.
    fn refer_objection(&self, id: SessionId, message: &Message) -> Option<Reply> {
        let session = self.sessions.get(&id)?;
        if session.owner != Owner::Attached {
            return Some(Reply::new(Status::CALL_DOES_NOT_EXIST));
        }
        if session.stage != Stage::Confirmed {
            return Some(Reply::new(Status::FORBIDDEN));
        }
        if session.transfers.theirs.len() >= limits::TRANSFERS {
            return Some(
                Reply::new(Status::SERVER_INTERNAL_ERROR)
                    .because("Too Many Transfers")
                    .with(Name::RetryAfter, "5"),
            );
        }
        let asks_for_a_call = message.refer_to().ok().is_none_or(|refer_to| {
            Uri::parse(&refer_to.uri)
                .ok()
                .and_then(|uri| uri.parameter("method").map(str::to_owned))
                .is_none_or(|method| method == Method::Invite.as_str())
        });
        (!asks_for_a_call)
            .then(|| Reply::new(Status::BAD_REQUEST).because("Only Calls Can Be Transferred"))
    }

    /// Accepts a transfer that the peer asked for: 202, and the NOTIFY that it is being tried.
    ///
    /// # Errors
    /// If the transfer is over or was answered before.
    pub fn accept_transfer(&mut self, now: Duration, transfer: TransferId) -> Result<(), Error> {
        let slot = self.waiting_transfer(transfer)?;
        let wants_no_news = self
            .stored_request(slot)
            .is_some_and(|request| declines_subscription(&request));
        let tag = dialog::tag(transfer.session);
        let contact = self.session_contact(transfer.session);
        let mut reply = Reply::new(Status::ACCEPTED).with(Name::Contact, contact);
        if wants_no_news {
            reply = reply.with(Name::ReferSub, "false");
        }
        self.respond(now, slot, &tag, &reply);
        if wants_no_news {
            self.forget_transfer(transfer);
            return Ok(());
        }
        let expires_at = now + self.config.limits.unanswered;
        let trying = Report {
            status: Status::TRYING.code(),
            phrase: Status::TRYING.reason().to_owned(),
            end: None,
        };
        if let Some(referral) = self.referral(transfer) {
            referral.stage = ReferralStage::Reporting {
                expires_at,
                last: trying,
                in_flight: None,
                is_behind: false,
            };
        }
        self.notify(now, transfer);
        Ok(())
    }

    /// Refuses a transfer that the peer asked for.
    ///
    /// # Errors
    /// If the transfer is over or was answered before, or the status is no refusal.
    pub fn refuse_transfer(
        &mut self,
        now: Duration,
        transfer: TransferId,
        status: u16,
    ) -> Result<(), Error> {
        let slot = self.waiting_transfer(transfer)?;
        let status = Status::new(status)
            .filter(|status| status.code() >= 300)
            .ok_or(Error::UnfitStatus(status))?;
        let tag = dialog::tag(transfer.session);
        self.respond(now, slot, &tag, &Reply::new(status));
        self.forget_transfer(transfer);
        Ok(())
    }

    /// Tells the peer what the call that it asked for was answered with; a final status is the last
    /// report. The session may have ended since the transfer was accepted.
    ///
    /// # Errors
    /// If nothing is to be reported on the transfer, or the status is none.
    pub fn report_transfer(
        &mut self,
        now: Duration,
        transfer: TransferId,
        status: u16,
        phrase: &str,
    ) -> Result<(), Error> {
        let status = Status::new(status).ok_or(Error::UnfitStatus(status))?;
        let phrase = if phrase.is_empty() {
            status.reason().to_owned()
        } else {
            phrase.replace(|character: char| character.is_control(), " ")
        };
        let report = Report {
            status: status.code(),
            phrase,
            end: status.is_final().then_some(Termination::NoResource),
        };
        self.note_report(now, transfer, report)
            .ok_or(Error::UnknownTransfer(transfer))
    }

    fn note_report(&mut self, now: Duration, transfer: TransferId, report: Report) -> Option<()> {
        let referral = self.referral(transfer)?;
        if referral.note(report)? {
            self.notify(now, transfer);
        }
        self.settle_session(transfer.session);
        Some(())
    }

    /// Sends the NOTIFY with the last news.
    fn notify(&mut self, now: Duration, transfer: TransferId) {
        let id = transfer.session;
        let Some(session) = self.sessions.get(&id) else {
            return;
        };
        let theirs = session.transfers.theirs.iter();
        let Some(referral) = theirs.into_iter().find(|one| one.number == transfer.number) else {
            return;
        };
        let ReferralStage::Reporting {
            expires_at, last, ..
        } = &referral.stage
        else {
            return;
        };
        let event = if referral.is_named {
            format!("{REFER};id={}", referral.cseq)
        } else {
            REFER.to_owned()
        };
        let left = expires_at.saturating_sub(now).as_secs();
        let state = last.end.map_or_else(
            || format!("active;expires={left}"),
            |end| format!("terminated;reason={}", end.as_str()),
        );
        let body = format!("SIP/2.0 {} {}\r\n", last.status, last.phrase);
        let ask = Ask {
            headers: vec![(Name::Event, event), (Name::SubscriptionState, state)],
            content_type: SIPFRAG,
            body: Bytes::from(body),
        };
        // A flow that is lost gives its answer before the request is handed back.
        let cseq = session.dialog.local_cseq + 1;
        if let Some(referral) = self.referral(transfer)
            && let ReferralStage::Reporting {
                in_flight,
                is_behind,
                ..
            } = &mut referral.stage
        {
            *in_flight = Some(cseq);
            *is_behind = false;
        }
        let sent = self.send_in_dialog(now, id, Method::Notify, &ask);
        if sent.is_err() {
            self.forget_transfer(transfer);
        }
        self.settle_session(id);
    }

    /// Tells the outcomes that wait behind an earlier NOTIFY, since a BYE is about to follow: many
    /// phones forget a transfer together with its call.
    pub(super) fn tell_outcomes(&mut self, now: Duration, id: SessionId) {
        let Some(session) = self.sessions.get(&id) else {
            return;
        };
        let theirs = session.transfers.theirs.iter();
        let waiting: Vec<_> = theirs
            .filter(|referral| referral.has_outcome_behind())
            .map(|referral| referral.number)
            .collect();
        for number in waiting {
            let session = id;
            self.notify(now, TransferId { session, number });
        }
    }

    fn referral(&mut self, transfer: TransferId) -> Option<&mut Referral> {
        let session = self.sessions.get_mut(&transfer.session)?;
        let mut theirs = session.transfers.theirs.iter_mut();
        theirs.find(|one| one.number == transfer.number)
    }

    /// A NOTIFY of ours was answered: the next may go out, or the subscription is over (RFC 6665
    /// §4.2.2).
    pub(super) fn report_answered(&mut self, now: Duration, id: SessionId, cseq: u32, status: u16) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let theirs = session.transfers.theirs.iter_mut();
        let found = theirs
            .into_iter()
            .find_map(|referral| match &mut referral.stage {
                ReferralStage::Reporting {
                    last,
                    in_flight,
                    is_behind,
                    ..
                } if *in_flight == Some(cseq) => {
                    *in_flight = None;
                    Some((referral.number, *is_behind, last.end.is_some()))
                }
                ReferralStage::Reporting { .. } | ReferralStage::Waiting { .. } => None,
            });
        let Some((number, is_behind, has_ended)) = found else {
            return;
        };
        let transfer = TransferId {
            session: id,
            number,
        };
        if status >= 300 || (has_ended && !is_behind) {
            self.forget_transfer(transfer);
        } else if is_behind {
            self.notify(now, transfer);
        }
        self.settle_session(id);
    }

    /// Ends what was waited for too long.
    pub(super) fn transfers_due(&mut self, now: Duration, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let mut expired = Vec::new();
        session.transfers.theirs.retain(|one| match &one.stage {
            ReferralStage::Waiting { give_up_at } => *give_up_at > now,
            ReferralStage::Reporting {
                expires_at, last, ..
            } => {
                if last.end.is_none() && *expires_at <= now {
                    expired.push((one.number, last.clone()));
                }
                true
            }
        });
        for (number, mut last) in expired {
            last.end = Some(Termination::Timeout);
            let transfer = TransferId {
                session: id,
                number,
            };
            self.note_report(now, transfer, last);
        }
        self.followed_due(now, id);
    }

    fn forget_transfer(&mut self, transfer: TransferId) {
        if let Some(session) = self.sessions.get_mut(&transfer.session) {
            session
                .transfers
                .theirs
                .retain(|one| one.number != transfer.number);
        }
        self.settle_session(transfer.session);
    }

    /// The REFER that waits for its answer.
    fn waiting_transfer(&self, transfer: TransferId) -> Result<Slot, Error> {
        let unknown = Error::UnknownTransfer(transfer);
        let Some(session) = self.sessions.get(&transfer.session) else {
            return Err(unknown);
        };
        let cseq = session.transfers.theirs.iter().find_map(|one| {
            let waits = matches!(one.stage, ReferralStage::Waiting { .. });
            (one.number == transfer.number && waits).then_some(one.cseq)
        });
        let mut slots = session.transactions.iter().copied();
        let slot = slots.find(|slot| {
            self.transactions.get(*slot).is_some_and(|found| {
                !found.machine.is_client()
                    && found.method == Method::Refer
                    && Some(found.cseq) == cseq
                    && !found.machine.is_answered()
            })
        });
        slot.ok_or(unknown)
    }

    /// SUBSCRIBE to a transfer: prolonged, or ended (RFC 6665 §4.2.1).
    pub(super) fn receive_subscribe(
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
        let longest = self.config.limits.unanswered;
        let asked = message.number(Name::Expires).ok().flatten();
        let granted = asked.map_or(longest, |seconds| {
            Duration::from_secs(u64::from(seconds)).min(longest)
        });
        let found = self.sessions.get_mut(&id).and_then(|session| {
            let referral = session.transfers.subscribed(name)?;
            let number = referral.number;
            match &mut referral.stage {
                ReferralStage::Reporting {
                    expires_at, last, ..
                } if last.end.is_none() => {
                    *expires_at = now + granted;
                    Some((number, last.clone()))
                }
                ReferralStage::Reporting { .. } | ReferralStage::Waiting { .. } => None,
            }
        });
        let Some((number, mut last)) = found else {
            let reply = Reply::new(Status::CALL_DOES_NOT_EXIST);
            self.reply_stateless(received.flow, message, &reply);
            return;
        };
        let slot = self.start_server(now, received, key, Errand::of(id, Purpose::Other));
        let reply = Reply::new(Status::OK)
            .with(Name::Contact, self.session_contact(id))
            .with(Name::Expires, granted.as_secs().to_string());
        self.respond(now, slot, &dialog::tag(id), &reply);
        if granted.is_zero() {
            last.end = Some(Termination::Timeout);
        }
        let transfer = TransferId {
            session: id,
            number,
        };
        self.note_report(now, transfer, last);
    }
}

/// Whether the sender of a REFER wants no NOTIFY (RFC 4488).
fn declines_subscription(refer: &Message) -> bool {
    refer
        .header(Name::ReferSub)
        .is_some_and(|value| value.to_ascii_lowercase().starts_with(b"false"))
}

/// Which transfer an Event header is about: by the CSeq of its REFER, or any; None for other events.
#[expect(
    clippy::option_option,
    reason = "another event and no name are different outcomes of one header"
)]
pub(super) fn event_name(message: &Message) -> Option<Option<u32>> {
    let text = str::from_utf8(message.header(Name::Event)?).ok()?;
    let mut pieces = text.split(';').map(str::trim);
    if !pieces.next()?.eq_ignore_ascii_case(REFER) {
        return None;
    }
    let mut name = None;
    for piece in pieces {
        if let Some((key, text)) = piece.split_once('=')
            && key.trim().eq_ignore_ascii_case("id")
        {
            name = Some(text.trim().parse().ok()?);
        }
    }
    Some(name)
}

/// 489 with the events that are known (RFC 6665 §8.3.2).
pub(super) fn bad_event() -> Reply {
    Reply::new(Status::BAD_EVENT).with(Name::AllowEvents, REFER)
}
