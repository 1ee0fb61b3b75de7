//! A customer rings a number of ours and gets to an agent.

use model::{EndReason, EndStage, EndedBy, WorkState};
use std::time::Duration;
use tests::phone::{Ender, Habit, Offer, Stage};
use tests::story::{record, seconds, settle};
use tests::tone::{loudness, share};
use tests::world::World;

#[test]
fn a_caller_walks_the_flow_and_talks_to_an_agent_until_the_caller_hangs_up() {
    let mut world = World::new(1, 1);
    world.habit("1001", Habit::Answer { after: seconds(2) });

    world.ring("caller", "4008110510");
    world.run_for(seconds(1));
    world.phone_mut("caller").press("1");
    world.run_for(seconds(1));
    world.phone_mut("caller").press("1");
    world.run_until(seconds(10), |world| world.phone("1001").is_busy());
    world.run_for(seconds(5));
    let (since, until) = (world.now - seconds(2), world.now);
    let by_agent = world.talk("1001").voice.heard(since, until);
    let by_caller = world.talk("caller").voice.heard(since, until);
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);

    assert!(share(&by_agent, 500.0) > 0.9);
    assert!(share(&by_caller, 1_000.0) > 0.9);
    assert_eq!(world.talk("1001").ender, Some(Ender::Them));
    let record = record(&world, 0);
    let ending = record.ending.clone().unwrap();
    assert_eq!(
        (ending.by, ending.stage, ending.reason),
        (EndedBy::Customer, EndStage::Talking, EndReason::HungUp)
    );
    assert_eq!(record.offers, 1);
    assert!((2_900..3_200).contains(&record.talk_ms), "{record:?}");
    assert!((1_900..2_200).contains(&record.ring_ms), "{record:?}");
    assert_eq!(
        world.ladder.lines(),
        [
            "2.0s caller INVITE",
            "2.0s caller ◀ 100 INVITE",
            "2.0s caller ◀ 200 INVITE",
            "2.0s caller ACK",
            "4.5s 1001 ◀ INVITE",
            "4.5s 1001 180 INVITE",
            "6.5s 1001 200 INVITE",
            "6.5s 1001 ◀ ACK",
            "9.5s caller BYE",
            "9.5s 1001 ◀ BYE",
            "9.5s 1001 200 BYE",
            "9.5s caller ◀ 200 BYE",
        ]
    );
}

#[test]
fn the_agent_who_hangs_up_ends_the_call_of_the_customer() {
    let mut world = World::new(2, 1);
    world.habit("1001", Habit::Answer { after: seconds(1) });

    world.ring("caller", "4008110511");
    world.run_for(seconds(4));
    world.at("1001", |phone, now| phone.hang_up(now));
    settle(&mut world);

    assert_eq!(world.talk("caller").ender, Some(Ender::Them));
    let ending = record(&world, 0).ending.unwrap();
    assert_eq!(
        (ending.by, ending.stage, ending.reason),
        (EndedBy::Agent, EndStage::Talking, EndReason::HungUp)
    );
}

#[test]
fn the_conversation_is_recorded_with_each_party_on_its_channel() {
    let mut world = World::new(3, 1);
    world.habit("1001", Habit::Answer { after: seconds(1) });

    world.ring("caller", "4008110511");
    world.run_for(seconds(6));
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);

    let talk = record(&world, 0).talk_ms;
    let file = world.center.disk.files.values().next().unwrap();
    assert!(file.complete);
    assert!((file.samples() as i64 / 8 - talk).abs() <= 20);
    assert!(share(&file.channel(0)[8_000..24_000], 500.0) > 0.9);
    assert!(share(&file.channel(1)[8_000..24_000], 1_000.0) > 0.9);
}

#[test]
fn the_agent_is_left_alone_while_wrapping_up() {
    let mut world = World::new(4, 1);
    world.habit("1001", Habit::Answer { after: seconds(1) });
    world.phone_mut("1001").hang_up_after = Some(seconds(2));

    world.ring("first", "4008110511");
    world.run_until(seconds(5), |world| {
        world.phone("first").talk().up_at.is_some()
    });
    world.run_until(seconds(5), |world| !world.phone("1001").talks.is_empty());
    world.ring("second", "4008110511");
    world.run_until(seconds(5), |world| !world.phone("first").is_busy());
    world.run_for(seconds(4));

    assert!(matches!(world.work("1001"), WorkState::WrapUp { .. }));
    assert_eq!(world.phone("1001").talks.len(), 1);
    world.run_for(seconds(2));
    assert_eq!(world.phone("1001").talks.len(), 2);
    settle(&mut world);
}

