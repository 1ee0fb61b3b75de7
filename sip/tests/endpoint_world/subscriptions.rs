//! The subscriptions that transfers make: what the phone or trunk at the other end sees of them
//! (RFC 3515 §2.4, RFC 4488, RFC 6665).

use sip::message::{Message, Method};
use sip::{Credentials, Error, ReferTo, SessionId, TrunkConfig};

use crate::handmade::Handmade;
use crate::network::{World, address, code, header, invite_to, neighbours};
use crate::offers::Call;
use crate::transfers::{FRIEND, asked};

/// A phone's REFER, accepted; what the phone got.
fn handmade(refer_to: &str, extra: &[(&str, &str)]) -> (Call, Vec<Message>) {
    let mut call = Call::established();
    let mut refer = call.request("REFER", 2).with("Refer-To", refer_to);
    for (name, value) in extra {
        refer = refer.with(name, value);
    }
    let before = call.send(&refer);
    assert_eq!(before, [], "the owner decides");
    let transfer = asked(&call.world, 0);
    call.world
        .act(0, |a, now| a.accept_transfer(now, transfer).unwrap());
    call.world.run_for(50);
    let heard = std::mem::take(&mut call.world.stray);
    (call, heard)
}

#[test]
fn the_first_notify_says_trying_in_the_dialog_of_the_refer() {
    let (call, heard) = handmade("<sip:8002@h>", &[]);

    assert_eq!(code(&heard[0]), Some(202));
    let notify = &heard[1];
    assert_eq!(header(notify, "Event"), "refer");
    assert_eq!(header(notify, "Subscription-State"), "active;expires=100");
    assert_eq!(
        header(notify, "Content-Type"),
        "message/sipfrag;version=2.0"
    );
    assert_eq!(notify.body(), b"SIP/2.0 100 Trying\r\n");
    assert_eq!(notify.from_tag(), Some(call.tag.as_str()));
    assert_eq!(notify.to_tag(), Some("hand"));
    assert!(!header(notify, "Contact").is_empty());
}

#[test]
fn a_second_refer_in_a_dialog_has_its_number_in_the_event() {
    let (mut call, heard) = handmade("<sip:8002@h>", &[]);
    call.world
        .inject(address(50), address(1), &ok_to(&heard[1]));
    let second = call.request("REFER", 7).with("Refer-To", "<sip:8003@h>");
    call.send(&second);
    let transfer = asked(&call.world, 0);
    call.world
        .act(0, |a, now| a.accept_transfer(now, transfer).unwrap());
    call.world.run_for(50);

    let notify = call.world.stray.last().unwrap();
    assert_eq!(header(notify, "Event"), "refer;id=7");
}

/// What a phone answers to a request of ours.
fn answer_to(request: &Message, status: &str) -> String {
    let lines = ["Via", "From", "To", "Call-ID", "CSeq"]
        .map(|name| format!("{name}: {}", header(request, name)))
        .join("\r\n");
    format!("SIP/2.0 {status}\r\n{lines}\r\nContent-Length: 0\r\n\r\n")
}

fn ok_to(request: &Message) -> String {
    answer_to(request, "200 OK")
}

#[test]
fn who_wants_no_reports_gets_none() {
    let (mut call, heard) = handmade(
        "<sip:8002@h>",
        &[("Refer-Sub", "false"), ("Require", "norefersub")],
    );

    assert_eq!(heard.iter().map(code).collect::<Vec<_>>(), [Some(202)]);
    assert_eq!(header(&heard[0], "Refer-Sub"), "false");
    let bye = call.request("BYE", 3);
    assert_eq!(call.send(&bye), [200]);
    call.world.run_until_idle();
    call.world.assert_at_rest("a transfer without reports");
}

#[test]
fn a_notify_that_is_refused_ends_the_subscription_and_nothing_else() {
    let (mut call, heard) = handmade("<sip:8002@h>", &[]);
    let transfer = asked(&call.world, 0);
    let gone = answer_to(&heard[1], "481 Subscription Does Not Exist");
    call.world.inject(address(50), address(1), &gone);
    call.world.run_for(50);

    let told = call
        .world
        .act(0, |a, now| a.report_transfer(now, transfer, 180, ""));
    assert_eq!(told, Err(Error::UnknownTransfer(transfer)));
    let options = call.request("OPTIONS", 3);
    assert_eq!(call.send(&options), [200], "the call goes on");
}

#[test]
fn the_outcome_is_told_before_the_bye_that_follows_at_once() {
    let (mut call, heard) = handmade("<sip:8002@h>", &[]);
    assert_eq!(heard[1].body(), b"SIP/2.0 100 Trying\r\n");
    let transfer = asked(&call.world, 0);
    call.world.act(0, |a, now| {
        a.report_transfer(now, transfer, 200, "").unwrap();
        a.hang_up(now, transfer.session, None).unwrap();
    });
    call.world.run_for(50);

    let told: Vec<_> = call.world.stray.iter().map(Message::method).collect();
    assert_eq!(told, [Method::Notify, Method::Bye]);
    let outcome = std::mem::take(&mut call.world.stray);
    assert_eq!(outcome[0].body(), b"SIP/2.0 200 OK\r\n");
    for request in [&heard[1], &outcome[0], &outcome[1]] {
        call.world.inject(address(50), address(1), &ok_to(request));
    }
    call.world.run_until_idle();
    call.world.assert_at_rest("a transfer told to its end");
}

