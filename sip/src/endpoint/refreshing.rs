//! Session timers (RFC 4028): asked for, granted, refreshed, and the end of sessions without a sign
//! of life.

use std::time::Duration;

use super::Endpoint;
use super::reply::{ALLOW, Reply, SUPPORTED};
use super::signing::copied;
use super::transmit::{Dispatch, Errand};
use crate::event::{EndKind, ReasonHeader, SessionId};
use crate::message::{Message, Method, Name, Status};
use crate::session::change::{Aim, Change};
use crate::session::interval::{self, Interval, Wish};
use crate::session::{Session, Stage};
use crate::transaction::table::{Purpose, Slot};

/// How often an INVITE is made again with a longer interval: each proxy on the way may want one.
const MAX_LENGTHENINGS: u32 = 4;

impl Session {
    /// Takes the shortest interval that the peer's side accepts.
    pub(crate) fn lengthen_interval(&mut self, shortest: Duration) {
        let shortest = self.shortest_interval.unwrap_or_default().max(shortest);
        self.shortest_interval = Some(shortest);
        if let Some(interval) = &mut self.interval {
            interval.length = interval.length.max(shortest);
        }
    }
}

impl Endpoint {
    /// What every INVITE and UPDATE of ours says of us and of the session's interval.
    pub(super) fn invitation_headers(&self, id: SessionId) -> Vec<(Name, String)> {
        let mut headers = vec![
            (Name::Allow, ALLOW.to_owned()),
            (Name::Supported, SUPPORTED.to_owned()),
            (Name::UserAgent, self.config.user_agent.clone()),
        ];
        let Some(session) = self.sessions.get(&id) else {
            return headers;
        };
        let timers = &self.config.session_timers;
        let ours = interval::shortest(timers);
        let shortest = session.shortest_interval.unwrap_or(ours).max(ours);
        let wish = match (&session.interval, session.stage) {
            (Some(interval), _) => Some(interval.session_expires()),
            (None, Stage::Calling { .. }) if session.early.is_empty() => {
                let length = timers.expires.max(shortest);
                Some(interval::session_expires(length, None))
            }
            (None, _) => None,
        };
        if let Some(wish) = wish {
            headers.push((Name::SessionExpires, wish));
            headers.push((Name::MinSe, shortest.as_secs().to_string()));
        }
        headers
    }

    /// 422 when a request asks for a shorter interval than we grant (§9).
    pub(super) fn interval_objection(&self, message: &Message) -> Option<Reply> {
        let shortest = Wish::of(message).is_too_short(&self.config.session_timers)?;
        let reply = Reply::new(Status::SESSION_INTERVAL_TOO_SMALL);
        Some(reply.with(Name::MinSe, shortest.as_secs().to_string()))
    }

    /// Sets the timer of a session as our 2xx to `request` says, and says it there.
    pub(super) fn grant_interval(
        &mut self,
        now: Duration,
        id: SessionId,
        request: &Message,
        reply: Reply,
    ) -> Reply {
        let grant = Wish::of(request).grant(&self.config.session_timers);
        if let Some(session) = self.sessions.get_mut(&id) {
            session.interval =
                grant.map(|grant| Interval::new(now, grant.interval, grant.refresher()));
            // The request of the peer has done what a refresh of ours would have done later.
            session
                .change
                .take_if(|change| change.aim == Aim::Refresh && !change.is_open());
        }
        let Some(grant) = grant else {
            return reply;
        };
        let reply = reply.with(Name::SessionExpires, grant.session_expires());
        if grant.is_required {
            reply.with(Name::Require, interval::OPTION)
        } else {
            reply
        }
    }

    /// Sets the timer of a session as a 2xx to our INVITE or UPDATE says.
    pub(super) fn interval_granted(&mut self, now: Duration, id: SessionId, message: &Message) {
        let granted = Wish::of(message).granted_to_us();
        if let Some(session) = self.sessions.get_mut(&id) {
            session.interval =
                granted.map(|(length, refresher)| Interval::new(now, length, refresher));
        }
    }

