//! What crosses on the wire: CANCEL and answer, forked answers, BYE against BYE, early BYE.

use bytes::Bytes;
use sip::SessionId;
use sip::message::Message;

use crate::network::{ANSWER, Handmade, World, address, code, header, invite_to, pair};
use crate::registrations::reply_to;

fn methods(world: &mut World) -> Vec<String> {
    let sent = std::mem::take(&mut world.stray);
    sent.iter()
        .map(|message| message.method_text().to_owned())
        .collect()
}

/// A call to a handmade phone at 192.0.2.50: its session and the INVITE.
fn outgoing() -> (World, SessionId, Message) {
    let mut world = World::new(1);
    world.add("a", 1);
    let session = world.act(0, |a, now| a.invite(now, invite_to(address(50))).unwrap());
    world.run_for(50);
    let invite = world.stray.remove(0);
    (world, session, invite)
}

fn answer(world: &mut World, request: &Message, status: &str, tag: &str) {
    let text = reply_to(request, status, "<sip:phone@192.0.2.50:5060>");
    let text = text.replace("tag=phone", &format!("tag={tag}"));
    world.inject(address(50), address(1), &text);
    world.run_for(50);
}

#[test]
fn a_call_given_up_while_it_rings_is_cancelled() {
    let mut world = pair();
    let caller = world.call();
    world.run_for(100);
    let callee = world.incoming(1);
    world.act(1, |b, now| b.ring(now, callee).unwrap());
    world.run_for(100);
    world.act(0, |a, now| a.hang_up(now, caller, None).unwrap());
    world.run_until_idle();

    assert_eq!(
        world.ladder[5..],
        [
            "0.2s a CANCEL →",
            "0.2s b 200 →",
            "0.2s b 487 →",
            "0.2s b Ended Cancelled",
            "0.2s a ACK →",
        ]
    );
    world.assert_at_rest("a CANCEL");
}

#[test]
fn no_cancel_is_sent_before_the_callee_was_heard() {
    let (mut world, session, invite) = outgoing();
    world.act(0, |a, now| a.hang_up(now, session, None).unwrap());
    world.run_for(600);
    assert_eq!(
        methods(&mut world),
        ["INVITE"],
        "it is repeated all the same"
    );

    answer(&mut world, &invite, "180 Ringing", "one");

    assert_eq!(methods(&mut world), ["CANCEL"]);
}

#[test]
fn a_call_given_up_that_nobody_hears_ends_in_silence() {
    let (mut world, session, _) = outgoing();
    world.act(0, |a, now| a.hang_up(now, session, None).unwrap());
    world.run_until_idle();

    assert!(world.parties[0].events.is_empty());
    world.assert_at_rest("nobody heard it");
}

#[test]
fn a_cancel_that_nobody_answers_is_given_up_after_64_t1() {
    let (mut world, session, invite) = outgoing();
    answer(&mut world, &invite, "180 Ringing", "one");
    world.act(0, |a, now| a.hang_up(now, session, None).unwrap());
    world.run_until_idle();

    assert_eq!(
        world.parties[0].events.len(),
        1,
        "only the ringing was told"
    );
    world.assert_at_rest("an unanswered CANCEL");
}

#[test]
fn an_answer_that_crosses_the_cancel_is_acknowledged_and_hung_up() {
    let (mut world, session, invite) = outgoing();
    answer(&mut world, &invite, "180 Ringing", "one");
    world.act(0, |a, now| a.hang_up(now, session, None).unwrap());
    world.run_for(20);
    assert_eq!(methods(&mut world), ["CANCEL"]);

    answer(&mut world, &invite, "200 OK", "one");

    assert_eq!(methods(&mut world), ["ACK", "BYE"]);
}

#[test]
fn a_cancel_that_crosses_the_answer_changes_nothing_at_the_callee() {
    let mut world = World::new(1);
    world.add("a", 1);
    world.exchange(address(50), &Handmade::new("INVITE", address(50)));
    let session = world.incoming(0);
    world.act(0, |a, now| {
        a.answer(now, session, Bytes::from_static(ANSWER)).unwrap();
    });
    world.run_for(20);
    world.stray.clear();
    let cancel = Handmade::new("CANCEL", address(50)).with(
        "Via",
        "SIP/2.0/UDP 192.0.2.50:5060;branch=z9hG4bKhandINVITE;rport",
    );

    assert_eq!(world.statuses(address(50), &cancel), [200]);
    assert_eq!(
        world.parties[0].events.len(),
        1,
        "only the call itself was told"
    );
}

