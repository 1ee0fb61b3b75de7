//! What the endpoint tells its owner and what the owner asks of it.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::endpoint::messaging::MessageId;
use crate::identity::{CallerName, Diversion, HistoryEntry};
use crate::message::Method;
use crate::referring::{ReferTo, Replaces, TransferId};
use crate::resolver::{QueryId, Question};
use crate::transport::{ConnectionId, Flow, Transmit, Transport};
use crate::trunk::TrunkId;

/// One thing for the owner of the endpoint to do, in the order given.
#[expect(
    clippy::large_enum_variant,
    reason = "outputs live in one queue and are moved out of it once"
)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Send these bytes.
    Transmit(Transmit),
    /// Open a connection; answer with `handle_connected` or `handle_closed`.
    Connect {
        /// The number under which the endpoint knows the connection from here on.
        connection: ConnectionId,
        /// The protocol to speak over it.
        transport: Transport,
        /// The address to connect to.
        remote: SocketAddr,
        /// The name that the peer's certificate must be for, also sent as SNI; for TLS.
        name: Option<String>,
    },
    /// Close a connection: what arrives on it cannot be followed any more. The endpoint has
    /// forgotten it, so that no answer is due.
    Close(ConnectionId),
    /// Ask name servers; answer with `handle_resolved`.
    Resolve {
        /// The number under which the endpoint knows the question.
        query: QueryId,
        /// What to ask.
        question: Question,
    },
    /// Something happened that the call logic must know.
    Event(Event),
}

/// One INVITE session: random, stable across restarts.
///
/// It is also the local tag of the session's dialogs, in hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SessionId(pub u64);

/// One request of ours whose result is told: an INFO or a MESSAGE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RequestId(pub u64);

/// A fact about a session or a registration.
#[expect(
    clippy::large_enum_variant,
    reason = "a new call is the most frequent large event and is moved twice"
)]
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A call came in from a permitted caller; 100 is already on its way.
    Incoming {
        /// The session that begins here.
        session: SessionId,
        /// Everything known about the call.
        incoming: Incoming,
    },
    /// Our INVITE got a provisional response of 101 to 199.
    Ringing {
        /// The session.
        session: SessionId,
        /// The status code, 180 or 183 as a rule.
        status: u16,
        /// Early session description.
        sdp: Option<Bytes>,
    },
    /// Our INVITE was answered; the ACK is queued unless we sent no offer.
    Answered {
        /// The session.
        session: SessionId,
        /// The answer, or the offer if our INVITE had none.
        sdp: Option<Bytes>,
    },
    /// Our INVITE failed for good; the session is gone.
    Refused {
        /// The session.
        session: SessionId,
        /// The status code: 408 when nobody answered, 503 when a phone could not be reached. Over a
        /// trunk 503 never comes up, since whoever gets it passed on would try again elsewhere
        /// (RFC 3261 §16.7): 500 says that no gateway took the call.
        status: u16,
        /// Why, as the peer put it.
        reason: Option<ReasonHeader>,
        /// The URIs of a 3xx that was not followed, best first.
        contacts: Vec<String>,
    },
    /// The ACK of our 2xx arrived.
    Confirmed {
        /// The session.
        session: SessionId,
        /// The answer to an offer that our 2xx carried.
        sdp: Option<Bytes>,
    },
    /// The peer answered the offer of [`Endpoint::offer`](crate::Endpoint::offer), or that of a
    /// reliable progress; or it moved its media when the session was refreshed.
    OfferAnswered {
        /// The session.
        session: SessionId,
        /// The answer; the peer's offer if ours was empty, which `acknowledge` must answer.
        sdp: Bytes,
    },
    /// The peer refused our offer; the session goes on as it was (RFC 6141 §3).
    OfferRefused {
        /// The session.
        session: SessionId,
        /// The status code: 491 after several tries that crossed offers of the peer.
        status: u16,
    },
    /// A re-INVITE or UPDATE waits for `answer_offer` or `refuse_offer`.
    Offer {
        /// The session.
        session: SessionId,
        /// The offer; none if the peer wants ours.
        sdp: Option<Bytes>,
    },
    /// The peer ended the session, or it was lost; it is gone.
    Ended {
        /// The session.
        session: SessionId,
        /// How it ended.
        by: End,
    },
    /// An INFO arrived and was answered 200.
    Info {
        /// The session.
        session: SessionId,
        /// Its media type, lower case, without parameters.
        content_type: String,
        /// Its body.
        body: Bytes,
    },
    /// A request made with `request` has its final answer; it is forgotten.
    RequestAnswered {
        /// The request.
        request: RequestId,
        /// The status code: 408 when nobody answered, 500 or 503 when nobody could be reached.
        status: u16,
        /// The body of the answer.
        body: Bytes,
    },
    /// The registration of a trunk, or whether one of its gateways is alive, has changed.
    TrunkChanged {
        /// The trunk.
        trunk: TrunkId,
    },
    /// A source has guessed too often and is not heard for a while.
    Barred {
        /// The source.
        source: IpAddr,
        /// Until when, on the engine's clock.
        until: Duration,
        /// How often it failed in a row.
        failures: u32,
        /// The user whose password it tried last, as far as there is such a user.
        user: Option<String>,
    },
    /// An INFO of ours got its final answer, or none: 408, 503.
    InfoResult {
        /// The session.
        session: SessionId,
        /// The request.
        request: RequestId,
        /// The status code.
        status: u16,
    },
    /// An instant message arrived; it waits for `accept_message` or `refuse_message`.
    Message {
        /// What to answer it by.
        message: MessageId,
        /// Why the sender was let in; none in a session, which tells it.
        from: Option<Identity>,
        /// User part of From.
        from_user: String,
        /// Whom it is for: the user part of the Request-URI, or of To in a session.
        to_user: String,
        /// Its media type, lower case, without parameters; `text/plain` if it has none.
        content_type: String,
        /// Its charset, lower case; `utf-8` if it names none.
        charset: String,
        /// Its body.
        body: Bytes,
        /// The session it came in.
        session: Option<SessionId>,
    },
    /// A MESSAGE of ours got its final answer, or none: 408, 503.
    MessageResult {
        /// The request.
        request: RequestId,
        /// The status code.
        status: u16,
    },
    /// The peer asks us to call somebody else (REFER); it waits for `accept_transfer` or
    /// `refuse_transfer`.
    Referred {
        /// The session it came in.
        session: SessionId,
        /// The transfer that begins here.
        transfer: TransferId,
        /// Whom to call.
        refer_to: ReferTo,
        /// Who asks for it, as the peer claims.
        referred_by: Option<String>,
    },
    /// The peer tells how a transfer of ours goes. The session may have ended before.
    TransferProgress {
        /// The session.
        session: SessionId,
        /// The transfer.
        transfer: TransferId,
        /// What the peer's own call was answered with last; 100 once the REFER is accepted, the
        /// refusal if it was not. A transfer that is done at a 1xx has an unknown outcome.
        status: u16,
        /// Whether nothing more will be told.
        done: bool,
    },
    /// The live bindings of a user changed.
    Registered {
        /// The user of the address of record.
        user: String,
        /// How many bindings there are.
        contacts: usize,
    },
}

