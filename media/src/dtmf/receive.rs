//! Telephone events of one stream become key presses, each once.
//!
//! ```text
//!            event packet                 end packet, next event, later audio, 200 ms of nothing
//!   Idle ────────────────▶ Pressed ────────────────────────────────────────────▶ Idle + key
//! ```
//! A press longer than a 16-bit duration comes in segments, whose timestamps follow each other
//! (RFC 4733 §2.5.1.3); they are one press.

use std::time::Duration;

use super::TelephoneEvent;
use crate::clock::Micros;

/// A press without end packet ends when nothing was heard of it for so long.
const LOST_END: Micros = Micros::from_ms(200);

/// Events that begin so little before the last reported one are late packets: 10 s.
const LATE_MAX: u32 = 80_000;

/// A completed key press.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Press {
    pub(crate) key: char,
    pub(crate) duration: Duration,
}

/// The presses of one stream.
#[derive(Debug, Default)]
pub(crate) struct Presses {
    held: Option<Held>,
    /// The last segment that was reported, so that its repeated end packets are recognised.
    done: Option<(u32, u8)>,
}

#[derive(Clone, Copy, Debug)]
struct Held {
    code: u8,
    /// Timestamp of the segment.
    timestamp: u32,
    /// Longest duration heard in this segment.
    duration: u16,
    /// Samples of the segments before this one.
    before: u32,
    heard_at: Micros,
}

impl Held {
    fn press(self) -> Option<Press> {
        let event = TelephoneEvent {
            code: self.code,
            end: true,
            volume: 0,
            duration: self.duration,
        };
        let samples = u64::from(self.before) + u64::from(self.duration);
        Some(Press {
            key: event.key()?,
            duration: Duration::from_micros(samples * 125),
        })
    }

    /// Whether `timestamp` is where this segment, held to the utmost, would go on.
    fn continues_at(self, timestamp: u32) -> bool {
        let span = timestamp.wrapping_sub(self.timestamp);
        span > 0xF000 && span <= 0xFFFF && self.duration > 0xE000
    }
}

impl Presses {
    /// Takes an event packet; a press that it completes is returned. Two can only be completed
    /// by one packet if the end of the former was lost and this one is an end already.
    pub(crate) fn handle_event(
        &mut self,
        now: Micros,
        timestamp: u32,
        event: TelephoneEvent,
    ) -> [Option<Press>; 2] {
        if self.is_old(timestamp, event.code) {
            return [None, None];
        }
        let mut completed = [None, None];
        let held = match self.held {
            Some(held) if held.timestamp == timestamp && held.code == event.code => Held {
                duration: held.duration.max(event.duration),
                heard_at: now,
                ..held
            },
            Some(held) if held.code == event.code && held.continues_at(timestamp) => Held {
                timestamp,
                duration: event.duration,
                before: held.before + timestamp.wrapping_sub(held.timestamp),
                heard_at: now,
                ..held
            },
            other => {
                completed[0] = other.and_then(Held::press);
                Held {
                    code: event.code,
                    timestamp,
                    duration: event.duration,
                    before: 0,
                    heard_at: now,
                }
            }
        };
        self.held = Some(held);
        if event.end {
            completed[1] = self.release();
        }
        completed
    }

    /// Takes notice of audio at `timestamp`: a held key is released if the audio is later.
    #[inline]
    pub(crate) fn handle_audio(&mut self, timestamp: u32) -> Option<Press> {
        let held = self.held?;
        let end = held.timestamp.wrapping_add(u32::from(held.duration));
        let later = timestamp.wrapping_sub(end) as i32 > 0;
        if later { self.release() } else { None }
    }

    /// Releases a key of which nothing was heard for long.
    pub(crate) fn handle_timeout(&mut self, now: Micros) -> Option<Press> {
        let held = self.held?;
        if now.since(held.heard_at) >= LOST_END {
            self.release()
        } else {
            None
        }
    }

