//! Offers of ours in a call: answered, refused, crossed by the peer's, late, and cut off.

use bytes::Bytes;
use sip::message::Message;
use sip::{EndKind, Error, Event};

use crate::handmade::{code, header};
use crate::network::{ANSWER, OFFER, pair};
use crate::phone::{Phone, titles};

const OURS: &[u8] = b"v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\na=sendonly\r\n";

/// Lets the party offer and returns its re-INVITE.
fn offer(phone: &mut Phone) -> Message {
    let mut sent = phone.act(|a, now, id| a.offer(now, id, Bytes::from_static(OURS)));
    assert_eq!(titles(&sent), ["INVITE"]);
    sent.remove(0)
}

fn refusal(phone: &mut Phone) -> Option<u16> {
    match phone.event() {
        Some(Event::OfferRefused { status, .. }) => Some(status),
        _ => None,
    }
}

fn end(phone: &mut Phone) -> Option<EndKind> {
    match phone.event() {
        Some(Event::Ended { by, .. }) => Some(by.kind),
        _ => None,
    }
}

#[test]
fn an_offer_is_acknowledged_at_once_when_it_is_answered() {
    let mut phone = Phone::answered(&[]);
    let reinvite = offer(&mut phone);
    assert_eq!(header(&reinvite, "CSeq"), "2 INVITE");
    assert_eq!(reinvite.body(), OURS);
    let again = phone.session;
    let second = phone
        .world
        .act(0, |a, now| a.offer(now, again, Bytes::from_static(OURS)));
    assert!(matches!(second, Err(Error::WrongState { .. })));
    assert!(
        phone
            .respond(&reinvite, "180 Ringing", &[], None)
            .is_empty()
    );

    let ack = phone.respond(&reinvite, "200 OK", &[], Some(ANSWER));

    assert_eq!(titles(&ack), ["ACK"]);
    assert_eq!(header(&ack[0], "CSeq"), "2 ACK");
    let Some(Event::OfferAnswered { sdp, .. }) = phone.event() else {
        panic!("the answer was not told");
    };
    assert_eq!(sdp, ANSWER);
    let copy = phone.respond(&reinvite, "200 OK", &[], Some(ANSWER));
    assert_eq!(titles(&copy), ["ACK"], "each copy is acknowledged");
    let first = phone.answer("200 OK", &[], Some(ANSWER));
    assert_eq!(
        header(&first[0], "CSeq"),
        "1 ACK",
        "also of the first INVITE"
    );
    assert_eq!(phone.event(), None);
}

#[test]
fn a_refused_offer_changes_nothing() {
    let mut phone = Phone::answered(&[]);
    let reinvite = offer(&mut phone);

    let sent = phone.respond(&reinvite, "488 Not Acceptable Here", &[], None);

    assert_eq!(titles(&sent), ["ACK"]);
    assert_eq!(
        header(&sent[0], "Via"),
        header(&reinvite, "Via"),
        "the ACK of a refusal has the branch of its INVITE"
    );
    assert_eq!(refusal(&mut phone), Some(488));
    offer(&mut phone);
}

#[test]
fn an_answer_without_a_description_is_no_answer() {
    let mut phone = Phone::answered(&[]);
    let reinvite = offer(&mut phone);

    let sent = phone.respond(&reinvite, "200 OK", &[], None);

    assert_eq!(titles(&sent), ["ACK"]);
    assert_eq!(refusal(&mut phone), Some(488));
}

#[test]
fn a_peer_that_does_not_know_the_call_any_more_ends_it() {
    for status in ["481 Call/Transaction Does Not Exist", "408 Request Timeout"] {
        let mut phone = Phone::answered(&[]);
        let reinvite = offer(&mut phone);

        let sent = phone.respond(&reinvite, status, &[], None);

        assert_eq!(titles(&sent), ["ACK", "BYE"], "{status}");
        assert_eq!(end(&mut phone), Some(EndKind::Unreachable));
    }
}

#[test]
fn a_peer_that_does_not_answer_at_all_ends_the_call() {
    let mut phone = Phone::answered(&[]);
    offer(&mut phone);

    let sent = phone.wait(33);

    assert_eq!(titles(&sent).last().unwrap(), "BYE");
    assert_eq!(end(&mut phone), Some(EndKind::Unreachable));
    phone.world.run_until_idle();
    phone.world.assert_at_rest("nobody answers");
}

