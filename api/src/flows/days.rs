//! Whole days in the enterprise's zone, as a query names them and an answer repeats them.

use crate::call_records::range::QuickRange;
use crate::time::At;
use crate::{ApiError, FieldError};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp as Instant, ToSpan};
use model::Timestamp;
use serde::Serialize;
use std::ops::RangeInclusive;
use utoipa::ToSchema;

/// The most days of one question.
const MOST_DAYS: i32 = 366;
/// The years that can be asked for.
const YEARS: RangeInclusive<i16> = 1970..=9998;

/// The days that are asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) range: Option<QuickRange>,
    pub(super) from: Option<Date>,
    pub(super) to: Option<Date>,
}

/// Days in the enterprise's zone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Days)]
pub(super) struct Days {
    /// The first day, such as `2026-11-17`.
    #[schema(value_type = String, format = Date)]
    from: Date,
    /// The last day.
    #[schema(value_type = String, format = Date)]
    to: Date,
    /// The enterprise's zone, such as `Asia/Shanghai`.
    time_zone: String,
    /// The instant at which the first day begins.
    begins_at: At,
    /// The instant at which the last day is over.
    ends_at: At,
}

impl Wanted {
    /// The days, and the instants between which they lie, as seen at `now` in `zone`.
    pub(super) fn resolve(
        self,
        now: Timestamp,
        zone: &str,
    ) -> Result<(Days, (Timestamp, Timestamp)), ApiError> {
        self.check()?;
        let broken = |fault| ApiError::TimeZone(zone.to_owned(), fault);
        let period = match (self.from, self.to) {
            (Some(from), Some(to)) => borders(from, to, zone).map_err(broken)?,
            (_, _) => self.range.unwrap_or(QuickRange::Last7).resolve(now, zone)?,
        };
        let days = told(period, zone).map_err(broken)?;
        Ok((days, period))
    }

    fn check(self) -> Result<(), ApiError> {
        let mut errors = Vec::new();
        let mut refuse = |pointer: &str, detail: String| {
            errors.push(FieldError {
                pointer: pointer.to_owned(),
                detail,
            });
        };
        for (name, day) in [("from", self.from), ("to", self.to)] {
            if day.is_some_and(|day| !YEARS.contains(&day.year())) {
                let (first, last) = (YEARS.start(), YEARS.end());
                refuse(name, format!("the years {first} to {last} are allowed"));
            }
        }
        match (self.from, self.to) {
            (None, Some(_)) => refuse("from", "give from together with to".to_owned()),
            (Some(_), None) => refuse("to", "give to together with from".to_owned()),
            (Some(from), Some(to)) if to < from => {
                refuse("to", format!("{to} is before {from}"));
            }
            (Some(from), Some(to)) if to >= from.saturating_add(MOST_DAYS.days()) => {
                refuse("to", format!("at most {MOST_DAYS} days are counted"));
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
        if self.range.is_some() && (self.from.is_some() || self.to.is_some()) {
            refuse("range", "give either range or from and to".to_owned());
        }
        if errors.is_empty() {
            Ok(())
        } else {
            Err(ApiError::Invalid(errors))
        }
    }
}

/// The days between two instants.
fn told((begins, ends): (Timestamp, Timestamp), zone: &str) -> Result<Days, jiff::Error> {
    let day = |at: i64| -> Result<Date, jiff::Error> {
        let at = Instant::from_millisecond(at)?;
        Ok(at.to_zoned(TimeZone::get(zone)?).date())
    };
    Ok(Days {
        from: day(begins.as_millis())?,
        to: day(ends.as_millis() - 1)?,
        time_zone: zone.to_owned(),
        begins_at: At(begins),
        ends_at: At(ends),
    })
}

fn borders(from: Date, to: Date, zone: &str) -> Result<(Timestamp, Timestamp), jiff::Error> {
    let zone = TimeZone::get(zone)?;
    let start = |day: Date| -> Result<Timestamp, jiff::Error> {
        let start = day.to_zoned(zone.clone())?.start_of_day()?;
        Ok(Timestamp::from_millis(start.timestamp().as_millisecond()))
    };
    Ok((start(from)?, start(to.tomorrow()?)?))
}
