//! Reliable provisional responses on both sides, and what is offered in them (RFC 3262).

use bytes::Bytes;
use sip::message::Message;
use sip::{EndKind, Event, Progress, Refusal, Reliability};

use crate::handmade::{code, header};
use crate::network::{ANSWER, OFFER, pair};
use crate::phone::{Phone, titles};

const RELIABLE: &[(&str, &str)] = &[("Supported", "100rel"), ("Allow", "INVITE, UPDATE, PRACK")];

fn progress(status: u16, sdp: Option<&'static [u8]>) -> Progress {
    Progress {
        status,
        sdp: sdp.map(Bytes::from_static),
        reliable: Reliability::IfSupported,
    }
}

/// A caller that was told 183 with an answer, and the number of that response.
fn told(headers: &[(&str, &str)]) -> (Phone, u32) {
    let mut phone = Phone::calling(headers);
    let sent = phone.act(|a, now, id| a.progress(now, id, progress(183, Some(ANSWER))));
    let number = number(&sent[0]);
    (phone, number)
}

fn number(response: &Message) -> u32 {
    header(response, "RSeq").parse().unwrap()
}

fn rack(number: u32) -> String {
    format!("{number} 1 INVITE")
}

#[test]
fn a_reliable_response_is_repeated_with_doubling_waits_until_its_prack() {
    let (mut phone, number) = told(RELIABLE);

    let copies = phone.wait(4);
    assert_eq!(titles(&copies), ["183", "183", "183"], "at 0.5, 1.5, 3.5 s");
    assert_eq!(header(&copies[0], "Require"), "100rel");
    let prack = phone.request("PRACK", 2).with("RAck", &rack(number));
    assert_eq!(phone.send(&prack), [200]);
    assert_eq!(phone.send(&prack), [200], "a copy of the PRACK");
    assert!(phone.wait(20).is_empty());
}

#[test]
fn a_prack_that_confirms_nothing_gets_481() {
    let (mut phone, number) = told(RELIABLE);
    let wrong = [
        rack(number + 1),
        format!("{number} 2 INVITE"),
        format!("{number} 1 UPDATE"),
        format!("{number}"),
        String::new(),
    ];
    for (at, rack) in (2..).zip(wrong) {
        let prack = phone.request("PRACK", at).with("RAck", &rack);
        assert_eq!(phone.send(&prack), [481], "{rack}");
    }
    let prack = phone.request("PRACK", 10).with("RAck", &rack(number));
    assert_eq!(phone.send(&prack), [200]);
    let again = phone.request("PRACK", 11).with("RAck", &rack(number));
    assert_eq!(phone.send(&again), [481]);
}

#[test]
fn without_a_prack_the_call_is_refused_after_64_t1() {
    let (mut phone, _) = told(RELIABLE);

    let sent = phone.wait(33);

    let last = sent.last().unwrap();
    assert_eq!(code(last), Some(500));
    let Some(Event::Ended { by, .. }) = phone.event() else {
        panic!("the owner was not told");
    };
    assert_eq!(by.kind, EndKind::AckMissing);
}

#[test]
fn the_200_waits_for_the_prack_of_a_response_with_a_description() {
    let (mut phone, number) = told(RELIABLE);
    let sent = phone.act(|a, now, id| a.answer(now, id, Bytes::from_static(ANSWER)));
    assert!(sent.is_empty());
    phone.restart();

    let prack = phone.request("PRACK", 2).with("RAck", &rack(number));
    let answers = phone.world.exchange(crate::network::address(50), &prack);

    assert_eq!(titles(&answers), ["200", "200"]);
    assert!(header(&answers[0], "CSeq").ends_with("PRACK"));
    assert!(
        answers[1].body().is_empty(),
        "the 183 has brought the answer"
    );
    let ack = phone.request("ACK", 1);
    phone.send(&ack);
    assert!(matches!(phone.event(), Some(Event::Confirmed { .. })));
}

#[test]
fn the_200_does_not_wait_for_the_prack_of_a_response_without_a_description() {
    let mut phone = Phone::calling(RELIABLE);
    let sent = phone.act(|a, now, id| a.progress(now, id, progress(180, None)));
    let number = number(&sent[0]);

    let sent = phone.act(|a, now, id| a.answer(now, id, Bytes::from_static(ANSWER)));

    assert_eq!(titles(&sent), ["200"]);
    assert_eq!(sent[0].body(), ANSWER);
    let prack = phone.request("PRACK", 2).with("RAck", &rack(number));
    assert_eq!(phone.send(&prack), [200], "a late PRACK is still taken");
}

