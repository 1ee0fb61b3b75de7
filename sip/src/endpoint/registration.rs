//! REGISTER requests (RFC 3261 §10.3): who asks, what for, and the answer.

use std::time::Duration;

use super::Endpoint;
use super::access::Proof;
use super::incoming::user_of;
use super::reply::Reply;
use super::transmit::{Errand, Received};
use crate::auth::Freshness;
use crate::event::Event;
use crate::message::{Contact, Message, Name, NameAddr, Status};
use crate::registrar::{Change, Changed, Registration, Rejection, Wish};
use crate::transaction::table::{Key, Purpose};

impl Endpoint {
    pub(super) fn receive_register(&mut self, now: Duration, received: Received<'_>, key: Key) {
        let Received { message, flow } = received;
        if self.is_foreign(None, message) {
            self.reply_stateless(flow, message, &Reply::new(Status::NOT_FOUND));
            return;
        }
        let user = match self.access.prove(now, message, flow.remote.ip()) {
            Proof::User(user) => user,
            Proof::Nothing(freshness) => return self.challenge(now, received, freshness),
            Proof::Wrong => {
                self.counters.auth_failures += 1;
                return self.challenge(now, received, Freshness::Unproved);
            }
        };
        let reply = self.register(now, received, &user);
        if self.transactions.len() >= self.config.limits.transactions {
            self.reply_stateless(flow, message, &reply);
            return;
        }
        let errand = Errand {
            purpose: Purpose::Other,
            session: None,
            merge: None,
        };
        let tag = self.access.stateless_tag(message);
        let slot = self.start_server(now, received, key, errand);
        self.respond(now, slot, &tag, &reply);
    }

    fn register(&mut self, now: Duration, received: Received<'_>, user: &str) -> Reply {
        let Received { message, flow } = received;
        if user_of(&message.to()) != user {
            return Reply::new(Status::FORBIDDEN);
        }
        let Some(change) = change(message) else {
            return Reply::new(Status::BAD_REQUEST).because("Bad Contact");
        };
        let registration = Registration {
            user: user.to_owned(),
            call_id: message.call_id().to_owned(),
            cseq: message.sequence().number,
            change,
            flow: Self::reply_path(received),
            user_agent: message
                .header(Name::UserAgent)
                .map(|agent| String::from_utf8_lossy(agent).into_owned()),
        };
        match self.registrar.register(now, &registration) {
            Ok(changed) => {
                if let Some(id) = flow.connection
                    && let Some(connection) = self.connections.get_mut(id)
                {
                    connection.user = Some(user.to_owned());
                }
                self.announce(user, changed);
                self.listing(now, user)
            }
            Err(Rejection::TooBrief) => {
                let shortest = self.config.limits.shortest_registration.as_secs();
                Reply::new(Status::INTERVAL_TOO_BRIEF).with(Name::MinExpires, shortest.to_string())
            }
            Err(Rejection::OutOfOrder) => {
                Reply::new(Status::SERVER_INTERNAL_ERROR).because("CSeq Out Of Order")
            }
            Err(Rejection::TooMany) => Reply::new(Status::FORBIDDEN).because("Too Many Contacts"),
            Err(Rejection::Full) => Reply::new(Status::SERVICE_UNAVAILABLE).with(
                Name::RetryAfter,
                self.config.limits.retry_after.as_secs().to_string(),
            ),
        }
    }

    fn announce(&mut self, user: &str, changed: Changed) {
        if changed.before != changed.after {
            self.emit(Event::Registered {
                user: user.to_owned(),
                contacts: changed.after,
            });
        }
    }

    /// 200 with all bindings of the user.
    fn listing(&self, now: Duration, user: &str) -> Reply {
        let mut reply = Reply::new(Status::OK);
        for contact in self.registrar.contacts(now, user) {
            let left = contact.expires_at.saturating_sub(now).as_secs();
            reply = reply.with(Name::Contact, format!("<{}>;expires={left}", contact.uri));
        }
        reply
    }
}

/// What the Contact headers ask for; none if they contradict each other or cannot be read.
fn change(message: &Message) -> Option<Change> {
    let general = message.number(Name::Expires).ok().flatten();
    let mut wishes = Vec::new();
    let mut removes_all = false;
    for contact in message.contacts() {
        match contact.ok()? {
            Contact::All => removes_all = true,
            Contact::Address(address) => wishes.push(wish(&address, general)),
        }
    }
    match (removes_all, wishes.is_empty()) {
        (true, true) => (general == Some(0)).then_some(Change::RemoveAll),
        (true, false) => None,
        (false, true) => Some(Change::Query),
        (false, false) => Some(Change::Update(wishes)),
    }
}

fn wish(address: &NameAddr<'_>, general: Option<u32>) -> Wish {
    let parameters = address.parameters();
    let own = parameters
        .text("expires")
        .and_then(|seconds| seconds.parse::<u32>().ok());
    let preference = parameters.text("q").and_then(thousandths).unwrap_or(1000);
    Wish {
        uri: address.uri().as_str().to_owned(),
        lifetime: own
            .or(general)
            .map(|seconds| Duration::from_secs(u64::from(seconds))),
        preference,
    }
}

/// A q value such as `0.7` in thousandths.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = format!("{fraction:0<3}");
    let whole: u16 = whole.parse().ok().filter(|whole| *whole <= 1)?;
    let fraction: u16 = fraction.get(..3)?.parse().ok()?;
    Some((whole * 1000 + fraction).min(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn q_values_are_read_in_thousandths() {
        assert_eq!(thousandths("1"), Some(1000));
        assert_eq!(thousandths("0.7"), Some(700));
        assert_eq!(thousandths("0.25"), Some(250));
        assert_eq!(thousandths("x"), None);
        assert_eq!(thousandths("7"), None);
    }
}
