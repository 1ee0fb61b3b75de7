//! Session timers on both sides: asked for, granted, refreshed, expired (RFC 4028).

use std::time::Duration;

use bytes::Bytes;
use sip::message::Message;
use sip::{EndKind, Event, SessionTimers};

use crate::handmade::{Handmade, header};
use crate::network::{ANSWER, OFFER, World, address, pair};
use crate::phone::{Phone, titles};

const TIMER: &[(&str, &str)] = &[
    ("Session-Expires", "100;refresher=uac"),
    ("Require", "timer"),
];
const UPDATES: &[(&str, &str)] = &[
    ("Session-Expires", "100;refresher=uac"),
    ("Allow", "INVITE, UPDATE"),
];
const THEIRS: &[(&str, &str)] = &[("Session-Expires", "100;refresher=uas")];

fn end(phone: &mut Phone) -> Option<EndKind> {
    match phone.event() {
        Some(Event::Ended { by, .. }) => Some(by.kind),
        _ => None,
    }
}

/// The 200 to a call with these headers in its INVITE.
fn answer_to(headers: &[(&str, &str)]) -> Message {
    let mut phone = Phone::calling(headers);
    let mut sent = phone.act(|a, now, id| a.answer(now, id, Bytes::from_static(ANSWER)));
    sent.remove(0)
}

#[test]
fn a_caller_gets_the_interval_it_asks_for_and_the_role_it_wants() {
    let granted = answer_to(&[
        ("Supported", "timer"),
        ("Session-Expires", "600;refresher=uas"),
    ]);
    assert_eq!(header(&granted, "Session-Expires"), "600;refresher=uas");
    assert_eq!(header(&granted, "Require"), "");

    let required = answer_to(&[("Supported", "timer"), ("Session-Expires", "7200")]);
    assert_eq!(header(&required, "Session-Expires"), "1800;refresher=uac");
    assert_eq!(header(&required, "Require"), "timer");

    let ignorant = answer_to(&[]);
    assert_eq!(header(&ignorant, "Session-Expires"), "");
    assert_eq!(header(&ignorant, "Require"), "");
}

#[test]
fn a_wish_that_is_too_short_gets_422_with_what_is_granted() {
    let mut world = World::new(1);
    world.add("a", 1);
    let invite = Handmade::new("INVITE", address(50))
        .with("Supported", "timer")
        .with("Session-Expires", "60");

    let answers = world.exchange(address(50), &invite);

    assert_eq!(titles(&answers), ["422"]);
    assert_eq!(header(&answers[0], "Min-SE"), "90");
    assert!(world.parties[0].events.is_empty());
}

#[test]
fn a_422_is_answered_with_the_same_call_and_a_longer_interval() {
    let mut phone = Phone::called();
    let first = phone.invite.clone().unwrap();
    assert_eq!(header(&first, "Session-Expires"), "1800");
    assert!(header(&first, "Supported").contains("timer"));

    let sent = phone.answer(
        "422 Session Interval Too Small",
        &[("Min-SE", "3600")],
        None,
    );

    assert_eq!(titles(&sent), ["ACK", "INVITE"]);
    let again = &sent[1];
    assert_eq!(header(again, "Call-ID"), header(&first, "Call-ID"));
    assert_eq!(header(again, "From"), header(&first, "From"));
    assert_eq!(header(again, "CSeq"), "2 INVITE");
    assert_eq!(header(again, "Session-Expires"), "3600");
    assert_eq!(header(again, "Min-SE"), "3600");
    assert_eq!(header(again, "X-Campaign"), "spring");
    assert_eq!(again.body(), OFFER);
    assert_ne!(again.top_via().branch(), first.top_via().branch());
    let again = again.clone();
    let ack = phone.respond(
        &again,
        "200 OK",
        &[("Session-Expires", "3600;refresher=uas")],
        Some(ANSWER),
    );
    assert_eq!(header(&ack[0], "CSeq"), "2 ACK");
    assert!(matches!(phone.event(), Some(Event::Answered { .. })));
}

#[test]
fn a_peer_that_is_never_content_with_the_interval_is_given_up() {
    let mut phone = Phone::called();
    let sent = phone.answer(
        "422 Session Interval Too Small",
        &[("Min-SE", "3600")],
        None,
    );
    phone.respond(
        &sent[1],
        "422 Session Interval Too Small",
        &[("Min-SE", "3600")],
        None,
    );

    assert!(matches!(
        phone.event(),
        Some(Event::Refused { status: 422, .. })
    ));
}

#[test]
fn the_refresher_asks_at_half_with_an_update_where_the_peer_takes_one() {
    let mut phone = Phone::answered(UPDATES);
    assert!(phone.wait(49).is_empty());
    phone.restart();

    let sent = phone.wait(1);

    assert_eq!(titles(&sent), ["UPDATE"]);
    assert!(sent[0].body().is_empty());
    assert_eq!(header(&sent[0], "Session-Expires"), "100;refresher=uac");
    phone.respond(&sent[0], "200 OK", UPDATES, None);
    assert_eq!(phone.event(), None);
    assert!(phone.wait(49).is_empty());
    assert_eq!(titles(&phone.wait(1)), ["UPDATE"], "and so on");
}

#[test]
fn the_refresher_repeats_its_description_where_the_peer_takes_no_update() {
    let mut phone = Phone::answered(TIMER);

    let sent = phone.wait(50);

    assert_eq!(titles(&sent), ["INVITE"]);
    assert_eq!(
        sent[0].body(),
        OFFER,
        "the description is the same byte by byte"
    );
    let ack = phone.respond(&sent[0], "200 OK", TIMER, Some(ANSWER));
    assert_eq!(titles(&ack), ["ACK"]);
    assert_eq!(phone.event(), None, "an unchanged answer is no news");
    let again = phone.wait(50);
    phone.respond(&again[0], "200 OK", TIMER, Some(OFFER));
    assert!(matches!(phone.event(), Some(Event::OfferAnswered { .. })));
}

