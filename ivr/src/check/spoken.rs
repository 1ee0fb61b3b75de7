//! What engines speak: that somebody speaks it, and what is spoken ahead of the calls.

use super::{Inspection, Problems, Scope};
use crate::{
    Document, Engines, Item, Locale, Spoken, Tts, Utterance, limits, problem::hint,
    session::NO_INFORMATION,
};
use std::collections::BTreeSet;
use std::fmt;

/// The flow's own speakers.
pub(super) fn check(document: &Document, scope: &Scope<'_>, problems: &mut Problems) {
    for (locale, speaker) in &document.speech {
        let path = format!("speech.{locale}");
        let utterance = Utterance {
            engine: speaker.engine.clone(),
            voice: speaker.voice.clone(),
            speed_percent: speaker.speed_percent.unwrap_or(crate::USUAL_SPEED),
            locale: *locale,
            text: String::new(),
            kept: true,
        };
        if let Some(fault) = fault(scope.engines, &utterance) {
            problems.add(
                None,
                fault.code,
                &format!("{path}.{}", fault.field),
                fault.message,
            );
        }
    }
    let ahead = spoken(document, &scope.locales);
    let ahead = ahead.iter().filter(|it| it.text.is_some()).count();
    if ahead > limits::SPOKEN {
        let message = format_args!(
            "engines speak at most {} texts of a flow ahead",
            limits::SPOKEN
        );
        problems.add(None, "too_many", "nodes", message);
    }
}

/// Everything that engines speak in a flow, in each of its languages.
pub(super) fn spoken(document: &Document, locales: &BTreeSet<Locale>) -> Vec<Spoken> {
    let mut found = Vec::new();
    for (id, node) in &document.nodes {
        for (list, items) in node.kind.lists() {
            for (index, item) in items.iter().enumerate() {
                let Item::Tts(tts) = item else { continue };
                let own = tts.language.map(|locale| BTreeSet::from([locale]));
                let speakers = own.as_ref().unwrap_or(locales).iter();
                let speakers = speakers.filter_map(|it| tts.speaker(&document.speech, *it));
                found.extend(speakers.map(|speaker| Spoken {
                    node: id.clone(),
                    path: format!("nodes.{id}.{list}[{index}].tts"),
                    text: tts.fixed(&speaker),
                    speaker,
                }));
            }
        }
    }
    found
}

/// Why an engine does not speak, and the field to blame.
struct Fault {
    code: &'static str,
    field: &'static str,
    message: String,
}

impl Fault {
    fn new(code: &'static str, field: &'static str, message: impl fmt::Display) -> Self {
        Self {
            code,
            field,
            message: message.to_string(),
        }
    }
}

fn fault(engines: Option<&Engines>, speaker: &Utterance) -> Option<Fault> {
    let Utterance {
        engine,
        voice,
        speed_percent,
        locale,
        ..
    } = speaker;
    if !limits::SPEEDS.contains(speed_percent) {
        let (least, most) = limits::SPEEDS.into_inner();
        let message = format_args!("a voice speaks with {least} to {most} per cent of its speed");
        return Some(Fault::new("bad_speed", "speed_percent", message));
    }
    let engines = engines?;
    let Some(found) = engines.get(engine) else {
        let hint = hint(engine, engines.keys().map(String::as_str));
        let message = format_args!("there is no speech engine {engine:?}{hint}");
        return Some(Fault::new("unknown_engine", "engine", message));
    };
    if let Some(fault) = &found.fault {
        let message = format_args!("engine {engine:?} cannot be reached: {fault}");
        return Some(Fault::new("engine_unreachable", "engine", message));
    }
    let Some(name) = voice else {
        let missing = found.voice(None, *locale).is_none();
        let message = format_args!("engine {engine:?} has no voice for {locale}");
        return missing.then(|| Fault::new("unknown_voice", "engine", message));
    };
    let Some(voice) = found.voice(Some(name), *locale) else {
        let hint = hint(name, found.voices.iter().map(|it| it.name.as_str()));
        let message = format_args!("engine {engine:?} has no voice {name:?}{hint}");
        return Some(Fault::new("unknown_voice", "voice", message));
    };
    let message = format_args!("voice {name:?} of engine {engine:?} does not speak {locale}");
    (!voice.speaks(*locale)).then(|| Fault::new("other_language", "voice", message))
}

impl Inspection<'_> {
    /// A text that an engine speaks.
    pub(super) fn spoken(&mut self, path: &str, spoken: &Tts) {
        let text = format!("{path}.tts");
        if spoken.text.as_str().chars().count() > limits::TEXT_CHARS {
            let message = format_args!("a text has at most {} characters", limits::TEXT_CHARS);
            self.blame("too_long", &text, message);
        }
        if let Err(error) = spoken.text.pieces() {
            self.blame("bad_template", &text, error);
            return;
        }
        for name in spoken.text.names() {
            self.known_variable(&text, name);
        }
        for locale in self.locales(path, spoken.language) {
            let Some(speaker) = spoken.speaker(self.scope.speakers, locale) else {
                let message = format_args!(
                    "nobody speaks {locale}: name an engine here or in the flow's speech"
                );
                self.blame("no_engine", &text, message);
                continue;
            };
            // What the flow's own speakers lack is told once, there.
            let own = spoken.engine.is_some() || spoken.voice.is_some();
            if (own || spoken.speed_percent.is_some())
                && let Some(fault) = fault(self.scope.engines, &speaker)
            {
                let path = format!("{path}.{}", fault.field);
                self.blame(fault.code, &path, fault.message);
            }
            match spoken.fixed(&speaker) {
                Some(fixed) if !fixed.can_be_heard() => {
                    self.blame(
                        "nothing_to_say",
                        &text,
                        "there is nothing to speak in the text",
                    );
                }
                Some(_) => {}
                // What is heard when the engine fails.
                None => self.clip(&text, locale, NO_INFORMATION),
            }
        }
    }
}
