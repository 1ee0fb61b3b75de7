//! What is read of a document's texts (将读作), by the planner that calls use.

use ivr::speech::{Options, Unit, plan};
use ivr::{Clip, Item, Locale, Voices};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

const PAUSE: &str = " ▏ ";

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
    let mut said = String::new();
    for unit in plan(kind, text, locale, options).ok()? {
        match unit {
            Unit::Word(word) => add(&mut said, &word, locale),
            Unit::Pause(_) => said.push_str(PAUSE),
        }
    }
    Some(said)
}

/// What is heard of clips, in the words that the preview of a text uses.
pub(super) fn said(clips: &[Clip], voices: &Voices) -> String {
    let mut said = String::new();
    for clip in clips {
        match clip {
            Clip::Unit { locale, name } => {
                let text = voices.text(*locale, name).unwrap_or(name);
                for word in text.split_whitespace() {
                    add(&mut said, word, *locale);
                }
            }
            Clip::Pause(_) => said.push_str(PAUSE),
            Clip::Spoken(utterance) => add(&mut said, &utterance.text, utterance.locale),
            Clip::Sound { name } => add(&mut said, &format!("[{name}]"), Locale::EnUs),
        }
    }
    said
}

fn add(said: &mut String, word: &str, locale: Locale) {
    if !said.is_empty() && !said.ends_with(PAUSE) && locale != Locale::ZhCn {
        said.push(' ');
    }
    said.push_str(word);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_clips_say_is_told_like_the_preview_and_a_clip_without_a_text_by_its_name() {
        let pack = "locale = \"en-US\"\nvoice = \"v\"\nlicence = \"l\"\nengine = \"e\"\nversion = \"1\"\n\
                    [[clip]]\nname = \"one\"\ntext = \"one\"\nfile = \"f\"\nsha256 = \"0\"\n";
        let pack = ivr::PackManifest::from_toml(pack).unwrap();
        let voices = Voices::from_manifests(&[pack]).unwrap();
        let clip = |name: &str| Clip::Unit {
            locale: Locale::EnUs,
            name: name.to_owned(),
        };
        let pause = Clip::Pause(std::time::Duration::from_millis(200));
        let heard = [clip("one"), clip("beep"), pause, clip("one")];
        assert_eq!(said(&heard, &voices), "one beep ▏ one");
    }

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
