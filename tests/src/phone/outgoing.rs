//! What a phone asks of the server, and the answers.

use super::talk::{Ender, Offer, Stage, Talk};
use super::voice::Way;
use super::wire::{self, Heard};
use super::{Deed, Phone};
use crate::tone::Law;
use std::time::Duration;

impl Phone {
    /// Rings a number.
    pub fn dial(&mut self, now: Duration, number: &str, offer: Offer) {
        let call_id = format!("{}@{}", self.token(), self.address.ip());
        let tag = self.token();
        let uri = format!("sip:{number}@{}", self.server);
        let mut talk = Talk {
            call_id: call_id.clone(),
            stage: Stage::Calling,
            refused: None,
            warning: None,
            ender: None,
            began_at: now,
            up_at: None,
            over_at: None,
            voice: self.voice(),
            local: format!("<sip:{}@{}>;tag={tag}", self.user, self.address),
            remote: format!("<{uri}>"),
            early_remote: String::new(),
            target: uri,
            sequence: 0,
            invite: None,
            sent: Default::default(),
            offer,
            progress: None,
            cancel_wanted: false,
            parted: false,
            reports: Vec::new(),
            reason: None,
            changes: 0,
            proofs: 0,
        };
        let sdp = match offer {
            Offer::Early => talk.voice.sdp(),
            Offer::Late => String::new(),
            Offer::Foreign => talk.voice.foreign_sdp(),
        };
        self.talks.push(talk);
        self.invite(now, &call_id, &sdp);
    }

    /// Changes the way of the audio by re-INVITE: hold and back.
    pub fn turn(&mut self, now: Duration, way: Way) {
        let Some(talk) = self.talks.iter_mut().find(|talk| talk.stage == Stage::Up) else {
            panic!("{} has no conversation", self.name);
        };
        talk.voice.way = way;
        let sdp = talk.voice.sdp();
        let call = talk.call_id.clone();
        self.invite(now, &call, &sdp);
    }

    /// Offers another codec in the front by re-INVITE.
    pub fn speak(&mut self, now: Duration, law: Law) {
        let Some(talk) = self.talks.iter_mut().find(|talk| talk.stage == Stage::Up) else {
            panic!("{} has no conversation", self.name);
        };
        let sdp = talk.voice.sdp_only(law);
        let call = talk.call_id.clone();
        self.invite(now, &call, &sdp);
    }

    /// Offers only a codec that nobody here speaks by re-INVITE.
    pub fn speak_foreign(&mut self, now: Duration) {
        let Some(talk) = self.talks.iter_mut().find(|talk| talk.stage == Stage::Up) else {
            panic!("{} has no conversation", self.name);
        };
        let sdp = talk.voice.foreign_sdp();
        let call = talk.call_id.clone();
        self.invite(now, &call, &sdp);
    }

    /// Asks for an offer by a re-INVITE without one.
    pub fn ask_for_an_offer(&mut self, now: Duration) {
        let Some(talk) = self.talks.iter_mut().find(|talk| talk.stage == Stage::Up) else {
            panic!("{} has no conversation", self.name);
        };
        talk.offer = Offer::Late;
        let call = talk.call_id.clone();
        self.invite(now, &call, "");
    }

    fn invite(&mut self, now: Duration, call: &str, sdp: &str) {
        self.invite_with(now, call, sdp, None);
    }

    fn invite_with(&mut self, now: Duration, call: &str, sdp: &str, credentials: Option<String>) {
        let branch = format!("z9hG4bK{}", self.token());
        let (via, contact) = (self.via(&branch), self.contact());
        let claims = self.claims.clone();
        let Some(talk) = self.find(call) else {
            return;
        };
        talk.sequence += 1;
        talk.sent = (branch.clone(), talk.sequence, talk.target.clone());
        let mut headers = talk.headers(&via, &format!("{} INVITE", talk.sequence), &contact);
        headers.extend(credentials.map(|it| format!("Authorization: {it}")));
        headers.extend(claims);
        let line = format!("INVITE {} SIP/2.0", talk.target);
        let bytes = wire::request(&line, &headers, sdp);
        self.tell("INVITE");
        self.send_until_answered(now, ("INVITE", &branch, call), bytes);
    }

