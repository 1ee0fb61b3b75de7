//! Which flows play which sounds, live or as they are drawn.

use crate::{ApiError, State};
use model::EnterpriseId;
use serde_json::Value;
use std::collections::BTreeSet;

/// The flows with the sounds that they play.
pub(super) struct Uses(Vec<(String, BTreeSet<String>)>);

impl Uses {
    pub(super) async fn load(state: &State, enterprise: EnterpriseId) -> Result<Self, ApiError> {
        let flows = store::flow_drafts::list(&state.db, enterprise).await?;
        let sounds = flows.into_iter().map(|flow| {
            let mut played = BTreeSet::new();
            let live = flow.live.map(|(_, document)| document);
            for document in [Some(flow.document), live].into_iter().flatten() {
                // A draft may be wrong in every way, so it is not read as a document.
                let drawn = serde_json::from_str::<Value>(&document).unwrap_or_default();
                gather(&drawn["nodes"], &mut played);
            }
            (flow.name, played)
        });
        Ok(Self(sounds.collect()))
    }

    /// The names of the flows that play a sound.
    pub(super) fn of(&self, sound: &str) -> Vec<String> {
        let flows = self.0.iter().filter(|(_, played)| played.contains(sound));
        flows.map(|(name, _)| name.clone()).collect()
    }
}

/// Items stand in lists. The nesting is bounded by what the reader takes.
fn gather(value: &Value, played: &mut BTreeSet<String>) {
    match value {
        Value::Array(values) => {
            for value in values {
                if let Some(sound) = value.get("sound").and_then(Value::as_str) {
                    played.insert(sound.to_owned());
                }
                gather(value, played);
            }
        }
        Value::Object(fields) => fields.values().for_each(|value| gather(value, played)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sounds_are_items_of_lists_and_nothing_else_of_that_name() {
        let nodes = json!({
            "a": { "kind": "play", "items": [{ "clip": "x" }, { "sound": "spring" }] },
            "b": { "kind": "menu", "timeout_items": [{ "sound": "still there" }], "keys": 7 },
            "c": { "kind": "subflow", "inputs": { "sound": "no" } },
        });
        let mut played = BTreeSet::new();
        gather(&nodes, &mut played);
        assert_eq!(played, ["spring", "still there"].map(str::to_owned).into());
    }
}
