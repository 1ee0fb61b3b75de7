//! Recordings that pause: silence in the place of what is said, whatever happens to the call.

use call::{Command, CommandError};
use model::{CallFact, CallId, Timestamp, UserId};
use std::time::Duration;
use tests::demo::agent_id;
use tests::ledger::File;
use tests::phone::{Habit, Stage, Way};
use tests::story::{record, seconds, settle};
use tests::tone::{loudness, share};
use tests::world::World;

const CUSTOMER: usize = 0;
const AGENT: usize = 1;

fn somebody() -> UserId {
    UserId::new(Timestamp::default(), [7; 10])
}

/// A customer who talks with agent 1001 and is recorded, since when, and the call.
fn conversation(seed: u64, agents: usize) -> (World, Duration, CallId) {
    let mut world = World::new(seed, agents);
    world.phone_mut("outside").hz = 1_300.0;
    world.habit("1001", Habit::Answer { after: seconds(1) });
    world.ring("caller", "4008110511");
    world.run_for(seconds(3));
    assert_eq!(world.talk("1001").stage, Stage::Up, "{}", world.ladder);
    let (since, call) = begun(&world);
    (world, since, call)
}

fn begun(world: &World) -> (Duration, CallId) {
    let calls = world.center.journal.calls();
    let (call, facts) = calls.iter().next().unwrap();
    let start = facts
        .iter()
        .find(|(_, fact)| matches!(fact, CallFact::RecordingStarted { .. }));
    (start.unwrap().0, *call)
}

fn pause(world: &mut World, call: CallId) -> Duration {
    let by = somebody();
    world.ask(Command::PauseRecording { call, by }).unwrap();
    world.now
}

fn resume(world: &mut World, call: CallId) -> Duration {
    let by = somebody();
    world.ask(Command::ResumeRecording { call, by }).unwrap();
    world.now
}

/// From where to where it was paused, as the facts say, and by whom.
fn pauses(world: &World) -> Vec<(bool, i64, Option<UserId>)> {
    let calls = world.center.journal.calls();
    let facts = calls.values().flatten();
    facts
        .filter_map(|(_, fact)| match *fact {
            CallFact::RecordingPaused { at_ms, by, .. } => Some((true, at_ms, by)),
            CallFact::RecordingResumed { at_ms, by, .. } => Some((false, at_ms, by)),
            _ => None,
        })
        .collect()
}

fn file(world: &World) -> &File {
    world.center.disk.files.values().next().unwrap()
}

fn span(file: &File, channel: usize, from: Duration, until: Duration) -> Vec<i16> {
    let at = |time: Duration| (time.as_millis() * 8) as usize;
    file.channel(channel)[at(from)..at(until)].to_vec()
}

/// Nothing at all is on either channel.
fn is_silent(file: &File, from: Duration, until: Duration) -> bool {
    [CUSTOMER, AGENT]
        .iter()
        .all(|&channel| loudness(&span(file, channel, from, until)) < 10.0)
}

fn is_heard(file: &File, from: Duration, until: Duration) -> bool {
    let sound = span(file, CUSTOMER, from, until);
    share(&sound, 500.0) > 0.9
}

#[test]
fn what_is_said_in_a_pause_is_silence_and_the_length_is_that_of_the_call() {
    let (mut world, since, call) = conversation(150, 1);

    world.run_for(seconds(2));
    let from = pause(&mut world, call) - since;
    assert!(world.center.live(world.now).calls[0].recording_paused);
    world.run_for(seconds(4));
    assert_eq!(pause(&mut world, call) - since, from + seconds(4));
    world.run_for(seconds(1));
    let until = resume(&mut world, call) - since;
    resume(&mut world, call);
    assert!(!world.center.live(world.now).calls[0].recording_paused);
    world.run_for(seconds(3));
    let whole = world.now - since;
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);

    let (from_ms, until_ms) = (from.as_millis() as i64, until.as_millis() as i64);
    let by = Some(somebody());
    assert_eq!(pauses(&world), [(true, from_ms, by), (false, until_ms, by)]);
    let file = file(&world);
    let edge = Duration::from_millis(1);
    assert!(is_silent(file, from + edge, until));
    let near = Duration::from_millis(100);
    assert!(is_heard(file, from - seconds(1), from - near));
    assert!(is_heard(file, until + near, until + seconds(2)));
    assert!((file.samples() as i64 - (whole.as_millis() * 8) as i64).abs() < 800);
    assert_eq!(record(&world, 0).agent, Some(agent_id("1001")));
}

