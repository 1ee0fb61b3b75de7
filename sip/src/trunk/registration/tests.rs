//! The timing of registrations.

use rand_chacha::rand_core::SeedableRng;

use super::*;
use crate::resolver::Spot;
use crate::transport::Transport;
use crate::trunk::Gateway;

const NOW: Duration = Duration::from_hours(1000);

fn home() -> Home {
    Home {
        way: Way {
            gateway: Gateway::default(),
            spot: Spot {
                transport: Transport::Udp,
                address: "192.0.2.7:5060".parse().unwrap(),
            },
        },
        service_route: Vec::new(),
        contact: String::new(),
    }
}

fn registration(seed: u64) -> (Registration, ChaCha12Rng) {
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    let wanted = RegistrationConfig {
        user: "4008110513".to_owned(),
        domain: "carrier.example".to_owned(),
        expires: Duration::from_hours(1),
    };
    let registration = Registration::new(NOW, &wanted, &mut random);
    (registration, random)
}

fn wait(registration: &Registration, now: Duration) -> Duration {
    let at = registration.poll_timeout().unwrap();
    at.checked_sub(now).unwrap()
}

#[test]
fn many_registrations_do_not_begin_at_one_instant() {
    let begins: std::collections::BTreeSet<_> = (0..50)
        .map(|seed| registration(seed).0.poll_timeout().unwrap())
        .collect();
    assert!(begins.len() > 40, "{begins:?}");
    assert!(begins.iter().all(|at| *at < NOW + Duration::from_secs(2)));
}

#[test]
fn a_grant_is_refreshed_before_it_lapses_at_a_random_moment() {
    let mut moments = std::collections::BTreeSet::new();
    for seed in 0..50 {
        let (mut registration, mut random) = registration(seed);
        registration.ask();
        registration.granted(NOW, Duration::from_secs(100), home(), &mut random);
        let at = wait(&registration, NOW);
        assert!(at >= Duration::from_secs(70) && at < Duration::from_secs(85));
        moments.insert(at);
    }
    assert!(moments.len() > 40);
}

#[test]
fn failures_back_off_doubling_up_to_half_an_hour() {
    let (mut registration, mut random) = registration(1);
    let mut now = NOW;
    let mut longest = Duration::from_secs(30);
    for _ in 0..12 {
        registration.ask();
        registration.failed(now, 503, None, &mut random);
        let wait = wait(&registration, now);
        assert!(wait >= longest / 2 && wait <= longest, "{wait:?}");
        longest = (longest * 2).min(Duration::from_mins(30));
        now += wait;
    }
}

#[test]
fn a_retry_after_is_honoured() {
    let (mut registration, mut random) = registration(1);
    registration.ask();
    registration.failed(NOW, 503, Some(Duration::from_mins(3)), &mut random);
    let wait = wait(&registration, NOW);
    assert!(wait >= Duration::from_mins(3) && wait <= Duration::from_secs(185));
}

#[test]
fn while_a_grant_holds_a_failed_refresh_is_tried_again_before_it_lapses() {
    let (mut registration, mut random) = registration(1);
    registration.granted(NOW, Duration::from_secs(100), home(), &mut random);
    let later = NOW + Duration::from_secs(75);
    registration.ask();
    registration.failed(later, 408, None, &mut random);

    let next = registration.poll_timeout().unwrap();

    assert!(next < NOW + Duration::from_secs(100));
    assert!(matches!(
        registration.state(later),
        RegistrationState::Registered { .. }
    ));
    assert!(registration.lapse(NOW + Duration::from_secs(100)));
    assert!(matches!(
        registration.state(NOW + Duration::from_secs(100)),
        RegistrationState::Failed { status: 408, .. }
    ));
}

#[test]
fn a_refusal_that_time_does_not_heal_is_not_repeated_every_minute() {
    let (mut registration, mut random) = registration(1);
    registration.ask();
    registration.failed(NOW, 403, None, &mut random);
    assert!(registration.poll_timeout().unwrap() >= NOW + Duration::from_secs(450));
}

#[test]
fn a_longer_lifetime_is_asked_for_twice_and_within_reason() {
    let (mut registration, _) = registration(1);
    assert!(registration.bargain(Duration::from_hours(2)));
    assert_eq!(registration.lifetime(), Duration::from_hours(2));
    assert!(
        !registration.bargain(Duration::from_hours(2)),
        "no progress"
    );
    assert!(!registration.bargain(Duration::from_hours(48)), "too long");
    assert!(registration.bargain(Duration::from_hours(3)));
    assert!(!registration.bargain(Duration::from_hours(4)), "twice");
}

#[test]
fn a_contact_that_moves_with_each_answer_is_followed_three_times() {
    let (mut registration, _) = registration(1);
    let shown = "10.0.0.1:5060".parse().unwrap();
    let moves = (1..100)
        .filter(|port| {
            let seen = SocketAddr::from(([203, 0, 113, 9], *port));
            registration.seen_from(seen, shown)
        })
        .count();
    assert_eq!(moves, 3);
}
