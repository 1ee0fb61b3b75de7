//! Re-INVITE, UPDATE, INFO and the order of requests inside a dialog.

use bytes::Bytes;
use sip::message::Message;
use sip::{Error, Event, Refusal, SessionId, Warning};

use crate::network::{ANSWER, Handmade, OFFER, World, address, code, header};

/// A call from a handmade phone at 192.0.2.50 to the first party, answered but not acknowledged.
pub(crate) struct Call {
    pub(crate) world: World,
    pub(crate) session: SessionId,
    pub(crate) tag: String,
}

impl Call {
    pub(crate) fn answered() -> Self {
        let mut world = World::new(1);
        world.add("a", 1);
        let offer = String::from_utf8(OFFER.to_vec()).unwrap();
        let invite = Handmade::new("INVITE", address(50)).body("application/sdp", &offer);
        world.exchange(address(50), &invite);
        let session = world.incoming(0);
        world.act(0, |a, now| {
            a.answer(now, session, Bytes::from_static(ANSWER)).unwrap();
        });
        world.run_for(50);
        let tag = world.stray.remove(0).to_tag().unwrap().to_owned();
        world.parties[0].events.clear();
        Self {
            world,
            session,
            tag,
        }
    }

    pub(crate) fn established() -> Self {
        let mut call = Self::answered();
        let ack = call.request("ACK", 1);
        assert!(call.send(&ack).is_empty());
        assert!(matches!(
            call.event(),
            Some(Event::Confirmed { sdp: None, .. })
        ));
        call
    }

    pub(crate) fn request(&self, method: &'static str, cseq: u32) -> Handmade {
        let via = format!("SIP/2.0/UDP 192.0.2.50:5060;branch=z9hG4bK{method}{cseq};rport");
        Handmade::new(method, address(50))
            .with("Via", &via)
            .with("To", &format!("<sip:8001@trunkline>;tag={}", self.tag))
            .with("CSeq", &format!("{cseq} {method}"))
    }

    fn offer(&self, method: &'static str, cseq: u32) -> Handmade {
        let offer = String::from_utf8(OFFER.to_vec()).unwrap();
        self.request(method, cseq).body("application/sdp", &offer)
    }

    pub(crate) fn send(&mut self, request: &Handmade) -> Vec<u16> {
        self.world.statuses(address(50), request)
    }

    pub(crate) fn event(&mut self) -> Option<Event> {
        self.world.parties[0].events.pop_front()
    }

    fn answer_offer(&mut self) -> Message {
        let session = self.session;
        let sdp = Bytes::from_static(ANSWER);
        self.world
            .act(0, |a, now| a.answer_offer(now, session, sdp).unwrap());
        self.world.run_for(50);
        self.world.stray.remove(0)
    }
}

#[test]
fn a_reinvite_is_answered_and_its_contact_is_the_new_target() {
    let mut call = Call::established();
    let reinvite = call
        .offer("INVITE", 2)
        .with("Contact", "<sip:moved@192.0.2.50:5060>");

    assert_eq!(call.send(&reinvite), [100]);
    assert!(matches!(
        call.event(),
        Some(Event::Offer { sdp: Some(_), .. })
    ));
    let answer = call.answer_offer();
    assert_eq!((code(&answer), answer.body()), (Some(200), ANSWER));
    let ack = call.request("ACK", 2);
    call.send(&ack);
    call.world.run_for(5000);
    assert!(call.world.stray.is_empty(), "the 200 is not repeated");

    let session = call.session;
    call.world
        .act(0, |a, now| a.hang_up(now, session, None).unwrap());
    call.world.run_for(50);
    let bye = call.world.stray.remove(0);
    assert_eq!(
        bye.request_uri().unwrap().as_str(),
        "sip:moved@192.0.2.50:5060"
    );
}

#[test]
fn a_reinvite_without_offer_gets_one_and_the_ack_brings_the_answer() {
    let mut call = Call::established();
    let reinvite = call.request("INVITE", 2);
    call.send(&reinvite);
    assert!(matches!(call.event(), Some(Event::Offer { sdp: None, .. })));
    call.answer_offer();
    let early = call.offer("UPDATE", 3);
    assert_eq!(call.send(&early), [491], "our own offer is open");

    let answer = String::from_utf8(ANSWER.to_vec()).unwrap();
    let ack = call.request("ACK", 2).body("application/sdp", &answer);
    call.send(&ack);

    let Some(Event::Confirmed { sdp, .. }) = call.event() else {
        panic!("the answer did not arrive");
    };
    assert_eq!(sdp.as_deref(), Some(ANSWER));
}

