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

#[test]
fn nobody_outside_writes_to_an_agent() {
    let mut world = World::new(182, 1);
    world.add_caller("stranger", "13800138000");

    world.at("stranger", |phone, now| phone.write(now, "1001", "buy"));
    world.run_for(seconds(1));

    assert!(world.phone("1001").letters.is_empty(), "{}", world.ladder);
    settle(&mut world);
}