#[test]
fn a_cancel_stops_the_repetition() {
    let (mut phone, _) = told(RELIABLE);
    let cancel = phone
        .request("CANCEL", 1)
        .with("To", "<sip:8001@trunkline>")
        .with(
            "Via",
            "SIP/2.0/UDP 192.0.2.50:5060;branch=z9hG4bKhandINVITE;rport",
        );
    assert_eq!(phone.send(&cancel), [200, 487]);
    let ack = phone.request("ACK", 1).with(
        "Via",
        "SIP/2.0/UDP 192.0.2.50:5060;branch=z9hG4bKhandINVITE;rport",
    );
    phone.send(&ack);

    assert!(phone.wait(40).is_empty());
    phone
        .world
        .assert_at_rest("a CANCEL of a reliable response");
}

#[test]
fn a_refusal_does_not_wait_for_the_prack() {
    let (mut phone, _) = told(RELIABLE);
    let refusal = Refusal::plain(486);

    let sent = phone.act(|a, now, id| a.refuse(now, id, &refusal));

    assert_eq!(titles(&sent), ["486"]);
}

#[test]
fn the_next_response_waits_until_the_one_before_is_confirmed() {
    let (mut phone, first) = told(RELIABLE);
    assert!(
        phone
            .act(|a, now, id| a.progress(now, id, progress(180, None)))
            .is_empty()
    );
    let prack = phone.request("PRACK", 2).with("RAck", &rack(first));

    let answers = phone.world.exchange(crate::network::address(50), &prack);

    assert_eq!(titles(&answers), ["200", "180"]);
    assert_eq!(number(&answers[1]), first + 1);
}

#[test]
fn a_caller_that_insists_gets_nothing_unreliably() {
    let mut phone = Phone::calling(&[("Require", "100rel")]);

    let sent = phone.act(sip::Endpoint::ring);

    assert_eq!(titles(&sent), ["180"]);
    assert_eq!(header(&sent[0], "Require"), "100rel");
}

#[test]
fn a_caller_that_does_not_know_prack_gets_its_early_media_unreliably() {
    let mut phone = Phone::calling(&[]);

    let sent = phone.act(|a, now, id| a.progress(now, id, progress(183, Some(ANSWER))));

    assert_eq!((code(&sent[0]), sent[0].body()), (Some(183), ANSWER));
    assert_eq!(header(&sent[0], "RSeq"), "");
    assert!(phone.wait(10).is_empty());
    let sent = phone.act(|a, now, id| a.answer(now, id, Bytes::from_static(ANSWER)));
    assert_eq!(
        sent[0].body(),
        ANSWER,
        "the 200 has the description as well"
    );
}

#[test]
fn a_response_that_rings_on_is_repeated_each_minute_for_the_proxies() {
    let mut phone = Phone::calling(&[]);
    phone.act(sip::Endpoint::ring);

    assert_eq!(titles(&phone.wait(61)), ["180"]);
}

#[test]
fn our_offer_in_a_reliable_183_is_answered_in_the_prack() {
    let mut phone = Phone::calling_with(RELIABLE, None);
    let sent = phone.act(|a, now, id| a.progress(now, id, progress(183, Some(OFFER))));
    assert_eq!(sent[0].body(), OFFER);
    let update = phone.offer("UPDATE", 2);
    assert_eq!(phone.send(&update), [491], "our offer is open");
    let answer = str::from_utf8(ANSWER).unwrap();
    let prack = phone
        .request("PRACK", 3)
        .with("RAck", &rack(number(&sent[0])))
        .body("application/sdp", answer);

    assert_eq!(phone.send(&prack), [200]);

    let Some(Event::OfferAnswered { sdp, .. }) = phone.event() else {
        panic!("the answer did not arrive");
    };
    assert_eq!(sdp, ANSWER);
    let sent = phone.act(|a, now, id| a.answer(now, id, Bytes::from_static(OFFER)));
    assert!(sent[0].body().is_empty());
    let ack = phone.request("ACK", 1);
    phone.send(&ack);
    assert!(matches!(
        phone.event(),
        Some(Event::Confirmed { sdp: None, .. })
    ));
}

