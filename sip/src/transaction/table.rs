//! All live transactions: found by key in one step, addressed by slot.

use std::hash::{BuildHasher as _, RandomState};
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use hashbrown::HashTable;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::invite_client::InviteClient;
use super::invite_server::InviteServer;
use super::non_invite_client::NonInviteClient;
use super::non_invite_server::NonInviteServer;
use crate::event::SessionId;
use crate::message::Method;
use crate::timer::Pace;
use crate::transport::Flow;

/// What identifies a transaction on the wire (RFC 3261 §17.1.3, §17.2.3).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Key(SmallVec<[u8; 96]>);

impl Key {
    /// A client transaction: the branch is ours and random.
    pub(crate) fn client(branch: &[u8], method: Method) -> Self {
        Self::build(b'c', method, &[branch])
    }

    /// A server transaction of a request with an RFC 3261 branch.
    pub(crate) fn server(branch_and_sender: [&[u8]; 3], method: Method) -> Self {
        let mut key = Self::build(b's', method, &branch_and_sender);
        key.0.make_ascii_lowercase();
        key
    }

    /// The same request whatever way it came: From tag, Call-ID and CSeq number (§8.2.2.2).
    pub(crate) fn merge(parts: [&[u8]; 3], method: Method) -> Self {
        Self::build(b'm', method, &parts)
    }

    /// A server transaction of an RFC 2543 request; ACK and CANCEL name the INVITE's method.
    pub(crate) fn server_2543(parts: [&[u8]; 5], method: Method) -> Self {
        Self::build(b'o', method, &parts)
    }

    fn build(side: u8, method: Method, parts: &[&[u8]]) -> Self {
        let mut key = SmallVec::new();
        key.push(side);
        key.extend_from_slice(method.as_str().as_bytes());
        for part in parts {
            key.push(0);
            key.extend_from_slice(part);
        }
        Self(key)
    }
}

/// Where a transaction lives in the table; reused when it is gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Slot(u32);

/// What a transaction is for, in its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Purpose {
    /// The INVITE that opens the session.
    Open,
    /// A re-INVITE or UPDATE of the peer, or its PRACK with an offer.
    Offer,
    /// A re-INVITE or UPDATE of ours.
    Change,
    /// A BYE of either side.
    Close,
    /// Anything else.
    Other,
    /// An OPTIONS that shows whether a phone is still there.
    Probe,
    /// An INVITE that was sent elsewhere since: whoever takes it late is turned away.
    Abandoned,
}

/// One of the four machines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Machine {
    InviteClient(InviteClient),
    NonInviteClient(NonInviteClient),
    InviteServer(InviteServer),
    NonInviteServer(NonInviteServer),
}

impl Machine {
    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        match self {
            Self::InviteClient(machine) => machine.poll_timeout(),
            Self::NonInviteClient(machine) => machine.poll_timeout(),
            Self::InviteServer(machine) => machine.poll_timeout(),
            Self::NonInviteServer(machine) => machine.poll_timeout(),
        }
    }

    pub(crate) fn is_answered(&self) -> bool {
        match self {
            Self::InviteClient(machine) => machine.is_answered(),
            Self::NonInviteClient(machine) => machine.is_answered(),
            Self::InviteServer(machine) => machine.is_answered(),
            Self::NonInviteServer(machine) => machine.is_answered(),
        }
    }

    /// Whether a client has heard nothing at all from its peer.
    pub(crate) fn is_unheard(&self) -> bool {
        match self {
            Self::InviteClient(machine) => machine.is_unheard(),
            Self::NonInviteClient(machine) => machine.is_unheard(),
            Self::InviteServer(_) | Self::NonInviteServer(_) => false,
        }
    }

    /// Begins a client's wait for an answer anew, with its request sent another way at `now`.
    pub(crate) fn start_again(&mut self, now: Duration, pace: Pace) {
        match self {
            Self::InviteClient(machine) if machine.is_unheard() => {
                *machine = InviteClient::new(now, pace);
            }
            Self::NonInviteClient(machine) => *machine = NonInviteClient::new(now, pace),
            Self::InviteClient(_) | Self::InviteServer(_) | Self::NonInviteServer(_) => (),
        }
    }

    pub(crate) fn is_terminated(&self) -> bool {
        match self {
            Self::InviteClient(machine) => machine.is_terminated(),
            Self::NonInviteClient(machine) => machine.is_terminated(),
            Self::InviteServer(machine) => machine.is_terminated(),
            Self::NonInviteServer(machine) => machine.is_terminated(),
        }
    }

    pub(crate) fn is_client(&self) -> bool {
        match self {
            Self::InviteClient(_) | Self::NonInviteClient(_) => true,
            Self::InviteServer(_) | Self::NonInviteServer(_) => false,
        }
    }

    pub(crate) fn abandon(&mut self) {
        match self {
            Self::InviteClient(machine) => machine.abandon(),
            Self::NonInviteClient(machine) => machine.abandon(),
            Self::InviteServer(machine) => machine.abandon(),
            Self::NonInviteServer(machine) => machine.abandon(),
        }
    }
}

