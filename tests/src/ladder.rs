//! What happened on the signalling path, as lines: `0.1s caller ◀ 200 INVITE`.

use std::fmt;
use std::time::Duration;

/// The lines of a story, retransmissions left out.
#[derive(Debug, Clone, Default)]
pub struct Ladder {
    rungs: Vec<(Duration, String)>,
}

impl Ladder {
    /// Adds what happened so long after the story's beginning.
    pub fn add(&mut self, since_start: Duration, text: String) {
        self.rungs.push((since_start, text));
    }

    /// All lines.
    pub fn lines(&self) -> Vec<String> {
        self.rungs
            .iter()
            .map(|(at, text)| format!("{:.1}s {text}", at.as_secs_f64()))
            .collect()
    }

    /// All lines without their times.
    pub fn texts(&self) -> Vec<&str> {
        self.rungs.iter().map(|(_, text)| text.as_str()).collect()
    }

    /// Forgets what happened so far, so that a story can begin after its preparations.
    pub fn clear(&mut self) {
        self.rungs.clear();
    }
}

impl fmt::Display for Ladder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.lines() {
            writeln!(f, "  {line}")?;
        }
        Ok(())
    }
}
