//! An agent hands the customer on from their phone (REFER, RFC 3515, RFC 3891).

use model::{CallFact, EndReason, WorkState};
use std::net::IpAddr;
use tests::demo::{MUSIC_HZ, agent_id};
use tests::phone::{Habit, Offer, Stage, Way};
use tests::sound::seconds_of;
use tests::story::{record, seconds, settle};
use tests::tone::share;
use tests::world::World;

/// A customer talks with agent 1001.
fn conversation(seed: u64, agents: usize) -> World {
    let mut world = World::new(seed, agents);
    world.phone_mut("outside").hz = 1_300.0;
    world.habit("1001", Habit::Answer { after: seconds(1) });
    world.ring("caller", "4008110511");
    world.run_for(seconds(3));
    assert_eq!(world.talk("1001").stage, Stage::Up, "{}", world.ladder);
    world
}

fn hears(world: &World, name: &str, hz: f64) -> bool {
    let voice = &world.talk(name).voice;
    share(&voice.heard(world.now - seconds(1), world.now), hz) > 0.9
}

fn transferred(world: &World) -> Vec<(String, u16)> {
    let calls = world.center.journal.calls();
    let facts = calls.values().flatten();
    facts
        .filter_map(|(_, fact)| match fact {
            CallFact::Transferred { to, status, .. } => Some((to.to_string(), *status)),
            _ => None,
        })
        .collect()
}

#[test]
fn a_customer_is_handed_on_to_an_outside_number() {
    let mut world = conversation(120, 1);
    world.habit("outside", Habit::Answer { after: seconds(3) });

    world.at("1001", |phone, now| phone.refer(now, "13912345678"));
    world.run_for(seconds(1));
    let ringing = &world.talk("caller").voice;
    let since = world.now - seconds(1);
    assert!(seconds_of(&ringing.heard(since, world.now), 450.0) > 0.6);
    world.run_for(seconds(5));
    assert!(hears(&world, "caller", 1_300.0), "{}", world.ladder);
    assert!(hears(&world, "outside", 500.0), "{}", world.ladder);
    assert_eq!(world.talk("1001").stage, Stage::Over);
    assert_eq!(world.talk("1001").reports, [100, 200]);
    assert!(matches!(world.work("1001"), WorkState::WrapUp { .. }));
    world.run_for(seconds(4));
    assert_eq!(world.work("1001"), WorkState::Idle);
    world.at("caller", |phone, now| phone.hang_up(now));
    world.run_for(seconds(1));
    assert_eq!(world.talk("outside").stage, Stage::Over);
    settle(&mut world);

    assert_eq!(transferred(&world), [("13912345678".to_owned(), 200)]);
    let record = record(&world, 0);
    assert_eq!(record.agent, Some(agent_id("1001")));
    assert_eq!(record.ending.unwrap().reason, EndReason::HungUp);
    let file = world.center.disk.files.values().next().unwrap();
    let tail = &file.channel(1)[file.samples() - 24_000..file.samples() - 8_000];
    assert!(share(tail, 1_300.0) > 0.9);
}

#[test]
fn a_number_that_is_busy_gives_the_customer_back_to_the_agent() {
    let mut world = conversation(121, 1);
    let after = seconds(2);
    world.habit("outside", Habit::Decline { after, status: 486 });

    world.at("1001", |phone, now| phone.refer(now, "13912345678"));
    world.run_for(seconds(5));

    assert_eq!(world.talk("1001").reports, [100, 486]);
    assert!(hears(&world, "caller", 1_000.0), "{}", world.ladder);
    assert!(hears(&world, "1001", 500.0), "{}", world.ladder);
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);
    assert_eq!(transferred(&world), [("13912345678".to_owned(), 486)]);
    let record = record(&world, 0);
    assert!(record.talk_ms < 6_000, "{record:?}");
}

#[test]
fn a_customer_is_handed_on_to_a_colleague() {
    let mut world = conversation(122, 2);
    world.habit("1002", Habit::Answer { after: seconds(2) });

    world.at("1001", |phone, now| phone.refer(now, "1002"));
    world.run_for(seconds(5));
    assert!(hears(&world, "caller", 1_100.0), "{}", world.ladder);
    assert!(hears(&world, "1002", 500.0), "{}", world.ladder);
    assert_eq!(world.talk("1001").reports, [100, 200]);
    assert!(matches!(world.work("1002"), WorkState::Talking { .. }));
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);

    assert_eq!(record(&world, 0).agent, Some(agent_id("1002")));
}

