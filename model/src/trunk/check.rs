//! What only the parts of a trunk together can tell: everything that is wrong with it, at once.

use super::{DialRules, NumberRule, Trunk, TrunkOutbound};
use crate::PhoneNumber;
use std::collections::BTreeSet;
use thiserror::Error;

/// One thing that is wrong with a trunk, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field}: {fault}")]
pub struct TrunkProblem {
    /// The setting, such as `outbound.gateways[1].port`.
    pub field: String,
    /// What is wrong with it.
    pub fault: TrunkFault,
}

/// What can be wrong with a setting.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TrunkFault {
    /// Nothing was given where something must be.
    #[error("must not be empty")]
    Empty,
    /// More was given than can be held.
    #[error("has more than {0} entries")]
    TooMany(usize),
    /// A text is too long.
    #[error("is longer than {0} characters")]
    TooLong(usize),
    /// A number is out of its range.
    #[error("must be {least} to {most}")]
    Range {
        /// The smallest value allowed.
        least: u32,
        /// The largest value allowed.
        most: u32,
    },
    /// The same thing is there twice.
    #[error("is there twice")]
    Twice,
    /// A character that has no place in it.
    #[error("holds the character {0:?}")]
    Character(char),
    /// The least is more than the most.
    #[error("is more than max_length")]
    Reversed,
    /// A prefix by which numbers are dialled that is none.
    #[error("must be digits, * and # after at most one leading +")]
    DialPrefix,
    /// A trunk by which nothing comes in or goes out.
    #[error("neither recognises calls nor has a way out")]
    Idle,
}

/// Longest prefix of numbers that may be dialled or not.
const PREFIX_LONGEST: usize = 32;

impl Trunk {
    /// Longest name, in characters.
    pub const NAME_LONGEST: usize = 64;
    /// Longest user name or password, in characters.
    pub const USER_LONGEST: usize = 128;
    /// Most networks, certificate names, gateways, and rules of one list.
    pub const ENTRIES_MAX: usize = 64;
    /// Shortest and longest time between two questions whether a gateway lives, in seconds.
    pub const HEALTH_SECONDS: (u32, u32) = (5, 3_600);
    /// Shortest and longest registration, in seconds.
    pub const EXPIRES_SECONDS: (u32, u32) = (60, 86_400);
    /// Shortest and longest time without media after which a call is ended, in seconds.
    pub const TIMEOUT_SECONDS: (u32, u32) = (5, 3_600);
    /// Largest limit of calls and of calls a second.
    pub const LIMIT_MAX: u32 = 100_000;

    /// Everything that is wrong with the trunk; empty if it may be saved.
    pub fn problems(&self) -> Vec<TrunkProblem> {
        let mut found = Found::default();
        found.text("name", &self.name, Self::NAME_LONGEST);
        self.check_inbound(&mut found);
        if let Some(outbound) = &self.outbound {
            check_outbound(outbound, &mut found);
        }
        let limits = &self.limits;
        for (field, limit) in [
            ("limits.concurrent_calls", limits.concurrent_calls),
            ("limits.calls_per_second", limits.calls_per_second),
        ] {
            found.range(field, limit, (1, Self::LIMIT_MAX));
        }
        for (field, rules) in [
            ("rules.caller_in", &self.rules.caller_in),
            ("rules.called_in", &self.rules.called_in),
            ("rules.caller_out", &self.rules.caller_out),
            ("rules.called_out", &self.rules.called_out),
        ] {
            check_rules(field, rules, &mut found);
        }
        check_dialing(&self.dialing, &mut found);
        if self.media.codecs.is_empty() {
            found.note("media.codecs", TrunkFault::Empty);
        }
        found.twice("media.codecs", &self.media.codecs);
        found.twice("media.fixups", &self.media.fixups);
        let timeout = self.media.timeout_seconds;
        found.range("media.timeout_seconds", timeout, Self::TIMEOUT_SECONDS);
        found.0
    }

    fn check_inbound(&self, found: &mut Found) {
        let inbound = &self.inbound;
        found.entries("inbound.sources", inbound.sources.len());
        found.twice("inbound.sources", &inbound.sources);
        found.entries("inbound.tls_names", inbound.tls_names.len());
        found.twice("inbound.tls_names", &inbound.tls_names);
        if let Some(account) = &inbound.account {
            found.user("inbound.account.user", &account.user);
        }
        let deaf =
            inbound.sources.is_empty() && inbound.tls_names.is_empty() && inbound.account.is_none();
        if deaf && self.outbound.is_none() {
            found.note("inbound", TrunkFault::Idle);
        }
    }
}

