//! A phone at 192.0.2.50 whose every message is written by hand, in a call with the first party.

use std::time::Duration;

use bytes::Bytes;
use sip::message::Message;
use sip::{Endpoint, Event, Invite, SessionId};

use crate::handmade::{Handmade, code, header};
use crate::network::{ANSWER, OFFER, World, address, invite_to};

/// The phone, the world around it, and the party's session with it.
pub(crate) struct Phone {
    pub(crate) world: World,
    pub(crate) session: SessionId,
    /// What the party sent to call the phone.
    pub(crate) invite: Option<Message>,
    from: String,
    to: String,
    call_id: String,
}

impl Phone {
    /// The phone calls, with `headers` in its INVITE.
    pub(crate) fn calling(headers: &[(&str, &str)]) -> Self {
        Self::calling_with(headers, Some(OFFER))
    }

    pub(crate) fn calling_with(headers: &[(&str, &str)], offer: Option<&[u8]>) -> Self {
        let mut world = World::new(1);
        world.add("a", 1);
        let mut invite = Handmade::new("INVITE", address(50));
        for (name, value) in headers {
            invite = invite.with(name, value);
        }
        if let Some(offer) = offer {
            invite = invite.body("application/sdp", str::from_utf8(offer).unwrap());
        }
        world.exchange(address(50), &invite);
        let session = world.incoming(0);
        world.parties[0].events.clear();
        Self {
            world,
            session,
            invite: None,
            from: "<sip:8001@trunkline>;tag=hand".to_owned(),
            to: format!("<sip:8001@trunkline>;tag={:016x}", session.0),
            call_id: "handmade".to_owned(),
        }
    }

    /// The phone has called, was answered and has acknowledged that.
    pub(crate) fn in_call(headers: &[(&str, &str)]) -> Self {
        let mut phone = Self::calling(headers);
        phone.act(|a, now, id| a.answer(now, id, Bytes::from_static(ANSWER)));
        let ack = phone.request("ACK", 1);
        phone.send(&ack);
        phone.world.parties[0].events.clear();
        phone
    }

    /// The phone is called.
    pub(crate) fn called() -> Self {
        Self::called_with(|invite| invite)
    }

    pub(crate) fn called_with(change: impl FnOnce(Invite) -> Invite) -> Self {
        let mut world = World::new(1);
        world.add("a", 1);
        let invite = change(invite_to(address(50)));
        let session = world.act(0, |a, now| a.invite(now, invite).unwrap());
        world.run_for(50);
        let invite = world.stray.remove(0);
        Self {
            world,
            session,
            from: format!("{};tag=one", header(&invite, "To")),
            to: header(&invite, "From"),
            call_id: header(&invite, "Call-ID"),
            invite: Some(invite),
        }
    }

    /// The phone was called and has answered.
    pub(crate) fn answered(headers: &[(&str, &str)]) -> Self {
        let mut phone = Self::called();
        phone.answer("200 OK", headers, Some(ANSWER));
        phone.world.parties[0].events.clear();
        phone
    }

    /// From here on the phone speaks as the callee with another tag.
    pub(crate) fn become_fork(&mut self, tag: &str) {
        let end = self.from.rfind("tag=").unwrap();
        self.from = format!("{}tag={tag}", &self.from[..end]);
    }

    pub(crate) fn request(&self, method: &'static str, cseq: u32) -> Handmade {
        let via = format!("SIP/2.0/UDP 192.0.2.50:5060;branch=z9hG4bK{method}{cseq};rport");
        Handmade::new(method, address(50))
            .with("Via", &via)
            .with("From", &self.from)
            .with("To", &self.to)
            .with("Call-ID", &self.call_id)
            .with("CSeq", &format!("{cseq} {method}"))
    }

    pub(crate) fn offer(&self, method: &'static str, cseq: u32) -> Handmade {
        let offer = str::from_utf8(OFFER).unwrap();
        self.request(method, cseq).body("application/sdp", offer)
    }

    /// Sends a request and returns the status codes that come back at once.
    pub(crate) fn send(&mut self, request: &Handmade) -> Vec<u16> {
        self.world.statuses(address(50), request)
    }

    /// Answers the INVITE that called the phone.
    pub(crate) fn answer(
        &mut self,
        status: &str,
        headers: &[(&str, &str)],
        sdp: Option<&[u8]>,
    ) -> Vec<Message> {
        let invite = self.invite.clone().unwrap();
        self.respond(&invite, status, headers, sdp)
    }

    /// Answers a request of the party and returns what it sends upon that.
    pub(crate) fn respond(
        &mut self,
        request: &Message,
        status: &str,
        headers: &[(&str, &str)],
        sdp: Option<&[u8]>,
    ) -> Vec<Message> {
        let text = |name| header(request, name);
        let extra: String = headers
            .iter()
            .flat_map(|(name, value)| [*name, ": ", *value, "\r\n"])
            .collect();
        let body = str::from_utf8(sdp.unwrap_or_default()).unwrap();
        let response = format!(
            "SIP/2.0 {status}\r\nVia: {}\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {}\r\n\
             Contact: <sip:phone@192.0.2.50:5060>\r\n{extra}Content-Type: application/sdp\r\n\
             Content-Length: {}\r\n\r\n{body}",
            text("Via"),
            text("From"),
            self.from,
            text("Call-ID"),
            text("CSeq"),
            body.len(),
        );
        self.world.inject(address(50), address(1), &response);
        self.world.run_for(50);
        self.sent()
    }

    /// Lets the party do something with its session and returns what it sends.
    pub(crate) fn act(
        &mut self,
        action: impl FnOnce(&mut Endpoint, Duration, SessionId) -> Result<(), sip::Error>,
    ) -> Vec<Message> {
        let session = self.session;
        self.world
            .act(0, |endpoint, now| action(endpoint, now, session).unwrap());
        self.world.run_for(50);
        self.sent()
    }

    /// What the party has sent since the last look.
    pub(crate) fn sent(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.world.stray)
    }

    /// What the party's owner was told since the last look.
    pub(crate) fn event(&mut self) -> Option<Event> {
        self.world.parties[0].events.pop_front()
    }

    /// Waits and returns what the party sends in that time.
    pub(crate) fn wait(&mut self, seconds: u64) -> Vec<Message> {
        self.world.run_for(seconds * 1000);
        self.sent()
    }

    /// Kills the party and brings it back from its journal.
    pub(crate) fn restart(&mut self) {
        self.world.restart(0);
    }
}

/// Methods and status codes of messages, in order.
pub(crate) fn titles(messages: &[Message]) -> Vec<String> {
    messages
        .iter()
        .map(|message| match code(message) {
            Some(status) => status.to_string(),
            None => message.method_text().to_owned(),
        })
        .collect()
}
