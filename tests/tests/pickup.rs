//! A call that rings at an agent is picked up at another phone (Replaces, RFC 3891).

use model::{CallFact, OfferOutcome, WorkState};
use tests::demo::agent_id;
use tests::phone::{Habit, Offer, Stage};
use tests::story::{record, seconds, settle};
use tests::tone::share;
use tests::world::World;

/// A call rings at 1001, and with how many agents there are the others are free.
fn ringing(seed: u64, agents: usize) -> World {
    let mut world = World::new(seed, agents);
    world.ring("caller", "4008110511");
    world.run_for(seconds(1));
    assert_eq!(world.talk("1001").stage, Stage::Ringing, "{}", world.ladder);
    world
}

/// This phone asks for the call that rings at 1001.
fn pick_up(world: &mut World, phone: &str, offer: Offer) {
    let replaces = world.phone("1001").in_its_place();
    world.phone_mut(phone).claims = vec![replaces];
    world.at(phone, |phone, now| phone.dial(now, "1001", offer));
    world.run_for(seconds(1));
}

fn offers(world: &World) -> Vec<(String, OfferOutcome)> {
    let calls = world.center.journal.calls();
    let facts = calls.values().flatten();
    facts
        .filter_map(|(_, fact)| match fact {
            CallFact::OfferEnded { agent, outcome } => {
                let names = ["1001", "1002"];
                let name = names.iter().find(|name| agent_id(name) == *agent);
                Some((name.expect("an agent").to_string(), *outcome))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn a_colleague_picks_up_what_rings_at_another_agent() {
    let mut world = ringing(150, 2);

    pick_up(&mut world, "1002", Offer::Early);
    world.run_for(seconds(2));

    assert_eq!(world.talk("1002").stage, Stage::Up, "{}", world.ladder);
    assert_eq!(world.talk("1001").stage, Stage::Over);
    let reason = world.talk("1001").reason.as_deref().unwrap_or_default();
    assert!(reason.contains("Call completed elsewhere"), "{reason}");
    assert_eq!(world.work("1001"), WorkState::Idle);
    assert!(matches!(world.work("1002"), WorkState::Talking { .. }));
    let heard = &world.talk("caller").voice;
    assert!(share(&heard.heard(world.now - seconds(1), world.now), 1_100.0) > 0.9);
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);
    let record = record(&world, 0);
    assert_eq!(record.agent, Some(agent_id("1002")));
    assert_eq!(
        offers(&world),
        [
            ("1001".to_owned(), OfferOutcome::PickedUp),
            ("1002".to_owned(), OfferOutcome::Answered)
        ]
    );
}

#[test]
fn what_was_picked_up_goes_on_when_the_server_dies() {
    let mut world = ringing(151, 2);
    pick_up(&mut world, "1002", Offer::Early);
    world.kill();
    world.run_for(seconds(2));

    assert_eq!(world.talk("1002").stage, Stage::Up, "{}", world.ladder);
    world.at("1002", |phone, now| phone.hang_up(now));
    world.run_for(seconds(1));
    assert_eq!(world.talk("caller").stage, Stage::Over);
    settle(&mut world);
}

#[test]
fn an_agent_picks_their_call_up_at_a_phone_that_does_not_ring() {
    let mut world = ringing(152, 1);
    world.add_device("mobile", "1001");

    pick_up(&mut world, "mobile", Offer::Early);

    assert_eq!(world.talk("mobile").stage, Stage::Up, "{}", world.ladder);
    settle(&mut world);
    let answered = ("1001".to_owned(), OfferOutcome::Answered);
    assert_eq!(offers(&world), [answered]);
}

#[test]
fn a_phone_that_we_cannot_talk_with_picks_nothing_up_and_the_call_rings_on() {
    let mut world = ringing(153, 2);

    pick_up(&mut world, "1002", Offer::Foreign);

    assert_eq!(world.talk("1002").refused, Some(488), "{}", world.ladder);
    assert_eq!(world.talk("1001").stage, Stage::Ringing);
    assert_eq!(world.work("1002"), WorkState::Idle);
    world.habit("1001", Habit::Answer { after: seconds(1) });
    settle(&mut world);
}

#[test]
fn a_colleague_who_talks_or_is_not_signed_in_picks_nothing_up() {
    let mut world = World::new(154, 3);
    world.habit("1001", Habit::Answer { after: seconds(1) });
    world.ring("first", "4008110511");
    world.run_for(seconds(3));
    world.sign_out("1003").unwrap();
    world.ring("caller", "4008110511");
    world.run_for(seconds(1));
    let ringing = "1002";
    assert_eq!(
        world.talk(ringing).stage,
        Stage::Ringing,
        "{}",
        world.ladder
    );

    for (phone, status) in [("1001", 486), ("1003", 603)] {
        let replaces = world.phone(ringing).in_its_place();
        world.phone_mut(phone).claims = vec![replaces];
        world.at(phone, |it, now| it.dial(now, ringing, Offer::Early));
        world.run_for(seconds(1));
        let refused = world.phone(phone).talks.last().and_then(|it| it.refused);
        assert_eq!(refused, Some(status), "{}", world.ladder);
    }
    assert_eq!(world.talk(ringing).stage, Stage::Ringing);
    settle(&mut world);
}

#[test]
fn a_colleague_picks_up_a_call_of_one_agent_to_another() {
    let mut world = World::new(155, 3);
    world.at("1003", |phone, now| phone.dial(now, "1001", Offer::Early));
    world.run_for(seconds(1));
    assert_eq!(world.talk("1001").stage, Stage::Ringing, "{}", world.ladder);

    pick_up(&mut world, "1002", Offer::Early);
    world.run_for(seconds(2));

    assert_eq!(world.talk("1002").stage, Stage::Up, "{}", world.ladder);
    assert_eq!(world.talk("1003").stage, Stage::Up);
    assert_eq!(world.work("1001"), WorkState::Idle);
    world.at("1003", |phone, now| phone.hang_up(now));
    settle(&mut world);
}

#[test]
fn whoever_is_first_has_the_call_when_the_phone_and_a_colleague_answer_at_once() {
    for milliseconds in 0..12 {
        let mut world = World::new(160 + milliseconds, 2);
        let after = seconds(1);
        world.habit("1001", Habit::Answer { after });
        world.ring("caller", "4008110511");
        world.run_for(std::time::Duration::from_millis(985 + 5 * milliseconds));
        if world.talk("1001").stage == Stage::Ringing {
            pick_up(&mut world, "1002", Offer::Early);
        }
        world.run_for(seconds(2));

        let up = ["1001", "1002"].map(|name| {
            let talks = &world.phone(name).talks;
            talks.iter().any(|talk| talk.stage == Stage::Up)
        });
        assert_eq!(up.iter().filter(|up| **up).count(), 1, "{}", world.ladder);
        settle(&mut world);
    }
}
