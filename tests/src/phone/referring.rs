//! What a phone asks for besides calls: transfers (REFER), keys (INFO), messages (MESSAGE).

use super::Phone;
use super::talk::Stage;
use super::wire::{self, Body, Heard};
use std::time::Duration;

impl Phone {
    /// Asks to hand the present call on to `user`.
    pub fn refer(&mut self, now: Duration, user: &str) {
        let up = self.talks.iter().find(|talk| talk.stage == Stage::Up);
        let Some(call) = up.map(|talk| talk.call_id.clone()) else {
            panic!("{} has no conversation", self.name);
        };
        let to = format!("<sip:{user}@{}>", self.server);
        self.refer_to(now, &call, &to);
    }

    /// Asks to put the other side of the first call together with that of the second.
    pub fn join(&mut self, now: Duration) {
        let up: Vec<_> = self
            .talks
            .iter()
            .filter(|talk| talk.stage == Stage::Up)
            .collect();
        let [first, second] = up[..] else {
            panic!("{} has {} conversations", self.name, up.len());
        };
        let call = first.call_id.clone();
        let to = self.replacing(&second.call_id, &second.remote, &second.local);
        self.refer_to(now, &call, &to);
    }

    /// Asks to put the other side of the present call together with whom it rings besides.
    pub fn join_ringing(&mut self, now: Duration) {
        let of = |stage| self.talks.iter().find(move |talk| talk.stage == stage);
        let (Some(up), Some(rings)) = (of(Stage::Up), of(Stage::Calling)) else {
            panic!("{} has no conversation, or rings nobody", self.name);
        };
        let call = up.call_id.clone();
        let to = self.replacing(&rings.call_id, &rings.early_remote, &rings.local);
        self.refer_to(now, &call, &to);
    }

    /// A Refer-To that names a dialog.
    fn replacing(&self, call: &str, remote: &str, local: &str) -> String {
        let tag = |address: &str| {
            let (_, tag) = address.split_once("tag=").expect("a dialog has tags");
            tag.to_owned()
        };
        let replaces = format!(
            "{}%3Bto-tag%3D{}%3Bfrom-tag%3D{}",
            call.replace('@', "%40"),
            tag(remote),
            tag(local)
        );
        format!("<sip:consulted@{}?Replaces={replaces}>", self.server)
    }

    /// The Replaces header of a call that takes the place of the present one.
    pub fn in_its_place(&self) -> String {
        let talk = self.talk();
        let tag = |address: &str| {
            let (_, tag) = address.split_once("tag=").expect("a dialog has tags");
            tag.to_owned()
        };
        let (to, from) = (tag(&talk.remote), tag(&talk.local));
        format!("Replaces: {};to-tag={to};from-tag={from}", talk.call_id)
    }

    /// Sends a REFER with this Refer-To in a call.
    pub fn refer_to(&mut self, now: Duration, call: &str, to: &str) {
        let more = [format!("Refer-To: {to}")];
        let nothing = Body { kind: "", text: "" };
        self.ask_within(now, ("REFER", call), &more, nothing);
    }

    /// Presses a key that goes by INFO.
    pub fn press_by_info(&mut self, now: Duration, kind: &str, text: &str) {
        let call = self.talk().call_id.clone();
        self.ask_within(now, ("INFO", &call), &[], Body { kind, text });
    }

    /// Writes to another agent.
    pub fn write(&mut self, now: Duration, user: &str, text: &str) {
        let call_id = self.token();
        self.send_letter(now, (user, text), (&call_id, 1), None);
    }

    /// Writes in the present call.
    pub fn write_within(&mut self, now: Duration, text: &str) {
        let call = self.talk().call_id.clone();
        let kind = "text/plain";
        self.ask_within(now, ("MESSAGE", &call), &[], Body { kind, text });
    }

    /// Writes again with credentials.
    pub(super) fn write_again(&mut self, now: Duration, heard: &Heard) {
        let (_, to) = heard.to.split_once("sip:").expect("a SIP address");
        let user = to.split('@').next().unwrap_or_default().to_owned();
        let uri = format!("sip:{user}@{}", self.server);
        let credentials = self.credentials(&heard.challenges, ("MESSAGE", &uri));
        let text = self.letter.clone();
        let place = (heard.call_id.as_str(), heard.sequence + 1);
        if heard.sequence == 1 {
            self.send_letter(now, (&user, &text), place, credentials);
        }
    }

    fn send_letter(
        &mut self,
        now: Duration,
        (user, text): (&str, &str),
        (call_id, sequence): (&str, u32),
        credentials: Option<String>,
    ) {
        let branch = format!("z9hG4bK{}", self.token());
        let tag = self.token();
        text.clone_into(&mut self.letter);
        let uri = format!("sip:{user}@{}", self.server);
        let mut headers = vec![
            format!("Via: {}", self.via(&branch)),
            "Max-Forwards: 70".to_owned(),
            format!("From: <sip:{}@{}>;tag={tag}", self.user, self.server),
            format!("To: <{uri}>"),
            format!("Call-ID: {call_id}"),
            format!("CSeq: {sequence} MESSAGE"),
        ];
        headers.extend(credentials.map(|it| format!("Authorization: {it}")));
        let kind = "text/plain";
        let line = format!("MESSAGE {uri} SIP/2.0");
        let bytes = wire::request_with(&line, &headers, Body { kind, text });
        self.tell("MESSAGE");
        self.send_until_answered(now, ("MESSAGE", &branch, call_id), bytes);
    }

    fn ask_within(
        &mut self,
        now: Duration,
        (method, call): (&'static str, &str),
        more: &[String],
        body: Body<'_>,
    ) {
        let branch = format!("z9hG4bK{}", self.token());
        let (via, contact) = (self.via(&branch), self.contact());
        let Some(talk) = self.find(call) else {
            return;
        };
        talk.sequence += 1;
        let mut headers = talk.headers(&via, &format!("{} {method}", talk.sequence), &contact);
        headers.extend_from_slice(more);
        let line = format!("{method} {} SIP/2.0", talk.target);
        let bytes = wire::request_with(&line, &headers, body);
        self.tell(method);
        self.send_until_answered(now, (method, &branch, call), bytes);
    }
}