#[test]
fn a_peer_that_only_says_that_it_works_on_it_is_cancelled_and_the_call_goes_on() {
    let mut phone = Phone::answered(&[]);
    let reinvite = offer(&mut phone);
    phone.respond(&reinvite, "100 Trying", &[], None);

    let cancel = phone.wait(181).remove(0);
    assert_eq!(cancel.method_text(), "CANCEL");
    phone.respond(&cancel, "200 OK", &[], None);
    phone.respond(&reinvite, "487 Request Terminated", &[], None);

    assert_eq!(refusal(&mut phone), Some(408));
    offer(&mut phone);
}

#[test]
fn a_491_is_tried_again_after_the_wait_of_our_role() {
    let roles = [
        (Phone::answered(&[]), 2.1, 4.0),
        (Phone::in_call(&[]), 0.0, 2.0),
    ];
    for (mut phone, least, most) in roles {
        let reinvite = offer(&mut phone);
        phone.respond(&reinvite, "491 Request Pending", &[], None);
        let refused_at = phone.world.now;
        phone.restart();
        let mut again = Vec::new();
        while again.is_empty() {
            phone.world.run_for(10);
            again = phone.sent();
        }

        let wait = phone.world.now.abs_diff(refused_at).as_secs_f64() + 0.06;
        assert!((least..=most + 0.1).contains(&wait), "{wait}");
        assert_eq!(again[0].body(), OURS);
        assert!(again[0].sequence().number > reinvite.sequence().number);
        phone.respond(&again[0], "200 OK", &[], Some(ANSWER));
        assert!(matches!(phone.event(), Some(Event::OfferAnswered { .. })));
    }
}

#[test]
fn a_peer_that_always_says_491_is_asked_five_times() {
    let mut phone = Phone::answered(&[]);
    let mut reinvite = offer(&mut phone);
    let mut tries = 1;
    loop {
        phone.respond(&reinvite, "491 Request Pending", &[], None);
        let Some(next) = phone.wait(5).pop() else {
            break;
        };
        reinvite = next;
        tries += 1;
    }

    assert_eq!(tries, 5);
    assert_eq!(refusal(&mut phone), Some(491));
}

#[test]
fn a_500_that_says_when_to_come_back_is_tried_again_then() {
    let mut phone = Phone::answered(&[]);
    let reinvite = offer(&mut phone);
    phone.respond(
        &reinvite,
        "500 Server Internal Error",
        &[("Retry-After", "3")],
        None,
    );

    assert!(phone.wait(2).is_empty());
    assert_eq!(titles(&phone.wait(1)), ["INVITE"]);
}

#[test]
fn an_offer_of_the_peer_while_ours_is_open_gets_491() {
    let mut phone = Phone::answered(&[]);
    let reinvite = offer(&mut phone);

    let (theirs, update) = (phone.offer("INVITE", 1), phone.offer("UPDATE", 2));
    assert_eq!(phone.send(&theirs), [491]);
    assert_eq!(phone.send(&update), [491]);
    let silent = phone.request("UPDATE", 3);
    assert_eq!(
        phone.send(&silent),
        [200],
        "without an offer nothing crosses"
    );

    phone.respond(&reinvite, "200 OK", &[], Some(ANSWER));
    assert!(matches!(phone.event(), Some(Event::OfferAnswered { .. })));
    let theirs = phone.offer("INVITE", 4);
    assert_eq!(phone.send(&theirs), [100]);
}

#[test]
fn a_copy_of_a_refused_offer_gets_the_same_refusal_whatever_has_changed() {
    let mut phone = Phone::answered(&[]);
    let reinvite = offer(&mut phone);
    let (theirs, update) = (phone.offer("INVITE", 1), phone.offer("UPDATE", 2));
    phone.send(&theirs);
    phone.send(&update);
    phone.respond(&reinvite, "200 OK", &[], Some(ANSWER));
    phone.restart();

    assert_eq!(phone.send(&update), [491]);
    assert_eq!(phone.send(&theirs), [491]);
}

#[test]
fn we_do_not_offer_while_the_offer_of_the_peer_waits_for_our_owner() {
    let mut phone = Phone::answered(&[]);
    let theirs = phone.offer("INVITE", 1);
    phone.send(&theirs);
    let session = phone.session;

    let refused = phone
        .world
        .act(0, |a, now| a.offer(now, session, Bytes::from_static(OURS)));

    assert!(matches!(refused, Err(Error::WrongState { .. })));
}

#[test]
fn an_offer_waits_for_the_ack_of_our_answer() {
    let mut phone = Phone::calling(&[]);
    phone.act(|a, now, id| a.answer(now, id, Bytes::from_static(ANSWER)));
    let sent = phone.act(|a, now, id| a.offer(now, id, Bytes::from_static(OURS)));
    assert!(sent.is_empty());
    phone.restart();

    let ack = phone.request("ACK", 1);
    let sent = phone.world.exchange(crate::network::address(50), &ack);

    assert_eq!(titles(&sent), ["INVITE"]);
}