#[test]
fn a_pause_outlives_a_kill_a_hold_and_a_transfer() {
    let (mut world, since, call) = conversation(151, 1);
    world.habit("outside", Habit::Answer { after: seconds(1) });

    let from = pause(&mut world, call) - since;
    world.run_for(seconds(1));
    world.kill();
    world.run_for(seconds(2));
    world.at("1001", |phone, now| phone.turn(now, Way::SendOnly));
    world.run_for(seconds(2));
    world.at("1001", |phone, now| phone.turn(now, Way::SendRecv));
    world.run_for(seconds(2));
    world.at("1001", |phone, now| phone.refer(now, "13912345678"));
    world.run_for(seconds(5));
    let until = resume(&mut world, call) - since;
    world.run_for(seconds(3));
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);

    assert_eq!(world.center.killed, 1);
    let file = file(&world);
    assert!(is_silent(file, from + Duration::from_millis(1), until));
    let near = Duration::from_millis(100);
    assert!(is_heard(file, until + near, until + seconds(2)));
    let agents = span(file, AGENT, until + near, until + seconds(2));
    assert!(share(&agents, 1_300.0) > 0.9, "the new party is recorded");
}

#[test]
fn a_recording_pauses_by_itself_while_the_caller_types_what_is_sensitive() {
    let mut world = World::new(152, 0);

    world.ring("caller", "4008110518");
    world.run_for(seconds(3));
    let (since, call) = begun(&world);
    assert!(world.center.live(world.now).calls[0].recording_paused);
    let by = somebody();
    let refused = world.ask(Command::ResumeRecording { call, by });
    assert_eq!(refused, Err(CommandError::SensitiveKeys));
    world.phone_mut("caller").press("8642");
    world.run_for(seconds(6));
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);

    let pauses = pauses(&world);
    let [(true, from, None), (false, until, None)] = pauses[..] else {
        panic!("{pauses:?}");
    };
    assert!(until - from > 3_000, "{pauses:?}");
    let file = file(&world);
    let ms = |ms: i64| Duration::from_millis(ms as u64);
    assert!(is_silent(file, ms(from + 1), ms(until)));
    assert!(is_heard(file, ms(until + 100), ms(until + 2_000)));
    assert!(since <= world.now);
    let told = format!("{:?}", world.center.journal.calls());
    assert!(told.contains("****"), "{told}");
    assert!(!told.contains("8642"), "{told}");
}

#[test]
fn what_is_typed_by_info_where_it_is_sensitive_is_told_nowhere() {
    let mut world = World::new(155, 0);

    world.ring("caller", "4008110518");
    world.run_for(seconds(2));
    let (_, call) = begun(&world);
    for key in ["8", "6", "4", "2"] {
        let body = format!("Signal={key}\r\nDuration=160\r\n");
        world.at("caller", |phone, now| {
            phone.press_by_info(now, "application/dtmf-relay", &body);
        });
        world.run_for(Duration::from_millis(300));
    }
    world.run_for(seconds(2));
    let now = world.now;
    let enterprise = tests::demo::enterprise();
    let wish = Command::Ladder { enterprise, call };
    let call::Answer::Ladder(rungs) = world.center.ask(now, wish).unwrap() else {
        panic!("no ladder");
    };
    let ladder: Vec<String> = rungs
        .iter()
        .map(|rung| String::from_utf8_lossy(&rung.message).into_owned())
        .collect();
    let infos = ladder.iter().filter(|text| text.starts_with("INFO "));
    assert_eq!(infos.count(), 4, "{ladder:#?}");
    assert!(!ladder.concat().contains("Signal="), "{ladder:#?}");
    settle(&mut world);
    let told = format!("{:?}", world.center.journal.calls());
    assert!(told.contains("****") && !told.contains("8642"), "{told}");
}

#[test]
fn a_person_goes_on_wanting_silence_after_the_sensitive_keys() {
    let mut world = World::new(153, 0);

    world.ring("caller", "4008110518");
    world.run_for(seconds(2));
    let (_, call) = begun(&world);
    pause(&mut world, call);
    world.phone_mut("caller").press("8642");
    world.run_for(seconds(3));
    assert!(world.center.live(world.now).calls[0].recording_paused);
    resume(&mut world, call);
    assert!(!world.center.live(world.now).calls[0].recording_paused);
    settle(&mut world);

    let told = pauses(&world);
    assert!(
        matches!(told[..], [(true, _, None), (false, _, Some(_))]),
        "{told:?}"
    );
}

#[test]
fn nothing_pauses_that_is_not_recorded() {
    let mut world = World::new(154, 0);

    world.ring("caller", "4008110513");
    world.run_for(seconds(2));
    let calls = world.center.journal.calls();
    let call = *calls.keys().next().unwrap();
    let by = somebody();
    let refused = world.ask(Command::PauseRecording { call, by });
    assert_eq!(refused, Err(CommandError::NotRecorded));
    settle(&mut world);
}
