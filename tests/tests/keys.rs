//! Keys over trunks: as events, by INFO and as tones, each heard once.

use model::{CallFact, DtmfMode, Trunk};
use std::time::Duration;
use tests::demo::Demo;
use tests::phone::{Habit, Offer, Stage};
use tests::story::{seconds, settle};
use tests::tone::share;
use tests::world::World;

/// The trunk by which callers come, and the one to outside numbers.
fn inbound(demo: &mut Demo) -> &mut Trunk {
    &mut demo.trunks[0]
}

fn outbound(demo: &mut Demo) -> &mut Trunk {
    &mut demo.trunks[1]
}

#[test]
fn keys_come_by_info_in_both_forms() {
    let mut world = World::with(168, 0, |demo| {
        inbound(demo).media.dtmf = DtmfMode::Info;
    });
    world.ring("caller", "4008110512");
    world.run_for(seconds(1));
    let relay = "application/dtmf-relay";
    world.at("caller", |phone, now| {
        phone.press_by_info(now, relay, "Signal=2\r\nDuration=160\r\n");
    });
    world.run_for(Duration::from_millis(300));
    world.at("caller", |phone, now| {
        phone.press_by_info(now, "application/dtmf", "0");
    });
    world.run_for(Duration::from_millis(300));
    world.at("caller", |phone, now| {
        phone.press_by_info(now, relay, "Signal=#\r\n");
    });
    world.run_for(seconds(12));
    assert!(!world.phone("caller").is_busy(), "{}", world.ladder);
    let calls = world.center.journal.calls();
    let keyed = calls
        .values()
        .flatten()
        .any(|(_, fact)| matches!(fact, CallFact::NodeLeft { keys, .. } if keys.starts_with("20")));
    assert!(keyed, "{calls:#?}");
    settle(&mut world);
}

#[test]
fn keys_go_on_to_a_trunk_that_takes_them_by_info() {
    let mut world = World::with(169, 0, |demo| {
        outbound(demo).media.dtmf = DtmfMode::Info;
    });
    world.habit("outside", Habit::Answer { after: seconds(1) });
    world.ring("caller", "4008110516");
    world.run_for(seconds(3));
    world.phone_mut("caller").press("7");
    world.run_for(seconds(1));
    let infos = world.phone("outside").infos.clone();
    assert_eq!(infos.len(), 1, "{}", world.ladder);
    assert!(infos[0].contains("Signal=7"), "{infos:?}");
    settle(&mut world);
}

#[test]
fn keys_by_info_become_events_for_a_trunk_that_takes_those() {
    let mut world = World::with(170, 0, |demo| {
        inbound(demo).media.dtmf = DtmfMode::Info;
    });
    world.habit("outside", Habit::Answer { after: seconds(1) });
    world.ring("caller", "4008110516");
    world.run_for(seconds(3));
    world.at("caller", |phone, now| {
        phone.press_by_info(now, "application/dtmf-relay", "Signal=9\r\n");
    });
    world.run_for(seconds(1));
    assert!(world.talk("outside").voice.events > 0, "{}", world.ladder);
    assert!(world.phone("outside").infos.is_empty());
    settle(&mut world);
}

/// A caller over a trunk of this mode who talks with a number over the other one.
fn keyed_conversation(seed: u64, inbound_mode: DtmfMode, outbound_mode: DtmfMode) -> World {
    let mut world = World::with(seed, 0, |demo| {
        inbound(demo).media.dtmf = inbound_mode;
        outbound(demo).media.dtmf = outbound_mode;
    });
    world.habit("outside", Habit::Answer { after: seconds(1) });
    world.ring("caller", "4008110516");
    world.run_for(seconds(3));
    assert_eq!(world.talk("outside").stage, Stage::Up, "{}", world.ladder);
    world
}

/// How many keys that row and column make sound in what a phone heard.
fn keys_that_sounded(world: &World, name: &str, since: Duration, key: (f64, f64)) -> usize {
    let heard = world.talk(name).voice.heard(since, world.now);
    let frames: Vec<bool> = heard
        .chunks_exact(160)
        .map(|frame| share(frame, key.0) > 0.25 && share(frame, key.1) > 0.25)
        .collect();
    let begins = frames.windows(2).filter(|pair| !pair[0] && pair[1]);
    begins.count()
}

#[test]
fn a_trunk_with_keys_in_the_audio_is_not_offered_events() {
    let mut world = keyed_conversation(177, DtmfMode::Inband, DtmfMode::Inband);
    for name in ["caller", "outside"] {
        assert!(!world.talk(name).voice.offered_events, "{name}");
    }
    settle(&mut world);
}

#[test]
fn a_key_crosses_once_between_a_trunk_of_tones_and_one_of_events() {
    const SEVEN: (f64, f64) = (852.0, 1_209.0);
    let mut world = keyed_conversation(178, DtmfMode::Rfc4733, DtmfMode::Inband);
    let since = world.now;
    world.phone_mut("caller").press("7");
    world.run_for(seconds(2));
    assert_eq!(keys_that_sounded(&world, "outside", since, SEVEN), 1);
    assert_eq!(world.talk("outside").voice.events, 0, "{}", world.ladder);

    let since = world.now;
    let outside = world.phone_mut("outside");
    outside.talks.last_mut().unwrap().voice.plays_keys = true;
    outside.press("7");
    world.run_for(seconds(2));
    let caller = &world.talk("caller").voice;
    assert_eq!(caller.keys_heard(), [7], "{}", world.ladder);
    // What sounds until it is known for a key is no key by itself: 40 ms at the least.
    let leaked = keys_that_sounded(&world, "caller", since, SEVEN);
    assert!(leaked <= 1, "{leaked}");
    settle(&mut world);
}

#[test]
fn a_key_that_comes_as_tones_and_by_info_is_heard_once() {
    let mut world = World::with(179, 0, |demo| {
        inbound(demo).media.dtmf = DtmfMode::Inband;
    });
    world.add_caller("caller", "13800138000");
    world.phone_mut("caller").plays_keys = true;
    world.at("caller", |phone, now| {
        phone.dial(now, "4008110512", Offer::Early);
    });
    world.run_for(seconds(1));
    for key in ["2", "0", "#"] {
        world.phone_mut("caller").press(key);
        let body = format!("Signal={key}\r\nDuration=160\r\n");
        world.at("caller", |phone, now| {
            phone.press_by_info(now, "application/dtmf-relay", &body);
        });
        world.run_for(Duration::from_millis(600));
    }
    world.run_for(seconds(12));
    let calls = world.center.journal.calls();
    let keyed: Vec<&String> = calls
        .values()
        .flatten()
        .filter_map(|(_, fact)| match fact {
            CallFact::NodeLeft { keys, .. } if !keys.is_empty() => Some(keys),
            _ => None,
        })
        .collect();
    assert!(keyed.iter().any(|keys| keys.starts_with("20")), "{keyed:?}");
    assert!(
        keyed.iter().all(|keys| !keys.starts_with("22")),
        "{keyed:?}"
    );
    settle(&mut world);
}
