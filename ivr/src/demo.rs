//! The flows of the demo enterprise.

use crate::Document;

const FLOWS: [&str; 6] = [
    include_str!("../flows/demo.yaml"),
    include_str!("../flows/echo-digits.yaml"),
    include_str!("../flows/outside.yaml"),
    include_str!("../flows/outside-recorded.yaml"),
    include_str!("../flows/ten-seconds.yaml"),
    include_str!("../flows/voicemail.yaml"),
];

/// The flow files that ship with the product, in the order of their names.
///
/// # Panics
///
/// Never: a test reads every one of them.
pub fn demo_flows() -> Vec<Document> {
    FLOWS
        .iter()
        .map(|text| Document::from_yaml(text).expect("a test reads every shipped flow"))
        .collect()
}

#[cfg(test)]
mod tests;
