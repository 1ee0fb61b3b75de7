//! The figures of a record, each from a call whose times are known beforehand.

use model::AnswerMode;
use std::time::Duration;
use tests::demo::agent_id;
use tests::phone::Habit;
use tests::story::{record, seconds, settle};
use tests::world::World;

/// Equal but for what the network takes.
fn about(figure: i64, expected: i64) -> bool {
    (figure - expected).abs() <= 60
}

#[test]
fn waiting_ringing_and_talking_add_up_to_the_call() {
    let mut world = World::with(80, 2, |demo| demo.sales.ring_timeout = seconds(5));
    world.habit("1002", Habit::Answer { after: seconds(3) });

    world.ring("caller", "4008110511");
    let began = world.now;
    world.run_until(seconds(20), |world| {
        let talks = &world.phone("1002").talks;
        talks.last().is_some_and(|talk| talk.up_at.is_some())
    });
    world.run_for(seconds(7));
    world.at("caller", |phone, now| phone.hang_up(now));
    let whole = (world.now - began).as_millis() as i64;
    settle(&mut world);

    let record = record(&world, 0);
    assert!(about(record.queue_ms, 8_000), "{record:?}");
    assert!(about(record.ring_ms, 8_000), "{record:?}");
    assert!(about(record.talk_ms, 7_000), "{record:?}");
    assert!(about(record.queue_ms + record.talk_ms, whole), "{record:?}");
    assert_eq!(record.offers, 2);
    assert_eq!(record.agent, Some(agent_id("1002")));
    assert_eq!(record.answer_mode, Some(AnswerMode::Sip));
}

#[test]
fn a_call_without_an_agent_has_no_answer_mode_and_no_talk() {
    let mut world = World::new(81, 1);

    world.ring("caller", "4008110511");
    world.run_for(Duration::from_millis(4_500));
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);

    let record = record(&world, 0);
    assert_eq!((record.agent, record.answer_mode), (None, None));
    assert_eq!((record.talk_ms, record.bridged_at), (0, None));
    assert!(about(record.ring_ms, 4_500), "{record:?}");
    assert!(about(record.queue_ms, 4_500), "{record:?}");
}

#[test]
fn a_crash_costs_a_record_no_second() {
    let mut world = World::new(82, 1);
    world.habit("1001", Habit::Answer { after: seconds(2) });

    world.ring("caller", "4008110511");
    for _ in 0..5 {
        world.run_for(seconds(2));
        world.kill();
    }
    world.run_for(seconds(2));
    world.at("1001", |phone, now| phone.hang_up(now));
    settle(&mut world);

    let record = record(&world, 0);
    let talk = world.talk("1001");
    let talked = talk.over_at.unwrap() - talk.up_at.unwrap();
    let gap = record.talk_ms - talked.as_millis() as i64;
    assert!(gap.abs() <= 150, "{gap}");
    assert!(record.ended_at.is_some());
}
