//! Challenges to requests of ours (RFC 3261 §22.2, §22.3; RFC 7616 §3.6).
//!
//! Only a trunk's own gateways see its credentials, and only in answer to requests that we sent
//! them: a peer who called us, or to whom a call was passed on, gets none (CVE-2021-41158).

use std::time::Duration;

use bytes::Bytes;
use rand_chacha::rand_core::Rng;

use super::Endpoint;
use super::requests::Awaiting;
use super::transmit::{Dispatch, Errand, Received};
use crate::dialog::value;
use crate::message::{
    HeaderValue, Message, Method, Name, RequestBuilder, RequestHead, Sequence, Status,
};
use crate::session::{Over, Owner, Stage};
use crate::transaction::table::{Purpose, Slot};
use crate::trunk::{Answer, Signing};

/// Most challenges that one request answers: one for the first nonce, one for a nonce that had gone
/// stale or for a proxy on the way.
const MOST_TRIES: u8 = 2;

impl Endpoint {
    /// Sends a request again with credentials if a 401 or 407 asks for them and may have them;
    /// false if the refusal stands.
    pub(super) fn answer_challenge(
        &mut self,
        now: Duration,
        received: Received<'_>,
        slot: Slot,
    ) -> bool {
        let code = received.message.status().map_or(0, Status::code);
        if !matches!(code, 401 | 407) {
            return false;
        }
        let Some(over) = self.challenged_over(slot) else {
            return false;
        };
        let Some(request) = self.accept_challenge(received, slot, &over) else {
            return false;
        };
        self.send_signed(now, slot, &request, &over);
        true
    }

    /// The gateway whose challenge to a transaction's request may be answered.
    fn challenged_over(&self, slot: Slot) -> Option<Over> {
        let transaction = self.transactions.get(slot)?;
        if let Some(Awaiting::Request(id)) = self.requests.awaiting(slot) {
            return self.requests.over(*id);
        }
        let session = self.sessions.get(&transaction.session?)?;
        let is_given_up = transaction.purpose == Purpose::Open
            && !(session.owner == Owner::Attached
                && matches!(session.stage, Stage::Calling { .. }));
        if is_given_up {
            return None;
        }
        session.over.clone()
    }

    /// Takes a challenge into the trunk's wallet; returns the request that it was sent to, if that
    /// went to the gateway itself and has not been tried too often.
    pub(super) fn accept_challenge(
        &mut self,
        received: Received<'_>,
        slot: Slot,
        over: &Over,
    ) -> Option<Message> {
        let transaction = self.transactions.get(slot)?;
        let sent_to = transaction.flow.remote.ip().to_canonical();
        let tries = transaction.challenges;
        let request = self.stored_request(slot)?;
        let trunk = self.trunks.get_mut(over.trunk)?;
        let is_gateway = over.way.spot.address.ip().to_canonical() == sent_to
            || trunk.gateways.iter().any(|kept| kept.is_at(sent_to));
        if tries >= MOST_TRIES || !is_gateway || trunk.config.credentials.is_none() {
            return None;
        }
        trunk
            .wallet
            .accept(received.message, &request, &over.way.gateway.label())
            .then_some(request)
    }

    /// Credentials for a request that goes to a gateway which is known to ask for them.
    pub(super) fn preempted(&mut self, over: &Over, method: Method, uri: &str) -> Vec<Answer> {
        let client_nonce = format!("{:016x}", self.random.next_u64());
        let Some(trunk) = self.trunks.get_mut(over.trunk) else {
            return Vec::new();
        };
        let Some(credentials) = trunk.config.credentials.clone() else {
            return Vec::new();
        };
        trunk.wallet.sign(Signing {
            credentials: &credentials,
            gateway: &over.way.gateway.label(),
            method: method.as_str(),
            uri,
            client_nonce: &client_nonce,
        })
    }

    /// Sends the copy of a request that answers a challenge: next CSeq, new branch.
    fn send_signed(&mut self, now: Duration, slot: Slot, request: &Message, over: &Over) {
        let Some(transaction) = self.transactions.get_mut(slot) else {
            return;
        };
        let (flow, method) = (transaction.flow, transaction.method);
        let (session, purpose) = (transaction.session, transaction.purpose);
        let (tries, origin) = (transaction.challenges + 1, transaction.origin);
        transaction.purpose = Purpose::Other;
        let refused = transaction.cseq;
        let mut cseq = refused + 1;
        if let Some(session) = session.and_then(|id| self.sessions.get_mut(&id)) {
            let dialog = session.dialog_to(request.to_tag().unwrap_or_default());
            cseq = cseq.max(dialog.local_cseq + 1);
            dialog.local_cseq = cseq;
            if method == Method::Refer {
                session.transfers.renumber(origin, cseq);
            }
            let change = session.change.as_mut();
            if let Some(change) = change.filter(|change| change.cseq == refused) {
                change.cseq = cseq;
            }
        }
        let uri = request
            .request_uri()
            .map_or("", |uri| uri.as_str())
            .to_owned();
        let answers = self.preempted(over, method, &uri);
        let branch = self.new_branch();
        let via = self.via_value(flow, &branch);
        let Some(message) = copied(request, &via, cseq, &answers, &[]) else {
            return;
        };
        let dispatch = Dispatch {
            flow,
            method,
            cseq,
            branch,
            message,
        };
        let awaiting = self.requests.take(slot);
        let slot = match (awaiting, session) {
            (Some(awaiting), _) => self.start_awaited(now, dispatch, awaiting),
            (None, Some(id)) => self.start_client(now, dispatch, Errand::of(id, purpose)),
            (None, None) => return,
        };
        self.note_tries(slot, tries);
        if let Some(transaction) = self.transactions.get_mut(slot) {
            transaction.origin = origin;
        }
        if let Some(id) = session {
            self.settle_session(id);
        }
    }

    pub(super) fn note_tries(&mut self, slot: Slot, tries: u8) {
        if let Some(transaction) = self.transactions.get_mut(slot) {
            transaction.challenges = tries;
        }
    }
}

/// A request once more, with these credentials in place of any others and these headers in place of
/// its own.
pub(super) fn copied(
    request: &Message,
    via: &str,
    sequence: u32,
    answers: &[Answer],
    replaced: &[(Name, String)],
) -> Option<Bytes> {
    let Sequence { method, .. } = request.sequence();
    let mut copy = RequestBuilder::new(&RequestHead {
        method,
        uri: request.request_uri()?,
        via: value(via.as_bytes()),
        from: value(request.header(Name::From)?),
        to: value(request.header(Name::To)?),
        call_id: value(request.header(Name::CallId)?),
        sequence,
        max_forwards: request.max_forwards().unwrap_or(crate::dialog::HOPS),
    });
    for answer in answers {
        copy = copy.header(answer.name, value(answer.value.as_bytes()));
    }
    for (name, text) in replaced {
        copy = copy.header(*name, value(text.as_bytes()));
    }
    let mut content_type = None;
    for header in request.iter() {
        let is_written = matches!(
            header.name(),
            Name::Via
                | Name::From
                | Name::To
                | Name::CallId
                | Name::CSeq
                | Name::MaxForwards
                | Name::ContentLength
                | Name::Authorization
                | Name::ProxyAuthorization
        );
        if header.name() == Name::ContentType {
            content_type = HeaderValue::from_bytes(header.value()).ok();
        } else if !is_written && !replaced.iter().any(|(name, _)| *name == header.name()) {
            copy = copy.extension(header.name_text(), value(header.value()));
        }
    }
    Some(match content_type {
        Some(content_type) => copy.body(content_type, request.body()).build(),
        None => copy.build(),
    })
}