#[test]
fn a_colleague_who_does_not_answer_gives_the_customer_back() {
    let mut world = conversation(123, 2);

    world.at("1001", |phone, now| phone.refer(now, "1002"));
    world.run_for(seconds(33));

    assert_eq!(world.talk("1002").stage, Stage::Over);
    assert_eq!(world.talk("1001").reports, [100, 408]);
    assert!(hears(&world, "caller", 1_000.0), "{}", world.ladder);
    settle(&mut world);
}

#[test]
fn a_customer_is_handed_on_to_a_queue() {
    let mut world = conversation(124, 2);
    world.at("1001", |phone, now| phone.refer(now, "4008110511"));
    world.habit("1002", Habit::Answer { after: seconds(1) });
    world.run_for(seconds(4));

    assert_eq!(world.talk("1001").reports, [100, 200], "{}", world.ladder);
    assert_eq!(world.talk("1001").stage, Stage::Over);
    assert!(hears(&world, "caller", 1_100.0), "{}", world.ladder);
    settle(&mut world);
    assert_eq!(record(&world, 0).offers, 2);
}

#[test]
fn a_customer_is_handed_on_to_a_flow() {
    let mut world = conversation(125, 1);
    world.at("1001", |phone, now| phone.refer(now, "4008110512"));
    world.run_for(seconds(3));
    assert_eq!(world.talk("1001").reports, [100, 200]);
    world.phone_mut("caller").press("20#");
    world.run_for(seconds(12));
    assert!(!world.phone("caller").is_busy(), "{}", world.ladder);
    settle(&mut world);
    assert_eq!(
        record(&world, 0).ending.unwrap().reason,
        EndReason::FlowEnded
    );
}

#[test]
fn the_customer_is_put_together_with_whom_the_agent_consulted() {
    let mut world = conversation(126, 1);
    world.habit("outside", Habit::Answer { after: seconds(1) });

    world.at("1001", |phone, now| phone.turn(now, Way::SendOnly));
    world.run_for(seconds(1));
    world.at("1001", |phone, now| {
        phone.dial(now, "13912345678", Offer::Early);
    });
    world.run_for(seconds(3));
    assert!(hears(&world, "caller", MUSIC_HZ), "{}", world.ladder);
    assert!(hears(&world, "outside", 1_000.0), "{}", world.ladder);
    world.at("1001", |phone, now| phone.join(now));
    world.run_for(seconds(2));

    assert!(hears(&world, "caller", 1_300.0), "{}", world.ladder);
    assert!(hears(&world, "outside", 500.0), "{}", world.ladder);
    assert!(!world.phone("1001").is_busy(), "{}", world.ladder);
    assert!(matches!(world.work("1001"), WorkState::WrapUp { .. }));
    world.at("outside", |phone, now| phone.hang_up(now));
    world.run_for(seconds(1));
    assert_eq!(world.talk("caller").stage, Stage::Over);
    settle(&mut world);
    let reasons = [0, 1].map(|nth| record(&world, nth).ending.unwrap().reason);
    assert_eq!(reasons, [EndReason::HungUp, EndReason::Transferred]);
    let counts = [0, 1].map(|nth| record(&world, nth));
    let counts = counts.map(|it| (it.consults, it.transfers, it.conferences));
    assert_eq!(counts, [(1, 1, 0), (0, 0, 0)]);
}

#[test]
fn the_customer_is_put_together_with_a_colleague_who_was_consulted() {
    let mut world = conversation(127, 2);
    world.habit("1002", Habit::Answer { after: seconds(1) });

    world.at("1001", |phone, now| phone.turn(now, Way::SendOnly));
    world.run_for(seconds(1));
    world.at("1001", |phone, now| phone.dial(now, "1002", Offer::Early));
    world.run_for(seconds(3));
    assert!(hears(&world, "1002", 1_000.0), "{}", world.ladder);
    world.at("1001", |phone, now| phone.join(now));
    world.run_for(seconds(2));

    assert!(hears(&world, "caller", 1_100.0), "{}", world.ladder);
    assert!(hears(&world, "1002", 500.0), "{}", world.ladder);
    assert!(matches!(world.work("1001"), WorkState::WrapUp { .. }));
    assert!(matches!(world.work("1002"), WorkState::Talking { .. }));
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);
    assert_eq!(record(&world, 0).agent, Some(agent_id("1002")));
}