#[test]
fn a_subscription_can_be_prolonged_and_ended_by_its_owner() {
    let (mut call, heard) = handmade("<sip:8002@h>", &[]);
    call.world
        .inject(address(50), address(1), &ok_to(&heard[1]));
    let longer = call
        .request("SUBSCRIBE", 3)
        .with("Event", "refer")
        .with("Expires", "30");
    let answers = call.world.exchange(address(50), &longer);
    assert_eq!(header(&answers[0], "Expires"), "30");
    assert_eq!(
        header(&answers[1], "Subscription-State"),
        "active;expires=30"
    );
    call.world
        .inject(address(50), address(1), &ok_to(&answers[1]));

    let enough = call
        .request("SUBSCRIBE", 4)
        .with("Event", "refer;id=2")
        .with("Expires", "0");
    let answers = call.world.exchange(address(50), &enough);
    let end = header(&answers[1], "Subscription-State");
    assert_eq!(end, "terminated;reason=timeout");
    call.world
        .inject(address(50), address(1), &ok_to(&answers[1]));
    let again = call.request("SUBSCRIBE", 5).with("Event", "refer");
    assert_eq!(call.send(&again), [481]);
}

#[test]
fn events_that_nobody_knows_are_named_in_the_refusal() {
    let mut call = Call::established();
    for (method, cseq) in [("SUBSCRIBE", 2), ("NOTIFY", 3)] {
        let request = call.request(method, cseq).with("Event", "dialog");
        let answers = call.world.exchange(address(50), &request);
        assert_eq!(code(&answers[0]), Some(489));
        assert_eq!(header(&answers[0], "Allow-Events"), "refer");
    }
    let unasked = call.request("NOTIFY", 4).with("Event", "refer");
    assert_eq!(call.send(&unasked), [481]);
}

#[test]
fn a_refer_that_names_nobody_or_too_many_is_refused() {
    let mut call = Call::established();
    let mut cseq = 2;
    for refer_to in [
        "",
        "*",
        "sip:",
        "<http://example.com>",
        "<sip:8002@h>, <sip:8003@h>",
        "<sip:8002@h?Replaces=odd>",
        "<sip:8002@h;method=BYE>",
    ] {
        let refer = call.request("REFER", cseq).with("Refer-To", refer_to);
        assert_eq!(call.send(&refer), [400], "{refer_to}");
        cseq += 1;
    }
    let nobody = call.request("REFER", cseq);
    assert_eq!(call.send(&nobody), [400]);
    assert_eq!(call.event(), None);
}

/// `a` calls a trunk that asks for credentials and is answered; returns its session.
fn over_a_trunk_with_credentials(world: &mut World) -> SessionId {
    let with_credentials: Vec<_> = neighbours(address(1))
        .into_iter()
        .map(|trunk| TrunkConfig {
            credentials: Some(Credentials {
                user: "400".to_owned(),
                password: "secret".to_owned(),
            }),
            ..trunk
        })
        .collect();
    world.act(0, |a, now| a.set_trunks(now, with_credentials));
    let session = world.act(0, |a, now| a.invite(now, invite_to(address(9))).unwrap());
    world.run_for(50);
    let invite = world.stray.remove(0);
    let ok = ok_to(&invite)
        .replace("\r\nCall-ID", ";tag=trunk\r\nCall-ID")
        .replace(
            "Content-Length",
            "Contact: <sip:192.0.2.9>\r\nContent-Length",
        );
    world.inject(address(9), address(1), &ok);
    world.run_for(50);
    world.stray.clear();
    session
}

#[test]
fn a_refer_that_is_challenged_is_followed_under_its_last_number() {
    let mut world = World::new(1);
    world.add("a", 1);
    let session = over_a_trunk_with_credentials(&mut world);
    let friend = ReferTo::to(FRIEND).unwrap();
    world.act(0, |a, now| a.transfer(now, session, &friend, None).unwrap());
    world.run_for(50);
    let refer = world.stray.remove(0);
    let challenge = answer_to(&refer, "407 Proxy Authentication Required").replace(
        "Content-Length",
        "Proxy-Authenticate: Digest realm=\"h\", nonce=\"n\", qop=\"auth\"\r\nContent-Length",
    );
    world.inject(address(9), address(1), &challenge);
    world.run_for(50);
    let again = world.stray.remove(0);
    let number = again.sequence().number;
    assert!(number > refer.sequence().number);
    world.inject(address(9), address(1), &answer_to(&again, "202 Accepted"));

    let notify = Handmade::new("NOTIFY", address(9))
        .with("From", &header(&again, "To"))
        .with("To", &header(&again, "From"))
        .with("Call-ID", again.call_id())
        .with("Event", &format!("refer;id={number}"))
        .with("Subscription-State", "terminated;reason=noresource")
        .body("message/sipfrag", "SIP/2.0 200 OK\r\n");
    assert_eq!(world.statuses(address(9), &notify), [200]);
    assert_eq!(world.ladder.last().unwrap(), "0.2s a Transfer 200 last");
}

#[test]
fn a_transfer_that_is_over_without_an_outcome_is_done_at_trying() {
    let mut world = World::new(1);
    world.add("a", 1);
    let session = over_a_trunk_with_credentials(&mut world);
    let friend = ReferTo::to(FRIEND).unwrap();
    world.act(0, |a, now| a.transfer(now, session, &friend, None).unwrap());
    world.run_for(50);
    let refer = world.stray.remove(0);
    let notify = Handmade::new("NOTIFY", address(9))
        .with("From", &header(&refer, "To"))
        .with("To", &header(&refer, "From"))
        .with("Call-ID", refer.call_id())
        .with("Event", "refer")
        .with("Subscription-State", "terminated");
    assert_eq!(world.statuses(address(9), &notify), [200]);
    assert_eq!(world.ladder.last().unwrap(), "0.2s a Transfer 100 last");
}
