//! Where registered phones speak from, and when they were heard last.

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::time::Duration;

use super::Contact;
use crate::transport::{Flow, Transport};

/// The addresses of live bindings.
#[derive(Debug, Default)]
pub(super) struct Sources {
    known: HashMap<SocketAddr, Source>,
    probes: BTreeSet<(Duration, SocketAddr)>,
    /// How long a phone behind NAT may be silent.
    patience: Option<Duration>,
}

#[derive(Debug)]
struct Source {
    bindings: usize,
    heard_at: Duration,
    /// The path and time of the next probe, for a phone behind NAT.
    probe: Option<(Duration, Flow)>,
}

impl Sources {
    pub(super) fn new(patience: Option<Duration>) -> Self {
        Self {
            patience,
            ..Self::default()
        }
    }

    pub(super) fn knows(&self, remote: SocketAddr) -> bool {
        self.known.contains_key(&remote)
    }

    pub(super) fn note_heard(&mut self, now: Duration, remote: SocketAddr) {
        if let Some(source) = self.known.get_mut(&remote) {
            source.heard_at = now;
        }
    }

    pub(super) fn add(&mut self, contact: &Contact) {
        let remote = contact.flow.remote;
        let source = self.known.entry(remote).or_insert(Source {
            bindings: 0,
            heard_at: contact.refreshed_at,
            probe: None,
        });
        source.bindings += 1;
        source.heard_at = source.heard_at.max(contact.refreshed_at);
        let is_probed = contact.flow.transport == Transport::Udp && contact.is_behind_nat();
        if let (None, true, Some(patience)) = (source.probe, is_probed, self.patience) {
            let at = source.heard_at + patience;
            source.probe = Some((at, contact.flow));
            self.probes.insert((at, remote));
        }
    }

    pub(super) fn remove(&mut self, contact: &Contact) {
        let remote = contact.flow.remote;
        let Some(source) = self.known.get_mut(&remote) else {
            return;
        };
        source.bindings -= 1;
        if source.bindings > 0 {
            return;
        }
        if let Some((at, _)) = source.probe {
            self.probes.remove(&(at, remote));
        }
        self.known.remove(&remote);
    }

    pub(super) fn next_probe(&self) -> Option<Duration> {
        self.probes.first().map(|(at, _)| *at)
    }

    /// The paths that were silent for longer than they may; each is asked for once in that time.
    pub(super) fn silent(&mut self, now: Duration) -> Vec<Flow> {
        let mut silent = Vec::new();
        while let Some((at, remote)) = self.probes.first().copied()
            && at <= now
        {
            self.probes.pop_first();
            let (Some(source), Some(patience)) = (self.known.get_mut(&remote), self.patience)
            else {
                continue;
            };
            let mut next = source.heard_at + patience;
            if next <= now {
                next = now + patience;
                silent.extend(source.probe.map(|(_, flow)| flow));
            }
            source.probe = source.probe.map(|(_, flow)| (next, flow));
            self.probes.insert((next, remote));
        }
        silent
    }

    /// When anything was heard from an address of a live binding.
    pub(super) fn heard_at(&self, remote: SocketAddr) -> Option<Duration> {
        self.known.get(&remote).map(|source| source.heard_at)
    }
}