#[test]
fn calls_of_two_media_threads_become_one_and_outlive_the_server() {
    let mut world = conversation(150, 1);
    world.habit("outside", Habit::Answer { after: seconds(1) });
    world.at("1001", |phone, now| {
        phone.dial(now, "13912345678", Offer::Early);
    });
    world.run_for(seconds(3));
    assert_eq!(world.center.moved_legs(), 0);
    world.at("1001", |phone, now| phone.join(now));
    world.run_for(seconds(2));
    assert_eq!(world.center.moved_legs(), 1);
    let since = world.now;
    for _ in 0..2 {
        world.kill();
        world.run_for(seconds(2));
        assert!(hears(&world, "caller", 1_300.0), "{}", world.ladder);
        assert!(hears(&world, "outside", 500.0), "{}", world.ladder);
    }
    assert!(seconds_of(&world.talk("caller").voice.heard(since, world.now), 1_300.0) > 3.0);
    world.at("outside", |phone, now| phone.hang_up(now));
    world.run_for(seconds(1));
    assert_eq!(world.center.moved_legs(), 0);
    settle(&mut world);
}

#[test]
fn the_customer_waits_for_a_number_that_the_agent_rang() {
    let mut world = conversation(151, 1);
    world.habit("outside", Habit::Answer { after: seconds(6) });
    world.at("1001", |phone, now| {
        phone.dial(now, "13912345678", Offer::Early);
    });
    world.run_for(seconds(2));
    world.at("1001", |phone, now| phone.join_ringing(now));
    world.run_for(seconds(1));
    assert!(
        seconds_of(
            &world
                .talk("caller")
                .voice
                .heard(world.now - seconds(1), world.now),
            450.0
        ) > 0.6
    );
    world.kill();
    world.run_for(seconds(6));

    assert!(hears(&world, "caller", 1_300.0), "{}", world.ladder);
    assert!(hears(&world, "outside", 500.0), "{}", world.ladder);
    assert!(!world.phone("1001").is_busy(), "{}", world.ladder);
    world.at("outside", |phone, now| phone.hang_up(now));
    world.run_for(seconds(1));
    settle(&mut world);
    let reasons = [0, 1].map(|nth| record(&world, nth).ending.unwrap().reason);
    assert_eq!(reasons, [EndReason::HungUp, EndReason::Transferred]);
}

#[test]
fn the_customer_waits_for_a_colleague_whom_the_agent_rang() {
    let mut world = conversation(152, 2);
    world.habit("1002", Habit::Answer { after: seconds(5) });
    world.at("1001", |phone, now| phone.dial(now, "1002", Offer::Early));
    world.run_for(seconds(2));
    world.at("1001", |phone, now| phone.join_ringing(now));
    world.run_for(seconds(6));

    assert!(hears(&world, "caller", 1_100.0), "{}", world.ladder);
    assert!(hears(&world, "1002", 500.0), "{}", world.ladder);
    assert!(matches!(world.work("1001"), WorkState::WrapUp { .. }));
    assert!(matches!(world.work("1002"), WorkState::Talking { .. }));
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);
    assert_eq!(record(&world, 0).agent, Some(agent_id("1002")));
}

#[test]
fn a_colleague_who_was_rung_and_does_not_answer_gives_the_customer_back() {
    let mut world = conversation(153, 2);
    world.at("1001", |phone, now| phone.dial(now, "1002", Offer::Early));
    world.run_for(seconds(2));
    world.at("1001", |phone, now| phone.join_ringing(now));
    world.run_for(seconds(31));

    assert_eq!(world.talk("1002").stage, Stage::Over, "{}", world.ladder);
    assert!(hears(&world, "caller", 1_000.0), "{}", world.ladder);
    assert!(hears(&world, "1001", 500.0), "{}", world.ladder);
    settle(&mut world);
}

#[test]
fn an_agent_who_hangs_up_at_once_has_handed_the_customer_on() {
    let mut world = conversation(128, 1);
    world.habit("outside", Habit::Answer { after: seconds(2) });

    world.at("1001", |phone, now| phone.refer(now, "13912345678"));
    world.run_for(seconds(1));
    world.at("1001", |phone, now| phone.hang_up(now));
    world.run_for(seconds(3));

    assert!(hears(&world, "caller", 1_300.0), "{}", world.ladder);
    settle(&mut world);
    assert_eq!(transferred(&world), [("13912345678".to_owned(), 200)]);
}