#[test]
fn a_prack_may_carry_a_new_offer_which_holds_the_200_back() {
    let (mut phone, number) = told(RELIABLE);
    phone.act(|a, now, id| a.answer(now, id, Bytes::from_static(ANSWER)));
    let prack = phone.offer("PRACK", 2).with("RAck", &rack(number));
    assert!(phone.send(&prack).is_empty());
    assert!(matches!(phone.event(), Some(Event::Offer { .. })));

    let sent = phone.act(|a, now, id| a.answer_offer(now, id, Bytes::from_static(ANSWER)));

    assert_eq!(titles(&sent), ["200", "200"]);
    assert_eq!(sent[0].body(), ANSWER);
    assert!(header(&sent[1], "CSeq").ends_with("INVITE"));
}

#[test]
fn an_update_before_the_answer_is_taken_once_both_sides_have_agreed() {
    let mut phone = Phone::calling(RELIABLE);
    let early = phone.offer("UPDATE", 2);
    assert_eq!(phone.send(&early), [500], "the INVITE's offer is open");
    let sent = phone.act(|a, now, id| a.progress(now, id, progress(183, Some(ANSWER))));
    let prack = phone
        .request("PRACK", 3)
        .with("RAck", &rack(number(&sent[0])));
    phone.send(&prack);
    let update = phone.offer("UPDATE", 4);

    assert!(phone.send(&update).is_empty());
    assert!(matches!(phone.event(), Some(Event::Offer { .. })));
    let sent = phone.act(|a, now, id| a.answer_offer(now, id, Bytes::from_static(ANSWER)));

    assert_eq!((code(&sent[0]), sent[0].body()), (Some(200), ANSWER));
    let silent = phone.request("UPDATE", 5);
    assert_eq!(phone.send(&silent), [200], "one without an offer");
}

#[test]
fn we_may_offer_before_the_answer_once_the_prack_has_come() {
    let (mut phone, number) = told(RELIABLE);
    let session = phone.session;
    let early = phone
        .world
        .act(0, |a, now| a.offer(now, session, Bytes::from_static(OFFER)));
    assert!(matches!(early, Err(sip::Error::WrongState { .. })));
    let prack = phone.request("PRACK", 2).with("RAck", &rack(number));
    phone.send(&prack);

    let sent = phone.act(|a, now, id| a.offer(now, id, Bytes::from_static(OFFER)));

    assert_eq!(titles(&sent), ["UPDATE"]);
    phone.respond(&sent[0], "200 OK", &[], Some(ANSWER));
    assert!(matches!(phone.event(), Some(Event::OfferAnswered { .. })));
}

#[test]
fn an_update_that_was_sent_before_our_answer_does_not_stand_for_its_ack() {
    let (mut phone, number) = told(RELIABLE);
    let prack = phone.request("PRACK", 2).with("RAck", &rack(number));
    phone.send(&prack);
    phone.act(|a, now, id| a.answer(now, id, Bytes::from_static(ANSWER)));
    let update = phone.offer("UPDATE", 3);
    phone.send(&update);

    assert!(matches!(phone.event(), Some(Event::Offer { .. })));
    assert_eq!(titles(&phone.wait(1)), ["200"], "the 200 is repeated");
    let ack = phone.request("ACK", 1);
    phone.send(&ack);
    assert!(matches!(phone.event(), Some(Event::Confirmed { .. })));
}

