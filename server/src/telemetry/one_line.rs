//! Lines of the log that nobody can forge: what peers send may be in them, and a terminal reads them.

use std::fmt::Write as _;
use std::io::{self, Write};

/// Passes lines on with every control character but the end of the line written out as `\u001b`,
/// which JSON reads as that character.
///
/// The log hands over a whole event at a time.
#[derive(Debug)]
pub(super) struct OneLine<W>(pub(super) W);

impl<W: Write> Write for OneLine<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let (line, end) = match event.strip_suffix(b"\n") {
            Some(line) => (line, "\n"),
            None => (event, ""),
        };
        let mut shown = String::with_capacity(event.len());
        for letter in String::from_utf8_lossy(line).chars() {
            if misleads(letter) {
                // Writing to a string does not fail.
                let _ = write!(shown, "\\u{:04x}", u32::from(letter));
            } else {
                shown.push(letter);
            }
        }
        shown.push_str(end);
        self.0.write_all(shown.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Control characters, other ends of lines, and what makes a terminal show letters in another order.
fn misleads(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{061C}' | '\u{200E}'..='\u{200F}' | '\u{2028}'..='\u{202E}')
        || matches!(letter, '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    /// What somebody may send as a display name: an end of line with a line that looks like ours, a
    /// terminal's title, CSI as one character, an order from right to left.
    const HOSTILE: &str = "\"x\r\n2026-01-01T00:00:00Z ERROR all is lost\x1b]0;owned\x07\x1b[2J\u{9b}31m\
                           \u{85}\u{2028}\u{202e}gnp.exe\0\x7f";

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What stands in the log after events that hold hostile text wherever text may be.
    fn logged(is_json: bool) -> String {
        let paper = Paper::default();
        let copy = paper.clone();
        let subscriber =
            crate::telemetry::subscriber(is_json, "trace".into(), move || copy.clone());
        tracing::subscriber::with_default(subscriber, || {
            let span = tracing::info_span!("call", user = %HOSTILE, agent = ?HOSTILE);
            span.in_scope(|| {
                tracing::info!(display = %HOSTILE, debug = ?HOSTILE, text = HOSTILE, "one");
                tracing::warn!("two {HOSTILE}");
                tracing::error!("{}", HOSTILE);
            });
        });
        let bytes = paper.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn whatever_a_peer_sends_an_event_is_one_line_without_control_characters() {
        for is_json in [false, true] {
            let log = logged(is_json);
            assert_eq!(log.matches('\n').count(), 3, "{log}");
            let found = log
                .chars()
                .find(|letter| misleads(*letter) && *letter != '\n');
            assert_eq!(found, None, "{log:?}");
            assert!(!log.lines().any(|line| line.starts_with("2026-01-01")));
        }
    }

    #[test]
    fn a_line_of_json_still_says_what_was_sent() {
        for line in logged(true).lines() {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(event["span"]["user"], HOSTILE, "{line}");
        }
    }
}
