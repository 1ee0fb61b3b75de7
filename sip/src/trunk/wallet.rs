//! Answering the challenges of a trunk's gateways, and of nobody else.
//!
//! The realm that a gateway names at its first challenge is the only one that is ever answered to
//! it: whoever sits behind the gateway cannot have our password hashed for a realm of their own
//! (CVE-2021-41158).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Credentials;
use crate::auth::{self, Algorithm, Challenge, Claim, PasswordHashes};
use crate::message::{Message, Name, Status};

/// What the gateways of one trunk have asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wallet {
    /// The realm of each gateway, by its label.
    realms: BTreeMap<String, String>,
    /// Challenges that may be answered once more. They do not outlive the process, since the count
    /// of a nonce must never go back.
    #[serde(skip)]
    open: Vec<Open>,
}

/// A challenge whose nonce is used again.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Open {
    gateway: String,
    /// Which header asked: WWW-Authenticate or Proxy-Authenticate.
    asked_by: Name,
    challenge: Vec<u8>,
    count: u32,
}

/// What a request needs to be let through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) name: Name,
    pub(crate) value: String,
}

/// What is to be signed, and with what.
#[derive(Clone, Copy)]
pub(crate) struct Signing<'a> {
    pub(crate) credentials: &'a Credentials,
    /// The gateway that the request goes to.
    pub(crate) gateway: &'a str,
    pub(crate) method: &'a str,
    pub(crate) uri: &'a str,
    pub(crate) client_nonce: &'a str,
}

impl Wallet {
    /// Takes the challenge of a 401 or 407 that a gateway sent to `request`; false if it must not or
    /// cannot be answered.
    pub(crate) fn accept(&mut self, refusal: &Message, request: &Message, gateway: &str) -> bool {
        let asked_by = match refusal.status().map(Status::code) {
            Some(401) => Name::WwwAuthenticate,
            Some(407) => Name::ProxyAuthenticate,
            _ => return false,
        };
        let pinned = self.realms.get(gateway);
        let strongest = refusal
            .headers(asked_by)
            .filter_map(|value| Some((value, Challenge::parse(value).ok()?)))
            .filter(|(_, challenge)| pinned.is_none_or(|realm| realm == challenge.realm()))
            .min_by_key(|(_, challenge)| weakness(challenge.algorithm()));
        let Some((value, challenge)) = strongest else {
            return false;
        };
        if is_answered(request, asked_by, &challenge) {
            return false;
        }
        self.realms
            .entry(gateway.to_owned())
            .or_insert_with(|| challenge.realm().to_owned());
        self.open
            .retain(|open| open.gateway != gateway || open.asked_by != asked_by);
        self.open.push(Open {
            gateway: gateway.to_owned(),
            asked_by,
            challenge: value.to_vec(),
            count: 0,
        });
        true
    }

    /// Answers what a gateway has asked for, also before it asks again (RFC 7616 §3.6): each answer
    /// counts one use of its nonce.
    pub(crate) fn sign(&mut self, signing: Signing<'_>) -> Vec<Answer> {
        self.open
            .iter_mut()
            .filter(|open| open.gateway == signing.gateway)
            .filter_map(|open| open.sign(signing))
            .collect()
    }

    /// Forgets gateways that are none of the trunk's any more.
    pub(crate) fn keep(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.realms.retain(|gateway, _| is_kept(gateway));
        self.open.retain(|open| is_kept(&open.gateway));
    }
}

impl Open {
    fn sign(&mut self, signing: Signing<'_>) -> Option<Answer> {
        let challenge = Challenge::parse(&self.challenge).ok()?;
        let Credentials { user, password } = signing.credentials;
        self.count = self.count.checked_add(1)?;
        let value = challenge.answer(&Claim {
            user,
            hashes: &PasswordHashes::new(user, challenge.realm(), password),
            method: signing.method,
            uri: signing.uri,
            client_nonce: signing.client_nonce,
            count: self.count,
        });
        let name = reply_name(self.asked_by);
        Some(Answer { name, value })
    }
}

/// The header that answers a challenge.
fn reply_name(asked_by: Name) -> Name {
    if asked_by == Name::ProxyAuthenticate {
        Name::ProxyAuthorization
    } else {
        Name::Authorization
    }
}

fn weakness(algorithm: Algorithm) -> u8 {
    match algorithm {
        Algorithm::Sha256 => 0,
        Algorithm::Md5 => 1,
    }
}

/// Whether the refused request held an answer to this very challenge: the password is wrong.
fn is_answered(request: &Message, asked_by: Name, challenge: &Challenge<'_>) -> bool {
    auth::Credentials::all(request, reply_name(asked_by), challenge.realm())
        .any(|sent| sent.nonce == challenge.nonce().as_bytes())
}
