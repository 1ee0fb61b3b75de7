//! Key presses that we send: one packet every 20 ms, three end packets, then a pause.

use std::collections::VecDeque;

use super::TelephoneEvent;
use crate::clock::FRAME_SAMPLES;

/// A press lasts 100 ms, well over the 40 ms that receivers ask for.
const PRESS_FRAMES: u16 = 5;
const END_PACKETS: u16 = 3;
/// Pause after the last end packet. With the two frames of repeated ends it is over 50 ms.
const PAUSE_FRAMES: u16 = 1;
const VOLUME: u8 = 10;
/// Most keys that wait to be sent on a leg.
const WAITING_MAX: usize = 64;

/// The keys that a leg has yet to send.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    waiting: VecDeque<u8>,
    frame: u16,
}

/// What a frame of sending keys consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyFrame {
    /// An event packet.
    Packet {
        event: TelephoneEvent,
        begins: bool,
        /// Whether it only says again that the key was released.
        repeats: bool,
    },
    /// A pause, heard as silence.
    Pause,
}

impl Keys {
    /// Appends keys; how many were no keys or too many.
    pub(crate) fn push(&mut self, digits: &str) -> usize {
        let mut skipped = 0;
        for digit in digits.chars() {
            match TelephoneEvent::code_of(digit) {
                Some(code) if self.waiting.len() < WAITING_MAX => self.waiting.push_back(code),
                _ => skipped += 1,
            }
        }
        skipped
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The next 20 ms, or nothing when all keys are sent.
    pub(crate) fn next_frame(&mut self) -> Option<KeyFrame> {
        let code = *self.waiting.front()?;
        self.frame += 1;
        let frame = self.frame;
        if frame >= PRESS_FRAMES + END_PACKETS - 1 + PAUSE_FRAMES {
            self.waiting.pop_front();
            self.frame = 0;
            return Some(KeyFrame::Pause);
        }
        let event = TelephoneEvent {
            code,
            end: frame >= PRESS_FRAMES,
            volume: VOLUME,
            duration: frame.min(PRESS_FRAMES) * FRAME_SAMPLES as u16,
        };
        Some(KeyFrame::Packet {
            event,
            begins: frame == 1,
            repeats: frame > PRESS_FRAMES,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_pressed_for_100_ms_with_three_ends_and_a_pause() {
        let mut keys = Keys::default();
        assert_eq!(keys.push("7x"), 1);
        let frames: Vec<_> = std::iter::from_fn(|| keys.next_frame()).collect();
        let durations: Vec<_> = frames
            .iter()
            .map(|frame| match frame {
                KeyFrame::Packet { event, begins, .. } => (event.duration, event.end, *begins),
                KeyFrame::Pause => (0, false, false),
            })
            .collect();
        let expected = [
            (160, false, true),
            (320, false, false),
            (480, false, false),
            (640, false, false),
            (800, true, false),
            (800, true, false),
            (800, true, false),
            (0, false, false),
        ];
        assert_eq!(durations, expected);
        assert!(keys.is_empty());
    }
}
