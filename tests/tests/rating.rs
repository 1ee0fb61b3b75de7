//! A caller who is still there when the agent hangs up is asked for a rating (满意度评价).

use model::{CallFact, EndReason, EndStage, EndedBy, Rating, RatingScale, WorkState};
use std::time::Duration;
use tests::demo::agent_id;
use tests::phone::{Habit, Stage, Way};
use tests::story::{record, seconds, settle};
use tests::tone::share;
use tests::world::World;

const RATED: &str = "4008110519";

/// A caller and an agent who have talked for some seconds.
fn talking(seed: u64) -> World {
    let mut world = World::new(seed, 2);
    world.habit("1001", Habit::Answer { after: seconds(1) });
    world.ring("caller", RATED);
    world.run_for(seconds(5));
    assert_eq!(world.talk("1001").stage, Stage::Up);
    world
}

fn asks(world: &World) -> bool {
    let since = world.now - Duration::from_millis(500);
    let heard = world.talk("caller").voice.heard(since, world.now);
    share(&heard, world.audio.hz("ten_seconds")) > 0.9
}

#[test]
fn the_caller_rates_once_the_agent_has_hung_up() {
    let mut world = talking(90);
    world.at("1001", |phone, now| phone.hang_up(now));
    world.run_for(seconds(2));

    assert_eq!(world.talk("1001").stage, Stage::Over);
    assert_eq!(world.talk("caller").stage, Stage::Up);
    assert!(asks(&world));
    assert!(
        matches!(world.work("1001"), WorkState::WrapUp { .. }),
        "{:?}",
        world.work("1001")
    );
    world.phone_mut("caller").press("2");
    world.run_for(seconds(3));
    assert_eq!(world.talk("caller").stage, Stage::Over);
    settle(&mut world);

    let record = record(&world, 0);
    let rating = Rating {
        score: 3,
        scale: RatingScale::Stars,
    };
    assert_eq!((record.surveyed, record.rating), (true, Some(rating)));
    assert_eq!(record.agent, Some(agent_id("1001")));
    assert!((2_900..4_100).contains(&record.talk_ms), "{record:?}");
    let ending = record.ending.unwrap();
    assert_eq!(
        (ending.by, ending.reason),
        (EndedBy::System, EndReason::FlowEnded)
    );
    let file = world.center.disk.files.values().next().unwrap();
    let recorded = file.samples() as f64 / 8_000.0;
    assert!(
        (2.9..4.1).contains(&recorded),
        "only the talk is recorded: {recorded} s"
    );
}

#[test]
fn a_caller_who_hangs_up_first_is_not_asked_and_one_who_leaves_the_survey_has_been() {
    let mut world = talking(91);
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);
    let first = record(&world, 0);
    assert!(!first.surveyed);
    assert_eq!(first.ending.unwrap().stage, EndStage::Talking);

    let mut world = talking(92);
    world.at("1001", |phone, now| phone.hang_up(now));
    world.run_for(seconds(2));
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);
    let second = record(&world, 0);
    assert_eq!((second.surveyed, second.rating), (true, None));
    let ending = second.ending.unwrap();
    assert_eq!(
        (ending.by, ending.stage),
        (EndedBy::Customer, EndStage::Survey)
    );
}

#[test]
fn a_crash_while_they_talk_or_while_the_caller_is_asked_changes_nothing() {
    for while_asked in [false, true] {
        let mut world = talking(93);
        if while_asked {
            world.at("1001", |phone, now| phone.hang_up(now));
            world.run_for(seconds(1));
        }
        world.kill();
        world.run_for(seconds(2));
        if !while_asked {
            world.at("1001", |phone, now| phone.hang_up(now));
            world.run_for(seconds(2));
        }
        assert!(asks(&world), "while asked: {while_asked}");
        world.phone_mut("caller").press("1");
        settle(&mut world);

        let rating = record(&world, 0).rating.map(|it| it.score);
        assert_eq!(rating, Some(5));
        let calls = world.center.journal.calls();
        let facts = calls.values().next().unwrap();
        let offered = |(_, fact): &&(_, CallFact)| matches!(fact, CallFact::SurveyOffered { .. });
        assert_eq!(facts.iter().filter(offered).count(), 1);
    }
}

#[test]
fn music_of_a_hold_ends_with_the_agent_who_held() {
    let mut world = talking(94);
    world.at("1001", |phone, now| phone.turn(now, Way::SendOnly));
    world.run_for(seconds(2));
    world.at("1001", |phone, now| phone.hang_up(now));
    world.run_for(seconds(2));
    assert!(asks(&world));
    world.phone_mut("caller").press("3");
    settle(&mut world);
    assert_eq!(record(&world, 0).rating.map(|it| it.score), Some(1));
}