fn check_outbound(outbound: &TrunkOutbound, found: &mut Found) {
    if outbound.gateways.is_empty() {
        found.note("outbound.gateways", TrunkFault::Empty);
    }
    found.entries("outbound.gateways", outbound.gateways.len());
    let mut seen = BTreeSet::new();
    for (at, gateway) in outbound.gateways.iter().enumerate() {
        let field = format!("outbound.gateways[{at}]");
        let port = gateway.port.map(u32::from);
        found.range(&format!("{field}.port"), port, (1, u16::MAX.into()));
        let place = (&gateway.host, gateway.port, gateway.transport as u8);
        if !seen.insert(place) {
            found.note(&field, TrunkFault::Twice);
        }
    }
    if let Some(credentials) = &outbound.credentials {
        found.user("outbound.credentials.user", &credentials.user);
        let password = credentials.password.reveal();
        found.text(
            "outbound.credentials.password",
            password,
            Trunk::USER_LONGEST,
        );
    }
    if let Some(registration) = &outbound.registration {
        found.user("outbound.registration.user", &registration.user);
        found.range(
            "outbound.registration.expires_seconds",
            Some(registration.expires_seconds),
            Trunk::EXPIRES_SECONDS,
        );
    }
    found.range(
        "outbound.health_seconds",
        outbound.health_seconds,
        Trunk::HEALTH_SECONDS,
    );
}

fn check_rules(field: &str, rules: &[NumberRule], found: &mut Found) {
    found.entries(field, rules.len());
    for (at, rule) in rules.iter().enumerate() {
        for (part, text) in [("prefix", &rule.prefix), ("prepend", &rule.prepend)] {
            let longest = PhoneNumber::LONGEST;
            let field = format!("{field}[{at}].{part}");
            if text.chars().count() > longest {
                found.note(&field, TrunkFault::TooLong(longest));
            }
            if let Some(wrong) = text.chars().find(|c| !PhoneNumber::allows(*c)) {
                found.note(&field, TrunkFault::Character(wrong));
            }
        }
        if let (Some(least), Some(most)) = (rule.min_length, rule.max_length)
            && least > most
        {
            found.note(&format!("{field}[{at}].min_length"), TrunkFault::Reversed);
        }
    }
}

fn check_dialing(dialing: &DialRules, found: &mut Found) {
    for (field, numbers, longest) in [
        (
            "allowed_prefixes",
            &dialing.allowed_prefixes,
            PREFIX_LONGEST,
        ),
        ("denied_prefixes", &dialing.denied_prefixes, PREFIX_LONGEST),
        (
            "short_numbers",
            &dialing.short_numbers,
            DialRules::SHORT_DIGITS,
        ),
    ] {
        let field = format!("dialing.{field}");
        found.entries(&field, numbers.len());
        found.twice(&field, numbers);
        for (at, number) in numbers.iter().enumerate() {
            let field = format!("{field}[{at}]");
            let digits = number.strip_prefix('+').unwrap_or(number);
            let dialed = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'*' | b'#');
            if number.is_empty() {
                found.note(&field, TrunkFault::Empty);
            } else if !digits.bytes().all(dialed) {
                found.note(&field, TrunkFault::DialPrefix);
            } else if number.len() > longest {
                found.note(&field, TrunkFault::TooLong(longest));
            }
        }
    }
}

#[derive(Default)]
struct Found(Vec<TrunkProblem>);

impl Found {
    fn note(&mut self, field: &str, fault: TrunkFault) {
        let field = field.to_owned();
        self.0.push(TrunkProblem { field, fault });
    }

    fn text(&mut self, field: &str, text: &str, longest: usize) {
        if text.is_empty() {
            self.note(field, TrunkFault::Empty);
        }
        if text.chars().count() > longest {
            self.note(field, TrunkFault::TooLong(longest));
        }
        if let Some(wrong) = text.chars().find(|c| c.is_control()) {
            self.note(field, TrunkFault::Character(wrong));
        }
    }

    /// A user name stands in header fields, where quotes, colons and angle brackets end it.
    fn user(&mut self, field: &str, text: &str) {
        self.text(field, text, Trunk::USER_LONGEST);
        let special = |c: &char| matches!(c, '"' | '\\' | '<' | '>' | ':' | '@' | ' ');
        if let Some(wrong) = text.chars().find(special) {
            self.note(field, TrunkFault::Character(wrong));
        }
    }

    fn range(&mut self, field: &str, value: Option<u32>, (least, most): (u32, u32)) {
        if value.is_some_and(|value| !(least..=most).contains(&value)) {
            self.note(field, TrunkFault::Range { least, most });
        }
    }

    fn entries(&mut self, field: &str, count: usize) {
        if count > Trunk::ENTRIES_MAX {
            self.note(field, TrunkFault::TooMany(Trunk::ENTRIES_MAX));
        }
    }

    fn twice<T: PartialEq>(&mut self, field: &str, entries: &[T]) {
        for (at, entry) in entries.iter().enumerate() {
            if entries[..at].contains(entry) {
                self.note(&format!("{field}[{at}]"), TrunkFault::Twice);
            }
        }
    }
}

#[cfg(test)]
mod tests;
