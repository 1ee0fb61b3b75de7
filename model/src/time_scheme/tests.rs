//! Schemes as people keep them, and against spans written out.

use super::*;
use jiff::civil::{DateTime, date, time};
use proptest::prelude::*;

fn spring() -> TimeScheme {
    use Day::{Friday, Monday, Saturday, Thursday, Tuesday, Wednesday};
    TimeScheme {
        hours: vec![
            Hours {
                days: [Monday, Tuesday, Wednesday, Thursday, Friday].into(),
                from: time(9, 0, 0, 0),
                to: time(18, 0, 0, 0),
            },
            Hours {
                days: [Saturday].into(),
                from: time(22, 0, 0, 0),
                to: time(2, 0, 0, 0),
            },
        ],
        holidays: vec![Holiday {
            name: "春节".to_owned(),
            from: date(2026, 2, 16),
            to: date(2026, 2, 22),
        }],
        workdays: vec![Workday {
            date: date(2026, 2, 28),
            like: Monday,
        }],
    }
}

#[test]
fn a_scheme_knows_its_week_its_holidays_and_the_days_worked_in_their_place() {
    let scheme = spring();
    for (at, opening) in [
        ("2026-02-13T09:00", Opening::Open),
        ("2026-02-13T08:59", Opening::Closed),
        ("2026-02-13T18:00", Opening::Closed),
        ("2026-02-14T23:00", Opening::Open),
        // The night from Saturday belongs to Saturday.
        ("2026-02-15T01:59", Opening::Open),
        ("2026-02-15T02:00", Opening::Closed),
        ("2026-02-16T10:00", Opening::Holiday("春节")),
        ("2026-02-21T23:00", Opening::Holiday("春节")),
        ("2026-02-22T01:00", Opening::Holiday("春节")),
        // A Saturday worked like a Monday: office hours, and no night.
        ("2026-02-28T10:00", Opening::Open),
        ("2026-02-28T23:00", Opening::Closed),
        ("2026-03-01T01:00", Opening::Closed),
    ] {
        let local: DateTime = at.parse().unwrap();
        let now = local.in_tz("Asia/Shanghai").unwrap();
        assert_eq!(scheme.at(&now), opening, "{at}");
    }
}

#[test]
fn a_day_of_all_hours_ends_where_it_begins() {
    let mut scheme = spring();
    scheme.hours[0].from = time(0, 0, 0, 0);
    scheme.hours[0].to = time(0, 0, 0, 0);
    for (at, opening) in [
        ("2026-02-13T00:00", Opening::Open),
        ("2026-02-13T23:59", Opening::Open),
        ("2026-02-14T00:00", Opening::Closed),
    ] {
        let local: DateTime = at.parse().unwrap();
        let now = local.in_tz("Asia/Shanghai").unwrap();
        assert_eq!(scheme.at(&now), opening, "{at}");
    }
}

#[test]
fn what_cannot_be_kept_is_named_with_its_place() {
    let mut scheme = spring();
    scheme.hours[0].days.clear();
    scheme.holidays[0].to = date(2026, 2, 1);
    scheme.holidays[0].name = " ".to_owned();
    scheme.workdays.push(scheme.workdays[0].clone());
    let problems = scheme.problems();
    let paths: Vec<_> = problems.iter().map(|it| it.path.as_str()).collect();

    assert_eq!(
        paths,
        [
            "hours[0].days",
            "holidays[0].to",
            "holidays[0].name",
            "workdays[1].date"
        ]
    );
    assert!(spring().problems().is_empty());
}

#[test]
fn a_scheme_is_read_as_people_write_it() {
    let text = r#"{"hours":[{"days":["monday"],"from":"09:00","to":"18:00:00"}],
        "holidays":[{"name":"New Year","from":"2027-01-01","to":"2027-01-01"}]}"#;
    let scheme: TimeScheme = serde_json::from_str(text).unwrap();

    assert_eq!(scheme.hours[0].from, time(9, 0, 0, 0));
    let again: TimeScheme = serde_json::from_str(&serde_json::to_string(&scheme).unwrap()).unwrap();
    assert_eq!(again, scheme);
}

/// The slow way: every span that begins within two days, written out.
fn slowly(scheme: &TimeScheme, now: DateTime) -> bool {
    [now.date().yesterday().unwrap(), now.date()]
        .into_iter()
        .flat_map(|date| {
            let like = scheme.workdays.iter().find(|it| it.date == date);
            let free = scheme
                .holidays
                .iter()
                .any(|it| it.from <= date && date <= it.to);
            let day = like.map_or(Day::of(date), |it| it.like);
            let worked = like.is_some() || !free;
            scheme
                .hours
                .iter()
                .filter(move |hours| worked && hours.days.contains(&day))
                .map(move |hours| {
                    let last = if hours.to <= hours.from {
                        date.tomorrow().unwrap()
                    } else {
                        date
                    };
                    (date.to_datetime(hours.from), last.to_datetime(hours.to))
                })
        })
        .any(|(from, to)| from <= now && now < to)
}

fn day() -> impl Strategy<Value = Day> {
    (1_i8..=28).prop_map(|day| Day::of(date(2026, 2, day)))
}

fn instant() -> impl Strategy<Value = Time> {
    (0_i8..24, 0_i8..60).prop_map(|(hour, minute)| time(hour, minute, 0, 0))
}

fn hours() -> impl Strategy<Value = Hours> {
    let days = proptest::collection::btree_set(day(), 1..4);
    (days, instant(), instant()).prop_map(|(days, from, to)| Hours { days, from, to })
}

proptest! {
    #[test]
    fn a_scheme_agrees_with_spans_written_out(
        hours in proptest::collection::vec(hours(), 0..5),
        (first, length) in (1_i8..20, 0_i8..8),
        worked in (1_i8..28, day()),
        (at, minute) in (2_i8..28, instant()),
    ) {
        let scheme = TimeScheme {
            hours,
            holidays: vec![Holiday {
                name: "holiday".to_owned(),
                from: date(2026, 2, first),
                to: date(2026, 2, first + length),
            }],
            workdays: vec![Workday { date: date(2026, 2, worked.0), like: worked.1 }],
        };
        let local = date(2026, 2, at).to_datetime(minute);
        let now = local.in_tz("Asia/Shanghai").unwrap();
        prop_assert_eq!(scheme.at(&now) == Opening::Open, slowly(&scheme, local));
    }
}
