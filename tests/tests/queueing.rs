//! Waiting for an agent: who is offered what, and how waiting ends.

use model::{EndReason, EndStage, EndedBy, LoginStatus, WorkState};
use std::time::Duration;
use tests::demo::{MUSIC_HZ, agent_id};
use tests::phone::{Habit, Stage};
use tests::story::{record, records, seconds, settle};
use tests::tone::share;
use tests::world::World;

#[test]
fn an_agent_who_does_not_answer_loses_the_call_to_the_next() {
    let mut world = World::new(20, 2);
    world.habit("1002", Habit::Answer { after: seconds(1) });

    world.ring("caller", "4008110511");
    world.run_for(seconds(25));
    assert_eq!(world.talk("caller").stage, Stage::Up);
    assert_eq!(world.talk("1001").stage, Stage::Over);
    assert_eq!(world.talk("1002").stage, Stage::Up);
    settle(&mut world);

    let record = record(&world, 0);
    assert_eq!((record.offers, record.agent), (2, Some(agent_id("1002"))));
    assert!((20_900..21_300).contains(&record.ring_ms), "{record:?}");
}

#[test]
fn an_agent_who_declines_is_not_rung_again_at_once() {
    let mut world = World::new(21, 1);
    let after = Duration::from_millis(500);
    world.habit("1001", Habit::Decline { after, status: 486 });

    world.ring("caller", "4008110511");
    world.run_for(seconds(2));

    assert_eq!(world.phone("1001").talks.len(), 1);
    world.run_for(seconds(2));
    assert_eq!(world.phone("1001").talks.len(), 2);
    settle(&mut world);
}

#[test]
fn three_misses_lock_an_agent() {
    let mut world = World::new(22, 1);
    let after = Duration::from_millis(100);
    world.habit("1001", Habit::Decline { after, status: 603 });

    world.ring("caller", "4008110511");
    world.run_for(seconds(10));

    assert_eq!(world.agent("1001").status, LoginStatus::Locked);
    assert_eq!(world.phone("1001").talks.len(), 3);
    settle(&mut world);
}

#[test]
fn a_caller_hears_music_and_may_give_up_while_waiting() {
    let mut world = World::new(23, 1);
    world.habit("1001", Habit::Answer { after: seconds(1) });

    world.ring("first", "4008110511");
    world.run_for(seconds(3));
    world.ring("second", "4008110511");
    world.run_for(seconds(4));
    let waiting = &world.talk("second").voice;
    let heard = waiting.heard(world.now - seconds(2), world.now);
    assert!(share(&heard, MUSIC_HZ) > 0.9);
    world.at("second", |phone, now| phone.hang_up(now));
    settle(&mut world);

    let record = record(&world, 1);
    let ending = record.ending.unwrap();
    assert_eq!(
        (ending.by, ending.stage, ending.reason),
        (EndedBy::Customer, EndStage::Queue, EndReason::HungUp)
    );
    assert!((3_900..4_200).contains(&record.queue_ms));
}

#[test]
fn a_caller_who_gives_up_while_it_rings_frees_the_agent() {
    let mut world = World::new(24, 1);

    world.ring("caller", "4008110511");
    world.run_for(seconds(3));
    world.at("caller", |phone, now| phone.hang_up(now));
    world.run_for(seconds(1));

    assert_eq!(world.talk("1001").stage, Stage::Over);
    assert_eq!(world.work("1001"), WorkState::Idle);
    settle(&mut world);
    let ending = record(&world, 0).ending.unwrap();
    assert_eq!(ending.stage, EndStage::Ringing);
}

#[test]
fn an_agent_without_a_registered_phone_is_never_offered_a_call() {
    let mut world = World::new(25, 2);
    world.habit("1002", Habit::Answer { after: seconds(1) });
    world.at("1001", |phone, now| phone.unregister(now));
    world.run_for(seconds(1));
    assert!(world.agent("1001").devices.is_empty());

    world.ring("caller", "4008110511");
    world.run_for(seconds(4));

    assert!(world.phone("1001").talks.is_empty());
    assert_eq!(world.talk("1002").stage, Stage::Up);
    settle(&mut world);
}

