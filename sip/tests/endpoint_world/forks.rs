//! One INVITE and many callees: early dialogs, early media, and answers that cross.

use bytes::Bytes;
use sip::Event;

use crate::handmade::header;
use crate::network::{ANSWER, OFFER};
use crate::phone::{Phone, titles};

const RELIABLE: &[(&str, &str)] = &[("Require", "100rel"), ("RSeq", "1")];

fn ringing(phone: &mut Phone) -> Option<(u16, bool)> {
    match phone.event() {
        Some(Event::Ringing { status, sdp, .. }) => Some((status, sdp.is_some())),
        _ => None,
    }
}

#[test]
fn each_callee_is_confirmed_in_its_own_dialog() {
    let mut phone = Phone::called();
    let one = phone.answer("183 Session Progress", RELIABLE, Some(ANSWER));
    phone.become_fork("two");
    let two = phone.answer("183 Session Progress", RELIABLE, Some(ANSWER));

    assert_eq!(one[0].to_tag(), Some("one"));
    assert_eq!(two[0].to_tag(), Some("two"));
    assert_eq!(header(&one[0], "CSeq"), "2 PRACK");
    assert_eq!(
        header(&two[0], "CSeq"),
        "2 PRACK",
        "each dialog counts on its own"
    );
    assert_eq!(header(&two[0], "RAck"), "1 1 INVITE");
}

#[test]
fn the_requests_of_an_early_dialog_take_the_way_of_its_response() {
    let mut phone = Phone::called();
    let way = [
        (
            "Record-Route",
            "<sip:192.0.2.50;lr;n=2>, <sip:10.0.0.2;lr;n=1>",
        ),
        ("Require", "100rel"),
        ("RSeq", "1"),
        ("Allow", "UPDATE"),
    ];
    let prack = phone.answer("183 Session Progress", &way, Some(ANSWER));
    let update = phone.act(|a, now, id| a.offer(now, id, Bytes::from_static(OFFER)));

    for request in [&prack[0], &update[0]] {
        let routes: Vec<_> = request.headers_named("Route").collect();
        assert_eq!(
            routes,
            [
                b"<sip:10.0.0.2;lr;n=1>".as_slice(),
                b"<sip:192.0.2.50;lr;n=2>"
            ]
        );
        let target = request.request_uri().unwrap();
        assert_eq!(target.as_str(), "sip:phone@192.0.2.50:5060");
    }
    assert_eq!(header(&update[0], "CSeq"), "3 UPDATE");
}

#[test]
fn an_update_of_ours_goes_on_after_the_answer_of_its_callee() {
    let mut phone = Phone::called();
    let headers = [("Require", "100rel"), ("RSeq", "1"), ("Allow", "UPDATE")];
    phone.answer("183 Session Progress", &headers, Some(ANSWER));
    let update = phone.act(|a, now, id| a.offer(now, id, Bytes::from_static(OFFER)));
    phone.answer("200 OK", &[], None);
    phone.world.parties[0].events.clear();

    phone.respond(&update[0], "200 OK", &[], Some(ANSWER));

    assert!(matches!(phone.event(), Some(Event::OfferAnswered { .. })));
}

#[test]
fn an_update_of_ours_ends_with_the_answer_of_another_callee() {
    let mut phone = Phone::called();
    let headers = [("Require", "100rel"), ("RSeq", "1"), ("Allow", "UPDATE")];
    phone.answer("183 Session Progress", &headers, Some(ANSWER));
    phone.act(|a, now, id| a.offer(now, id, Bytes::from_static(OFFER)));
    phone.become_fork("two");
    phone.world.parties[0].events.clear();

    phone.answer("200 OK", &[], Some(ANSWER));

    assert!(matches!(
        phone.event(),
        Some(Event::OfferRefused { status: 487, .. })
    ));
    assert!(matches!(phone.event(), Some(Event::Answered { .. })));
}

