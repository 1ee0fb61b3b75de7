//! An agent with several registered devices: all ring, and the first that answers has the call.

use model::{OfferOutcome, WorkState};
use tests::phone::{Habit, Offer, Stage};
use tests::story::{record, seconds, settle};
use tests::tone::share;
use tests::world::World;

fn with_two_devices(seed: u64) -> World {
    let mut world = World::new(seed, 1);
    world.add_device("mobile", "1001");
    world.phone_mut("mobile").hz = 1_500.0;
    world
}

fn outcomes(world: &World) -> Vec<OfferOutcome> {
    let calls = world.center.journal.calls();
    let facts = calls.values().flatten();
    facts
        .filter_map(|(_, fact)| match fact {
            model::CallFact::OfferEnded { outcome, .. } => Some(*outcome),
            _ => None,
        })
        .collect()
}

#[test]
fn all_devices_ring_and_the_first_that_answers_has_the_call() {
    let mut world = with_two_devices(140);
    world.habit("mobile", Habit::Answer { after: seconds(2) });

    world.ring("caller", "4008110511");
    world.run_for(seconds(1));
    for device in ["1001", "mobile"] {
        assert_eq!(world.talk(device).stage, Stage::Ringing, "{}", world.ladder);
    }
    world.run_for(seconds(4));
    assert_eq!(world.talk("mobile").stage, Stage::Up);
    assert_eq!(world.talk("1001").stage, Stage::Over);
    let reason = world.talk("1001").reason.as_deref().unwrap_or_default();
    assert!(
        reason.contains("SIP") && reason.contains("cause=200"),
        "{reason}"
    );
    assert!(reason.contains("Call completed elsewhere"), "{reason}");
    let heard = &world.talk("caller").voice;
    assert!(share(&heard.heard(world.now - seconds(1), world.now), 1_500.0) > 0.9);
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);

    assert_eq!(record(&world, 0).offers, 1);
    assert_eq!(outcomes(&world), [OfferOutcome::Answered]);
}

#[test]
fn one_device_that_is_busy_leaves_the_other_ringing() {
    let mut world = with_two_devices(141);
    let after = seconds(1);
    world.habit("1001", Habit::Decline { after, status: 486 });
    world.habit("mobile", Habit::Answer { after: seconds(3) });

    world.ring("caller", "4008110511");
    world.run_for(seconds(6));

    assert_eq!(world.talk("mobile").stage, Stage::Up, "{}", world.ladder);
    settle(&mut world);
    assert_eq!(outcomes(&world), [OfferOutcome::Answered]);
}

#[test]
fn a_call_that_is_declined_for_good_stops_ringing_everywhere() {
    let mut world = with_two_devices(142);
    let after = seconds(1);
    world.habit("mobile", Habit::Decline { after, status: 603 });

    world.ring("caller", "4008110511");
    world.run_for(seconds(2));

    assert_eq!(world.talk("1001").stage, Stage::Over, "{}", world.ladder);
    assert_eq!(outcomes(&world), [OfferOutcome::Rejected]);
    settle(&mut world);
}

#[test]
fn a_device_that_is_unplugged_does_not_keep_the_call_from_the_other() {
    let mut world = with_two_devices(143);
    world.habit("1001", Habit::Silent);
    world.habit("mobile", Habit::Answer { after: seconds(2) });

    world.ring("caller", "4008110511");
    world.run_for(seconds(5));

    assert_eq!(world.talk("mobile").stage, Stage::Up, "{}", world.ladder);
    settle(&mut world);
}

#[test]
fn answers_that_race_leave_one_device_in_the_call() {
    let mut world = with_two_devices(144);
    for device in ["1001", "mobile"] {
        world.habit(device, Habit::Answer { after: seconds(1) });
    }

    world.ring("caller", "4008110511");
    world.run_for(seconds(4));

    let up = ["1001", "mobile"].map(|device| world.talk(device).stage == Stage::Up);
    assert_eq!(up.iter().filter(|up| **up).count(), 1, "{}", world.ladder);
    assert!(matches!(world.work("1001"), WorkState::Talking { .. }));
    settle(&mut world);
}

#[test]
fn an_agent_takes_a_conversation_over_to_another_phone() {
    let mut world = with_two_devices(146);
    world.habit("1001", Habit::Answer { after: seconds(1) });
    world.ring("caller", "4008110511");
    world.run_for(seconds(3));

    let replaces = world.phone("1001").in_its_place();
    world.phone_mut("mobile").claims = vec![replaces];
    world.at("mobile", |phone, now| phone.dial(now, "1001", Offer::Early));
    world.run_for(seconds(3));

    assert_eq!(world.talk("mobile").stage, Stage::Up, "{}", world.ladder);
    assert_eq!(world.talk("1001").stage, Stage::Over, "{}", world.ladder);
    let heard = &world.talk("caller").voice;
    assert!(share(&heard.heard(world.now - seconds(1), world.now), 1_500.0) > 0.9);
    world.kill();
    world.run_for(seconds(2));
    world.at("caller", |phone, now| phone.hang_up(now));
    world.run_for(seconds(1));
    assert_eq!(world.talk("mobile").stage, Stage::Over);
    settle(&mut world);
    let file = world.center.disk.files.values().next().unwrap();
    let tail = &file.channel(1)[file.samples() - 12_000..file.samples() - 4_000];
    assert!(share(tail, 1_500.0) > 0.9);
}

#[test]
fn nobody_takes_over_a_conversation_of_somebody_else() {
    let mut world = World::new(147, 2);
    world.habit("1001", Habit::Answer { after: seconds(1) });
    world.ring("caller", "4008110511");
    world.run_for(seconds(3));

    let replaces = world.phone("1001").in_its_place();
    world.phone_mut("1002").claims = vec![replaces];
    world.at("1002", |phone, now| phone.dial(now, "1001", Offer::Early));
    world.run_for(seconds(2));

    assert_eq!(world.talk("1002").refused, Some(603), "{}", world.ladder);
    assert_eq!(world.talk("1001").stage, Stage::Up);
    settle(&mut world);
}

/// What is left of 1,300 bytes (RFC 3261 §18.1.1) beside the largest description without keys, which
/// the tests of descriptions hold to 520, and 80 for longer addresses than these.
const HEADERS: usize = 700;

#[test]
fn an_invite_to_a_phone_over_udp_fits_into_a_datagram() {
    let mut world = World::new(148, 1);
    world.add_caller("caller", "+8613800138000138001380013800138");
    world.at("caller", |phone, now| {
        phone.dial(now, "4008110511", Offer::Early);
    });
    world.run_for(seconds(1));

    let invite = world.talk("1001").invite.as_ref().expect("it rings");
    let address = world.phone("1001").address;
    let headers = world.network.longest[&address] - invite.body.len();
    assert!(headers <= HEADERS, "{headers} bytes: {:#?}", invite.lines);
    settle(&mut world);
}

#[test]
fn devices_that_ring_go_on_ringing_when_the_server_dies() {
    let mut world = with_two_devices(145);
    world.habit("mobile", Habit::Answer { after: seconds(3) });

    world.ring("caller", "4008110511");
    world.run_for(seconds(1));
    world.kill();
    world.run_for(seconds(5));

    assert_eq!(world.talk("mobile").stage, Stage::Up, "{}", world.ladder);
    assert_eq!(world.talk("1001").stage, Stage::Over, "{}", world.ladder);
    settle(&mut world);
}
