//! New calls refused under load, and what is never refused.

use std::net::SocketAddr;

use sip::{Shedding, Standing};

use crate::network::{Handmade, OFFER, World, address, code, header};
use crate::offers::Call;

fn trunk() -> SocketAddr {
    address(50)
}

fn invite(call: &str) -> Handmade {
    let offer = String::from_utf8(OFFER.to_vec()).unwrap();
    let via = format!("SIP/2.0/UDP {};branch=z9hG4bK{call};rport", trunk());
    Handmade::new("INVITE", trunk())
        .with("Via", &via)
        .with("Call-ID", call)
        .body("application/sdp", &offer)
}

fn world() -> World {
    let mut world = World::new(1);
    world.add("a", 1);
    world
}

fn shed(world: &mut World, shedding: Shedding) {
    world.parties[0].endpoint.set_shedding(shedding);
}

#[test]
fn a_shed_call_gets_one_503_with_a_short_wait_and_nothing_is_kept() {
    let mut world = world();
    shed(&mut world, Shedding::All);

    for number in 0..50 {
        let answers = world.exchange(trunk(), &invite(&format!("call{number}")));

        assert_eq!(answers.iter().map(code).collect::<Vec<_>>(), [Some(503)]);
        let wait: u32 = header(&answers[0], "Retry-After").parse().unwrap();
        assert!((2..=6).contains(&wait));
    }
    assert_eq!(world.parties[0].endpoint.counters().shed, 50);
    world.assert_at_rest("shed calls");
}

#[test]
fn a_share_meets_all_copies_of_a_call_alike() {
    let mut world = world();
    shed(&mut world, Shedding::Permille(500));

    let mut refused = 0;
    for number in 0..100 {
        let request = invite(&format!("call{number}"));
        let first = world.statuses(trunk(), &request);
        let copy = world.statuses(trunk(), &request);
        let is_refused = first == [503];
        assert_eq!(copy == [503], is_refused, "{first:?} {copy:?}");
        refused += u32::from(is_refused);
    }
    assert!((25..75).contains(&refused), "{refused}");
}

#[test]
fn what_belongs_to_a_call_is_served_while_new_calls_are_shed() {
    let mut call = Call::answered();
    shed(&mut call.world, Shedding::All);

    let ack = call.request("ACK", 1);
    assert!(call.send(&ack).is_empty());
    let bye = call.request("BYE", 2);
    assert_eq!(call.send(&bye), [200]);
    let replacing = invite("another").with("Replaces", "gone;to-tag=1;from-tag=2");
    assert_eq!(call.world.statuses(trunk(), &replacing).last(), Some(&481));
}

#[test]
fn an_endpoint_about_to_leave_says_so_to_those_who_ask() {
    let mut world = world();
    let ask = Handmade::new("OPTIONS", trunk());
    assert_eq!(world.statuses(trunk(), &ask), [200]);

    world.parties[0].endpoint.set_standing(Standing::Leaving);

    let ask = ask.with("Via", "SIP/2.0/UDP 192.0.2.50;branch=z9hG4bKagain;rport");
    assert_eq!(world.statuses(trunk(), &ask), [503]);
}
