//! Responses of ours and the paths they take (RFC 3261 §8.2.6, §18.2).

use std::net::SocketAddr;

use bytes::Bytes;

use super::Endpoint;
use crate::dialog::value;
use crate::error::Error;
use crate::event::{ReasonHeader, Refusal, Warning};
use crate::message::{HeaderValue, Message, Method, Name, ResponseBuilder, Rport, Status};
use crate::trace::Standing;
use crate::transport::{Flow, Transport};

/// The methods that are understood.
pub(super) const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, REGISTER, \
     REFER, NOTIFY, SUBSCRIBE, MESSAGE";

/// The extensions that are understood.
pub(super) const SUPPORTED: &str = "100rel, timer, replaces, norefersub";

/// The media type of a session description.
pub(super) const SDP: HeaderValue<'static> = HeaderValue::from_static("application/sdp");

/// What a response says beyond what it repeats of its request.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: Status,
    pub(super) phrase: Option<String>,
    pub(super) headers: Vec<(Name, String)>,
    pub(super) sdp: Bytes,
    pub(super) breadth: Breadth,
}

/// How much of a response is said that the request did not ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breadth {
    Full,
    /// What a client cannot do without.
    Needed,
}

/// How many times larger than a request an answer to somebody unproven may be: the request's sender
/// may not be whoever gets the answer.
const AMPLIFICATION: usize = 3;

impl Reply {
    pub(super) fn new(status: Status) -> Self {
        Self {
            status,
            phrase: None,
            headers: Vec::new(),
            sdp: Bytes::new(),
            breadth: Breadth::Full,
        }
    }

    /// Refuses an INVITE, whether it begins a call or changes one, or an UPDATE.
    pub(super) fn refusing(refusal: &Refusal) -> Result<Self, Error> {
        let Refusal {
            status,
            reason,
            retry_after,
            warning,
        } = refusal;
        let status = Status::new(*status)
            .filter(|status| status.code() >= 300)
            .ok_or(Error::UnfitStatus(*status))?;
        let mut reply = Self::new(status);
        if let Some(reason) = reason {
            reply = reply.with(Name::Reason, reason_value(reason));
        }
        if let Some(seconds) = retry_after {
            reply = reply.with(Name::RetryAfter, seconds.to_string());
        }
        if let Some(Warning { code, text }) = warning {
            let text = crate::message::quote(text);
            reply = reply.with(Name::Warning, format!("{code} trunkline {text}"));
        }
        Ok(reply)
    }

    /// The same with one challenge at most and without what only informs.
    fn needed(&self) -> Self {
        let mut is_challenged = false;
        let mut reply = self.clone();
        reply.breadth = Breadth::Needed;
        let informs = [Name::Allow, Name::Supported, Name::Accept];
        reply.headers.retain(|(name, _)| {
            if *name == Name::WwwAuthenticate {
                return !std::mem::replace(&mut is_challenged, true);
            }
            !informs.contains(name)
        });
        reply
    }

    pub(super) fn with(mut self, name: Name, text: impl Into<String>) -> Self {
        self.headers.push((name, text.into()));
        self
    }

    pub(super) fn because(mut self, phrase: impl Into<String>) -> Self {
        self.phrase = Some(phrase.into());
        self
    }

    pub(super) fn with_sdp(mut self, sdp: Bytes) -> Self {
        self.sdp = sdp;
        self
    }
}

/// A Reason header's value.
pub(super) fn reason_value(reason: &ReasonHeader) -> String {
    let ReasonHeader {
        protocol,
        cause,
        text,
    } = reason;
    match text {
        Some(text) => format!(
            "{protocol};cause={cause};text={}",
            crate::message::quote(text)
        ),
        None => format!("{protocol};cause={cause}"),
    }
}

/// Why a message was sent: the cause of the telephone network before that of SIP.
pub(super) fn reason_of(message: &Message) -> Option<ReasonHeader> {
    let readable = || {
        message.reasons().filter_map(|reason| {
            Some(ReasonHeader {
                protocol: reason.protocol().to_owned(),
                cause: reason.cause()?,
                text: reason
                    .text()
                    .map(|text| String::from_utf8_lossy(text).into_owned()),
            })
        })
    };
    readable()
        .find(|reason| reason.protocol.eq_ignore_ascii_case("Q.850"))
        .or_else(|| readable().next())
}

/// The path of the responses to a request: where it came from, unless a sender that is not behind
/// NAT and does not ask for `rport` names another port for itself (§18.2.2, RFC 3581 §4).
pub(super) fn reply_flow(flow: Flow, request: &Message) -> Flow {
    let via = request.top_via();
    let mut reply = flow;
    if flow.transport == Transport::Udp
        && via.rport().is_none_or(|rport| rport != Rport::Asked)
        && via.host_address().map(|address| address.to_canonical())
            == Some(flow.remote.ip().to_canonical())
    {
        reply.remote.set_port(via.port().unwrap_or(5060));
    }
    reply
}

impl Endpoint {
    /// Writes a response.
    pub(super) fn write_reply(
        &self,
        request: &Message,
        source: SocketAddr,
        tag: &str,
        reply: &Reply,
    ) -> Bytes {
        let mut response = ResponseBuilder::to(request, reply.status).source(source);
        if let Some(phrase) = &reply.phrase {
            response = response.reason(phrase);
        }
        if reply.status != Status::TRYING {
            response = response.to_tag(tag);
        }
        if reply.status != Status::TRYING && reply.breadth == Breadth::Full {
            response = response.header(Name::Server, value(self.config.user_agent.as_bytes()));
        }
        let is_invite = request.method() == Method::Invite;
        let is_success = reply.status.is_success() && reply.breadth == Breadth::Full;
        if is_invite && reply.status != Status::TRYING {
            response = response.record_route();
        }
        if is_success && (is_invite || request.method() == Method::Options) {
            response = response
                .header(Name::Allow, HeaderValue::from_static(ALLOW))
                .header(Name::Supported, HeaderValue::from_static(SUPPORTED));
        }
        for (name, text) in &reply.headers {
            response = response.header(*name, value(text.as_bytes()));
        }
        if !reply.sdp.is_empty() {
            response = response.body(SDP, &reply.sdp);
        }
        response.build()
    }

    /// Answers a request without keeping anything (§8.2.7): a copy gets the same answer.
    pub(super) fn reply_stateless(&mut self, flow: Flow, request: &Message, reply: &Reply) {
        if request.method() == Method::Ack {
            return;
        }
        let tag = self.access.stateless_tag(request);
        let standing = self.standing(flow, request);
        let mut response = self.write_reply(request, flow.remote, &tag, reply);
        if standing == Standing::Stranger && flow.transport == Transport::Udp {
            let most = AMPLIFICATION * request.bytes().len();
            if response.len() > most {
                response = self.write_reply(request, flow.remote, &tag, &reply.needed());
            }
            if response.len() > most {
                self.counters.dropped_amplifying += 1;
                return;
            }
        }
        self.send_as(standing, reply_flow(flow, request), response);
    }
}
