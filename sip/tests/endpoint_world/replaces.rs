//! Calls in the place of other calls (RFC 3891), and attended transfers made of them (RFC 5589).

use std::net::SocketAddr;

use bytes::Bytes;
use sip::{Event, Invite, ReferTo, Replaces, SessionId, TransferId};

use crate::handmade::Handmade;
use crate::network::{ANSWER, OFFER, World, address, invite_to, pair};
use crate::offers::Call;

/// A phone's call in the place of the one that this header names.
fn instead_of(replaces: &str) -> Handmade {
    let offer = String::from_utf8(OFFER.to_vec()).unwrap();
    Handmade::new("INVITE", address(60))
        .with("Call-ID", "instead")
        .with("Replaces", replaces)
        .body("application/sdp", &offer)
}

fn replaced(call: &Call) -> Option<SessionId> {
    let events = call.world.parties[0].events.iter();
    let mut found = events.filter_map(|event| match event {
        Event::Incoming { incoming, .. } => Some(incoming.replaces),
        _ => None,
    });
    found.next_back().expect("a call came in")
}

#[test]
fn a_call_takes_the_place_of_an_answered_one() {
    let mut call = Call::established();
    let value = format!("handmade;from-tag=hand;to-tag={}", call.tag);

    let statuses = call.world.statuses(address(60), &instead_of(&value));

    assert_eq!(statuses, [100]);
    assert_eq!(replaced(&call), Some(call.session));
}

#[test]
fn a_call_in_the_place_of_none_is_a_new_one() {
    let mut call = Call::established();
    let plain = instead_of("x").without("Replaces");
    assert_eq!(call.world.statuses(address(60), &plain), [100]);
    assert_eq!(replaced(&call), None);
}

#[test]
fn what_cannot_be_replaced_is_refused_as_the_rfc_says() {
    let mut call = Call::established();
    let tag = call.tag.clone();
    let cases = [
        (
            format!("handmade;from-tag=hand;to-tag={tag};early-only"),
            486,
        ),
        (format!("other;from-tag=hand;to-tag={tag}"), 481),
        (format!("handmade;from-tag=forged;to-tag={tag}"), 481),
        (
            "handmade;from-tag=hand;to-tag=0123456789abcdef".to_owned(),
            481,
        ),
        (format!("handmade;to-tag={tag}"), 400),
        (
            format!("handmade;from-tag=hand;to-tag={tag}\r\nReplaces: a;to-tag=1;from-tag=2"),
            400,
        ),
        (String::new(), 400),
    ];
    for (value, status) in cases {
        let statuses = call.world.statuses(address(60), &instead_of(&value));
        assert_eq!(statuses, [status], "{value}");
    }
    assert_eq!(call.event(), None);
}

#[test]
fn a_call_that_is_over_is_declined() {
    let mut call = Call::established();
    let bye = call.request("BYE", 2);
    assert_eq!(call.send(&bye), [200]);
    let value = format!("handmade;from-tag=hand;to-tag={}", call.tag);

    assert_eq!(call.world.statuses(address(60), &instead_of(&value)), [603]);

    call.world.run_until_idle();
    assert_eq!(call.world.statuses(address(60), &instead_of(&value)), [481]);
}

#[test]
fn a_call_that_we_have_not_answered_cannot_be_replaced() {
    let mut world = pair();
    let caller = world.call();
    world.run_for(100);
    let callee = world.incoming(1);
    world.act(1, |b, now| b.ring(now, callee).unwrap());
    world.run_for(100);
    let ladder = world.ladder.len();
    let replaces = Replaces {
        call_id: incoming_call_id(&world.parties[1].events),
        to_tag: format!("{:016x}", callee.0),
        from_tag: format!("{:016x}", caller.0),
        early_only: false,
    };

    let third = Invite {
        replaces: Some(replaces),
        ..invite_to(address(2))
    };
    world.act(0, |a, now| a.invite(now, third).unwrap());
    world.run_for(100);

    assert_eq!(
        world.ladder[ladder..],
        [
            "0.2s a INVITE →",
            "0.2s b 481 →",
            "0.2s a ACK →",
            "0.2s a Refused 481"
        ]
    );
}

fn incoming_call_id(events: &std::collections::VecDeque<Event>) -> String {
    let mut found = events.iter().filter_map(|event| match event {
        Event::Incoming { incoming, .. } => Some(incoming.call_id.clone()),
        _ => None,
    });
    found.next().expect("a call came in")
}

