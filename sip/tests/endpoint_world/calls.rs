//! Calls from INVITE to BYE on a network that loses nothing, or exactly what the story says.

use bytes::Bytes;
use sip::{EndKind, Error, Event, Identity, ReasonHeader, Refusal};

use crate::network::{ANSWER, Faults, OFFER, address, invite_to, pair};

fn busy() -> Refusal {
    Refusal {
        status: 486,
        reason: Some(ReasonHeader {
            protocol: "Q.850".to_owned(),
            cause: 17,
            text: Some("user busy".to_owned()),
        }),
        retry_after: None,
        warning: None,
    }
}

#[test]
fn a_call_is_rung_answered_and_hung_up_by_the_caller() {
    let mut world = pair();

    let caller = world.call();
    world.run_for(1000);
    let callee = world.incoming(1);
    world.act(1, |b, now| b.ring(now, callee).unwrap());
    world.run_for(1000);
    world.act(1, |b, now| {
        b.answer(now, callee, Bytes::from_static(ANSWER)).unwrap();
    });
    world.run_for(1000);
    world.act(0, |a, now| a.hang_up(now, caller, None).unwrap());
    world.run_until_idle();

    assert_eq!(
        world.ladder,
        [
            "0.0s a INVITE →",
            "0.0s b 100 →",
            "0.0s b Incoming",
            "1.0s b 180 →",
            "1.0s a Ringing 180",
            "2.0s b 200 →",
            "2.0s a ACK →",
            "2.0s a Answered",
            "2.0s b Confirmed",
            "3.0s a BYE →",
            "3.0s b 200 →",
            "3.0s b Ended Bye",
        ]
    );
    world.assert_at_rest("a plain call");
}

#[test]
fn the_callee_learns_who_calls_and_what_is_offered() {
    let mut world = pair();
    world.call();
    world.run_for(100);

    let Some(Event::Incoming { incoming, .. }) = world.parties[1].events.pop_front() else {
        panic!("no call came in");
    };

    assert_eq!(incoming.identity, Identity::Trunk(sip::TrunkId(0)));
    assert_eq!(incoming.request_user, "4008110513");
    assert_eq!(incoming.from_user, "13800138000");
    assert_eq!(incoming.from_display, b"Ann \"A\"");
    assert_eq!(incoming.offer.as_deref(), Some(OFFER));
    assert_eq!(incoming.max_forwards, 70);
    assert_eq!(incoming.user_agent.as_deref(), Some("Trunkline"));
    assert_eq!(
        incoming.headers,
        [("X-Campaign".to_owned(), b"spring".to_vec())]
    );
}

#[test]
fn the_callee_hangs_up_with_a_reason() {
    let mut world = pair();
    let (_, callee) = world.established();

    let cause = busy().reason;
    world.act(1, |b, now| b.hang_up(now, callee, cause.clone()).unwrap());
    world.run_for(100);

    let Some(Event::Ended { by, .. }) = world.parties[0].events.pop_front() else {
        panic!("the caller was not told");
    };
    assert_eq!(by.kind, EndKind::Bye);
    assert_eq!(by.reason, cause);
    world.run_until_idle();
    world.assert_at_rest("a BYE of the callee");
}

#[test]
fn a_refusal_reaches_the_caller_with_its_reason() {
    let mut world = pair();
    world.call();
    world.run_for(100);
    let callee = world.incoming(1);

    world.act(1, |b, now| b.refuse(now, callee, &busy()).unwrap());
    world.run_until_idle();

    assert_eq!(
        world.ladder[3..],
        ["0.1s b 486 →", "0.1s a ACK →", "0.1s a Refused 486"]
    );
    let Some(Event::Refused { reason, .. }) = world.parties[0].events.pop_front() else {
        panic!("the caller was not told");
    };
    assert_eq!(reason, busy().reason);
    world.assert_at_rest("a refusal");
}

#[test]
fn a_call_to_nobody_ends_with_408_after_32_seconds() {
    let mut world = pair();
    world.faults = Faults {
        loss: 1000,
        ..Faults::default()
    };
    world.call();
    world.run_until_idle();

    assert_eq!(world.ladder.len(), 8);
    assert_eq!(world.ladder.last().unwrap(), "32.0s a Refused 408");
    world.assert_at_rest("a call to nobody");
}

#[test]
fn an_answer_is_repeated_until_the_ack_comes_and_each_copy_is_acknowledged() {
    let mut world = pair();
    world.call();
    world.run_for(100);
    let callee = world.incoming(1);
    world.act(1, |b, now| {
        b.answer(now, callee, Bytes::from_static(ANSWER)).unwrap();
    });
    world.faults.loss = 1000;
    world.run_for(600);
    world.faults.loss = 0;
    world.run_for(4000);

    assert_eq!(
        world.ladder[3..],
        [
            "0.1s b 200 →",
            "0.1s a ACK →",
            "0.1s a Answered",
            "0.6s b 200 →",
            "1.6s b 200 →",
            "1.6s a ACK →",
            "1.6s b Confirmed",
        ]
    );
}

