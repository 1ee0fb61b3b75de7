//! The checks that the kinds of node share.

use super::{Problems, Scope, is_reserved};
use crate::{
    Expression, ExpressionError, Item, Locale, Position, Template,
    expression::Type,
    limits,
    problem::hint,
    session::{NO_INFORMATION, is_key},
    speech::{self, Kind},
    template::is_variable_name,
};
use std::{collections::BTreeSet, fmt, time::Duration};

/// One node under inspection; paths are given below the node.
pub(crate) struct Inspection<'a> {
    node: &'a str,
    pub(super) scope: &'a Scope<'a>,
    problems: &'a mut Problems,
}

impl<'a> Inspection<'a> {
    pub(super) fn new(node: &'a str, scope: &'a Scope<'a>, problems: &'a mut Problems) -> Self {
        Self {
            node,
            scope,
            problems,
        }
    }

    pub(crate) fn blame(&mut self, code: &'static str, path: &str, message: impl fmt::Display) {
        let path = if path.is_empty() {
            format!("nodes.{}", self.node)
        } else {
            format!("nodes.{}.{path}", self.node)
        };
        self.problems.add(Some(self.node), code, &path, message);
    }

    /// A node's id or an exit's name.
    pub(crate) fn name(&mut self, path: &str, name: &str) {
        let fits = (1..=limits::NAME_CHARS).contains(&name.chars().count());
        if !fits || name.chars().any(char::is_control) {
            self.blame(
                "bad_name",
                path,
                format_args!("a name has 1 to {} characters", limits::NAME_CHARS),
            );
        }
    }

    pub(super) fn position(&mut self, path: &str, position: &Position) {
        for (axis, value) in [("x", position.x), ("y", position.y)] {
            if !value.is_finite() || value.abs() > limits::POSITION {
                self.blame(
                    "bad_position",
                    &format!("{path}.{axis}"),
                    format_args!("{value} lies outside the canvas of ±{}", limits::POSITION),
                );
            }
        }
    }

    pub(crate) fn items(&mut self, path: &str, items: &[Item]) {
        if items.len() > limits::ITEMS {
            self.blame(
                "too_many",
                path,
                format_args!("a node says at most {} items", limits::ITEMS),
            );
        }
        for (index, item) in items.iter().enumerate() {
            self.item(&format!("{path}[{index}]"), item);
        }
    }

    pub(crate) fn template(&mut self, path: &str, text: &Template) {
        if text.as_str().chars().count() > limits::TEXT_CHARS {
            self.blame(
                "too_long",
                path,
                format_args!("a text has at most {} characters", limits::TEXT_CHARS),
            );
        }
        if let Err(error) = text.pieces() {
            self.blame("bad_template", path, error);
        }
        for name in text.names() {
            self.known_variable(path, name);
        }
    }

    /// An expression, and the type its value has to have.
    pub(crate) fn expression(&mut self, path: &str, text: &Expression, wanted: Option<Type>) {
        let scope = self.scope;
        match text.check(|name| scope.variables.contains(name)) {
            Ok(found) => {
                if let Some(wanted) = wanted.filter(|wanted| *wanted != found) {
                    let message = format_args!("this is {found} and has to be {wanted}");
                    self.blame("bad_expression", path, message);
                }
            }
            Err(ExpressionError::UnknownVariable(name)) => self.known_variable(path, &name),
            Err(error) => self.blame("bad_expression", path, error),
        }
    }

    pub(crate) fn known_variable(&mut self, path: &str, name: &str) {
        if !self.scope.variables.contains(name) {
            let hint = hint(name, self.scope.variables.iter().copied());
            self.blame(
                "unknown_variable",
                path,
                format_args!("there is no variable {name:?}{hint}"),
            );
        }
    }

    /// A variable that the node sets.
    pub(crate) fn assigned(&mut self, path: &str, name: &str) {
        if is_reserved(name) {
            self.blame(
                "reserved_variable",
                path,
                format_args!("{name:?} is set by the call"),
            );
        } else if !is_variable_name(name) || name.chars().count() > limits::NAME_CHARS {
            self.blame(
                "bad_name",
                path,
                format_args!("{name:?} is not a variable name"),
            );
        }
    }

    pub(crate) fn keys(&mut self, path: &str, keys: impl IntoIterator<Item = char>) {
        for key in keys {
            if !is_key(key) {
                self.blame(
                    "bad_key",
                    path,
                    format_args!("a telephone has no key {key:?}"),
                );
            }
        }
    }

    pub(crate) fn wait(&mut self, path: &str, millis: u32) {
        let wait = Duration::from_millis(millis.into());
        if wait.is_zero() || wait > limits::WAIT {
            self.blame(
                "bad_time",
                path,
                format_args!("a time is 1 to {} milliseconds", limits::WAIT.as_millis()),
            );
        }
    }

