//! Instant messages (RFC 3428) between agents, and between the two sides of a call.

use tests::phone::Habit;
use tests::story::{seconds, settle};
use tests::world::World;

#[test]
fn a_message_reaches_all_devices_of_a_colleague() {
    let mut world = World::new(180, 2);
    world.add_device("mobile", "1002");

    world.at("1001", |phone, now| phone.write(now, "1002", "a moment?"));
    world.run_for(seconds(1));

    for device in ["1002", "mobile"] {
        let letters = &world.phone(device).letters;
        assert_eq!(letters, &["a moment?"], "{}", world.ladder);
    }
    assert!(world.phone("1001").letters.is_empty());
    settle(&mut world);
}

#[test]
fn a_message_to_nobody_is_refused() {
    let mut world = World::new(183, 2);
    world.at("1002", |phone, now| phone.unregister(now));
    world.run_for(seconds(1));
    for (to, status) in [("1002", "480"), ("9999", "404")] {
        world.ladder.clear();
        world.at("1001", |phone, now| phone.write(now, to, "hello"));
        world.run_for(seconds(1));
        let told = format!("1001 ◀ {status} MESSAGE");
        assert!(
            world.ladder.texts().contains(&told.as_str()),
            "{}",
            world.ladder
        );
    }
    settle(&mut world);
}

#[test]
fn a_message_in_a_call_reaches_the_other_side() {
    let mut world = World::new(181, 1);
    world.habit("1001", Habit::Answer { after: seconds(1) });
    world.ring("caller", "4008110511");
    world.run_for(seconds(3));

    world.at("1001", |phone, now| phone.write_within(now, "hello"));
    world.run_for(seconds(1));
    world.at("caller", |phone, now| phone.write_within(now, "good day"));
    world.run_for(seconds(1));

    assert_eq!(world.phone("caller").letters, ["hello"], "{}", world.ladder);
    assert_eq!(
        world.phone("1001").letters,
        ["good day"],
        "{}",
        world.ladder
    );
    settle(&mut world);
}

/// Which answer this phone got to its message.
fn told(world: &World, phone: &str) -> String {
    let texts = world.ladder.texts();
    let start = format!("{phone} \u{25c0} ");
    let answers = texts.iter().filter_map(|text| text.strip_prefix(&start));
    let mut answers = answers.filter_map(|text| text.strip_suffix(" MESSAGE"));
    let last = answers.next_back();
    last.expect("an answer").to_owned()
}

#[test]
fn a_message_from_a_trunk_reaches_the_agent_it_names() {
    let mut world = World::new(182, 1);
    world.add_caller("customer", "13800138000");

    world.at("customer", |phone, now| phone.write(now, "1001", "where?"));
    world.run_for(seconds(1));

    let letters = &world.phone("1001").letters;
    assert_eq!(letters, &["where?"], "{}", world.ladder);
    assert_eq!(told(&world, "customer"), "202", "{}", world.ladder);
    settle(&mut world);
}

#[test]
fn a_message_from_a_trunk_that_nobody_would_read_is_refused() {
    let mut world = World::new(184, 2);
    world.at("1002", |phone, now| phone.unregister(now));
    world.run_for(seconds(1));
    world.add_caller("customer", "13800138000");
    for (to, status) in [("1002", "480"), ("9999", "404"), ("4008110511", "404")] {
        world.ladder.clear();
        world.at("customer", |phone, now| phone.write(now, to, "hello"));
        world.run_for(seconds(1));
        assert_eq!(told(&world, "customer"), status, "{}", world.ladder);
    }
    settle(&mut world);
}

#[test]
fn a_message_in_a_call_that_nobody_else_is_in_is_refused() {
    let mut world = World::new(185, 1);
    world.ring("caller", "4008110511");
    world.run_for(seconds(1));

    world.at("caller", |phone, now| phone.write_within(now, "hello?"));
    world.run_for(seconds(1));

    assert_eq!(told(&world, "caller"), "480", "{}", world.ladder);
    settle(&mut world);
}
