//! Session timers (RFC 4028) that callers require and telephones promise.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use std::time::{Duration, Instant};
use tests::patience::until;
use tests::server::{Server, free_address};
use tests::sipp::{self, Sipp};
use tests::voice::Voice;

/// Where the call goes on to the outside number.
const OUTSIDE: &str = "4008110516";
/// A refresh comes after half of the interval of 90 s, on a busy machine too.
const REFRESH: Duration = Duration::from_mins(1);
/// A session of 90 s without a refresh is given up after 60 s.
const GIVEN_UP: Duration = Duration::from_secs(63);
/// More than the interval.
const INTERVAL: Duration = Duration::from_secs(100);

/// A caller who requires session timers talks to an outside party for longer than a session lives
/// without a refresh.
fn lives_on(story: &str, scenario: &'static str, refreshed: &str) {
    let server = Server::start(story);
    let admin = server.api("admin");
    let far = Voice::speaking(AGENT);
    let outside = Sipp::await_call(&server, far.port());
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call_in(sipp::Manner::of(scenario), &server, OUTSIDE, near.port());
    near.hears_tone(AGENT, WHILE, SHORTLY);
    let talking = Instant::now();

    until("a refresh", REFRESH, || {
        let messages = caller.messages();
        let refresh = messages.split("\nUPDATE sip:").nth(1);
        refresh.is_some_and(|it| it.contains(refreshed) && it.contains("SIP/2.0 200 OK"))
    });
    until(
        "the end of a session that is not refreshed",
        REFRESH,
        || talking.elapsed() > GIVEN_UP,
    );
    near.hears_tone(AGENT, WHILE, SHORTLY);
    far.hears_tone(CALLER, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();
    outside.succeeds();

    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "customer", "{record:#}");
    admin.shows_no_call();
    server.comes_to_rest();
}

#[test]
fn the_server_refreshes_for_a_caller_who_requires_that() {
    lives_on(
        "timer-required-theirs",
        "timer_required_theirs",
        "Session-Expires: 90;refresher=uac",
    );
}

#[test]
fn a_caller_who_requires_timers_refreshes_and_the_call_goes_on() {
    lives_on(
        "timer-required-ours",
        "timer_required_ours",
        "Session-Expires: 90;refresher=uac",
    );
}

#[test]
fn a_call_to_a_telephone_that_vanishes_ends_when_its_session_runs_out() {
    let server = Server::start("timer-vanished");
    let admin = server.api("admin");
    let address = free_address();
    Sipp::register(&server, server.sip, address);
    server.api("1001").take_calls();
    let voice = Voice::speaking(AGENT);
    let manner = sipp::Manner::of("agent_promises_refresh");
    let phone = Sipp::await_call_at(address, manner, &server, voice.port());
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", near.port());
    near.hears_tone(AGENT, WHILE, SHORTLY);
    voice.hears_tone(CALLER, WHILE, SHORTLY);
    let talking = Instant::now();

    drop(phone);
    let messages = caller.succeeds_within(INTERVAL);

    assert!(messages.contains("\nBYE sip:"), "the caller gets BYE");
    assert!(talking.elapsed() > GIVEN_UP / 2, "its session had run out");
    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "network", "{record:#}");
    assert_eq!(record["extension"], "1001");
    admin.shows_no_call();
    admin.agent_is("1001", "idle");
    server.comes_to_rest();
}