#[test]
fn an_answer_that_is_never_acknowledged_ends_the_call_after_64_t1() {
    let mut world = pair();
    world.call();
    world.run_for(100);
    let callee = world.incoming(1);
    world.faults.loss = 1000;
    world.act(1, |b, now| {
        b.answer(now, callee, Bytes::from_static(ANSWER)).unwrap();
    });
    world.run_for(40_000);

    let copies = world
        .ladder
        .iter()
        .filter(|line| line.ends_with("b 200 →"))
        .count();
    assert_eq!(copies, 11, "T1 doubling up to T2 for 32 s");
    let end = world
        .ladder
        .iter()
        .position(|line| line == "32.1s b Ended AckMissing");
    let bye = world.ladder.iter().position(|line| line == "32.1s b BYE →");
    assert!(end.is_some() && bye.is_some(), "{:#?}", world.ladder);
    world.faults.loss = 0;
    world.run_until_idle();
    world.assert_at_rest("a missing ACK");
}

#[test]
fn a_callee_that_hangs_up_before_the_ack_waits_for_it() {
    let mut world = pair();
    world.call();
    world.run_for(100);
    let callee = world.incoming(1);
    world.act(1, |b, now| {
        b.answer(now, callee, Bytes::from_static(ANSWER)).unwrap();
        b.hang_up(now, callee, None).unwrap();
    });
    world.run_until_idle();

    assert_eq!(
        world.ladder[3..],
        [
            "0.1s b 200 →",
            "0.1s a ACK →",
            "0.1s a Answered",
            "0.1s b BYE →",
            "0.1s a 200 →",
            "0.1s a Ended Bye",
        ]
    );
    world.assert_at_rest("an early hang-up of the callee");
}

#[test]
fn an_invite_without_offer_is_answered_with_one_and_the_ack_brings_the_answer() {
    let mut world = pair();
    let mut invite = invite_to(address(2));
    invite.offer = Bytes::new();
    let caller = world.act(0, |a, now| a.invite(now, invite).unwrap());
    world.run_for(100);
    let callee = world.incoming(1);
    world.act(1, |b, now| {
        b.answer(now, callee, Bytes::from_static(OFFER)).unwrap();
    });
    world.run_for(100);
    assert!(matches!(
        world.parties[0].events.pop_front(),
        Some(Event::Answered { sdp: Some(_), .. })
    ));

    world.act(0, |a, now| {
        a.acknowledge(now, caller, Bytes::from_static(ANSWER))
            .unwrap();
    });
    world.run_for(100);

    let Some(Event::Confirmed { sdp, .. }) = world.parties[1].events.pop_back() else {
        panic!("the answer did not arrive");
    };
    assert_eq!(sdp.as_deref(), Some(ANSWER));
}

#[test]
fn a_call_that_nobody_answers_is_given_up_by_both_sides() {
    let mut world = pair();
    world.call();
    world.run_until_idle();

    let told: Vec<_> = world
        .ladder
        .iter()
        .filter(|line| !line.ends_with('→'))
        .collect();
    assert_eq!(told[1], "100.0s a Refused 408");
    assert_eq!(told[2], "100.0s b Ended Cancelled");
    world.assert_at_rest("a call that nobody answers");
}

#[test]
fn a_header_that_would_break_out_of_its_line_is_refused() {
    let mut world = pair();
    let mut invite = invite_to(address(2));
    invite.headers = vec![("X-A".to_owned(), "1\r\nRoute: <sip:evil>".to_owned())];

    let refused = world.act(0, |a, now| a.invite(now, invite));

    assert_eq!(refused, Err(Error::UnfitHeader("X-A".to_owned())));
    world.assert_at_rest("a refused header");
}

#[test]
fn what_does_not_fit_the_state_is_an_error() {
    let mut world = pair();
    let (caller, callee) = world.established();

    let ring = world.act(1, |b, now| b.ring(now, callee));
    assert!(matches!(ring, Err(Error::WrongState { .. })));
    let answer = world.act(0, |a, now| a.answer(now, caller, Bytes::new()));
    assert!(matches!(answer, Err(Error::WrongState { .. })));
    world.act(0, |a, now| a.hang_up(now, caller, None).unwrap());
    let again = world.act(0, |a, now| a.hang_up(now, caller, None));
    assert_eq!(again, Err(Error::UnknownSession(caller)));
}
