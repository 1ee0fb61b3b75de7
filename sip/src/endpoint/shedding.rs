//! Refusing new calls before they cost anything (RFC 3261 §21.5.4): what belongs to a call that
//! exists, and what keeps a phone registered, is never refused here.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use rand_chacha::rand_core::Rng;

use super::Endpoint;
use super::reply::Reply;
use super::transmit::Received;
use crate::message::{Message, Name, Status};

/// The shortest and the longest time that a refused caller is asked to wait, in seconds: short,
/// since an overload passes soon, and spread, so that they do not all come back at once.
const RETRY_AFTER: std::ops::RangeInclusive<u32> = 2..=6;
/// What a share is counted by.
const THOUSAND: u64 = 1_000;

/// Which new calls are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shedding {
    /// None.
    #[default]
    None,
    /// So many of a thousand.
    Permille(u16),
    /// All.
    All,
}

/// Whether this endpoint wants requests at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    /// It serves.
    #[default]
    Serving,
    /// It is about to stop: peers that ask by OPTIONS hear that they should go elsewhere, and no
    /// registration of ours is renewed.
    Leaving,
}

/// How much is taken on.
#[derive(Debug)]
pub(super) struct Load {
    shedding: Shedding,
    pub(super) standing: Standing,
    /// Makes the choice of calls unpredictable.
    secret: [u8; 32],
}

impl Load {
    pub(super) fn new(secret: &[u8; 32]) -> Self {
        Self {
            shedding: Shedding::None,
            standing: Standing::Serving,
            secret: *secret,
        }
    }

    /// Chosen by Call-ID, so that the copies of a request, and the same request with credentials,
    /// share its fate.
    fn refuses(&self, message: &Message) -> bool {
        if message.header(Name::Replaces).is_some() {
            return false;
        }
        match self.shedding {
            Shedding::None => false,
            Shedding::All => true,
            Shedding::Permille(share) => {
                let mut hasher = DefaultHasher::new();
                self.secret.hash(&mut hasher);
                message.call_id().as_bytes().hash(&mut hasher);
                hasher.finish() % THOUSAND < u64::from(share)
            }
        }
    }
}

impl Endpoint {
    /// Says which new calls are refused from here on, with 503 and without keeping anything.
    pub fn set_shedding(&mut self, shedding: Shedding) {
        self.load.shedding = shedding;
    }

    /// Says whether peers shall go on sending requests.
    pub fn set_standing(&mut self, standing: Standing) {
        self.load.standing = standing;
    }

    /// Whether a new call was refused because there are too many.
    pub(super) fn sheds(&mut self, received: Received<'_>) -> bool {
        let refuses = self.load.refuses(received.message);
        if refuses {
            self.counters.shed += 1;
            self.refuse_for_a_while(received);
        }
        refuses
    }

    /// Answers 503 with a time to wait.
    pub(super) fn refuse_for_a_while(&mut self, received: Received<'_>) {
        let seconds = self.retry_after().as_secs();
        let reply =
            Reply::new(Status::SERVICE_UNAVAILABLE).with(Name::RetryAfter, seconds.to_string());
        self.reply_stateless(received.flow, received.message, &reply);
    }

    fn retry_after(&mut self) -> Duration {
        let spread = RETRY_AFTER.end() - RETRY_AFTER.start() + 1;
        let seconds = RETRY_AFTER.start() + self.random.next_u32() % spread;
        Duration::from_secs(u64::from(seconds))
    }
}
