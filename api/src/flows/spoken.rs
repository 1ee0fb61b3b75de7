//! What is read of a document's texts (将读作), by the planner that calls use.

use ivr::speech::{Options, Unit, plan};
use ivr::{Item, Locale};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// What is read of one text.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Spoken {
    /// Where the text stands, such as `nodes.menu.items[2].text`.
    pub(super) path: String,
    /// The words; a bar stands for each pause.
    pub(super) text: String,
}

/// What is read of every text without variables that can be read, in the order of the document.
pub(super) fn spoken(document: &Value) -> Vec<Spoken> {
    let language = locale(document.get("language")).unwrap_or_default();
    let mut found = Vec::new();
    for (id, node) in document
        .get("nodes")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        walk(node, &format!("nodes.{id}"), language, &mut found);
    }
    found
}

fn locale(tag: Option<&Value>) -> Option<Locale> {
    tag?.as_str()?.parse().ok()
}

/// The nesting is bounded by what the body's reader takes.
fn walk(value: &Value, path: &str, language: Locale, found: &mut Vec<Spoken>) {
    match value {
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                walk(value, &format!("{path}[{index}]"), language, found);
            }
        }
        Value::Object(fields) => {
            if let Some(text) = read(value, language) {
                let path = format!("{path}.text");
                found.push(Spoken { path, text });
                return;
            }
            for (field, value) in fields {
                walk(value, &format!("{path}.{field}"), language, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn read(value: &Value, language: Locale) -> Option<String> {
    let Ok(Item::Say {
        kind,
        text,
        options,
        language: own,
    }) = serde_json::from_value(value.clone())
    else {
        return None;
    };
    if text.has_variables() {
        return None;
    }
    let locale = own.unwrap_or(language);
    words(kind, text.as_str(), locale, &options)
}

fn words(kind: ivr::speech::Kind, text: &str, locale: Locale, options: &Options) -> Option<String> {
    let units = plan(kind, text, locale, options).ok()?;
    let gap = if locale == Locale::ZhCn { "" } else { " " };
    let mut said = String::new();
    for unit in units {
        match unit {
            Unit::Word(word) => {
                if !said.is_empty() && !said.ends_with("▏ ") {
                    said.push_str(gap);
                }
                said.push_str(&word);
            }
            Unit::Pause(_) => said.push_str(" ▏ "),
        }
    }
    Some(said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn spaces_are_heard_as_pauses_and_texts_with_variables_wait_for_the_call() {
        let document = json!({
            "language": "zh-CN",
            "nodes": { "a": { "items": [
                { "say": "digits", "text": " 12 30　45" },
                { "say": "number", "text": "100 200" },
                { "say": "digits", "text": "${a} ${b}" },
                { "say": "digits", "text": "7 8", "language": "en-US" },
                { "say": "digits", "text": "x!" },
                { "clip": "welcome" },
            ] } },
        });
        let said = |index: usize, text: &str| Spoken {
            path: format!("nodes.a.items[{index}].text"),
            text: text.to_owned(),
        };
        assert_eq!(
            spoken(&document),
            [
                said(0, "一二 ▏ 三零 ▏ 四五"),
                said(1, "一百 ▏ 二百"),
                said(3, "seven ▏ eight"),
            ]
        );
    }
}
