//! What the server asks of a phone.

use super::talk::{Ender, Offer, Stage, Talk};
use super::wire::{self, Heard};
use super::{Answer, Deed, GIVE_UP, Habit, Phone, T1};
use std::time::Duration;

impl Phone {
    pub(super) fn request(&mut self, now: Duration, heard: &Heard) {
        let key = (heard.branch.clone(), heard.method.clone());
        if heard.method == "ACK" {
            self.acknowledged(heard);
            return;
        }
        if let Some(response) = self.served.get(&key).cloned() {
            self.send(response);
            return;
        }
        match (heard.method.as_str(), heard.to_tag.is_some()) {
            ("INVITE", false) => self.rung(now, heard),
            ("CANCEL", _) => self.cancelled(now, heard),
            ("BYE", _) => self.said_goodbye(now, heard),
            ("INVITE", true) => self.change_offered(now, heard),
            ("NOTIFY", true) => self.notified(heard),
            ("MESSAGE", _) => {
                self.letters.push(heard.body.clone());
                self.respond(heard, 200, "");
            }
            ("INFO", true) => {
                self.infos.push(heard.body.clone());
                self.respond(heard, 200, "");
            }
            _ => self.respond(heard, 200, ""),
        }
    }

    fn rung(&mut self, now: Duration, heard: &Heard) {
        if self.habit == Habit::Silent {
            return;
        }
        self.overlaps += usize::from(self.is_busy());
        let mut voice = self.voice();
        if !heard.body.is_empty() {
            voice.listen_to(now, &heard.body);
            voice.stop();
        }
        let tag = self.token();
        let call_id = heard.call_id.clone();
        self.talks.push(Talk {
            early_remote: String::new(),
            call_id: call_id.clone(),
            stage: Stage::Ringing,
            refused: None,
            warning: None,
            ender: None,
            began_at: now,
            up_at: None,
            over_at: None,
            voice,
            local: format!("{};tag={tag}", heard.to),
            remote: heard.from.clone(),
            target: heard.contact.clone().unwrap_or_default(),
            sequence: 0,
            invite: Some(heard.clone()),
            sent: Default::default(),
            offer: Offer::Early,
            progress: None,
            cancel_wanted: false,
            parted: false,
            reports: Vec::new(),
            reason: None,
            changes: 0,
            proofs: 0,
        });
        if let Habit::Early { .. } | Habit::Explain { .. } = self.habit {
            self.play_early(now, heard);
        } else {
            self.respond(heard, 180, "");
        }
        match self.habit {
            Habit::Early { after } => self.deeds.push((now + after, Deed::Answer(call_id))),
            Habit::Answer { after } => self.deeds.push((now + after, Deed::Answer(call_id))),
            Habit::Decline { after, status } | Habit::Explain { after, status } => {
                let deed = Deed::Decline(call_id, status);
                self.deeds.push((now + after, deed));
            }
            Habit::Ring | Habit::Silent => (),
        }
    }

    /// Lets the caller hear something before the answer (183).
    fn play_early(&mut self, now: Duration, heard: &Heard) {
        let Some(talk) = self.find(&heard.call_id) else {
            return;
        };
        talk.voice.listen_to(now, &heard.body);
        let sdp = talk.voice.sdp();
        self.respond(heard, 183, &sdp);
    }

    /// The other side changes the session.
    fn change_offered(&mut self, now: Duration, heard: &Heard) {
        let Some(talk) = self.find(&heard.call_id).filter(|it| it.stage == Stage::Up) else {
            self.respond(heard, 481, "");
            return;
        };
        talk.changes += 1;
        talk.voice.listen_to(now, &heard.body);
        let sdp = talk.voice.sdp();
        self.respond_until_acknowledged(now, heard, 200, &sdp);
    }

    /// How the transfer that was asked for goes.
    fn notified(&mut self, heard: &Heard) {
        let status = heard.body.split_whitespace().nth(1);
        let status = status.and_then(|status| status.parse().ok());
        if let (Some(talk), Some(status)) = (self.find(&heard.call_id), status) {
            talk.reports.push(status);
        }
        self.respond(heard, 200, "");
    }

    /// Answers the call that rings.
    pub fn answer(&mut self, now: Duration) {
        let ringing = self.talks.iter().find(|talk| talk.stage == Stage::Ringing);
        let call = ringing.map(|talk| talk.call_id.clone());
        self.answer_call(now, &call.expect("a call rings"));
    }