    /// When a session that begins now ends whatever is said in it.
    pub(super) fn end_of_life(&self, now: Duration) -> Option<Duration> {
        Some(now + self.config.session_timers.longest_life?)
    }

    pub(super) fn interval_due(&mut self, now: Duration, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        if session.stage != Stage::Confirmed {
            return;
        }
        let is_old = session.lives_until.is_some_and(|until| until <= now);
        let expires_at = session.interval.as_ref().map(|timer| timer.expires_at);
        if is_old || expires_at.is_some_and(|at| at <= now) {
            session.cause.get_or_insert_with(timed_out);
            self.peer_is_gone(now, id, EndKind::Expired);
            return;
        }
        let Some(timer) = &mut session.interval else {
            return;
        };
        if timer.refresh_at.take_if(|at| *at <= now).is_none() {
            return;
        }
        // A change that is open, or about to be, is a refresh as well.
        timer.postpone(now);
        if session.change.is_none() && session.wanted.is_none() {
            let sdp = session.local_sdp.clone();
            session.change = Some(Change::new(Aim::Refresh, sdp));
            self.advance_change(now, id);
        }
    }

    /// Makes an INVITE again, with the interval that its 422 asks for (§7.3); false if that is not
    /// to be done.
    pub(super) fn invite_longer(
        &mut self,
        now: Duration,
        slot: Slot,
        id: SessionId,
        message: &Message,
    ) -> bool {
        let shortest = message.number(Name::MinSe).ok().flatten();
        let (Some(seconds), Some(invite)) = (shortest, self.stored_request(slot)) else {
            return false;
        };
        let Some(session) = self.sessions.get_mut(&id) else {
            return false;
        };
        let wanted = Duration::from_secs(u64::from(seconds));
        let is_longer = session
            .shortest_interval
            .is_none_or(|before| before < wanted);
        let is_waiting = matches!(session.stage, Stage::Calling { .. });
        if !is_waiting || !is_longer || session.dialog.local_cseq > MAX_LENGTHENINGS {
            return false;
        }
        session.lengthen_interval(wanted);
        let length = self.config.session_timers.expires.max(wanted);
        let replaced = [
            (
                Name::SessionExpires,
                interval::session_expires(length, None),
            ),
            (Name::MinSe, seconds.to_string()),
        ];
        self.invite_again(now, slot, &invite, &replaced);
        true
    }

    /// Sends an INVITE that was refused once more, as the same call (RFC 3261 §8.1.3.5): the next
    /// CSeq, another branch, and `replaced` headers in the place of those with these names.
    pub(super) fn invite_again(
        &mut self,
        now: Duration,
        slot: Slot,
        invite: &Message,
        replaced: &[(Name, String)],
    ) {
        let found = self
            .transactions
            .get(slot)
            .and_then(|found| Some((found.flow, found.session?)));
        let Some((flow, id)) = found else {
            return;
        };
        let (Some(uri), Some(session)) = (invite.request_uri(), self.sessions.get_mut(&id)) else {
            return;
        };
        let cseq = session.dialog.next_sequence();
        let over = session.over.clone();
        let answers = over
            .map(|over| self.preempted(&over, Method::Invite, uri.as_str()))
            .unwrap_or_default();
        if let Some(refused) = self.transactions.get_mut(slot) {
            refused.purpose = Purpose::Other;
        }
        let branch = self.new_branch();
        let via = self.via_value(flow, &branch);
        let Some(message) = copied(invite, &via, cseq, &answers, replaced) else {
            return;
        };
        let dispatch = Dispatch {
            flow,
            method: Method::Invite,
            cseq,
            branch,
            message,
        };
        self.start_client(now, dispatch, Errand::of(id, Purpose::Open));
        self.settle_session(id);
    }
}

fn timed_out() -> ReasonHeader {
    ReasonHeader {
        protocol: "SIP".to_owned(),
        cause: Status::REQUEST_TIMEOUT.code(),
        text: Some("Session timer expired".to_owned()),
    }
}
