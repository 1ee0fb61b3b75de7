//! REGISTER requests (RFC 3261 §10.3, 3327, 3608, 5626, 5627): who asks, what for, the answer.

use std::time::Duration;

use super::Endpoint;
use super::incoming::user_of;
use super::reply::Reply;
use super::transmit::{Errand, Received};
use crate::event::{Binding, Event, Identity};
use crate::message::{Contact, Message, Name, NameAddr, Status};
use crate::registrar::{self, Change, Changed, Device, Registration, Rejection, Wish};
use crate::transaction::table::{Key, Purpose};
use crate::uri::{Scheme, Uri, escape_user, unescape};

/// What a REGISTER may require.
pub(super) const EXTENSIONS: &str = "path, outbound, gruu";

/// What the user part of a temporary GRUU begins with.
const TEMPORARY: &str = "tgruu.";

/// Most proxies kept between us and a phone.
const MAX_PATH: usize = 8;

/// Longest instance kept, in bytes.
const MAX_INSTANCE: usize = 128;

impl Endpoint {
    pub(super) fn receive_register(&mut self, now: Duration, received: Received<'_>, key: Key) {
        let Received { message, flow } = received;
        if self.is_foreign(None, message) {
            self.reply_stateless(flow, message, &Reply::new(Status::NOT_FOUND));
            return;
        }
        let user = match self.authenticate(now, received) {
            Some(Identity::Account(user)) => user,
            Some(Identity::Trunk(_)) => {
                let reply = Reply::new(Status::FORBIDDEN).because("Trunks Do Not Register Here");
                return self.reply_stateless(flow, message, &reply);
            }
            None => return,
        };
        let reply = self.register(now, received, &user);
        if self.transactions.len() >= self.config.limits.transactions {
            self.reply_stateless(flow, message, &reply);
            self.phone_came_back(now, &user);
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
        self.phone_came_back(now, &user);
    }

    fn register(&mut self, now: Duration, received: Received<'_>, user: &str) -> Reply {
        let Received { message, flow } = received;
        if !matches!(message.to().uri().scheme(), Scheme::Sip | Scheme::Sips) {
            return Reply::new(Status::NOT_FOUND);
        }
        if user_of(&message.to()) != user {
            return Reply::new(Status::FORBIDDEN);
        }
        let asked = Asked::by(message);
        let Some(change) = change(message, asked) else {
            return Reply::new(Status::BAD_REQUEST).because("Bad Contact");
        };
        if keeps_flow(&change) && !is_first_hop_able(message) {
            return Reply::new(Status::FIRST_HOP_LACKS_OUTBOUND);
        }
        let registration = Registration {
            user: user.to_owned(),
            call_id: message.call_id().to_owned(),
            cseq: message.sequence().number,
            change,
            flow: Self::reply_path(received),
            user_agent: message
                .header(Name::UserAgent)
                .map(|agent| String::from_utf8_lossy(agent).into_owned()),
            path: path(message),
            temporary: asked.gruu.then(|| self.random_token()),
        };
        match self.registrar.register(now, &registration) {
            Ok(changed) => {
                if let Some(id) = flow.connection
                    && let Some(connection) = self.connections.get_mut(id)
                {
                    connection.users.insert(user.to_owned());
                }
                self.announce(changed);
                self.listing(now, message, &registration, asked)
            }
            Err(rejection) => self.rejected(rejection),
        }
    }

    fn rejected(&self, rejection: Rejection) -> Reply {
        let seconds = |span: Duration| span.as_secs().to_string();
        let limits = &self.config.limits;
        match rejection {
            Rejection::TooBrief => Reply::new(Status::INTERVAL_TOO_BRIEF)
                .with(Name::MinExpires, seconds(limits.shortest_registration)),
            Rejection::OutOfOrder => {
                Reply::new(Status::SERVER_INTERNAL_ERROR).because("CSeq Out Of Order")
            }
            Rejection::TooMany => Reply::new(Status::FORBIDDEN).because("Too Many Contacts"),
            Rejection::Full => Reply::new(Status::SERVICE_UNAVAILABLE)
                .with(Name::RetryAfter, seconds(limits.retry_after)),
        }
    }

    /// Tells whose bindings have changed.
    pub(super) fn announce(&mut self, changed: impl IntoIterator<Item = Changed>) {
        for (user, contacts) in changed {
            self.emit(Event::Registered { user, contacts });
        }
    }

    /// 200 with all bindings of the user.
    fn listing(
        &self,
        now: Duration,
        message: &Message,
        registration: &Registration,
        asked: Asked,
    ) -> Reply {
        let user = registration.user.as_str();
        let mut reply = Reply::new(Status::OK).with(Name::Supported, EXTENSIONS);
        for contact in self.registrar.contacts(now, user) {
            let mut value = bound(now, contact);
            if asked.gruu {
                let domain = message.to().uri().host().unwrap_or(&self.config.realm);
                value += &gruus(user, domain, contact);
            }
            reply = reply.with(Name::Contact, value);
        }
        if asked.path {
            for hop in &registration.path {
                reply = reply.with(Name::Path, hop.as_str());
            }
        }
        for route in &self.config.registrations.service_route {
            reply = reply.with(Name::ServiceRoute, format!("<{route}>"));
        }
        if keeps_flow(&registration.change) {
            let timer = self.config.registrations.flow_timer.as_secs();
            reply = reply
                .with(Name::Require, "outbound")
                .with(Name::FlowTimer, timer.to_string());
        }
        reply
    }

    /// The bindings that a URI of this domain means: all of a user, or those of the one phone that a
    /// GRUU names (RFC 5627 §6).
    pub fn contacts_of(&self, now: Duration, uri: &str) -> Vec<Binding> {
        let Ok(uri) = Uri::parse(uri) else {
            return Vec::new();
        };
        let user = uri.user_unescaped().unwrap_or_default();
        let user = String::from_utf8_lossy(&user);
        let names_phone = uri
            .parameters()
            .any(|(name, _)| name.eq_ignore_ascii_case("gr"));
        let instance = uri.parameter("gr").filter(|urn| !urn.is_empty());
        let bindings = match (names_phone, instance) {
            (true, None) => {
                let token = user
                    .strip_prefix(TEMPORARY)
                    .map(|token| u128::from_str_radix(token, 16));
                let Some(Ok(token)) = token else {
                    return Vec::new();
                };
                let named = self.registrar.of_temporary(token);
                let instance = named.and_then(|(_, contact)| contact.device.as_ref());
                let instance = instance.map(|device| device.instance.clone());
                let bindings = named.map(|(user, _)| self.contacts(now, user));
                (bindings.unwrap_or_default(), instance)
            }
            (_, instance) => (
                self.contacts(now, &user),
                instance.map(|urn| format!("<{}>", lossy_unescaped(urn))),
            ),
        };
        let (mut bindings, instance) = bindings;
        if let Some(instance) = instance {
            bindings.retain(|binding| {
                let own = binding.instance.as_deref();
                own.is_some_and(|own| own.eq_ignore_ascii_case(&instance))
            });
        }
        bindings
    }

    /// The user that a Request-URI means, whom a temporary GRUU does not name openly.
    pub(super) fn user_behind(&self, user: String) -> String {
        let token = user
            .strip_prefix(TEMPORARY)
            .and_then(|token| u128::from_str_radix(token, 16).ok());
        match token.and_then(|token| self.registrar.of_temporary(token)) {
            Some((owner, _)) => owner.to_owned(),
            None => user,
        }
    }
}

/// What a REGISTER says its sender understands.
#[derive(Debug, Clone, Copy)]
struct Asked {
    outbound: bool,
    path: bool,
    gruu: bool,
}

impl Asked {
    fn by(message: &Message) -> Self {
        let has = |wanted: &str| {
            message
                .list(Name::Supported)
                .chain(message.list(Name::Require))
                .any(|option| option.trim_ascii().eq_ignore_ascii_case(wanted.as_bytes()))
        };
        Self {
            outbound: has("outbound"),
            path: has("path"),
            gruu: has("gruu"),
        }
    }
}

/// A binding as the 200 lists it.
fn bound(now: Duration, contact: &registrar::Contact) -> String {
    let left = contact.expires_at.saturating_sub(now).as_secs();
    let preference = match contact.preference {
        1000 => String::new(),
        thousandths => format!(";q=0.{thousandths:03}"),
    };
    let device = contact.device.as_ref().map(|device| {
        let reg_id = device.reg_id.map(|number| format!(";reg-id={number}"));
        let reg_id = reg_id.unwrap_or_default();
        format!(";+sip.instance=\"{}\"{reg_id}", device.instance)
    });
    let device = device.unwrap_or_default();
    format!("<{}>;expires={left}{preference}{device}", contact.uri)
}

/// The names under which a phone can be reached from anywhere (RFC 5627 §3).
fn gruus(user: &str, domain: &str, contact: &registrar::Contact) -> String {
    let Some(device) = &contact.device else {
        return String::new();
    };
    let (user, urn) = (escape_user(user), device.urn());
    let temporary = contact
        .temporary
        .last()
        .map(|token| format!(";temp-gruu=\"sip:{TEMPORARY}{token:032x}@{domain};gr\""));
    let temporary = temporary.unwrap_or_default();
    format!(";pub-gruu=\"sip:{user}@{domain};gr={urn}\"{temporary}")
}

/// Whether a flow of the phone is to be kept (RFC 5626 §6).
fn keeps_flow(change: &Change) -> bool {
    match change {
        Change::Update(wishes) => wishes
            .iter()
            .filter_map(|wish| wish.device.as_ref())
            .any(|device| device.reg_id.is_some()),
        Change::Query | Change::RemoveAll => false,
    }
}

/// Whether the phone speaks to us without a proxy, or to one that keeps its flow.
fn is_first_hop_able(message: &Message) -> bool {
    if message.list(Name::Via).count() <= 1 {
        return true;
    }
    let nearest = message.addresses(Name::Path).last();
    nearest.and_then(Result::ok).is_some_and(|address| {
        address
            .uri()
            .parameters()
            .any(|(name, _)| name.eq_ignore_ascii_case("ob"))
    })
}

fn path(message: &Message) -> Vec<String> {
    message
        .addresses(Name::Path)
        .filter_map(Result::ok)
        .take(MAX_PATH)
        .map(|address| format!("<{}>", address.uri().as_str()))
        .collect()
}

/// What the Contact headers ask for; none if they contradict each other or cannot be read.
fn change(message: &Message, asked: Asked) -> Option<Change> {
    let general = message.number(Name::Expires).ok().flatten();
    let mut wishes = Vec::new();
    let mut removes_all = false;
    for contact in message.contacts() {
        match contact.ok()? {
            Contact::All => removes_all = true,
            Contact::Address(address) => wishes.push(wish(&address, general, asked)),
        }
    }
    let kept_flows = wishes.iter().filter(|wish| {
        let is_kept = wish.lifetime.is_none_or(|lifetime| !lifetime.is_zero());
        is_kept
            && wish
                .device
                .as_ref()
                .is_some_and(|device| device.reg_id.is_some())
    });
    match (removes_all, wishes.is_empty()) {
        (true, true) => (general == Some(0)).then_some(Change::RemoveAll),
        (true, false) => None,
        (false, true) => Some(Change::Query),
        // One request comes over one flow, so that it can name only one.
        (false, false) if kept_flows.count() > 1 => None,
        (false, false) => Some(Change::Update(wishes)),
    }
}

fn wish(address: &NameAddr<'_>, general: Option<u32>, asked: Asked) -> Wish {
    let parameters = address.parameters();
    let own = parameters
        .text("expires")
        .and_then(|seconds| seconds.parse::<u32>().ok());
    let preference = parameters.text("q").and_then(thousandths).unwrap_or(1000);
    let reg_id = parameters
        .text("reg-id")
        .and_then(|number| number.parse().ok())
        .filter(|number| asked.outbound && *number > 0);
    Wish {
        uri: address.uri().as_str().to_owned(),
        lifetime: own
            .or(general)
            .map(|seconds| Duration::from_secs(u64::from(seconds))),
        preference,
        device: parameters
            .text("+sip.instance")
            .filter(|instance| is_instance(instance))
            .map(|instance| Device {
                instance: instance.to_owned(),
                reg_id,
            }),
    }
}

/// Whether a text is a URN in angle brackets that can be repeated in a header and in a URI.
fn is_instance(text: &str) -> bool {
    let urn = text
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'))
        .unwrap_or_default();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b":-_.+*'()!~$&/".contains(&byte);
    !urn.is_empty() && urn.len() <= MAX_INSTANCE && urn.bytes().all(is_plain)
}

fn lossy_unescaped(text: &str) -> String {
    String::from_utf8_lossy(&unescape(text.as_bytes())).into_owned()
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
