//! From what a node says to clips, and the wait for engines among it.

use super::{
    NO_INFORMATION,
    action::{Action, Clip, Step},
    walk::{Turn, Wait, Walk, mask},
};
use crate::{Exit, Item, Locale, Tts, limits, speech, utterance::Utterance};

/// A value could not be read, or a text not be spoken, and the node's `error` exit is wired.
struct Unreadable;

impl Walk<'_> {
    /// Says the lists one after the other; takes the other turn when there is nothing to say, and the
    /// `error` exit, if it is wired, when a value cannot be read. Where engines speak among it, they
    /// are waited for.
    pub(crate) fn say_or<const LISTS: usize>(
        &mut self,
        lists: [&[Item]; LISTS],
        otherwise: Turn,
    ) -> Turn {
        let mut clips = Vec::new();
        for item in lists.into_iter().flatten() {
            if self.add_item(item, &mut clips).is_err() {
                return Turn::Leave(Exit::Error);
            }
        }
        if clips.is_empty() {
            return otherwise;
        }
        let spoken = clips.iter().filter_map(Clip::utterance);
        let spoken: Vec<_> = spoken.cloned().collect();
        if spoken.is_empty() {
            return self.say(clips);
        }
        self.progress.prepared = clips;
        self.actions.push_back(Action::Render(spoken));
        Turn::Render {
            until: self.now + limits::RENDERING,
        }
    }

    /// Says what was prepared, given what came of its utterances in their order; those that are
    /// missing were not spoken in time.
    pub(super) fn say_prepared(&mut self, outcomes: &[Result<(), String>]) -> Turn {
        let mut outcomes = outcomes.iter();
        let mut clips = Vec::new();
        for clip in std::mem::take(&mut self.progress.prepared) {
            let Some(utterance) = clip.utterance() else {
                clips.push(clip);
                continue;
            };
            let reason = match outcomes.next() {
                Some(Ok(())) => {
                    clips.push(clip);
                    continue;
                }
                Some(Err(reason)) => reason.as_str(),
                None => "it was not spoken in time",
            };
            let reason = format!("engine {}: {reason}", utterance.engine);
            let locale = utterance.locale;
            let text = mask(&utterance.text);
            if self.miss(reason, text, locale, &mut clips).is_err() {
                return Turn::Leave(Exit::Error);
            }
        }
        if clips.is_empty() {
            return Turn::GiveUp;
        }
        self.say(clips)
    }

    fn say(&mut self, clips: Vec<Clip>) -> Turn {
        self.actions.push_back(Action::Say {
            clips,
            repeat: false,
        });
        Turn::Say
    }

    /// Whether something is said, or about to be.
    pub(crate) fn is_speaking(&self) -> bool {
        let wait = self.progress.wait;
        matches!(wait, Wait::Speech { .. } | Wait::Rendering { .. })
    }

    pub(crate) fn stop_saying(&mut self) {
        if matches!(self.progress.wait, Wait::Speech { .. }) {
            self.actions.push_back(Action::StopSaying);
        }
        if self.is_speaking() {
            self.progress.prepared.clear();
            self.progress.wait = Wait::Nothing;
        }
    }

    fn add_item(&mut self, item: &Item, clips: &mut Vec<Clip>) -> Result<(), Unreadable> {
        match item {
            Item::Clip { clip, language } => {
                let locale = language.unwrap_or(self.caller.locale);
                clips.extend(self.flow.voices.clip(locale, clip));
            }
            Item::Sound { sound } => clips.push(Clip::Sound {
                name: sound.clone(),
            }),
            Item::Pause(pause) => clips.push(Clip::Pause(*pause)),
            Item::Tts(spoken) => return self.add_spoken(spoken, clips),
            Item::Say {
                kind,
                text,
                options,
                language,
            } => {
                let locale = language.unwrap_or(self.caller.locale);
                let value = self.fill(text);
                match self.read(*kind, &value, locale, options) {
                    Ok(read) => clips.extend(read),
                    Err(reason) => {
                        let secret = self.is_sensitive(text);
                        self.note_unreadable(text, if secret { "not readable" } else { &reason });
                        if self.flow.follow(self.at, &Exit::Error).is_some() {
                            return Err(Unreadable);
                        }
                        clips.extend(self.read_somehow(&value, locale, options));
                    }
                }
            }
        }
        Ok(())
    }

    fn add_spoken(&mut self, spoken: &Tts, clips: &mut Vec<Clip>) -> Result<(), Unreadable> {
        let locale = spoken.language.unwrap_or(self.caller.locale);
        let Some(speaker) = spoken.speaker(&self.flow.speech, locale) else {
            let reason = format!("no engine speaks {locale} in this flow");
            return self.miss(reason, String::new(), locale, clips);
        };
        let mut error = None;
        let has_exit = self.flow.follow(self.at, &Exit::Error).is_some();
        let filled = spoken
            .text
            .fill(locale, false, |name| Some(self.variable(name)));
        let text = filled.unwrap_or_else(|unreadable| {
            error = Some(unreadable);
            let spelled = spoken
                .text
                .fill(locale, true, |name| Some(self.variable(name)));
            spelled.unwrap_or_default()
        });
        let secret = self.any_sensitive(spoken.text.names());
        if let Some(error) = error {
            let reason = if secret {
                "not readable".to_owned()
            } else {
                error.to_string()
            };
            self.note_unspoken(reason, mask(&text));
            if has_exit {
                return Err(Unreadable);
            }
        }
        let utterance = Utterance {
            text: Utterance::even(&text),
            kept: !spoken.text.has_variables() || spoken.cache && !secret,
            ..speaker
        };
        if utterance.text.chars().count() > limits::TEXT_CHARS {
            let reason = format!("a text has at most {} characters", limits::TEXT_CHARS);
            return self.miss(reason, String::new(), locale, clips);
        }
        if !utterance.can_be_heard() {
            let reason = "there is nothing to speak".to_owned();
            return self.miss(reason, String::new(), locale, clips);
        }
        clips.push(Clip::Spoken(utterance));
        Ok(())
    }

    /// Notes what cannot be spoken. Without an `error` exit the caller hears that there is nothing.
    fn miss(
        &mut self,
        reason: String,
        value: String,
        locale: Locale,
        clips: &mut Vec<Clip>,
    ) -> Result<(), Unreadable> {
        self.note_unspoken(reason, value);
        if self.flow.follow(self.at, &Exit::Error).is_some() {
            return Err(Unreadable);
        }
        clips.extend(self.flow.voices.clip(locale, NO_INFORMATION));
        Ok(())
    }

    fn note_unspoken(&mut self, reason: String, value: String) {
        let step = Step::Unreadable {
            node: self.place(),
            reason,
            value,
        };
        self.actions.push_back(Action::Step(step));
    }

    fn read(
        &self,
        kind: speech::Kind,
        value: &str,
        locale: Locale,
        options: &speech::Options,
    ) -> Result<Vec<Clip>, String> {
        let units =
            speech::plan(kind, value, locale, options).map_err(|error| error.to_string())?;
        self.flow
            .voices
            .clips(locale, &units)
            .map_err(|error| error.to_string())
    }

    /// Digit by digit what can be read, else the clip that says that there is nothing.
    fn read_somehow(&self, value: &str, locale: Locale, options: &speech::Options) -> Vec<Clip> {
        speech::spell(value, locale, options)
            .and_then(|units| self.flow.voices.clips(locale, &units).ok())
            .unwrap_or_else(|| {
                let clip = self.flow.voices.clip(locale, NO_INFORMATION);
                clip.into_iter().collect()
            })
    }
}