    pub(crate) fn retries(&mut self, path: &str, retries: u8) {
        if retries > limits::RETRIES {
            self.blame(
                "bad_retries",
                path,
                format_args!("there are at most {} retries", limits::RETRIES),
            );
        }
    }

    pub(crate) fn queue(&mut self, path: &str, name: &str) {
        if !self.scope.queues.contains(name) {
            let hint = hint(name, self.scope.queues.iter().map(String::as_str));
            self.blame(
                "unknown_queue",
                path,
                format_args!("there is no queue {name:?}{hint}"),
            );
        }
    }

    pub(crate) fn scheme(&mut self, path: &str, name: &str) {
        if !self.scope.schemes.contains_key(name) {
            let hint = hint(name, self.scope.schemes.keys().map(String::as_str));
            let message = format_args!("there is no time scheme {name:?}{hint}");
            self.blame("unknown_scheme", path, message);
        }
    }

    pub(crate) fn flow(&mut self, path: &str, name: &str) {
        if !self.scope.flows.contains(name) {
            let hint = hint(name, self.scope.flows.iter().map(String::as_str));
            let message = format_args!("there is no other flow {name:?}{hint} that takes calls");
            self.blame("unknown_flow", path, message);
        }
    }

    fn item(&mut self, path: &str, item: &Item) {
        match item {
            Item::Clip { clip, language } => {
                for locale in self.locales(path, *language) {
                    self.clip(&format!("{path}.clip"), locale, clip);
                }
            }
            Item::Tts(spoken) => self.spoken(path, spoken),
            Item::Sound { sound } => self.sound(&format!("{path}.sound"), sound),
            Item::Pause(pause) if *pause > limits::WAIT => self.blame(
                "bad_time",
                &format!("{path}.pause_ms"),
                format_args!(
                    "a pause is at most {} milliseconds",
                    limits::WAIT.as_millis()
                ),
            ),
            Item::Pause(_) => {}
            Item::Say {
                kind,
                text,
                options,
                language,
            } => {
                let locales = self.locales(path, *language);
                let path = format!("{path}.text");
                self.template(&path, text);
                if text.pieces().is_err() {
                    return;
                }
                if text.has_variables() {
                    self.variable_text(&path, *kind, &locales);
                } else {
                    let literal = text.fill(|_| None).unwrap_or_default();
                    for locale in locales {
                        self.literal(
                            &path,
                            locale,
                            speech::plan(*kind, &literal, locale, options),
                        );
                    }
                }
            }
        }
    }

    /// The languages an item is heard in; one without a voice is reported here when only the item names it.
    pub(super) fn locales(&mut self, path: &str, language: Option<Locale>) -> BTreeSet<Locale> {
        match language {
            None => self.scope.locales.clone(),
            Some(locale) if self.scope.voices.speaks(locale) => BTreeSet::from([locale]),
            Some(locale) => {
                self.blame(
                    "no_voice",
                    &format!("{path}.language"),
                    format_args!("no voice is installed for {locale}"),
                );
                BTreeSet::new()
            }
        }
    }

    pub(super) fn clip(&mut self, path: &str, locale: Locale, name: &str) {
        if !self.scope.voices.has_clip(locale, name) {
            let hint = hint(name, self.scope.voices.clip_names(locale));
            self.blame(
                "unknown_clip",
                path,
                format_args!("the {locale} voice has no clip {name:?}{hint}"),
            );
        }
    }

    fn sound(&mut self, path: &str, name: &str) {
        if !self.scope.sounds.contains(name) {
            let hint = hint(name, self.scope.sounds.iter().map(String::as_str));
            self.blame(
                "unknown_sound",
                path,
                format_args!("there is no sound {name:?}{hint}"),
            );
        }
    }

    fn literal(
        &mut self,
        path: &str,
        locale: Locale,
        plan: Result<Vec<speech::Unit>, speech::SpeechError>,
    ) {
        match plan {
            Err(error) => self.blame("unreadable_text", path, format_args!("{error} ({locale})")),
            Ok(units) => {
                if let Err(missing) = self.scope.voices.clips(locale, &units) {
                    self.blame("missing_audio", path, missing);
                }
            }
        }
    }

    /// What comes in at the call may be anything, so the voice must have every word of the rule.
    fn variable_text(&mut self, path: &str, kind: Kind, locales: &BTreeSet<Locale>) {
        for locale in locales.iter().copied() {
            self.clip(path, locale, NO_INFORMATION);
            let missing = match kind {
                Kind::Digits | Kind::Number | Kind::Phone => {
                    self.scope.voices.missing_units(locale)
                }
                Kind::Money | Kind::Date | Kind::Time => BTreeSet::new(),
            };
            if !missing.is_empty() {
                let missing = crate::MissingUnits {
                    locale,
                    units: missing,
                };
                self.blame("missing_audio", path, missing);
            }
        }
    }
}