    pub(super) fn answer_call(&mut self, now: Duration, call: &str) {
        if self.talks.iter().any(|talk| talk.stage == Stage::Up) {
            self.decline_call(now, call, 486);
            return;
        }
        let Some(talk) = self.find(call).filter(|it| it.stage == Stage::Ringing) else {
            return;
        };
        let Some(invite) = talk.invite.clone() else {
            return;
        };
        talk.stage = Stage::Up;
        talk.up_at = Some(now);
        talk.voice.listen_to(now, &invite.body);
        let sdp = talk.voice.sdp();
        self.respond_until_acknowledged(now, &invite, 200, &sdp);
        if let Some(after) = self.hang_up_after {
            self.deeds
                .push((now + after, Deed::HangUp(call.to_owned())));
        }
    }

    /// Declines the call that rings.
    pub fn decline(&mut self, now: Duration, status: u16) {
        let ringing = self.talks.iter().find(|talk| talk.stage == Stage::Ringing);
        let call = ringing.map(|talk| talk.call_id.clone());
        self.decline_call(now, &call.expect("a call rings"), status);
    }

    pub(super) fn decline_call(&mut self, now: Duration, call: &str, status: u16) {
        let Some(talk) = self.find(call).filter(|it| it.stage == Stage::Ringing) else {
            return;
        };
        talk.refused = Some(status);
        talk.end(now, Ender::Us);
        if let Some(invite) = talk.invite.clone() {
            self.respond_until_acknowledged(now, &invite, status, "");
        }
    }

    fn cancelled(&mut self, now: Duration, heard: &Heard) {
        self.respond(heard, 200, "");
        let Some(talk) = self.find(&heard.call_id) else {
            return;
        };
        if talk.stage != Stage::Ringing {
            return;
        }
        talk.reason = heard.header("Reason").map(str::to_owned);
        talk.end(now, Ender::Them);
        if let Some(invite) = talk.invite.clone() {
            self.respond_until_acknowledged(now, &invite, 487, "");
        }
    }

    fn said_goodbye(&mut self, now: Duration, heard: &Heard) {
        let Some(talk) = self.find(&heard.call_id) else {
            self.respond(heard, 481, "");
            return;
        };
        talk.parted = true;
        talk.reason = heard.header("Reason").map(str::to_owned);
        talk.end(now, Ender::Them);
        self.answers.retain(|it| it.call_id != heard.call_id);
        self.respond(heard, 200, "");
    }

    fn acknowledged(&mut self, heard: &Heard) {
        self.answers
            .retain(|it| it.call_id != heard.call_id || it.sequence != heard.sequence);
    }

    fn response_headers(&self, heard: &Heard) -> Vec<String> {
        let local = self
            .talks
            .iter()
            .find(|talk| talk.call_id == heard.call_id && heard.to_tag.is_none())
            .filter(|_| heard.method == "INVITE" || heard.method == "CANCEL")
            .map_or(&heard.to, |talk| &talk.local);
        let mut headers: Vec<String> = heard.vias.iter().map(|via| format!("Via: {via}")).collect();
        headers.extend([
            format!("From: {}", heard.from),
            format!("To: {local}"),
            format!("Call-ID: {}", heard.call_id),
            format!("CSeq: {} {}", heard.sequence, heard.method),
            format!("Contact: <{}>", self.contact()),
        ]);
        headers
    }

    fn respond(&mut self, heard: &Heard, status: u16, body: &str) {
        let bytes = wire::response(status, &self.response_headers(heard), body);
        let key = (heard.branch.clone(), heard.method.clone());
        self.served.insert(key, bytes.clone());
        self.tell(&format!("{status} {}", heard.method));
        self.send(bytes);
    }

    fn respond_until_acknowledged(
        &mut self,
        now: Duration,
        invite: &Heard,
        status: u16,
        body: &str,
    ) {
        self.respond(invite, status, body);
        let key = (invite.branch.clone(), invite.method.clone());
        let bytes = self.served[&key].clone();
        self.answers.push(Answer {
            call_id: invite.call_id.clone(),
            sequence: invite.sequence,
            bytes,
            due: now + T1,
            interval: T1,
            until: now + GIVE_UP,
        });
    }
}