/// A call that comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Where it came from.
    pub flow: Flow,
    /// Why the caller was let in.
    pub identity: Identity,
    /// User part of the Request-URI, unescaped.
    pub request_user: String,
    /// User part of From, unescaped; empty for `sip:host`.
    pub from_user: String,
    /// Display name of From as received, unquoted; any charset.
    pub from_display: Vec<u8>,
    /// User part of To, unescaped.
    pub to_user: String,
    /// Call-ID of the dialog.
    pub call_id: String,
    /// The caller's User-Agent.
    pub user_agent: Option<String>,
    /// The session offer; none if the caller wants ours.
    pub offer: Option<Bytes>,
    /// Whether the caller confirms provisional responses (RFC 3262).
    pub supports_reliable: bool,
    /// Hops left; a call made in consequence must carry one less (RFC 7332).
    pub max_forwards: u8,
    /// `X-*`, P-Asserted-Identity and Diversion headers as received from a trusted sender.
    pub headers: Vec<(String, Vec<u8>)>,
    /// Who calls as the network asserts; only from a trusted sender.
    pub asserted: Option<CallerName>,
    /// Whether the caller wants to stay unknown to the callee.
    pub privacy: bool,
    /// Who forwarded the call last; only from a trusted sender.
    pub diversion: Option<Diversion>,
    /// By which way the call came; only from a trusted sender.
    pub history: Vec<HistoryEntry>,
    /// The session whose place the call takes (RFC 3891): it is to be ended when this one is
    /// answered. Whether the caller may do so with this session is for the owner to judge.
    pub replaces: Option<SessionId>,
    /// Who asked for the call by REFER, as the caller claims.
    pub referred_by: Option<String>,
}

/// Why a caller was let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Identity {
    /// As a trunk: by source address, by the name of its certificate or by its digest account.
    Trunk(TrunkId),
    /// By digest credentials of this user.
    Account(String),
}

/// How a session ended without our doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// The way it ended.
    pub kind: EndKind,
    /// Why, as the peer put it.
    pub reason: Option<ReasonHeader>,
}

/// The ways in which a session ends without our doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndKind {
    /// The peer hung up.
    Bye,
    /// The caller gave up before the answer.
    Cancelled,
    /// Our 2xx, or a reliable progress, was never acknowledged.
    AckMissing,
    /// The peer cannot be reached, or nothing happened for longer than a session may wait.
    Unreachable,
    /// The session was not refreshed in time (RFC 4028), or lived as long as any may.
    Expired,
}

