//! Asking for passwords, and whether anybody unknown is heard at all.

use std::time::Duration;

use super::Endpoint;
use super::access::{Proof, Sender};
use super::reply::Reply;
use super::transmit::Received;
use crate::auth::Freshness;
use crate::event::{Event, Identity};
use crate::message::{Message, Method, Name, Status};

impl Endpoint {
    /// The user or trunk whose password the sender knows; none if a challenge was sent or nothing is due.
    pub(super) fn authenticate(
        &mut self,
        now: Duration,
        received: Received<'_>,
    ) -> Option<Identity> {
        let sender = Sender {
            remote: received.flow.remote,
            standing: self.standing(received.flow, received.message),
        };
        let (freshness, barred) = match self.access.prove(now, received.message, sender) {
            Proof::User(user) => return Some(Identity::Account(user)),
            Proof::Trunk(trunk) => return Some(Identity::Trunk(trunk)),
            Proof::Nothing(freshness) => (Some(freshness), None),
            Proof::Wrong(barred) => {
                self.counters.auth_failures += 1;
                (Some(Freshness::Unproved), barred)
            }
            Proof::Unheard(barred) => {
                self.counters.dropped_throttled += 1;
                (None, barred)
            }
        };
        if let Some(freshness) = freshness {
            self.challenge(now, received, freshness);
        }
        if let Some(barred) = barred {
            self.counters.barred += 1;
            self.emit(Event::Barred {
                source: barred.source,
                until: barred.until,
                failures: barred.failures,
                user: barred.user,
            });
        }
        None
    }

    /// Whether a request of somebody unknown is looked at: credentials cost the sender more than
    /// us, an ACK gets no answer, anything else is answered so often and no oftener.
    pub(super) fn is_heard(&mut self, now: Duration, received: Received<'_>) -> bool {
        let Received { message, flow } = received;
        let source = flow.remote.ip();
        if self.access.is_barred(now, source) {
            return false;
        }
        message.method() == Method::Ack
            || message.header(Name::Authorization).is_some()
            || self.access.admits(now, source)
    }

    /// Answers 401 and keeps nothing.
    pub(super) fn challenge(
        &mut self,
        now: Duration,
        received: Received<'_>,
        freshness: Freshness,
    ) {
        self.counters.challenges += 1;
        let mut reply = Reply::new(Status::UNAUTHORIZED);
        let [sha256, md5] = self.access.challenges(now, freshness);
        reply = reply.with(Name::WwwAuthenticate, md5);
        if !knows_only_md5(received.message) {
            reply = reply.with(Name::WwwAuthenticate, sha256);
        }
        self.reply_stateless(received.flow, received.message, &reply);
    }
}

/// Phones that give up at a challenge with any other algorithm than MD5, wherever it stands: libre
/// before its second version, which baresip 0 and 1 are built on, and JsSIP, which looks at the last
/// challenge of a response.
const ONLY_MD5: [&[u8]; 3] = [b"baresip v0.", b"baresip v1.", b"JsSIP "];

/// RFC 8760 §2.4 has the strongest algorithm in front and clients take the first that they know.
/// sipp looks at the first challenge only and knows only MD5, so that MD5 leads; phones that know
/// both are free to choose SHA-256.
fn knows_only_md5(request: &Message) -> bool {
    request.header(Name::UserAgent).is_some_and(|agent| {
        ONLY_MD5.iter().any(|prefix| {
            agent
                .get(..prefix.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        })
    })
}
