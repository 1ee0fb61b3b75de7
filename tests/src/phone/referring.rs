//! What a phone asks for within a call: transfers (REFER) and keys (INFO).

use super::Phone;
use super::talk::Stage;
use super::wire::{self, Body};
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
        let tag = |address: &str| {
            let (_, tag) = address.split_once("tag=").expect("a dialog has tags");
            tag.to_owned()
        };
        let replaces = format!(
            "{}%3Bto-tag%3D{}%3Bfrom-tag%3D{}",
            second.call_id.replace('@', "%40"),
            tag(&second.remote),
            tag(&second.local)
        );
        let to = format!("<sip:consulted@{}?Replaces={replaces}>", self.server);
        let call = first.call_id.clone();
        self.refer_to(now, &call, &to);
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
