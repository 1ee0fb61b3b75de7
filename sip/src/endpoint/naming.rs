//! How a call of ours names its caller, its callee and its history.

use std::net::{IpAddr, SocketAddr};

use super::Endpoint;
use crate::error::Error;
use crate::event::{Invite, Target};
use crate::identity::{ANONYMOUS, Domain};
use crate::limits;
use crate::message::{HeaderValue, Name, is_token, quote};
use crate::transport::Flow;
use crate::uri::{Uri, is_number};

impl Endpoint {
    /// The host under which we name callers to peers on this flow.
    pub(super) fn host_of(&self, flow: Flow) -> String {
        host(self.advertised(flow))
    }
}

/// An address as the host of a URI.
pub(super) fn host(address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

/// From, but for its tag; it names nobody if the caller wants privacy (RFC 3323 §4.1.1.3).
pub(super) fn from(invite: &Invite, host: &str) -> String {
    if invite.privacy {
        return ANONYMOUS.to_owned();
    }
    let display = invite
        .from_display
        .as_deref()
        .map(|display| format!("{} ", quote(display)))
        .unwrap_or_default();
    let address = domain(invite, host).address(&invite.from_user);
    format!("{display}<{address}>")
}

pub(super) fn to(invite: &Invite, host: &str) -> String {
    format!("<{}>", domain(invite, host).address(&invite.to_user))
}

/// The Request-URI of a number that is marked as such.
pub(super) fn marked(invite: &Invite, uri: String) -> String {
    let is_by_number = match &invite.target {
        Target::Contact(_) => false,
        Target::Trunk { user, .. } => is_number(user),
    };
    if invite.user_phone && is_by_number {
        return format!("{uri};user=phone");
    }
    uri
}

/// The headers that tell of identity, history and of the dialog to be replaced.
pub(super) fn headers(invite: &Invite, host: &str) -> Vec<(Name, String)> {
    let domain = domain(invite, host);
    let mut headers = Vec::new();
    if let Some(asserted) = &invite.asserted {
        headers.push((Name::PAssertedIdentity, asserted.value(&domain)));
    }
    if let Some(preferred) = &invite.preferred {
        headers.push((Name::PPreferredIdentity, preferred.value(&domain)));
    }
    if invite.privacy {
        headers.push((Name::Privacy, "id".to_owned()));
    }
    if let Some(diversion) = &invite.diversion {
        headers.push((Name::Diversion, diversion.value(&domain)));
    }
    for entry in invite.history.iter().take(limits::HISTORY) {
        headers.push((Name::HistoryInfo, entry.value(&domain)));
    }
    if let Some(uri) = &invite.referred_by {
        headers.push((Name::ReferredBy, format!("<{uri}>")));
    }
    if let Some(replaces) = &invite.replaces {
        headers.push((Name::Require, "replaces".to_owned()));
        headers.push((Name::Replaces, replaces.value()));
    }
    headers
}

fn domain<'a>(invite: &Invite, host: &'a str) -> Domain<'a> {
    Domain {
        host,
        user_phone: invite.user_phone,
    }
}

/// Refuses names that are not names, values that would break out of their line, and headers that
/// the endpoint writes itself.
pub(super) fn check(invite: &Invite) -> Result<(), Error> {
    let unfit = |name: Name| Err(Error::UnfitHeader(name.as_str().to_owned()));
    if invite.from_display.as_deref().is_some_and(has_control) {
        return unfit(Name::From);
    }
    for (name, caller) in [
        (Name::PAssertedIdentity, &invite.asserted),
        (Name::PPreferredIdentity, &invite.preferred),
    ] {
        let display = caller.as_ref().and_then(|caller| caller.display.as_deref());
        if display.is_some_and(has_control) {
            return unfit(name);
        }
    }
    let referred_by = invite.referred_by.as_deref();
    if referred_by.is_some_and(|uri| Uri::parse(uri).is_err()) {
        return unfit(Name::ReferredBy);
    }
    if invite
        .replaces
        .as_ref()
        .is_some_and(|replaces| !replaces.is_fit())
    {
        return unfit(Name::Replaces);
    }
    check_lines(&invite.headers)
}

/// Refuses header lines that are none, and those that the endpoint writes itself.
pub(super) fn check_lines(headers: &[(String, String)]) -> Result<(), Error> {
    for (name, text) in headers {
        let is_name = !name.is_empty() && name.bytes().all(is_token);
        if !is_name || is_ours(name) || has_control(text) || HeaderValue::new(text).is_err() {
            return Err(Error::UnfitHeader(name.clone()));
        }
    }
    Ok(())
}

fn has_control(text: &str) -> bool {
    text.bytes()
        .any(|byte| (byte < b' ' && byte != b'\t') || byte == 127)
}

fn is_ours(name: &str) -> bool {
    matches!(
        Name::from_bytes(name.as_bytes()),
        Name::Via
            | Name::From
            | Name::To
            | Name::CallId
            | Name::CSeq
            | Name::MaxForwards
            | Name::Contact
            | Name::ContentLength
            | Name::ContentType
            | Name::Route
            | Name::RecordRoute
            | Name::PAssertedIdentity
            | Name::PPreferredIdentity
            | Name::Privacy
            | Name::Diversion
            | Name::ReferredBy
            | Name::Replaces
    )
}
