//! The table of connections, by the caller's id and by the poller's token.

use super::stream::Stream;
use std::{collections::HashMap, net::IpAddr};

/// Tokens below belong to the reactor's fixed descriptors.
const FIRST_TOKEN: u64 = 1 << 32;

#[derive(Debug)]
pub(super) struct Connections {
    by_token: HashMap<u64, Stream>,
    tokens: HashMap<u64, u64>,
    per_address: HashMap<IpAddr, usize>,
    /// Tokens are never given twice, so a late event cannot meet another connection.
    next_token: u64,
}

impl Connections {
    pub(super) fn new() -> Self {
        Self {
            by_token: HashMap::new(),
            tokens: HashMap::new(),
            per_address: HashMap::new(),
            next_token: FIRST_TOKEN,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.by_token.len()
    }

    pub(super) fn with_address(&self, address: IpAddr) -> usize {
        self.per_address.get(&address).copied().unwrap_or_default()
    }

    pub(super) fn knows(&self, id: u64) -> bool {
        self.tokens.contains_key(&id)
    }

    /// The token that the following stream is kept under.
    pub(super) fn next_token(&self) -> u64 {
        self.next_token
    }

    pub(super) fn insert(&mut self, stream: Stream) {
        self.tokens.insert(stream.id, self.next_token);
        *self.per_address.entry(stream.remote.ip()).or_default() += 1;
        self.by_token.insert(self.next_token, stream);
        self.next_token += 1;
    }

    pub(super) fn token_of(&self, id: u64) -> Option<u64> {
        self.tokens.get(&id).copied()
    }

    pub(super) fn stream(&mut self, token: u64) -> Option<&mut Stream> {
        self.by_token.get_mut(&token)
    }

    pub(super) fn remove(&mut self, token: u64) -> Option<Stream> {
        let stream = self.by_token.remove(&token)?;
        self.tokens.remove(&stream.id);
        let address = stream.remote.ip();
        if let Some(count) = self.per_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                self.per_address.remove(&address);
            }
        }
        Some(stream)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, &Stream)> {
        self.by_token.iter().map(|(token, stream)| (*token, stream))
    }
}