    /// Ends the present call: BYE, CANCEL or a refusal, as it needs.
    pub fn hang_up(&mut self, now: Duration) {
        let call = self.talk().call_id.clone();
        self.hang_up_call(now, &call);
    }

    /// Ends all calls.
    pub fn hang_up_all(&mut self, now: Duration) {
        let live = self.talks.iter().filter(|talk| talk.is_live());
        let calls: Vec<String> = live.map(|talk| talk.call_id.clone()).collect();
        for call in calls {
            self.hang_up_call(now, &call);
        }
    }

    pub(super) fn hang_up_call(&mut self, now: Duration, call: &str) {
        let Some(talk) = self.find(call) else {
            return;
        };
        match talk.stage {
            Stage::Calling => {
                talk.cancel_wanted = true;
                if talk.progress.is_some() {
                    self.cancel(now, call);
                }
            }
            Stage::Ringing => self.decline_call(now, call, 480),
            Stage::Up => self.bye(now, call),
            Stage::Over => (),
        }
    }

    fn cancel(&mut self, now: Duration, call: &str) {
        let contact = self.contact();
        let Some(talk) = self.find(call) else {
            return;
        };
        let (branch, sequence, uri) = talk.sent.clone();
        let via = self.via(&branch);
        let Some(talk) = self.find(call) else {
            return;
        };
        let headers = talk.headers(&via, &format!("{sequence} CANCEL"), &contact);
        let bytes = wire::request(&format!("CANCEL {uri} SIP/2.0"), &headers, "");
        self.tell("CANCEL");
        self.send_until_answered(now, ("CANCEL", &branch, call), bytes);
    }

    fn bye(&mut self, now: Duration, call: &str) {
        let branch = format!("z9hG4bK{}", self.token());
        let (via, contact) = (self.via(&branch), self.contact());
        let why = self.says_why.as_ref().map(|why| format!("Reason: {why}"));
        let Some(talk) = self.find(call) else {
            return;
        };
        talk.end(now, Ender::Us);
        talk.sequence += 1;
        let mut headers = talk.headers(&via, &format!("{} BYE", talk.sequence), &contact);
        headers.extend(why);
        let bytes = wire::request(&format!("BYE {} SIP/2.0", talk.target), &headers, "");
        self.tell("BYE");
        self.send_until_answered(now, ("BYE", &branch, call), bytes);
    }

    pub(super) fn response(&mut self, now: Duration, status: u16, heard: &Heard) {
        let matches = |branch: &str, method: &str| branch == heard.branch && method == heard.method;
        let known = self
            .pending
            .iter_mut()
            .find(|it| matches(&it.branch, it.method));
        if let Some(pending) = known {
            // An INVITE may ring for long; it is not sent again once it got a provisional.
            pending.quiet |= status < 200 && pending.method == "INVITE";
            if pending.quiet {
                pending.until = now + Duration::from_mins(5);
            }
        }
        if status >= 200 {
            self.pending.retain(|it| !matches(&it.branch, it.method));
        }
        match heard.method.as_str() {
            "REGISTER" if status >= 200 => self.registrar_said(now, status, heard),
            "INVITE" => self.invite_answered(now, status, heard),
            "MESSAGE" if status == 401 => self.write_again(now, heard),
            "BYE" if status >= 300 => self.bye_refused(status, heard),
            _ => (),
        }
    }

    /// The server knows nothing of the call: a fault, unless both hung up at once.
    fn bye_refused(&mut self, status: u16, heard: &Heard) {
        let parted = self.find(&heard.call_id).is_some_and(|talk| talk.parted);
        if !parted {
            self.complaints.push(format!("BYE was answered {status}"));
        }
    }

