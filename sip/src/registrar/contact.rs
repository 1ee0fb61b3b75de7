//! One binding: what is kept of it and when another request means the same one.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::event::Binding;
use crate::transport::Flow;
use crate::uri::Uri;

/// Temporary GRUUs of one binding that are still understood.
const TEMPORARY_NAMES: usize = 4;

/// One binding as it is kept and saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contact {
    pub(crate) uri: String,
    pub(crate) call_id: String,
    pub(crate) cseq: u32,
    pub(crate) expires_at: Duration,
    pub(crate) refreshed_at: Duration,
    /// When it was made; refreshing it does not count.
    pub(crate) since: Duration,
    /// The q value in thousandths.
    pub(crate) preference: u16,
    pub(crate) flow: Flow,
    pub(crate) user_agent: Option<String>,
    pub(crate) device: Option<Device>,
    /// The proxies between us and the phone, nearest first (RFC 3327).
    pub(crate) path: Vec<String>,
    /// Tokens of its temporary GRUUs, youngest last.
    pub(crate) temporary: Vec<u128>,
}

/// Which phone it is, whatever address it has (RFC 5626 §4.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Device {
    /// `+sip.instance` with its angle brackets.
    pub(crate) instance: String,
    /// Which of the phone's flows, for those that know Outbound.
    pub(crate) reg_id: Option<u32>,
}

/// A REGISTER whose sender is known to be the user.
#[derive(Debug, Clone)]
pub(crate) struct Registration {
    pub(crate) user: String,
    pub(crate) call_id: String,
    pub(crate) cseq: u32,
    pub(crate) change: Change,
    pub(crate) flow: Flow,
    pub(crate) user_agent: Option<String>,
    pub(crate) path: Vec<String>,
    /// Random; names the phone in its next temporary GRUU, if it wants one.
    pub(crate) temporary: Option<u128>,
}

/// What a REGISTER asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// No Contact: tell me my bindings.
    Query,
    /// `Contact: *` with `Expires: 0`.
    RemoveAll,
    /// Add, refresh or remove these.
    Update(Vec<Wish>),
}

/// One Contact of a REGISTER.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) uri: String,
    pub(crate) lifetime: Option<Duration>,
    /// The q value in thousandths.
    pub(crate) preference: u16,
    pub(crate) device: Option<Device>,
}

impl Wish {
    /// Whether this Contact is about a binding that exists: a phone's flow is the same flow at any
    /// address (RFC 5626 §6), anything else is its URI (RFC 3261 §10.3).
    pub(super) fn is_about(&self, contact: &Contact) -> bool {
        let flow_of = |device: &Option<Device>| {
            let device = device.as_ref()?;
            Some((device.instance.to_ascii_lowercase(), device.reg_id?))
        };
        match (flow_of(&self.device), flow_of(&contact.device)) {
            (Some(wanted), Some(known)) => wanted == known,
            (Some(_) | None, Some(_) | None) => is_same_uri(&self.uri, &contact.uri),
        }
    }
}

impl Contact {
    /// What a request makes of a wish; `before` is the binding that it replaces.
    pub(super) fn granted(
        now: Duration,
        lifetime: Duration,
        registration: &Registration,
        wish: &Wish,
        before: Option<Self>,
    ) -> Self {
        let mut temporary = Vec::new();
        let mut since = now;
        if let Some(before) = before {
            since = before.since;
            // A phone that begins anew does not stand by what it was called (RFC 5627 §5.1).
            if before.call_id == registration.call_id {
                temporary = before.temporary;
            }
        }
        if wish.device.is_some() {
            temporary.extend(registration.temporary);
            let surplus = temporary.len().saturating_sub(TEMPORARY_NAMES);
            temporary.drain(..surplus);
        }
        Self {
            uri: wish.uri.clone(),
            call_id: registration.call_id.clone(),
            cseq: registration.cseq,
            expires_at: now + lifetime,
            refreshed_at: now,
            since,
            preference: wish.preference,
            flow: registration.flow,
            user_agent: registration.user_agent.clone(),
            device: wish.device.clone(),
            path: registration.path.clone(),
            temporary,
        }
    }

    /// Whether this binding was made by a later request of the same Call-ID (§10.3 step 7).
    pub(super) fn is_newer(&self, registration: &Registration) -> bool {
        self.call_id == registration.call_id && self.cseq >= registration.cseq
    }

    /// Whether a request of the same phone makes this binding pointless: the phone began anew, over
    /// the same path or as the same device, and has forgotten this one.
    pub(super) fn is_forgotten(&self, registration: &Registration, wish: &Wish) -> bool {
        if self.call_id == registration.call_id {
            return false;
        }
        let is_same_path =
            self.flow == registration.flow && self.path.is_empty() && registration.path.is_empty();
        let is_same_phone = match (&self.device, &wish.device) {
            (Some(known), Some(device)) => {
                known.reg_id.is_none()
                    && device.reg_id.is_none()
                    && known.is_instance(&device.instance)
            }
            (Some(_) | None, Some(_) | None) => false,
        };
        is_same_path || is_same_phone
    }

    /// Whether it comes from a phone whose messages a NAT rewrites.
    pub(crate) fn is_behind_nat(&self) -> bool {
        let own = Uri::parse(&self.uri)
            .ok()
            .and_then(|uri| uri.host_address());
        let seen = self.flow.remote.ip().to_canonical();
        self.path.is_empty() && own.map(|own| own.to_canonical()) != Some(seen)
    }

    pub(crate) fn binding(&self, user: &str) -> Binding {
        Binding {
            user: user.to_owned(),
            contact_uri: self.uri.clone(),
            flow: self.flow,
            expires_at: self.expires_at,
            since: self.since,
            user_agent: self.user_agent.clone(),
            instance: self.device.as_ref().map(|device| device.instance.clone()),
            path: self.path.clone(),
        }
    }
}

impl Device {
    pub(crate) fn is_instance(&self, instance: &str) -> bool {
        self.instance.eq_ignore_ascii_case(instance)
    }

    /// The instance as a URI, without its angle brackets.
    pub(crate) fn urn(&self) -> &str {
        self.instance.trim_matches(['<', '>'])
    }
}

fn is_same_uri(left: &str, right: &str) -> bool {
    if left == right {
        return true;
    }
    match (Uri::parse(left), Uri::parse(right)) {
        (Ok(left), Ok(right)) => left.is_equivalent(&right),
        (Ok(_) | Err(_), Ok(_) | Err(_)) => false,
    }
}