/// A Reason header (RFC 3326), also in responses (RFC 6432).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonHeader {
    /// `Q.850` or `SIP`.
    pub protocol: String,
    /// The cause value of that protocol.
    pub cause: u16,
    /// Text for people.
    pub text: Option<String>,
}

/// What a caller learns before the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// 180 to 183.
    pub status: u16,
    /// Early session description: the answer to the caller's offer, or our offer if it made none.
    pub sdp: Option<Bytes>,
    /// Whether the caller shall confirm it.
    pub reliable: Reliability,
}

/// Whether a provisional response is repeated until it is confirmed (RFC 3262).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reliability {
    /// If the caller supports that.
    IfSupported,
    /// Only if the caller insists.
    Never,
}

/// How to refuse a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// 300 to 699.
    pub status: u16,
    /// Why, for the peer's records.
    pub reason: Option<ReasonHeader>,
    /// When to try again, in seconds.
    pub retry_after: Option<u32>,
    /// What was wrong with the session offer, for whoever reads the peer's log.
    pub warning: Option<Warning>,
}

impl Refusal {
    /// One that says no more than its status.
    pub const fn plain(status: u16) -> Self {
        Self {
            status,
            reason: None,
            retry_after: None,
            warning: None,
        }
    }
}

/// A Warning header (RFC 3261 §20.43).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Warning {
    /// 302 for an incompatible transport of the media, 304 for a missing kind of media, 305 for
    /// the formats, 399 for anything else.
    pub code: u16,
    /// The same in words.
    pub text: &'static str,
}

/// A call to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    /// Whom to call.
    pub target: Target,
    /// User part of From.
    pub from_user: String,
    /// Display name of From.
    pub from_display: Option<String>,
    /// User part of To.
    pub to_user: String,
    /// The session offer; empty to let the callee offer.
    pub offer: Bytes,
    /// Headers to add as they are.
    pub headers: Vec<(String, String)>,
    /// Hops that the call may still make.
    pub max_forwards: u8,
    /// Who calls, asserted to a peer that trusts us (P-Asserted-Identity).
    pub asserted: Option<CallerName>,
    /// Whether From names nobody and the peer is asked to name nobody either (Privacy).
    pub privacy: bool,
    /// As whom the caller wants to appear to a peer that asserts it itself
    /// (P-Preferred-Identity).
    pub preferred: Option<CallerName>,
    /// Who forwarded the call to here.
    pub diversion: Option<Diversion>,
    /// By which way the call came to here.
    pub history: Vec<HistoryEntry>,
    /// The URI of who asked for the call by REFER.
    pub referred_by: Option<String>,
    /// The callee's dialog whose place the call takes.
    pub replaces: Option<Replaces>,
    /// Whether telephone numbers in From, To and the Request-URI get `user=phone`.
    pub user_phone: bool,
}

impl Invite {
    /// A call without a name, headers and extras.
    pub fn new(target: Target, from_user: &str, to_user: &str, offer: Bytes) -> Self {
        Self {
            target,
            from_user: from_user.to_owned(),
            from_display: None,
            to_user: to_user.to_owned(),
            offer,
            headers: Vec::new(),
            max_forwards: 70,
            asserted: None,
            privacy: false,
            preferred: None,
            diversion: None,
            history: Vec::new(),
            referred_by: None,
            replaces: None,
            user_phone: false,
        }
    }
}

/// Whom to call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// A registered contact, over the flow it registered from.
    Contact(Binding),
    /// A number or user behind a trunk: its gateways are tried until one takes the call.
    Trunk {
        /// The trunk.
        trunk: TrunkId,
        /// User part of the Request-URI.
        user: String,
    },
}

/// A request outside of a dialog, such as OPTIONS or SUBSCRIBE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Whom it is for.
    pub target: Target,
    /// What it asks for: no method that belongs to a session.
    pub method: Method,
    /// User part of From.
    pub from_user: String,
    /// User part of To.
    pub to_user: String,
    /// Headers to add as they are.
    pub headers: Vec<(String, String)>,
    /// The media type of the body; empty if there is none.
    pub content_type: String,
    /// The body.
    pub body: Bytes,
}

/// A registered contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// The user of the address of record.
    pub user: String,
    /// The URI the phone wants in the Request-URI.
    pub contact_uri: String,
    /// The path the registration came over.
    pub flow: Flow,
    /// When it lapses, on the engine's clock.
    pub expires_at: Duration,
    /// Since when it is registered without a gap.
    pub since: Duration,
    /// The phone's User-Agent.
    pub user_agent: Option<String>,
    /// Which phone it is whatever its address, as it names itself in `+sip.instance`.
    pub instance: Option<String>,
    /// The proxies to the phone, nearest first (RFC 3327).
    pub path: Vec<String>,
}