#[test]
fn two_offers_that_cross_are_both_answered_in_the_end() {
    let mut world = pair();
    let (caller, callee) = world.established();
    world.act(0, |a, now| {
        a.offer(now, caller, Bytes::from_static(OURS)).unwrap();
    });
    world.act(1, |b, now| {
        b.offer(now, callee, Bytes::from_static(OURS)).unwrap();
    });
    for _ in 0..80 {
        world.run_for(100);
        for (party, session) in [(0, caller), (1, callee)] {
            let answer = Bytes::from_static(ANSWER);
            let _ = world.act(party, |endpoint, now| {
                endpoint.answer_offer(now, session, answer)
            });
        }
    }

    for party in 0..2 {
        let told = &world.parties[party].events;
        let answered = |event: &&Event| matches!(event, Event::OfferAnswered { .. });
        assert_eq!(
            told.iter().filter(answered).count(),
            1,
            "{:#?}",
            world.ladder
        );
    }
}

#[test]
fn an_empty_offer_asks_the_peer_for_one_and_the_ack_answers_it() {
    let mut phone = Phone::answered(&[]);
    let sent = phone.act(|a, now, id| a.offer(now, id, Bytes::new()));
    assert!(sent[0].body().is_empty());
    let waiting = phone.respond(&sent[0], "200 OK", &[], Some(OFFER));
    assert!(waiting.is_empty());
    let Some(Event::OfferAnswered { sdp, .. }) = phone.event() else {
        panic!("the offer was not told");
    };
    assert_eq!(sdp, OFFER);
    let update = phone.offer("UPDATE", 1);
    assert_eq!(phone.send(&update), [491], "their offer is open");
    phone.restart();

    let ack = phone.act(|a, now, id| a.acknowledge(now, id, Bytes::from_static(ANSWER)));

    assert_eq!(
        (titles(&ack), ack[0].body()),
        (vec!["ACK".to_owned()], ANSWER)
    );
    let copy = phone.respond(&sent[0], "200 OK", &[], Some(OFFER));
    assert_eq!(copy[0].body(), ANSWER);
}

#[test]
fn an_offer_that_our_owner_never_answers_ends_the_call() {
    let mut phone = Phone::answered(&[]);
    let sent = phone.act(|a, now, id| a.offer(now, id, Bytes::new()));
    phone.respond(&sent[0], "200 OK", &[], Some(OFFER));
    phone.event();

    assert_eq!(titles(&phone.wait(32))[..2], ["ACK", "BYE"]);
    assert_eq!(end(&mut phone), Some(EndKind::Unreachable));
}

#[test]
fn hanging_up_while_an_offer_is_open_acknowledges_what_comes_late() {
    let mut phone = Phone::answered(&[]);
    let reinvite = offer(&mut phone);
    let bye = phone.act(|a, now, id| a.hang_up(now, id, None));
    assert_eq!(titles(&bye), ["BYE"]);

    let ack = phone.respond(&reinvite, "200 OK", &[], Some(ANSWER));
    assert_eq!(titles(&ack), ["ACK"]);
    phone.respond(&bye[0], "200 OK", &[], None);

    assert_eq!(phone.event(), None);
    phone.world.run_until_idle();
    phone.world.assert_at_rest("hung up in an offer");
}

#[test]
fn an_offer_that_is_never_finished_does_not_outlive_the_call() {
    let mut phone = Phone::answered(&[]);
    let reinvite = offer(&mut phone);
    phone.respond(&reinvite, "100 Trying", &[], None);
    let bye = phone.request("BYE", 1);
    assert_eq!(phone.send(&bye), [200]);

    phone.wait(70);

    phone.world.assert_at_rest("the peer hung up in our offer");
}

#[test]
fn the_target_of_the_answer_is_where_the_next_request_goes() {
    let mut phone = Phone::answered(&[]);
    let reinvite = offer(&mut phone);
    let text = crate::registrations::reply_to(&reinvite, "200 OK", "<sip:moved@192.0.2.50:5060>")
        .replace(";tag=phone", "");
    phone.world.inject(
        crate::network::address(50),
        crate::network::address(1),
        &text,
    );
    phone.world.run_for(50);
    phone.sent();

    let bye = phone.act(|a, now, id| a.hang_up(now, id, None));

    assert_eq!(
        bye[0].request_uri().unwrap().as_str(),
        "sip:moved@192.0.2.50:5060"
    );
    assert_eq!(code(&bye[0]), None);
}
