//! What came back, and what is taken of it.

use crate::{check::Inspection, limits};
use serde::{Deserialize, Serialize};

/// What another system says, in whatever shape.
#[expect(clippy::disallowed_types, reason = "the shape is not ours to type")]
pub type Json = serde_json::Value;

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The other system answered.
    Answered {
        /// The status, such as 200.
        status: u16,
        /// The body, at most [`limits::ANSWER_BYTES`].
        body: String,
    },
    /// It did not answer in time, however often it was asked.
    TimedOut,
    /// It could not be asked, or what it said could not be taken; why.
    Failed(String),
}

/// A part of a JSON answer, and where it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Picked {
    /// Where the part is: a JSON pointer (RFC 6901) such as `/customer/name`.
    pub pointer: String,
    /// The variable; empty where the answer has no such part.
    pub variable: String,
    /// Whether the value is kept out of the log.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
}

impl Picked {
    pub(super) fn check(&self, inspection: &mut Inspection<'_>, path: &str) {
        inspection.assigned(&format!("{path}.variable"), &self.variable);
        let path = format!("{path}.pointer");
        if !(self.pointer.is_empty() || self.pointer.starts_with('/')) {
            let message = "a pointer is empty for the whole, or begins with \"/\"";
            inspection.blame("bad_pointer", &path, message);
        }
        if self.pointer.chars().count() > limits::TEXT_CHARS {
            let message = format_args!("a pointer has at most {} characters", limits::TEXT_CHARS);
            inspection.blame("too_long", &path, message);
        }
    }
}

/// The parts of an answer in their order.
pub(super) fn pick(wanted: &[Picked], body: &str) -> Result<Vec<String>, String> {
    // The place in the text is told, not the text: it may hold secrets.
    let answer = serde_json::from_str::<Json>(body)
        .map_err(|error| format!("the answer is not JSON (line {})", error.line()))?;
    wanted
        .iter()
        .map(|picked| {
            let text = match answer.pointer(&picked.pointer) {
                None | Some(Json::Null) => String::new(),
                Some(Json::String(text)) => text.clone(),
                Some(value) => value.to_string(),
            };
            if text.chars().count() > limits::TEXT_CHARS {
                return Err(format!(
                    "{:?} has more than {} characters",
                    picked.pointer,
                    limits::TEXT_CHARS
                ));
            }
            Ok(text)
        })
        .collect()
}