#[test]
fn a_copy_of_the_cancel_is_answered_with_the_same_200_and_no_second_487() {
    let mut world = World::new(1);
    world.add("a", 1);
    let via = "SIP/2.0/UDP 192.0.2.50:5060;branch=z9hG4bKhandINVITE;rport";
    world.exchange(
        address(50),
        &Handmade::new("INVITE", address(50)).with("Via", via),
    );
    let cancel = Handmade::new("CANCEL", address(50)).with("Via", via);

    assert_eq!(world.statuses(address(50), &cancel), [200, 487]);
    assert_eq!(world.statuses(address(50), &cancel), [200]);
}

#[test]
fn of_two_forked_answers_the_first_wins_and_the_other_is_hung_up() {
    let (mut world, _, invite) = outgoing();
    answer(&mut world, &invite, "200 OK", "one");
    assert_eq!(methods(&mut world), ["ACK"]);

    answer(&mut world, &invite, "200 OK", "two");
    let sent = std::mem::take(&mut world.stray);
    assert_eq!(sent[0].method_text(), "ACK");
    assert_eq!(sent[1].method_text(), "BYE");
    assert!(sent.iter().all(|message| message.to_tag() == Some("two")));

    answer(&mut world, &invite, "200 OK", "two");
    answer(&mut world, &invite, "200 OK", "one");
    assert_eq!(
        methods(&mut world),
        ["ACK", "ACK"],
        "each copy is acknowledged"
    );
    assert_eq!(world.parties[0].events.len(), 1, "one answer is told");
}

#[test]
fn both_sides_may_hang_up_at_once() {
    let mut world = pair();
    let (caller, callee) = world.established();
    world.act(0, |a, now| a.hang_up(now, caller, None).unwrap());
    world.act(1, |b, now| b.hang_up(now, callee, None).unwrap());
    world.run_until_idle();

    assert_eq!(
        world.ladder,
        [
            "0.2s a BYE →",
            "0.2s b BYE →",
            "0.2s b 200 →",
            "0.2s a 200 →"
        ]
    );
    world.assert_at_rest("two BYEs");
}

#[test]
fn a_caller_may_send_bye_before_the_answer() {
    let mut world = World::new(1);
    world.add("a", 1);
    world.exchange(address(50), &Handmade::new("INVITE", address(50)));
    let session = world.incoming(0);
    world.act(0, |a, now| a.ring(now, session).unwrap());
    world.run_for(20);
    let tag = world.stray.remove(0).to_tag().unwrap().to_owned();
    let bye = Handmade::new("BYE", address(50))
        .with("To", &format!("<sip:8001@trunkline>;tag={tag}"))
        .with("CSeq", "2 BYE");

    assert_eq!(world.statuses(address(50), &bye), [200, 487]);
}

#[test]
fn the_route_set_is_kept_in_every_request_of_the_dialog() {
    let (mut world, session, invite) = outgoing();
    let text = reply_to(&invite, "200 OK", "<sip:phone@10.0.0.9>").replace(
        "Contact:",
        "Record-Route: <sip:192.0.2.50;lr;n=2>, <sip:10.0.0.2;lr;n=1>\r\nContact:",
    );
    world.inject(address(50), address(1), &text);
    world.run_for(50);
    world.act(0, |a, now| a.hang_up(now, session, None).unwrap());
    world.run_for(50);

    // The first hop is private and foreign, so both go back over the flow of the peer.
    for message in &world.stray {
        let routes: Vec<_> = message.headers_named("Route").collect();
        assert_eq!(
            routes,
            [
                b"<sip:10.0.0.2;lr;n=1>".as_slice(),
                b"<sip:192.0.2.50;lr;n=2>"
            ]
        );
        assert_eq!(
            message.request_uri().unwrap().as_str(),
            "sip:phone@10.0.0.9"
        );
    }
    assert_eq!(methods(&mut world), ["ACK", "BYE"]);
}

#[test]
fn a_trunk_that_names_another_host_is_spoken_to_there() {
    let (mut world, session, invite) = outgoing();
    let text = reply_to(&invite, "200 OK", "<sip:phone@192.0.2.60:5070>");
    world.inject(address(50), address(1), &text);
    world.run_for(50);
    world.act(0, |a, now| a.hang_up(now, session, None).unwrap());
    world.run_for(50);

    let bye = world.stray.pop().unwrap();
    assert_eq!(code(&bye), None);
    assert_eq!(
        bye.request_uri().unwrap().as_str(),
        "sip:phone@192.0.2.60:5070"
    );
    assert!(header(&bye, "CSeq").ends_with("BYE"));
}
