//! Who watched the wire and the owners of both endpoints, and says whether all went by the rules.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use sip::message::{Framing, Message, Method};
use sip::{Event, SessionId};

/// A message on its way.
pub(crate) struct Seen {
    pub(crate) at: Duration,
    pub(crate) party: usize,
    pub(crate) way: Way,
    pub(crate) data: Bytes,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Sent,
    Arrived,
}

/// One INVITE as both ends of its transaction know it.
type Transaction = (String, u32, String);

/// What a lost final answer or an abandoned transaction may leave without an ACK: 64 times T1.
const PATIENCE: Duration = Duration::from_secs(32);

/// Each INVITE that a party answers is answered with one final status, and each final answer that
/// arrives in time is acknowledged.
pub(crate) fn check_invites(testimony: &[Seen]) {
    let mut verdicts: BTreeMap<(usize, Transaction), (Duration, u16)> = BTreeMap::new();
    let mut begun: BTreeMap<(usize, Transaction), Duration> = BTreeMap::new();
    let mut unacknowledged: BTreeSet<(usize, String, u32)> = BTreeSet::new();
    for seen in testimony {
        let Ok(message) = Message::parse(seen.data.clone(), Framing::Datagram) else {
            continue;
        };
        let call = message.call_id().to_owned();
        let sequence = message.sequence().number;
        if message.method() == Method::Ack && seen.way == Way::Sent {
            unacknowledged.remove(&(seen.party, call, sequence));
            continue;
        }
        if message.method() == Method::Bye && seen.way == Way::Arrived {
            // An offer in a 2xx that our owner is still thinking about needs no answer any more.
            unacknowledged.retain(|(party, other, _)| (*party, other) != (seen.party, &call));
        }
        if message.method() != Method::Invite {
            continue;
        }
        let branch = message.top_via().branch().unwrap_or_default().to_owned();
        let transaction = (seen.party, (call.clone(), sequence, branch));
        let Some(status) = message.status().map(sip::message::Status::code) else {
            if seen.way == Way::Sent {
                begun.entry(transaction).or_insert(seen.at);
            }
            continue;
        };
        if status < 200 {
            continue;
        }
        match seen.way {
            Way::Sent => {
                let (since, before) = *verdicts
                    .entry(transaction.clone())
                    .or_insert((seen.at, status));
                // A copy that stayed under way until timer L was over is nobody's INVITE.
                if seen.at < since + PATIENCE {
                    assert_eq!(status, before, "two answers to one {transaction:?}");
                }
            }
            Way::Arrived => {
                let in_time = begun
                    .get(&transaction)
                    .is_some_and(|begin| seen.at < *begin + PATIENCE);
                if in_time {
                    unacknowledged.insert((seen.party, call, sequence));
                }
            }
        }
    }
    assert!(
        unacknowledged.is_empty(),
        "final answers without ACK: {unacknowledged:?}"
    );
}

/// What an owner was told of each session: it begins once, is answered at most once, ends at most
/// once, and nothing is told of it afterwards. `left` are the sessions that the owner ended itself.
pub(crate) fn check_events<'a>(
    events: impl IntoIterator<Item = &'a Event>,
    left: &BTreeSet<SessionId>,
) {
    let mut told: BTreeMap<SessionId, Told> = BTreeMap::new();
    for event in events {
        let Some(session) = session_of(event) else {
            continue;
        };
        let known = told.entry(session).or_default();
        assert!(!known.ended, "{event:?} after the end of {session:?}");
        match event {
            Event::Incoming { .. } => assert!(!known.begun, "{session:?} begins twice"),
            Event::Answered { .. } => {
                assert!(!known.answered, "{session:?} is answered twice");
                known.answered = true;
            }
            Event::Refused { .. } => {
                assert!(!known.answered, "{session:?} is refused after its answer");
                known.ended = true;
            }
            Event::Ended { .. } => {
                assert!(!left.contains(&session), "{session:?} ends twice");
                known.ended = true;
            }
            _ => (),
        }
        known.begun = true;
    }
}

#[derive(Default)]
struct Told {
    begun: bool,
    answered: bool,
    ended: bool,
}

/// The session that must be alive for this to be told.
fn session_of(event: &Event) -> Option<SessionId> {
    match event {
        Event::Incoming { session, .. }
        | Event::Ringing { session, .. }
        | Event::Answered { session, .. }
        | Event::Refused { session, .. }
        | Event::Confirmed { session, .. }
        | Event::Offer { session, .. }
        | Event::Ended { session, .. }
        | Event::Info { session, .. }
        | Event::Referred { session, .. } => Some(*session),
        _ => None,
    }
}
