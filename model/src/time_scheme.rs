//! When somebody is there (时间方案): hours of the week, holidays, and days worked in their place.

use crate::{EnterpriseId, TimeSchemeId};
use jiff::Zoned;
use jiff::civil::{Date, Time, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Hours that one scheme has.
const HOURS: usize = 64;
/// Holidays, and days worked in their place, that one scheme has.
const DAYS: usize = 400;
/// Characters of a holiday's name.
const NAME_CHARS: usize = 64;

/// When somebody is there, in days and hours of the place where it is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeScheme {
    /// The hours of a week.
    pub hours: Vec<Hours>,
    /// Days on which nobody is there, whatever the week says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Holiday>,
    /// Days that are worked all the same (调休上班), even within holidays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workdays: Vec<Workday>,
}

/// A scheme of an enterprise by the name under which flows know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedTimeScheme {
    /// Its id.
    pub id: TimeSchemeId,
    /// Whose it is.
    pub enterprise: EnterpriseId,
    /// Its name, unique in the enterprise.
    pub name: String,
    /// What it says.
    pub scheme: TimeScheme,
}

/// A span of hours on days of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// The days on which it begins.
    pub days: BTreeSet<Day>,
    /// Its beginning, such as `09:00`.
    pub from: Time,
    /// Its end, which is no longer part of it; not after `from` means on the next day.
    pub to: Time,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Day {
    /// 周一
    Monday,
    /// 周二
    Tuesday,
    /// 周三
    Wednesday,
    /// 周四
    Thursday,
    /// 周五
    Friday,
    /// 周六
    Saturday,
    /// 周日
    Sunday,
}

/// Days off (节假日).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// What is celebrated.
    pub name: String,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

/// A day that is worked like another day of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workday {
    /// The day.
    pub date: Date,
    /// Whose hours it has.
    pub like: Day,
}

/// What a scheme says of an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening<'a> {
    /// Somebody is there.
    Open,
    /// Nobody is, on a day that is worked or free as every week.
    Closed,
    /// Nobody is, because of a holiday.
    Holiday(&'a str),
}

/// Why a scheme cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeSchemeProblem {
    /// Where, such as `hours[0].days`.
    pub path: String,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl TimeScheme {
    /// What it says of an instant, in days and hours of that instant's zone.
    pub fn at(&self, now: &Zoned) -> Opening<'_> {
        let (today, time) = (now.date(), now.time());
        let begun =
            |hours: &Hours| hours.from <= time && (time < hours.to || hours.ends_next_day());
        let begun_yesterday = |hours: &Hours| hours.ends_next_day() && time < hours.to;
        let is_open = self.of(today).any(begun)
            || today
                .yesterday()
                .is_ok_and(|yesterday| self.of(yesterday).any(begun_yesterday));
        if is_open {
            return Opening::Open;
        }
        let holiday = self.day(today).err();
        holiday.map_or(Opening::Closed, |holiday| Opening::Holiday(&holiday.name))
    }

    /// Everything that keeps it from being kept.
    pub fn problems(&self) -> Vec<TimeSchemeProblem> {
        let mut problems = Vec::new();
        let mut blame = |path: String, message: String| {
            problems.push(TimeSchemeProblem { path, message });
        };
        let counts = [
            ("hours", self.hours.len(), HOURS),
            ("holidays", self.holidays.len(), DAYS),
            ("workdays", self.workdays.len(), DAYS),
        ];
        for (path, count, most) in counts {
            if count > most {
                blame(path.to_owned(), format!("at most {most}, not {count}"));
            }
        }
        for (index, hours) in self.hours.iter().enumerate() {
            if hours.days.is_empty() {
                let path = format!("hours[{index}].days");
                blame(path, "at least one day of the week".to_owned());
            }
        }
        for (index, holiday) in self.holidays.iter().enumerate() {
            if holiday.to < holiday.from {
                let path = format!("holidays[{index}].to");
                blame(path, format!("not before {}", holiday.from));
            }
            let length = holiday.name.trim().chars().count();
            if !(1..=NAME_CHARS).contains(&length) {
                let path = format!("holidays[{index}].name");
                blame(path, format!("1 to {NAME_CHARS} characters"));
            }
        }
        let mut dates = BTreeSet::new();
        for (index, workday) in self.workdays.iter().enumerate() {
            if !dates.insert(workday.date) {
                let path = format!("workdays[{index}].date");
                blame(path, format!("{} is there already", workday.date));
            }
        }
        problems
    }

    /// The hours that begin on a day.
    fn of(&self, date: Date) -> impl Iterator<Item = &Hours> {
        let day = self.day(date).ok();
        self.hours
            .iter()
            .filter(move |hours| day.is_some_and(|day| hours.days.contains(&day)))
    }

    /// Which day of the week a date is worked like, or the holiday it belongs to.
    fn day(&self, date: Date) -> Result<Day, &Holiday> {
        if let Some(workday) = self.workdays.iter().find(|it| it.date == date) {
            return Ok(workday.like);
        }
        let mut holidays = self.holidays.iter();
        match holidays.find(|it| (it.from..=it.to).contains(&date)) {
            Some(holiday) => Err(holiday),
            None => Ok(Day::of(date)),
        }
    }
}

impl Hours {
    fn ends_next_day(&self) -> bool {
        self.to <= self.from
    }
}

impl Day {
    /// The day of the week of a date.
    pub fn of(date: Date) -> Self {
        match date.weekday() {
            Weekday::Monday => Self::Monday,
            Weekday::Tuesday => Self::Tuesday,
            Weekday::Wednesday => Self::Wednesday,
            Weekday::Thursday => Self::Thursday,
            Weekday::Friday => Self::Friday,
            Weekday::Saturday => Self::Saturday,
            Weekday::Sunday => Self::Sunday,
        }
    }
}

#[cfg(test)]
mod tests;
