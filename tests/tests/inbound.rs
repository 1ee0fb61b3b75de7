//! A customer rings a number of ours and gets to an agent.

use std::time::Duration;
use tests::phone::{Ender, Habit, Stage};
use tests::tone::share;
use tests::world::World;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn a_caller_rings_the_queue_and_talks_to_the_agent() {
    let mut world = World::new(1, 1);
    world.habit("1001", Habit::Answer { after: seconds(2) });

    world.ring("caller", "4008110511");
    world.run_for(seconds(6));
    world.at("caller", |phone, now| phone.hang_up(now));
    world.run_for(seconds(1));

    println!("{}", world.ladder);
    assert_eq!(world.talk("1001").stage, Stage::Over);
    assert_eq!(world.talk("1001").ender, Some(Ender::Them));
    let since = world.now - seconds(3);
    let until = world.now - seconds(1);
    let heard = world.talk("1001").voice.heard(since, until);
    assert!(share(&heard, 500.0) > 0.9);
}