#[test]
fn a_peer_that_takes_no_update_after_all_gets_a_reinvite() {
    let mut phone = Phone::answered(UPDATES);
    let update = phone.wait(50);

    let sent = phone.respond(&update[0], "405 Method Not Allowed", &[], None);

    assert_eq!(titles(&sent), ["INVITE"]);
}

#[test]
fn a_refresh_that_is_too_short_for_somebody_is_made_again_with_a_longer_interval() {
    let mut phone = Phone::answered(UPDATES);
    let update = phone.wait(50);

    let again = phone.respond(
        &update[0],
        "422 Session Interval Too Small",
        &[("Min-SE", "600")],
        None,
    );

    assert_eq!(titles(&again), ["UPDATE"]);
    assert_eq!(header(&again[0], "Session-Expires"), "600;refresher=uac");
    assert_eq!(header(&again[0], "Min-SE"), "600");
}

#[test]
fn an_offer_of_the_peer_takes_the_place_of_a_refresh_that_waits() {
    let mut phone = Phone::answered(TIMER);
    let reinvite = phone.wait(50);
    phone.respond(&reinvite[0], "491 Request Pending", &[], None);
    let theirs = phone.offer("INVITE", 1).with("Supported", "timer");
    phone.send(&theirs);
    phone.act(|a, now, id| a.answer_offer(now, id, Bytes::from_static(ANSWER)));
    let ack = phone.request("ACK", 1);
    phone.send(&ack);

    assert!(phone.wait(30).is_empty());
}

#[test]
fn a_session_that_the_peer_does_not_refresh_ends_with_bye() {
    let mut phone = Phone::answered(THEIRS);
    assert!(phone.wait(67).is_empty());

    let sent = phone.wait(2);

    assert_eq!(titles(&sent)[0], "BYE", "at 100 - 32 seconds");
    assert!(header(&sent[0], "Reason").starts_with("SIP;cause=408"));
    assert_eq!(end(&mut phone), Some(EndKind::Expired));
}

#[test]
fn a_refresh_of_the_peer_keeps_the_session_and_the_roles() {
    let mut phone = Phone::answered(THEIRS);
    phone.wait(50);
    let update = phone
        .request("UPDATE", 1)
        .with("Supported", "timer")
        .with("Session-Expires", "100;refresher=uac");
    let answers = phone.world.exchange(address(50), &update);

    assert_eq!(titles(&answers), ["200"]);
    assert_eq!(header(&answers[0], "Session-Expires"), "100;refresher=uac");
    assert!(phone.wait(60).is_empty());
    assert_eq!(titles(&phone.wait(10))[0], "BYE");
}

#[test]
fn an_offer_of_ours_keeps_the_roles_and_is_a_refresh() {
    let mut phone = Phone::answered(THEIRS);
    phone.wait(50);

    let sent = phone.act(|a, now, id| a.offer(now, id, Bytes::from_static(OFFER)));
    assert_eq!(header(&sent[0], "Session-Expires"), "100;refresher=uas");
    phone.respond(&sent[0], "200 OK", THEIRS, Some(ANSWER));

    assert!(phone.wait(60).is_empty());
}

#[test]
fn a_refresh_that_is_refused_is_tried_again_and_the_session_ends_when_it_expires() {
    let mut phone = Phone::answered(UPDATES);
    let mut byes = Vec::new();
    for _ in 0..30 {
        for request in phone.wait(1) {
            if request.method_text() == "BYE" {
                byes.push(phone.world.now);
            } else {
                phone.respond(&request, "500 Server Internal Error", &[], None);
            }
        }
        phone.wait(2);
    }

    assert!(!byes.is_empty());
    assert_eq!(end(&mut phone), Some(EndKind::Expired));
}

#[test]
fn a_refresh_that_nobody_answers_ends_the_session() {
    let mut phone = Phone::answered(UPDATES);

    let sent = phone.wait(70);

    assert!(titles(&sent).contains(&"BYE".to_owned()));
    assert_eq!(end(&mut phone), Some(EndKind::Expired));
}

#[test]
fn an_answer_without_an_interval_ends_the_refreshing() {
    let mut phone = Phone::answered(UPDATES);
    let sent = phone.wait(50);
    phone.respond(&sent[0], "200 OK", &[], None);

    assert!(phone.wait(600).is_empty());
}

#[test]
fn no_call_outlives_the_longest_life() {
    let mut world = World::new(1);
    world.timers = SessionTimers {
        longest_life: Some(Duration::from_mins(5)),
        ..SessionTimers::default()
    };
    world.add("a", 1);
    world.add("b", 2);
    world.established();

    world.run_for(310_000);

    let ends = world.ladder.iter().filter(|line| line.contains("Ended"));
    assert_eq!(ends.count(), 1 + 1, "{:?}", world.ladder);
    assert!(world.ladder[0].starts_with("300.0s"), "{:?}", world.ladder);
}

#[test]
fn two_parties_keep_each_other_alive_through_restarts() {
    let mut world = pair();
    let (caller, _) = world.established();
    for turn in 0..12 {
        world.run_for(600_000);
        world.restart(turn % 2);
    }

    let refreshes = world.ladder.iter().filter(|line| line.contains("UPDATE"));
    assert_eq!(refreshes.count(), 7, "{:?}", world.ladder);
    assert!(!world.ladder.iter().any(|line| line.contains("Ended")));
    world.act(0, |a, now| a.hang_up(now, caller, None).unwrap());
    world.run_until_idle();
    world.assert_at_rest("two hours of talk");
}
