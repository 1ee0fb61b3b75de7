//! The quick date ranges (今天 … 过去30天), resolved in the enterprise's zone; weeks begin on Monday.

use crate::ApiError;
use crate::time::At;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Zoned};
use model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A range of whole days that moves with the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum QuickRange {
    /// 今天.
    Today,
    /// 昨天.
    Yesterday,
    /// 本周: Monday to today.
    ThisWeek,
    /// 本月: the first to today.
    ThisMonth,
    /// 上周.
    LastWeek,
    /// 上月.
    LastMonth,
    /// 最近7天: today and the six days before it.
    Last7,
    /// 最近30天: today and the 29 days before it.
    Last30,
    /// 过去7天: the seven days before today.
    Past7,
    /// 过去30天: the thirty days before today.
    Past30,
}

/// The instants between which calls were looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Period {
    /// The first instant inside.
    pub(crate) from: Option<At>,
    /// The first instant after it.
    pub(crate) to: Option<At>,
}

impl QuickRange {
    /// The instants between which its days lie, as seen at `now` in `zone`.
    pub(crate) fn resolve(
        self,
        now: Timestamp,
        zone: &str,
    ) -> Result<(Timestamp, Timestamp), ApiError> {
        self.borders(now, zone)
            .map_err(|fault| ApiError::TimeZone(zone.to_owned(), fault))
    }

    fn borders(self, now: Timestamp, zone: &str) -> Result<(Timestamp, Timestamp), jiff::Error> {
        let zone = TimeZone::get(zone)?;
        let now = jiff::Timestamp::from_millisecond(now.as_millis())?.to_zoned(zone.clone());
        let (first, last) = self.days(now.date())?;
        let start = |day: Date| -> Result<Timestamp, jiff::Error> {
            Ok(instant(&day.to_zoned(zone.clone())?.start_of_day()?))
        };
        Ok((start(first)?, start(last.tomorrow()?)?))
    }

    /// The first and the last day.
    fn days(self, today: Date) -> Result<(Date, Date), jiff::Error> {
        let back = |days: i32| today.checked_sub(Span::new().days(days));
        let monday = back(i32::from(today.weekday().to_monday_zero_offset()))?;
        let first = today.first_of_month();
        Ok(match self {
            Self::Today => (today, today),
            Self::Yesterday => (back(1)?, back(1)?),
            Self::ThisWeek => (monday, today),
            Self::ThisMonth => (first, today),
            Self::LastWeek => (
                monday.checked_sub(Span::new().days(7))?,
                monday.checked_sub(Span::new().days(1))?,
            ),
            Self::LastMonth => {
                let last = first.checked_sub(Span::new().days(1))?;
                (last.first_of_month(), last)
            }
            Self::Last7 => (back(6)?, today),
            Self::Last30 => (back(29)?, today),
            Self::Past7 => (back(7)?, back(1)?),
            Self::Past30 => (back(30)?, back(1)?),
        })
    }
}

fn instant(at: &Zoned) -> Timestamp {
    Timestamp::from_millis(at.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn days(range: QuickRange, now: &str, zone: &str) -> String {
        let (from, to) = range.resolve(at(now), zone).unwrap();
        let day = |at: Timestamp| {
            let zone = TimeZone::get(zone).unwrap();
            let at = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap();
            at.to_zoned(zone).strftime("%m-%d").to_string()
        };
        format!(
            "{}..{}",
            day(from),
            day(Timestamp::from_millis(to.as_millis() - 1))
        )
    }

    #[test]
    fn every_range_has_the_days_of_the_shared_table() {
        for (range, expected) in [
            (QuickRange::Today, "01-05..01-05"),
            (QuickRange::Yesterday, "01-04..01-04"),
            (QuickRange::ThisWeek, "01-01..01-05"),
            (QuickRange::LastWeek, "12-25..12-31"),
            (QuickRange::ThisMonth, "01-01..01-05"),
            (QuickRange::LastMonth, "12-01..12-31"),
            (QuickRange::Last7, "12-30..01-05"),
            (QuickRange::Last30, "12-07..01-05"),
            (QuickRange::Past7, "12-29..01-04"),
            (QuickRange::Past30, "12-06..01-04"),
        ] {
            let found = days(range, "2024-01-05T10:30:00+08:00", "Asia/Shanghai");
            assert_eq!(found, expected, "{range:?}");
        }
    }

    #[test]
    fn the_month_before_a_leap_march_has_29_days() {
        let now = "2024-03-01T00:00:00+08:00";

        assert_eq!(
            days(QuickRange::LastMonth, now, "Asia/Shanghai"),
            "02-01..02-29"
        );
        assert_eq!(
            days(QuickRange::Last30, now, "Asia/Shanghai"),
            "02-01..03-01"
        );
        assert_eq!(
            days(QuickRange::Past30, now, "Asia/Shanghai"),
            "01-31..02-29"
        );
    }

    #[test]
    fn a_day_on_which_the_clock_goes_forward_has_23_hours() {
        let now = at("2024-03-10T12:00:00-07:00");
        let hours = |range: QuickRange| {
            let (from, to) = range.resolve(now, "America/Los_Angeles").unwrap();
            to.millis_since(from) / 3_600_000
        };

        assert_eq!(hours(QuickRange::Today), 23);
        assert_eq!(hours(QuickRange::ThisWeek), 167);
    }
}
