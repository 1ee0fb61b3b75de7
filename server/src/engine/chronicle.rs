//! What happens to calls, in the log: a span a call, named by its id.
//!
//! A fact is told by its name alone. What it holds are numbers and names of people.

use model::{Event, Fact};
use std::fmt::{self, Debug, Write};

/// Logs a fact, under the target `call`.
pub(super) fn tell(fact: &Fact) {
    if !tracing::enabled!(target: "call", tracing::Level::DEBUG) {
        return;
    }
    match &fact.event {
        Event::Source { fact, .. } => {
            tracing::debug!(target: "call", fact = name_of(fact));
        }
        Event::Call { call, fact } => {
            let span = tracing::debug_span!(target: "call", "call", call.id = %call);
            span.in_scope(|| tracing::debug!(target: "call", fact = name_of(fact)));
        }
        Event::Agent { agent, fact } => {
            let span = tracing::debug_span!(target: "call", "agent", agent.id = %agent);
            span.in_scope(|| tracing::debug!(target: "call", fact = name_of(fact)));
        }
    }
}

/// The name of a variant.
fn name_of(fact: &impl Debug) -> String {
    let mut name = Name(String::new());
    // Ends with an error where the name ends.
    let _ = write!(name, "{fact:?}");
    name.0
}

struct Name(String);

impl Write for Name {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let length = text
            .find(|letter: char| !letter.is_ascii_alphanumeric())
            .unwrap_or(text.len());
        self.0.push_str(&text[..length]);
        if length < text.len() {
            return Err(fmt::Error);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_named_without_what_it_holds() {
        #[derive(Debug)]
        #[expect(dead_code, reason = "looked at by its Debug form")]
        enum Sample {
            Dialled { number: &'static str },
            Ended,
        }
        let dialled = Sample::Dialled {
            number: "13800138000",
        };

        assert_eq!(name_of(&dialled), "Dialled");
        assert_eq!(name_of(&Sample::Ended), "Ended");
    }
}
