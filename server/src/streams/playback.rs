//! How much of what a bot said was heard, and the marks between.

use std::collections::VecDeque;

/// Samples on the way to the caller from which on nothing more is read from the bot: 10 minutes.
const SAMPLES_MAX: u64 = 10 * 60 * 8_000;
/// Marks that wait, likewise.
const MARKS_MAX: usize = 4_096;

/// Counts samples and knows the marks that lie between them.
#[derive(Debug, Default)]
pub(super) struct Playback {
    sent: u64,
    /// Heard, flushed or refused.
    settled: u64,
    marks: VecDeque<(u64, String)>,
}

impl Playback {
    /// Whether the bot has to wait.
    pub(super) fn is_full(&self) -> bool {
        self.sent - self.settled >= SAMPLES_MAX || self.marks.len() >= MARKS_MAX
    }

    /// The bot said so much more.
    pub(super) fn say(&mut self, samples: usize) {
        self.sent += samples as u64;
    }

    /// The bot wants to know when everything up to here was heard; the name is given back if it was.
    pub(super) fn mark(&mut self, name: String) -> Option<String> {
        if self.settled >= self.sent {
            return Some(name);
        }
        self.marks.push_back((self.sent, name));
        None
    }

    /// So many samples are settled; gives the next mark that this reaches.
    pub(super) fn settle(&mut self, settled: u64) -> Option<String> {
        // A frame that left before a flush knows nothing of it.
        self.settled = self.settled.max(settled.min(self.sent));
        let (place, _) = self.marks.front()?;
        if *place > self.settled {
            return None;
        }
        self.marks.pop_front().map(|(_, name)| name)
    }

    /// Everything on the way is flushed; gives the marks that waited.
    pub(super) fn clear(&mut self) -> Vec<String> {
        self.settled = self.sent;
        self.marks.drain(..).map(|(_, name)| name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Clone)]
    enum Step {
        Say(usize),
        Mark,
        Clear,
        Hear(u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0_usize..1_000).prop_map(Step::Say),
            Just(Step::Mark),
            Just(Step::Clear),
            (0_u64..400).prop_map(Step::Hear),
        ]
    }

    proptest! {
        #[test]
        fn marks_come_back_once_in_order_and_not_before_what_lies_ahead_of_them(
            steps in proptest::collection::vec(step(), 0..80),
        ) {
            let mut playback = Playback::default();
            let (mut sent, mut settled, mut marked) = (0_u64, 0_u64, Vec::new());
            let mut echoed = 0;
            let mut expect = |name: &str, settled: u64, marked: &[u64]| {
                let place = marked[echoed];
                assert_eq!(name, echoed.to_string());
                assert!(place <= settled, "mark {name} at {place} after {settled}");
                echoed += 1;
            };
            for step in steps {
                match step {
                    Step::Say(samples) => {
                        sent += samples as u64;
                        playback.say(samples);
                    }
                    Step::Mark => {
                        let name = marked.len().to_string();
                        marked.push(sent);
                        if let Some(name) = playback.mark(name) {
                            expect(&name, settled, &marked);
                        }
                    }
                    Step::Clear => {
                        settled = sent;
                        for name in playback.clear() {
                            expect(&name, settled, &marked);
                        }
                    }
                    Step::Hear(samples) => {
                        settled = sent.min(settled + samples);
                        while let Some(name) = playback.settle(settled) {
                            expect(&name, settled, &marked);
                        }
                    }
                }
            }
            while let Some(name) = playback.settle(sent) {
                expect(&name, sent, &marked);
            }
            prop_assert_eq!(echoed, marked.len());
        }
    }

    #[test]
    fn ten_minutes_are_taken_before_the_bot_has_to_wait() {
        let mut playback = Playback::default();
        playback.say(10 * 60 * 8_000 - 1);
        assert!(!playback.is_full());
        playback.say(1);
        assert!(playback.is_full());
        playback.settle(1);
        assert!(!playback.is_full());
    }

    #[test]
    fn a_frame_from_before_a_flush_takes_nothing_back() {
        let mut playback = Playback::default();
        playback.say(800);
        assert_eq!(playback.mark("end".to_owned()), None);
        assert_eq!(playback.clear(), ["end"]);
        assert_eq!(playback.settle(160), None);
        assert_eq!(playback.mark("again".to_owned()).as_deref(), Some("again"));
    }
}