#[test]
fn a_call_that_rings_elsewhere_can_be_picked_up_by_its_caller_only_while_it_rings() {
    let mut world = pair();
    let caller = world.call();
    world.run_for(100);
    let callee = world.incoming(1);
    world.act(1, |b, now| b.ring(now, callee).unwrap());
    world.run_for(100);
    let early = Replaces {
        call_id: incoming_call_id(&world.parties[1].events),
        to_tag: format!("{:016x}", caller.0),
        from_tag: format!("{:016x}", callee.0),
        early_only: true,
    };
    let pickup = Invite {
        replaces: Some(early.clone()),
        ..invite_to(address(1))
    };
    world.act(1, |b, now| b.invite(now, pickup.clone()).unwrap());
    world.run_for(100);
    let Some(Event::Incoming { incoming, .. }) = world.parties[0].events.pop_back() else {
        panic!("no call came in");
    };
    assert_eq!(incoming.replaces, Some(caller));

    world.act(1, |b, now| {
        b.answer(now, callee, Bytes::from_static(ANSWER)).unwrap();
    });
    world.run_for(100);
    world.act(1, |b, now| b.invite(now, pickup).unwrap());
    world.run_for(100);
    assert!(world.ladder.last().unwrap().ends_with("b Refused 486"));
}

#[test]
fn a_stranger_learns_nothing_of_what_could_be_replaced() {
    let mut call = Call::established();
    let stranger = SocketAddr::from(([203, 0, 113, 9], 5060));
    for tag in [call.tag.clone(), "0123456789abcdef".to_owned()] {
        let value = format!("handmade;from-tag=hand;to-tag={tag}");
        let statuses = call.world.statuses(stranger, &instead_of(&value));
        assert_eq!(statuses, [401]);
    }
}

/// `a` talks to `b` and has asked `c`: the sessions of `a`, and that of `c`.
fn consulting() -> (World, [SessionId; 2], SessionId) {
    let mut world = pair();
    let friend = world.add("c", 3);
    let (first, _) = world.established();
    let consult = world.act(0, |a, now| a.invite(now, invite_to(address(3))).unwrap());
    world.run_for(100);
    let consulted = world.incoming(friend);
    world.act(friend, |c, now| {
        c.answer(now, consulted, Bytes::from_static(ANSWER))
            .unwrap();
    });
    world.run_for(100);
    world.ladder.clear();
    (world, [first, consult], consulted)
}

/// `b` does what `a` asks it for; returns the transfer.
fn joined(world: &mut World) -> TransferId {
    let Some(Event::Referred {
        transfer,
        refer_to,
        referred_by,
        ..
    }) = world.parties[1].events.pop_back()
    else {
        panic!("nobody was asked");
    };
    let joining = Invite {
        replaces: refer_to.replaces,
        referred_by,
        ..invite_to(address(3))
    };
    world.act(1, |b, now| {
        b.accept_transfer(now, transfer).unwrap();
        b.invite(now, joining).unwrap();
    });
    world.run_for(100);
    transfer
}

#[test]
fn an_attended_transfer_joins_the_two_others() {
    let (mut world, [first, consult], consulted) = consulting();
    let mut refer_to = ReferTo::to("sip:8003@192.0.2.3").unwrap();
    refer_to.replaces = world.parties[0].endpoint.replaces_of(consult);
    let by = "sip:8001@192.0.2.1";
    world.act(0, |a, now| {
        a.transfer(now, first, &refer_to, Some(by)).unwrap();
    });
    world.run_for(100);
    let transfer = joined(&mut world);
    let Some(Event::Incoming {
        session, incoming, ..
    }) = world.parties[2].events.pop_back()
    else {
        panic!("the friend was not called");
    };
    assert_eq!(incoming.replaces, Some(consulted));
    assert_eq!(incoming.referred_by.as_deref(), Some(by));
    world.act(2, |c, now| {
        c.answer(now, session, Bytes::from_static(ANSWER)).unwrap();
        c.hang_up(now, consulted, None).unwrap();
    });
    world.run_for(100);
    world.act(1, |b, now| {
        b.report_transfer(now, transfer, 200, "").unwrap();
    });
    world.run_for(100);
    world.act(0, |a, now| a.hang_up(now, first, None).unwrap());
    world.run_for(100);

    let told: Vec<_> = world.ladder.iter().map(|line| &line[5..]).collect();
    assert_eq!(told, ATTENDED);
}

const ATTENDED: [&str; 22] = [
    "a REFER →",
    "b Referred",
    "b 202 →",
    "b NOTIFY →",
    "b INVITE →",
    "a Transfer 100",
    "a 200 →",
    "c 100 →",
    "c Incoming",
    "c 200 →",
    "c BYE →",
    "b ACK →",
    "b Answered",
    "a 200 →",
    "a Ended Bye",
    "c Confirmed",
    "b NOTIFY →",
    "a 200 →",
    "a Transfer 200 last",
    "a BYE →",
    "b 200 →",
    "b Ended Bye",
];