#[test]
fn a_customer_who_hangs_up_stops_the_number_from_ringing() {
    let mut world = conversation(129, 1);

    world.at("1001", |phone, now| phone.refer(now, "13912345678"));
    world.run_for(seconds(2));
    world.at("caller", |phone, now| phone.hang_up(now));
    world.run_for(seconds(1));

    for name in ["1001", "outside"] {
        assert_eq!(world.talk(name).stage, Stage::Over, "{}", world.ladder);
    }
    settle(&mut world);
}

#[test]
fn an_agent_hands_a_colleague_on_who_was_called() {
    for (name, seed) in [("1001", 134), ("1002", 135)] {
        let mut world = World::new(seed, 2);
        world.phone_mut("outside").hz = 1_300.0;
        world.habit("1002", Habit::Answer { after: seconds(1) });
        world.habit("outside", Habit::Answer { after: seconds(1) });
        world.at("1001", |phone, now| phone.dial(now, "1002", Offer::Early));
        world.run_for(seconds(3));

        world.at(name, |phone, now| phone.refer(now, "13912345678"));
        world.run_for(seconds(4));

        let (left, stays, hz) = match name {
            "1001" => ("1001", "1002", 1_100.0),
            _ => ("1002", "1001", 1_000.0),
        };
        assert!(hears(&world, stays, 1_300.0), "{}", world.ladder);
        assert!(hears(&world, "outside", hz), "{}", world.ladder);
        assert_eq!(world.talk(left).stage, Stage::Over, "{}", world.ladder);
        assert_eq!(world.work(left), WorkState::Idle);
        assert!(matches!(world.work(stays), WorkState::Talking { .. }));
        world.kill();
        world.run_for(seconds(2));
        world.at("outside", |phone, now| phone.hang_up(now));
        world.run_for(seconds(1));
        assert_eq!(world.work(stays), WorkState::Idle);
        settle(&mut world);
    }
}

#[test]
fn a_trunk_never_makes_us_call_anybody() {
    let mut world = conversation(130, 1);

    world.at("caller", |phone, now| phone.refer(now, "0019005551234"));
    world.run_for(seconds(2));

    assert!(world.phone("outside").talks.is_empty());
    assert!(hears(&world, "caller", 1_000.0), "{}", world.ladder);
    assert!(world.talk("caller").reports.is_empty());
    settle(&mut world);
    assert_eq!(transferred(&world), []);
}

#[test]
fn an_agent_hands_nobody_on_to_what_is_no_number() {
    let mut world = conversation(131, 1);
    for user in ["evil", "1", "9;phone-context=x"] {
        world.at("1001", |phone, now| phone.refer(now, user));
        world.run_for(seconds(1));
    }
    assert!(world.phone("outside").talks.is_empty());
    assert!(world.talk("1001").reports.is_empty());
    assert!(hears(&world, "caller", 1_000.0), "{}", world.ladder);
    settle(&mut world);
}

#[test]
fn a_dialog_that_is_nobodys_replaces_nothing() {
    let mut world = conversation(132, 1);
    let call = world.talk("1001").call_id.clone();
    world.at("1001", |phone, now| {
        let to = "<sip:x@127.0.0.1?Replaces=nobody%3Bto-tag%3D1%3Bfrom-tag%3D2>";
        phone.refer_to(now, &call, to);
    });
    world.run_for(seconds(1));
    assert!(hears(&world, "caller", 1_000.0), "{}", world.ladder);
    settle(&mut world);
}

#[test]
fn a_transfer_tries_the_next_trunk_too() {
    let second = IpAddr::from([127, 0, 3, 2]);
    let mut world = World::with(133, 1, |demo| {
        let peer = (second, 5060).into();
        demo.trunks
            .push(tests::demo::trunk("second", 3, Some(peer)));
    });
    world.add_gateway("second", second);
    world.phone_mut("second").hz = 1_400.0;
    world.habit("1001", Habit::Answer { after: seconds(1) });
    world.habit("second", Habit::Answer { after: seconds(1) });
    let after = seconds(1);
    world.habit("outside", Habit::Decline { after, status: 503 });
    world.ring("caller", "4008110511");
    world.run_for(seconds(3));

    world.at("1001", |phone, now| phone.refer(now, "13912345678"));
    world.run_for(seconds(4));

    assert!(hears(&world, "caller", 1_400.0), "{}", world.ladder);
    settle(&mut world);
}
