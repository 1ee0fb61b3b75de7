//! What the nodes have in common that ask for one key: asking, waiting, asking again.

use super::{Signal, Turn, Walk};
use crate::{Exit, Item, check::Inspection};
use std::time::Duration;

/// A question that one key answers, borrowed from its node.
pub(super) struct KeyQuestion<'a> {
    pub(super) items: &'a [Item],
    pub(super) invalid_items: &'a [Item],
    pub(super) timeout_items: &'a [Item],
    pub(super) timeout_ms: u32,
    pub(super) retries: u8,
    pub(super) interruptible: bool,
}

impl KeyQuestion<'_> {
    pub(super) fn check(&self, inspection: &mut Inspection<'_>) {
        inspection.items("items", self.items);
        inspection.items("invalid_items", self.invalid_items);
        inspection.items("timeout_items", self.timeout_items);
        inspection.wait("timeout_ms", self.timeout_ms);
        inspection.retries("retries", self.retries);
    }

    /// Asks, unless a key that was typed ahead answers; `take` says where a key leads, if it is one
    /// of the node's.
    pub(super) fn enter(
        &self,
        walk: &mut Walk<'_>,
        take: impl Fn(&mut Walk<'_>, char) -> Option<Exit>,
    ) -> Turn {
        match walk.take_typed_ahead(self.interruptible) {
            Some(key) => self.press(walk, key, take),
            None => self.ask(walk, &[]),
        }
    }

    pub(super) fn handle(
        &self,
        walk: &mut Walk<'_>,
        signal: Signal,
        take: impl Fn(&mut Walk<'_>, char) -> Option<Exit>,
    ) -> Turn {
        match signal {
            Signal::Digit(key) if walk.is_speaking() && !self.interruptible => {
                walk.keep(key);
                Turn::Stay
            }
            Signal::Digit(key) => {
                walk.stop_saying();
                self.press(walk, key, take)
            }
            Signal::SpeechEnded => match walk.take_typed_ahead(true) {
                Some(key) => self.press(walk, key, take),
                None => self.listen(walk),
            },
            Signal::TimedOut => self.ask_again(walk, self.timeout_items, Exit::Timeout),
            Signal::TransferEnded(_)
            | Signal::StreamEnded(_)
            | Signal::MessageEnded
            | Signal::QueueSeen(_) => Turn::Stay,
        }
    }

    fn press(
        &self,
        walk: &mut Walk<'_>,
        key: char,
        take: impl Fn(&mut Walk<'_>, char) -> Option<Exit>,
    ) -> Turn {
        walk.note_key(key);
        if let Some(exit) = take(walk, key) {
            return Turn::Leave(exit);
        }
        walk.forget_typed_ahead();
        self.ask_again(walk, self.invalid_items, Exit::Invalid)
    }

    fn ask_again(&self, walk: &mut Walk<'_>, lead: &[Item], exit: Exit) -> Turn {
        if walk.may_retry(self.retries) {
            self.ask(walk, lead)
        } else {
            Turn::Leave(exit)
        }
    }

    fn ask(&self, walk: &mut Walk<'_>, lead: &[Item]) -> Turn {
        let listen = self.listen(walk);
        walk.say_or([lead, self.items], listen)
    }

    fn listen(&self, walk: &Walk<'_>) -> Turn {
        walk.listen(Duration::from_millis(self.timeout_ms.into()))
    }
}

pub(super) fn default_timeout_ms() -> u32 {
    5_000
}

pub(super) fn default_retries() -> u8 {
    2
}