#[test]
fn nobody_signed_in_ends_a_call_that_came_straight_to_the_queue() {
    let mut world = World::new(26, 1);
    world.sign_out("1001").unwrap();

    world.ring("caller", "4008110511");
    settle(&mut world);

    let ending = record(&world, 0).ending.unwrap();
    assert_eq!(ending.reason, EndReason::NoAgent);
}

#[test]
fn nobody_signed_in_sends_a_caller_of_the_flow_to_leave_a_message() {
    let mut world = World::new(27, 1);
    world.sign_out("1001").unwrap();

    world.ring("caller", "4008110510");
    world.run_for(seconds(1));
    world.phone_mut("caller").press("1");
    world.run_for(seconds(1));
    world.phone_mut("caller").press("1");
    world.run_for(seconds(5));

    let live = world.center.live(world.now);
    assert_eq!(live.calls[0].stage, EndStage::Voicemail);
    settle(&mut world);
}

#[test]
fn a_full_queue_takes_nobody_more() {
    let mut world = World::with(28, 1, |demo| demo.sales.max_length = 1);

    world.ring("first", "4008110511");
    world.run_for(seconds(1));
    world.ring("second", "4008110511");
    world.run_for(seconds(7));

    assert_eq!(world.talk("second").stage, Stage::Over);
    settle(&mut world);
    let ending = record(&world, 1).ending.unwrap();
    assert_eq!(ending.reason, EndReason::QueueFull);
}

#[test]
fn the_longest_wait_ends_a_call_that_nobody_takes() {
    let mut world = World::with(29, 2, |demo| {
        demo.sales.max_wait = seconds(30);
        demo.sales_agents = vec!["1001".to_owned()];
    });
    world.habit("1001", Habit::Answer { after: seconds(1) });

    world.ring("first", "4008110511");
    world.run_for(seconds(3));
    world.ring("second", "4008110511");
    world.run_for(seconds(37));

    assert_eq!(world.talk("second").stage, Stage::Over);
    settle(&mut world);
    let record = record(&world, 1);
    assert_eq!(record.ending.unwrap().reason, EndReason::QueueTimeout);
    assert!((29_900..30_100).contains(&record.queue_ms));
}

#[test]
fn waiting_callers_are_served_in_the_order_of_their_coming() {
    let mut world = World::with(30, 1, |demo| demo.sales.wrap_up = seconds(1));
    world.habit("1001", Habit::Answer { after: seconds(1) });
    world.phone_mut("1001").hang_up_after = Some(seconds(3));

    for name in ["first", "second", "third", "fourth"] {
        world.ring(name, "4008110511");
        world.run_for(Duration::from_millis(100));
    }
    world.run_for(seconds(25));
    settle(&mut world);

    let bridged: Vec<_> = records(&world).iter().map(|it| it.bridged_at).collect();
    assert!(bridged.iter().all(Option::is_some));
    assert!(bridged.is_sorted(), "{bridged:?}");
}

#[test]
fn one_call_is_answered_by_at_most_one_agent_however_answers_race() {
    for late in 0..30 {
        let mut world = World::with(31, 2, |demo| {
            demo.sales.ring_timeout = seconds(3);
        });
        let race = seconds(3) - Duration::from_millis(30) + Duration::from_millis(2 * late);
        world.habit("1001", Habit::Answer { after: race });
        world.habit("1002", Habit::Answer { after: seconds(1) });

        world.ring("caller", "4008110511");
        world.run_for(seconds(6));
        let up = ["1001", "1002"]
            .iter()
            .filter(|name| {
                world
                    .phones
                    .iter()
                    .any(|it| it.name == **name && it.is_busy())
            })
            .count();
        assert_eq!(up, 1, "{late}\n{}", world.ladder);
        world.at("caller", |phone, now| phone.hang_up(now));
        settle(&mut world);
    }
}