    /// Another stream takes over: its times have nothing to do with those before.
    pub(crate) fn switch(&mut self) -> Option<Press> {
        let press = self.release();
        self.done = None;
        press
    }

    fn is_old(&self, timestamp: u32, code: u8) -> bool {
        let reported = self.done.is_some_and(|(done, done_code)| {
            let behind = done.wrapping_sub(timestamp);
            (behind == 0 && code == done_code) || (1..LATE_MAX).contains(&behind)
        });
        let reordered = self
            .held
            .is_some_and(|held| (timestamp.wrapping_sub(held.timestamp) as i32) < 0);
        reported || reordered
    }

    fn release(&mut self) -> Option<Press> {
        let held = self.held.take()?;
        self.done = Some((held.timestamp, held.code));
        held.press()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(code: u8, duration: u16, end: bool) -> TelephoneEvent {
        TelephoneEvent {
            code,
            end,
            volume: 10,
            duration,
        }
    }

    fn keys(presses: &mut Presses, packets: &[(u32, TelephoneEvent)]) -> String {
        let mut keys = String::new();
        for (index, &(timestamp, event)) in packets.iter().enumerate() {
            let now = Micros::from_ms(20 * index as u64);
            let completed = presses.handle_event(now, timestamp, event);
            keys.extend(completed.iter().flatten().map(|press| press.key));
        }
        keys
    }

    #[test]
    fn three_end_packets_are_one_press() {
        let mut presses = Presses::default();
        let packets = [
            (1_000, event(5, 160, false)),
            (1_000, event(5, 800, true)),
            (1_000, event(5, 800, true)),
            (1_000, event(5, 800, true)),
        ];
        assert_eq!(keys(&mut presses, &packets), "5");
    }

    #[test]
    fn a_press_whose_end_was_lost_ends_with_the_next_press() {
        let mut presses = Presses::default();
        let packets = [(1_000, event(1, 160, false)), (3_000, event(1, 800, true))];
        assert_eq!(keys(&mut presses, &packets), "11");
    }

    #[test]
    fn a_press_whose_end_was_lost_ends_with_audio_or_with_time() {
        let mut presses = Presses::default();
        presses.handle_event(Micros(0), 1_000, event(11, 160, false));
        assert_eq!(presses.handle_audio(900), None);
        assert_eq!(presses.handle_audio(2_000).unwrap().key, '#');
        presses.handle_event(Micros(0), 9_000, event(10, 160, false));
        assert_eq!(presses.handle_timeout(Micros::from_ms(100)), None);
        assert_eq!(
            presses.handle_timeout(Micros::from_ms(300)).unwrap().key,
            '*'
        );
    }

    #[test]
    fn an_end_packet_that_comes_late_does_not_press_again() {
        let mut presses = Presses::default();
        let packets = [
            (1_000, event(1, 800, true)),
            (3_000, event(2, 160, false)),
            (1_000, event(1, 800, true)),
            (3_000, event(2, 800, true)),
            (1_000, event(1, 800, true)),
        ];
        assert_eq!(keys(&mut presses, &packets), "12");
    }

    #[test]
    fn a_press_in_segments_is_one_long_press() {
        let mut presses = Presses::default();
        presses.handle_event(Micros(0), 1_000, event(0, 0xFFFF, false));
        presses.handle_event(Micros(0), 1_000 + 0xFFFF, event(0, 160, false));
        let completed = presses.handle_event(Micros(0), 1_000 + 0xFFFF, event(0, 800, true));
        let press = completed[1].unwrap();
        assert_eq!(press.duration, Duration::from_micros((0xFFFF + 800) * 125));
    }

    #[test]
    fn events_that_are_no_keys_are_passed_over() {
        let mut presses = Presses::default();
        assert_eq!(keys(&mut presses, &[(0, event(36, 800, true))]), "");
    }
}