#[test]
fn the_bye_to_a_callee_that_lost_follows_its_prack() {
    let mut phone = Phone::called();
    phone.answer("183 Session Progress", RELIABLE, Some(ANSWER));
    phone.become_fork("two");
    phone.answer("200 OK", &[], Some(ANSWER));
    phone.become_fork("one");

    let sent = phone.answer("200 OK", &[], None);

    assert_eq!(titles(&sent), ["ACK", "BYE"]);
    assert_eq!(header(&sent[0], "CSeq"), "1 ACK");
    assert_eq!(header(&sent[1], "CSeq"), "3 BYE");
    assert_eq!(sent[1].to_tag(), Some("one"));
}

#[test]
fn the_winners_dialog_goes_on_with_its_own_numbers() {
    let mut phone = Phone::called();
    phone.answer("183 Session Progress", RELIABLE, Some(ANSWER));
    phone.answer("200 OK", &[], None);
    let Some((183, true)) = ringing(&mut phone) else {
        panic!("the early media was not told");
    };
    let Some(Event::Answered { sdp, .. }) = phone.event() else {
        panic!("the answer was not told");
    };
    assert_eq!(sdp.as_deref(), Some(ANSWER), "the 183 has brought it");

    let bye = phone.act(|a, now, id| a.hang_up(now, id, None));

    assert_eq!(header(&bye[0], "CSeq"), "3 BYE");
}

#[test]
fn a_180_without_a_description_says_nothing_about_the_early_media() {
    let mut phone = Phone::called();
    phone.answer("183 Session Progress", &[], Some(ANSWER));
    phone.answer("180 Ringing", &[], None);

    assert_eq!(ringing(&mut phone), Some((183, true)));
    assert_eq!(ringing(&mut phone), Some((180, false)));
}

#[test]
fn an_unreliable_preview_is_replaced_by_the_answer() {
    let mut phone = Phone::called();
    phone.answer("183 Session Progress", &[], Some(OFFER));
    phone.answer("200 OK", &[], Some(ANSWER));
    phone.event();

    let Some(Event::Answered { sdp, .. }) = phone.event() else {
        panic!("the answer was not told");
    };
    assert_eq!(sdp.as_deref(), Some(ANSWER));
}

#[test]
fn an_update_of_a_callee_that_lost_is_turned_down() {
    let mut phone = Phone::called();
    phone.answer("183 Session Progress", RELIABLE, Some(ANSWER));
    let update = phone.offer("UPDATE", 1);
    assert!(phone.send(&update).is_empty());
    phone.become_fork("two");

    let sent = phone.answer("200 OK", &[], Some(ANSWER));

    assert_eq!(titles(&sent), ["487", "ACK"]);
}

#[test]
fn a_phone_that_rings_for_long_is_not_given_up_before_three_minutes_of_silence() {
    let mut phone = Phone::called_with(|invite| invite);
    phone.answer("180 Ringing", &[], None);
    phone.wait(90);
    phone.answer("180 Ringing", &[], None);

    assert!(
        phone.wait(60).is_empty(),
        "the limit of this world is 100 s"
    );
    assert_eq!(titles(&phone.wait(60))[0], "CANCEL");
}

#[test]
fn more_callees_than_may_be_kept_do_no_harm() {
    let mut phone = Phone::called();
    for fork in 0..100 {
        phone.become_fork(&format!("fork{fork}"));
        phone.answer("183 Session Progress", RELIABLE, Some(ANSWER));
    }
    let told = phone.world.parties[0].events.len();
    assert_eq!(told, 8, "eight callees are followed");

    phone.become_fork("last");
    let ack = phone.answer("200 OK", &[], Some(ANSWER));

    assert_eq!(titles(&ack), ["ACK"]);
    let form = phone.world.parties[0].endpoint.save(phone.session).unwrap();
    assert!(form.len() < 20_000, "{} bytes", form.len());
}