/// A machine with the bytes it sends and the session it serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Transaction {
    pub(crate) key: Key,
    pub(crate) machine: Machine,
    /// Where a client sends, or where a server's responses go.
    pub(crate) flow: Flow,
    /// Where a server's request came from.
    pub(crate) source: SocketAddr,
    /// What is sent again: a client's request, a server's last response.
    pub(crate) message: Bytes,
    /// A server's request until its final answer; a client's ACK of a refusal.
    pub(crate) other: Bytes,
    pub(crate) method: Method,
    pub(crate) cseq: u32,
    pub(crate) purpose: Purpose,
    pub(crate) session: Option<SessionId>,
    /// Call-ID, From tag and CSeq of an INVITE without To tag (RFC 3261 §8.2.2.2).
    pub(crate) merge: Option<Key>,
    /// Its place in the order in which transactions began; 0 until the table gives it one.
    pub(crate) age: u64,
    /// How many challenges a client's request has answered, over all its copies.
    pub(crate) challenges: u8,
    /// The CSeq of the copy that was sent before any challenge.
    pub(crate) origin: u32,
    /// The deadline it is scheduled for.
    #[serde(skip)]
    pub(crate) due: Option<Duration>,
}

/// The transactions of one endpoint.
///
/// A table that grows is copied within one turn, while packets wait. So transactions lie in boxes
/// of their own, and indexes hold hashes and slots instead of keys.
#[derive(Debug, Default)]
pub(crate) struct Table {
    slots: Vec<Option<Box<Transaction>>>,
    free: Vec<u32>,
    hasher: RandomState,
    by_key: Index,
    by_merge: Index,
    youngest: u64,
}

/// Slots by the hash of what they are found by.
type Index = HashTable<(u64, Slot)>;

impl Table {
    pub(crate) fn len(&self) -> usize {
        self.by_key.len()
    }

    pub(crate) fn find(&self, key: &Key) -> Option<Slot> {
        self.look_up(&self.by_key, key, |found| found.key == *key)
    }

    /// The transaction of the same request that came another way, unless that one was refused.
    pub(crate) fn find_merged(&self, merge: &Key) -> Option<Slot> {
        let slot = self.same_request(merge)?;
        match &self.get(slot)?.machine {
            Machine::InviteServer(machine) if machine.is_refused() => None,
            Machine::InviteServer(_) | Machine::NonInviteServer(_) => Some(slot),
            Machine::InviteClient(_) | Machine::NonInviteClient(_) => None,
        }
    }

    fn same_request(&self, merge: &Key) -> Option<Slot> {
        let is_it = |found: &Transaction| found.merge.as_ref() == Some(merge);
        self.look_up(&self.by_merge, merge, is_it)
    }

    fn look_up(
        &self,
        index: &Index,
        key: &Key,
        is_it: impl Fn(&Transaction) -> bool,
    ) -> Option<Slot> {
        let hash = self.hasher.hash_one(key);
        let found = index.find(hash, |(_, slot)| self.get(*slot).is_some_and(&is_it))?;
        Some(found.1)
    }

    pub(crate) fn get(&self, slot: Slot) -> Option<&Transaction> {
        self.slots.get(slot.0 as usize)?.as_deref()
    }

    pub(crate) fn get_mut(&mut self, slot: Slot) -> Option<&mut Transaction> {
        self.slots.get_mut(slot.0 as usize)?.as_deref_mut()
    }

    pub(crate) fn insert(&mut self, mut transaction: Transaction) -> Slot {
        let slot = self.free.pop().map_or_else(
            || {
                self.slots.push(None);
                Slot(u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX))
            },
            Slot,
        );
        if transaction.age == 0 {
            transaction.age = self.youngest + 1;
        }
        self.youngest = self.youngest.max(transaction.age);
        self.enter(&transaction, slot);
        self.slots[slot.0 as usize] = Some(Box::new(transaction));
        slot
    }

    /// Has a transaction found by its keys, in the place of any other with the same.
    fn enter(&mut self, transaction: &Transaction, slot: Slot) {
        let hash = self.hasher.hash_one(&transaction.key);
        if let Some(same) = self.find(&transaction.key) {
            strike(&mut self.by_key, hash, same);
        }
        self.by_key.insert_unique(hash, (hash, slot), |it| it.0);
        if let Some(merge) = &transaction.merge {
            let hash = self.hasher.hash_one(merge);
            if let Some(same) = self.same_request(merge) {
                strike(&mut self.by_merge, hash, same);
            }
            self.by_merge.insert_unique(hash, (hash, slot), |it| it.0);
        }
    }

    pub(crate) fn remove(&mut self, slot: Slot) -> Option<Transaction> {
        let transaction = *self.slots.get_mut(slot.0 as usize)?.take()?;
        self.free.push(slot.0);
        let hash = self.hasher.hash_one(&transaction.key);
        strike(&mut self.by_key, hash, slot);
        if let Some(merge) = &transaction.merge {
            let hash = self.hasher.hash_one(merge);
            strike(&mut self.by_merge, hash, slot);
        }
        Some(transaction)
    }

    /// The latest of the listed transactions with this purpose; a request that was made again after
    /// a challenge or a 422 lingers beside its successor.
    pub(crate) fn find_purpose(&self, slots: &[Slot], purpose: Purpose) -> Option<Slot> {
        slots.iter().copied().rev().find(|slot| {
            self.get(*slot)
                .is_some_and(|found| found.purpose == purpose)
        })
    }
}

fn strike(index: &mut Index, hash: u64, slot: Slot) {
    if let Ok(entry) = index.find_entry(hash, |it| it.1 == slot) {
        entry.remove();
    }
}