#[test]
fn an_offer_that_comes_with_the_answer_is_met_in_the_ack() {
    let mut world = World::new(5, 1);
    world.habit("1001", Habit::Answer { after: seconds(1) });

    world.add_caller("caller", "13800138000");
    world.at("caller", |phone, now| {
        phone.dial(now, "4008110511", Offer::Late);
    });
    world.run_for(seconds(4));
    let heard = world
        .talk("caller")
        .voice
        .heard(world.now - seconds(1), world.now);
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);

    assert!(share(&heard, 1_000.0) > 0.9);
}

#[test]
fn a_number_that_leads_nowhere_is_refused_and_leaves_a_record() {
    let mut world = World::new(6, 1);

    world.ring("caller", "4009999999");
    settle(&mut world);

    assert_eq!(world.talk("caller").refused, Some(404));
    let record = record(&world, 0);
    assert_eq!(record.ending.unwrap().reason, EndReason::UnknownNumber);
    assert_eq!(record.answered_at, None);
}

#[test]
fn a_caller_without_a_codec_of_ours_gets_488() {
    let mut world = World::new(7, 1);

    world.add_caller("caller", "13800138000");
    world.at("caller", |phone, now| {
        phone.dial(now, "4008110511", Offer::Foreign);
    });
    settle(&mut world);

    assert_eq!(world.talk("caller").refused, Some(488));
    assert_eq!(
        record(&world, 0).ending.unwrap().reason,
        EndReason::NotAcceptable
    );
}

#[test]
fn a_full_server_refuses_new_calls_with_503_and_keeps_the_others() {
    let mut world = World::new(8, 1);
    world.center.limit_calls(world.now, 1);

    world.ring("first", "4008110513");
    world.run_for(seconds(2));
    world.ring("second", "4008110513");
    world.run_for(seconds(2));

    assert_eq!(world.talk("second").refused, Some(503));
    assert_eq!(world.talk("first").stage, Stage::Up);
    world.at("first", |phone, now| phone.hang_up(now));
    settle(&mut world);
    assert_eq!(
        record(&world, 1).ending.unwrap().reason,
        EndReason::Overloaded
    );
}

#[test]
fn digits_that_are_keyed_are_read_back_and_the_flow_hangs_up() {
    let mut world = World::new(9, 0);

    world.ring("caller", "4008110512");
    world.run_for(seconds(1));
    world.phone_mut("caller").press("2024#");
    let pressed = world.now;
    world.run_until(seconds(20), |world| !world.phone("caller").is_busy());
    settle(&mut world);

    let digit = world.audio.hz("u_2_0");
    let heard = world.talk("caller").voice.heard(pressed, world.now);
    let frames: Vec<f64> = heard.chunks(800).map(|chunk| share(chunk, digit)).collect();
    assert!(frames.iter().any(|share| *share > 0.8), "{frames:?}");
    assert_eq!(
        record(&world, 0).ending.unwrap().reason,
        EndReason::FlowEnded
    );
}

#[test]
fn ten_seconds_of_prompt_reach_the_caller_without_a_gap() {
    let mut world = World::new(10, 0);

    world.ring("caller", "4008110513");
    world.run_for(Duration::from_millis(10_100));
    let began = world.talk("caller").up_at.unwrap();
    let heard = world.talk("caller").voice.heard(began, world.now);
    world.run_for(seconds(1));
    world.phone_mut("caller").press("5");
    settle(&mut world);

    let hz = world.audio.hz("ten_seconds");
    assert!(heard.len() >= 79_840, "{}", heard.len());
    for (nth, chunk) in heard[160..79_360].chunks(800).enumerate() {
        assert!(share(chunk, hz) > 0.9, "{nth}: {}", share(chunk, hz));
        assert!(loudness(chunk) > 1_000.0);
    }
    assert_eq!(world.talk("caller").ender, Some(Ender::Them));
}