    fn invite_answered(&mut self, now: Duration, status: u16, heard: &Heard) {
        let Some(talk) = self.find(&heard.call_id) else {
            return;
        };
        if talk.sent.1 != heard.sequence {
            return;
        }
        match status {
            100..=199 => {
                talk.early_remote.clone_from(&heard.to);
                if talk.stage == Stage::Calling && !heard.body.is_empty() {
                    talk.voice.listen_to(now, &heard.body);
                }
                let cancels = talk.cancel_wanted && talk.progress.is_none();
                talk.progress = talk.progress.max(Some(status));
                if cancels {
                    self.cancel(now, &heard.call_id.clone());
                }
            }
            200..=299 => self.invite_accepted(now, heard),
            401 if talk.proofs == 0 && self.is_registered() => self.prove(now, heard),
            _ => self.invite_refused(now, status, heard),
        }
    }

    /// Calls again with credentials, as an agent's phone has to.
    fn prove(&mut self, now: Duration, heard: &Heard) {
        let Some(talk) = self.find(&heard.call_id) else {
            return;
        };
        talk.proofs += 1;
        let uri = talk.sent.2.clone();
        let sdp = match talk.offer {
            Offer::Early => talk.voice.sdp(),
            Offer::Late => String::new(),
            Offer::Foreign => talk.voice.foreign_sdp(),
        };
        let remote = talk.remote.clone();
        self.acknowledge(heard, &heard.branch, "");
        let credentials = self.credentials(&heard.challenges, ("INVITE", &uri));
        if let Some(talk) = self.find(&heard.call_id) {
            talk.remote = remote;
        }
        self.invite_with(now, &heard.call_id, &sdp, credentials);
    }

    fn invite_accepted(&mut self, now: Duration, heard: &Heard) {
        let Some(talk) = self.find(&heard.call_id) else {
            return;
        };
        talk.remote.clone_from(&heard.to);
        if let Some(contact) = &heard.contact {
            talk.target.clone_from(contact);
        }
        let fresh = talk.stage == Stage::Calling;
        let late = talk.offer == Offer::Late;
        talk.offer = Offer::Early;
        if talk.is_live() && !heard.body.is_empty() {
            talk.voice.listen_to(now, &heard.body);
        }
        let body = if late {
            talk.voice.sdp()
        } else {
            String::new()
        };
        if fresh {
            talk.stage = Stage::Up;
            talk.up_at = Some(now);
        }
        let unwanted = fresh && talk.cancel_wanted;
        let branch = format!("z9hG4bK{}", self.token());
        self.acknowledge(heard, &branch, &body);
        if unwanted {
            self.bye(now, &heard.call_id);
        } else if let (true, Some(after)) = (fresh, self.hang_up_after) {
            let deed = Deed::HangUp(heard.call_id.clone());
            self.deeds.push((now + after, deed));
        }
    }

    fn invite_refused(&mut self, now: Duration, status: u16, heard: &Heard) {
        let branch = heard.branch.clone();
        let Some(talk) = self.find(&heard.call_id) else {
            return;
        };
        talk.warning = heard.header("Warning").map(str::to_owned);
        if talk.stage == Stage::Calling {
            talk.refused = Some(status);
            let ender = if talk.cancel_wanted {
                Ender::Us
            } else {
                Ender::Them
            };
            talk.end(now, ender);
        }
        let target = talk.target.clone();
        let (_, _, uri) = talk.sent.clone();
        talk.target = uri;
        self.acknowledge(heard, &branch, "");
        if let Some(talk) = self.find(&heard.call_id) {
            talk.target = target;
        }
    }

    fn acknowledge(&mut self, heard: &Heard, branch: &str, body: &str) {
        let (via, contact) = (self.via(branch), self.contact());
        let Some(talk) = self.find(&heard.call_id) else {
            return;
        };
        let dialog_remote = std::mem::replace(&mut talk.remote, heard.to.clone());
        let headers = talk.headers(&via, &format!("{} ACK", heard.sequence), &contact);
        talk.remote = dialog_remote;
        let bytes = wire::request(&format!("ACK {} SIP/2.0", talk.target), &headers, body);
        let key = (heard.branch.clone(), "ACK".to_owned(), None);
        if self.seen.insert(key) {
            self.tell("ACK");
        }
        self.send(bytes);
    }
}
