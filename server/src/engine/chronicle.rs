//! What happens to calls, in the log and the metrics: a span a call, named by its id.
//!
//! A fact is told by its name alone. What it holds are numbers and names of people.

use model::{CallFact, DialRefusal, Event, Fact};
use std::fmt::{self, Debug, Write};

/// Logs a fact, under the target `call`, and counts what it says of quality and of numbers kept in.
pub(super) fn tell(fact: &Fact) {
    measure(fact);
    count(fact);
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

/// Counts what the rules of a trunk kept in.
fn count(fact: &Fact) {
    let Event::Call { fact, .. } = &fact.event else {
        return;
    };
    if let CallFact::DialForbidden { refusal, .. } = fact {
        let rule = match refusal {
            DialRefusal::Abroad => "abroad",
            DialRefusal::Denied { .. } => "denied",
            DialRefusal::NotAllowed => "not_allowed",
            DialRefusal::ShortNumber => "short_number",
        };
        metrics::counter!("trunkline_dials_forbidden_total", "rule" => rule).increment(1);
    }
}

/// Distributions of how legs sounded (RTCP, MOS-LQE).
fn measure(fact: &Fact) {
    let Event::Call {
        fact:
            CallFact::LegQuality {
                customer,
                received,
                lost,
                far,
                mos_hundredths,
                ..
            },
        ..
    } = &fact.event
    else {
        return;
    };
    let side = if *customer { "customer" } else { "agent" };
    let observe = |name: &'static str, value: f64| {
        metrics::histogram!(name, "side" => side).record(value);
    };
    if let Some(score) = mos_hundredths {
        observe("trunkline_leg_mos", f64::from(*score) / 100.0);
        observe("trunkline_leg_lost_ratio", ratio(*lost, received + lost));
    }
    if let Some(far) = far {
        observe(
            "trunkline_leg_far_mos",
            f64::from(far.mos_hundredths) / 100.0,
        );
    }
    if let Some(ms) = far.and_then(|far| far.round_trip_ms) {
        observe("trunkline_leg_round_trip_seconds", f64::from(ms) / 1_000.0);
    }
}

#[expect(clippy::cast_precision_loss, reason = "a ratio for a histogram")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
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