fn reliable(number: u32) -> [(&'static str, String); 3] {
    [
        ("Require", "100rel".to_owned()),
        ("RSeq", number.to_string()),
        ("Allow", "INVITE, UPDATE, PRACK".to_owned()),
    ]
}

fn rings(phone: &mut Phone, status: &str, number: u32, sdp: Option<&[u8]>) -> Vec<Message> {
    let headers = reliable(number);
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    phone.answer(status, &headers, sdp)
}

#[test]
fn each_reliable_response_is_confirmed_once_and_in_order() {
    let mut phone = Phone::called();
    assert!(header(phone.invite.as_ref().unwrap(), "Supported").contains("100rel"));

    let first = rings(&mut phone, "183 Session Progress", 7, Some(ANSWER));
    assert_eq!(titles(&first), ["PRACK"]);
    assert_eq!(header(&first[0], "RAck"), "7 1 INVITE");
    assert_eq!(header(&first[0], "CSeq"), "2 PRACK");
    phone.respond(&first[0], "200 OK", &[], None);
    let copy = rings(&mut phone, "183 Session Progress", 7, Some(ANSWER));
    assert!(copy.is_empty(), "a copy");
    let ahead = rings(&mut phone, "180 Ringing", 9, None);
    assert!(ahead.is_empty(), "one that overtook another");
    let second = rings(&mut phone, "180 Ringing", 8, None);
    assert_eq!(header(&second[0], "RAck"), "8 1 INVITE");
    let third = rings(&mut phone, "180 Ringing", 9, None);
    assert_eq!(header(&third[0], "CSeq"), "4 PRACK");

    let told: Vec<_> = std::iter::from_fn(|| phone.event()).collect();
    assert_eq!(told.len(), 3, "each is told once: {told:?}");
}

#[test]
fn an_offer_in_a_reliable_response_is_answered_in_our_prack() {
    let mut phone = Phone::called_with(|mut invite| {
        invite.offer = Bytes::new();
        invite
    });
    let sent = rings(&mut phone, "183 Session Progress", 1, Some(OFFER));
    assert!(sent.is_empty());
    let Some(Event::Ringing { sdp: Some(_), .. }) = phone.event() else {
        panic!("the offer was not told");
    };
    phone.restart();

    let sent = phone.act(|a, now, id| a.acknowledge(now, id, Bytes::from_static(ANSWER)));
    assert_eq!(titles(&sent), ["PRACK"]);
    assert_eq!(sent[0].body(), ANSWER);
    let ack = phone.answer("200 OK", &[], None);

    assert_eq!(titles(&ack), ["ACK"]);
    assert!(ack[0].body().is_empty());
    assert!(matches!(phone.event(), Some(Event::Answered { .. })));
}

#[test]
fn a_callee_may_update_before_it_answers_and_the_200_leaves_that_as_it_is() {
    let mut phone = Phone::called();
    let early = phone.offer("UPDATE", 1);
    assert_eq!(phone.send(&early), [481], "no early dialog is known");
    phone.answer("183 Session Progress", &[], Some(ANSWER));
    let unreliable = phone.offer("UPDATE", 2);
    assert_eq!(phone.send(&unreliable), [491], "our offer is open");
    rings(&mut phone, "183 Session Progress", 1, Some(ANSWER));
    let update = phone.offer("UPDATE", 3);
    assert!(phone.send(&update).is_empty());
    let sent = phone.act(|a, now, id| a.answer_offer(now, id, Bytes::from_static(ANSWER)));
    assert_eq!(titles(&sent), ["200"]);
    phone.world.parties[0].events.clear();

    phone.answer("200 OK", &[], Some(ANSWER));

    let Some(Event::Answered { sdp, .. }) = phone.event() else {
        panic!("the answer was not told");
    };
    assert_eq!(sdp.as_deref(), Some(OFFER), "what the UPDATE brought");
}

#[test]
fn two_parties_agree_early_and_answer() {
    let mut world = pair();
    let caller = world.call();
    world.run_for(100);
    let callee = world.incoming(1);
    world.act(1, |b, now| {
        b.progress(now, callee, progress(183, Some(ANSWER)))
            .unwrap();
        b.answer(now, callee, Bytes::from_static(ANSWER)).unwrap();
    });
    world.run_for(100);

    assert_eq!(
        world.ladder[3..],
        [
            "0.1s b 183 →",
            "0.1s a PRACK →",
            "0.1s a Ringing 183",
            "0.1s b 200 →",
            "0.1s b 200 →",
            "0.1s a ACK →",
            "0.1s a Answered",
            "0.1s b Confirmed",
        ]
    );
    let Some(Event::Answered { sdp, .. }) = world.parties[0].events.pop_back() else {
        panic!("the answer was not told");
    };
    assert_eq!(sdp.as_deref(), Some(ANSWER), "what the 183 brought");
    world.act(0, |a, now| a.hang_up(now, caller, None).unwrap());
    world.run_until_idle();
    world.assert_at_rest("early agreement");
}
