//! Who is heard when, on a virtual clock.

use super::*;

const START: Duration = Duration::from_hours(1000);

fn source(last: u8) -> IpAddr {
    IpAddr::from([198, 51, 100, last])
}

fn guard() -> Guard {
    Guard::new(Barring::default(), 100)
}

/// Guesses as soon as it is heard; the times of the guesses until it is barred, and until when.
fn guess_until_barred(guard: &mut Guard, start: Duration) -> (Vec<Duration>, Duration) {
    let mut now = start;
    let mut guesses = Vec::new();
    for _ in 0..1000 {
        while guard
            .offender(now, source(1))
            .is_some_and(|it| now < it.deaf_until)
        {
            now += Duration::from_millis(50);
        }
        guesses.push(now);
        if let Some(Barred { until, .. }) = guard.note_failure(now, source(1), None) {
            return (guesses, until);
        }
    }
    panic!("never barred");
}

#[test]
fn a_guesser_waits_longer_and_longer_and_is_barred_at_last() {
    let mut guard = guard();
    let (guesses, until) = guess_until_barred(&mut guard, START);

    assert_eq!(guesses.len(), 20);
    assert_eq!(guesses[3], START, "the first mistakes cost nothing");
    let waits: Vec<_> = guesses
        .windows(2)
        .map(|pair| pair[1].saturating_sub(pair[0]))
        .collect();
    assert!(waits.is_sorted());
    assert_eq!(waits.last(), Some(&LONGEST_DELAY));
    assert_eq!(until, guesses[19] + Duration::from_mins(1));
    assert!(guard.is_barred(until.saturating_sub(Duration::from_millis(1)), source(1)));
    assert!(!guard.is_barred(until, source(1)));
    assert!(!guard.is_barred(until.saturating_sub(Duration::from_secs(1)), source(2)));
}

#[test]
fn who_goes_on_is_barred_for_longer() {
    let mut guard = guard();
    let (_, first) = guess_until_barred(&mut guard, START);
    let (guesses, second) = guess_until_barred(&mut guard, first);
    assert_eq!(
        second.saturating_sub(guesses[guesses.len() - 1]),
        Duration::from_mins(2)
    );
    let mut until = second;
    for _ in 0..10 {
        let (guesses, next) = guess_until_barred(&mut guard, until);
        assert!(next.saturating_sub(guesses[guesses.len() - 1]) <= Duration::from_hours(1));
        until = next;
    }
}

#[test]
fn who_does_not_wait_is_barred_sooner() {
    let mut guard = guard();
    let mut now = START;
    let mut guesses = 0;
    let barred = loop {
        now += Duration::from_millis(10);
        guesses += 1;
        assert!(guesses < 1000, "never barred");
        match guard.hears(now, source(1), "8001") {
            Ok(()) => assert_eq!(guard.note_failure(now, source(1), Some("8001")), None),
            Err(Some(event)) => break event,
            Err(None) => (),
        }
    };
    assert_eq!(barred.user.as_deref(), Some("8001"));
    assert!(guesses < 150 && now < START + Duration::from_secs(3));
    assert_eq!(guard.hears(now, source(1), "8001"), Err(None), "told once");
}

#[test]
fn a_password_that_is_right_takes_failures_back() {
    let mut guard = guard();
    for _ in 0..200 {
        assert_eq!(guard.note_failure(START, source(1), None), None);
        guard.note_success(START, source(1), "8001");
    }
    assert!(!guard.is_barred(START, source(1)));
}

#[test]
fn nobody_can_lock_a_user_out_of_the_places_where_it_is_known() {
    let mut guard = guard();
    guard.note_success(START, source(250), "8001");
    for last in 0..100 {
        guard.note_failure(START, source(last), Some("8001"));
    }

    assert_eq!(guard.hears(START, source(250), "8001"), Ok(()));
    assert_eq!(guard.hears(START, source(251), "8001"), Ok(()));
    assert_eq!(guard.hears(START, source(252), "8001"), Err(None));
    assert_eq!(guard.hears(START, source(252), "8002"), Ok(()));
    let soon = START + Duration::from_millis(250);
    assert_eq!(guard.hears(soon, source(252), "8001"), Ok(()));
}

#[test]
fn a_source_has_so_many_answers_at_once_and_so_many_a_second() {
    let mut guard = guard();
    let admitted =
        |guard: &mut Guard, at| (0..1000).filter(|_| guard.admits(at, source(1))).count();

    assert_eq!(admitted(&mut guard, START), 200);
    assert!(guard.admits(START, source(2)));
    assert_eq!(admitted(&mut guard, START + Duration::from_secs(1)), 50);
    assert_eq!(admitted(&mut guard, START + Duration::from_hours(1)), 200);
}

#[test]
fn no_table_grows_beyond_its_limit() {
    let mut guard = Guard::new(Barring::default(), 3);
    for last in 0..100 {
        let now = START + Duration::from_millis(u64::from(last));
        guard.admits(now, source(last));
        guard.note_failure(now, source(last), Some(&last.to_string()));
    }
    assert_eq!(guard.offenders.entries.len(), 3);
    assert_eq!(guard.buckets.by_time.len(), 3);
    assert_eq!(guard.users.entries.len(), 3);
    guard.offender(START + Duration::from_hours(2), source(99));
    assert!(guard.offenders.entries.is_empty());
}