#[test]
fn a_second_offer_before_the_first_is_answered_is_put_off() {
    let mut call = Call::established();
    let (first, second) = (call.offer("INVITE", 2), call.offer("UPDATE", 3));
    call.send(&first);

    let answers = call.world.exchange(address(50), &second);

    assert_eq!(code(&answers[0]), Some(500));
    let wait: u32 = header(&answers[0], "Retry-After").parse().unwrap();
    assert!(wait <= 10);
    assert_eq!(code(&call.answer_offer()), Some(200), "the first goes on");
}

#[test]
fn a_refused_offer_leaves_the_session_as_it_was() {
    let mut call = Call::established();
    let reinvite = call.offer("INVITE", 2);
    call.send(&reinvite);
    let session = call.session;
    let refusal = Refusal {
        warning: Some(Warning {
            code: 305,
            text: "no codec",
        }),
        ..Refusal::plain(488)
    };

    call.world
        .act(0, |a, now| a.refuse_offer(now, session, &refusal).unwrap());
    call.world.run_for(50);
    let told = call.world.stray.remove(0);
    assert_eq!(code(&told), Some(488));
    assert_eq!(header(&told, "Warning"), "305 trunkline \"no codec\"");
    let again = call
        .world
        .act(0, |a, now| a.refuse_offer(now, session, &refusal));

    assert!(matches!(again, Err(Error::WrongState { .. })));
    let update = call.request("UPDATE", 3);
    assert!(call.send(&update).contains(&200));
}

#[test]
fn a_request_after_the_answer_stands_for_its_lost_ack() {
    let mut call = Call::answered();
    let update = call.offer("UPDATE", 2);

    assert!(call.send(&update).is_empty());

    assert!(matches!(call.event(), Some(Event::Confirmed { .. })));
    assert!(matches!(call.event(), Some(Event::Offer { .. })));
    assert_eq!(code(&call.answer_offer()), Some(200));
}

#[test]
fn requests_that_come_too_late_are_refused_by_their_number() {
    let mut call = Call::established();
    let (fifth, third) = (call.request("INFO", 5), call.request("INFO", 3));

    assert_eq!(call.send(&fifth), [200]);
    assert_eq!(call.send(&third), [500]);
}

#[test]
fn an_info_is_answered_told_once_and_its_copy_answered_again() {
    let mut call = Call::established();
    let info = call
        .request("INFO", 2)
        .body("application/dtmf-relay;x=1", "Signal=5");

    assert_eq!(call.send(&info), [200]);
    assert_eq!(call.send(&info), [200]);

    assert_eq!(
        call.event(),
        Some(Event::Info {
            session: call.session,
            content_type: "application/dtmf-relay".to_owned(),
            body: Bytes::from_static(b"Signal=5"),
        })
    );
    assert_eq!(call.event(), None);
}

#[test]
fn what_is_not_understood_inside_a_dialog_does_not_end_it() {
    let mut call = Call::established();
    let cases = [
        (call.request("PUBLISH", 2), 405),
        (call.request("REFER", 2), 400),
        (call.request("DANCE", 3), 501),
        (call.request("INFO", 4).with("Require", "magic"), 420),
        (call.request("OPTIONS", 5), 200),
        (
            call.request("INFO", 6).with("From", "<sip:x@y>;tag=forged"),
            481,
        ),
        (call.request("BYE", 7).with("Call-ID", "forged"), 481),
    ];
    for (request, status) in cases {
        assert_eq!(call.send(&request), [status], "{}", request.text());
    }
    let bye = call.request("BYE", 8);
    assert_eq!(call.send(&bye), [200]);
    assert!(matches!(call.event(), Some(Event::Ended { .. })));
}

#[test]
fn a_bye_ends_what_still_waits_for_an_answer() {
    let mut call = Call::established();
    let (reinvite, bye) = (call.offer("INVITE", 2), call.request("BYE", 3));
    call.send(&reinvite);

    assert_eq!(call.send(&bye), [200, 487]);
    assert_eq!(call.send(&bye), [200], "a copy of the BYE");
    call.world.run_until_idle();
    call.world.assert_at_rest("a BYE in a re-INVITE");
}

#[test]
fn a_copy_of_a_refused_reinvite_is_refused_again_after_things_have_changed() {
    let mut call = Call::established();
    let update = call.offer("UPDATE", 2);
    assert!(call.send(&update).is_empty(), "the owner is thinking");
    let reinvite = call.offer("INVITE", 3);
    assert_eq!(call.send(&reinvite), [500], "one offer at a time");
    call.answer_offer();

    assert_eq!(call.send(&reinvite), [500]);
}
