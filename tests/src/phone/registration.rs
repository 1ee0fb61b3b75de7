//! REGISTER with digest credentials, and again before it expires.

use super::Phone;
use super::wire::{self, Heard};
use crate::digest::{self, Hash};
use std::time::Duration;

/// Seconds that a phone asks for.
const EXPIRES: u64 = 120;

/// A SIP account.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its password.
    pub password: String,
    /// The hash that the phone knows.
    pub hash: Hash,
}

#[derive(Debug)]
pub(super) struct Registration {
    account: Account,
    call_id: String,
    sequence: u32,
    expires: u64,
    pub(super) refresh_at: Option<Duration>,
    pub(super) granted: bool,
}

impl Phone {
    /// Registers, and goes on doing so.
    pub fn register(&mut self, now: Duration, account: Account) {
        let call_id = self.token();
        self.registration = Some(Registration {
            account,
            call_id,
            sequence: 0,
            expires: EXPIRES,
            refresh_at: None,
            granted: false,
        });
        self.ask_registrar(now, None);
    }

    /// Takes the registration back.
    pub fn unregister(&mut self, now: Duration) {
        if let Some(registration) = &mut self.registration {
            registration.expires = 0;
            registration.refresh_at = None;
        }
        self.ask_registrar(now, None);
    }

    /// Credentials for a request, if the phone has an account.
    pub(super) fn credentials(
        &self,
        challenges: &[String],
        (method, uri): (&str, &str),
    ) -> Option<String> {
        let account = &self.registration.as_ref()?.account;
        let person = (self.user.as_str(), account.password.as_str());
        digest::answer(challenges, account.hash, person, (method, uri))
    }

    /// Whether the registrar granted a registration.
    pub fn is_registered(&self) -> bool {
        self.registration.as_ref().is_some_and(|it| it.granted)
    }

    pub(super) fn refresh(&mut self, now: Duration) {
        let due = self
            .registration
            .as_ref()
            .and_then(|it| it.refresh_at)
            .is_some_and(|at| at <= now);
        if due {
            self.ask_registrar(now, None);
        }
    }

    fn ask_registrar(&mut self, now: Duration, challenges: Option<&[String]>) {
        let branch = format!("z9hG4bK{}", self.token());
        let tag = self.token();
        let (user, contact, via) = (self.user.clone(), self.contact(), self.via(&branch));
        let Some(registration) = &mut self.registration else {
            return;
        };
        registration.sequence += 1;
        registration.refresh_at = None;
        let uri = "sip:trunkline";
        let mut headers = vec![
            format!("Via: {via}"),
            "Max-Forwards: 70".to_owned(),
            format!("From: <sip:{user}@trunkline>;tag={tag}"),
            format!("To: <sip:{user}@trunkline>"),
            format!("Call-ID: {}", registration.call_id),
            format!("CSeq: {} REGISTER", registration.sequence),
            format!("Contact: <{contact}>"),
            format!("Expires: {}", registration.expires),
        ];
        if let Some(challenges) = challenges {
            let account = &registration.account;
            let credentials = digest::answer(
                challenges,
                account.hash,
                (&user, &account.password),
                ("REGISTER", uri),
            );
            let credentials = credentials.expect("the registrar offers the phone's hash");
            headers.push(format!("Authorization: {credentials}"));
        }
        let call_id = registration.call_id.clone();
        let bytes = wire::request(&format!("REGISTER {uri} SIP/2.0"), &headers, "");
        self.tell("REGISTER");
        self.send_until_answered(now, ("REGISTER", &branch, &call_id), bytes);
    }

    pub(super) fn registrar_said(&mut self, now: Duration, status: u16, heard: &Heard) {
        match status {
            401 => self.ask_registrar(now, Some(&heard.challenges)),
            200..=299 => {
                if let Some(registration) = &mut self.registration {
                    registration.granted = registration.expires > 0;
                    let half = Duration::from_secs(registration.expires / 2);
                    registration.refresh_at = registration.granted.then(|| now + half);
                }
            }
            _ => self
                .complaints
                .push(format!("the registrar answered {status}")),
        }
    }
}
