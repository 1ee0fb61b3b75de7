//! The server is killed at every step of a story; the story ends as if nothing had been.

use model::{CallRecord, EndReason, EndedBy, Ending};
use std::time::Duration;
use tests::center::Kill;
use tests::phone::{Habit, Stage};
use tests::story::{records, seconds, settle};
use tests::world::World;

/// A story tells what happens; the world may be killed at any step of it.
type Story = fn(&mut World);

/// Tells a story once undisturbed, and then once for each of its journal writes with a kill there.
fn survives_a_kill_at_every_step(agents: usize, story: Story) {
    let mut world = World::new(1, agents);
    let first = world.center.journal.writes + 1;
    story(&mut world);
    let last = world.center.journal.writes;
    settle(&mut world);
    let expected: Vec<Told> = records(&world).iter().map(Told::of).collect();
    assert!(last > first, "the story writes nothing");
    for write in first..=last {
        for after_sending in [false, true] {
            let kill = Kill {
                write,
                after_sending,
            };
            let mut world = World::new(1, agents);
            world.kill_at(kill);
            story(&mut world);
            settle(&mut world);
            assert_eq!(world.center.killed, 1, "{kill:?}");
            let told: Vec<Told> = records(&world).iter().map(Told::of).collect();
            assert_eq!(
                told, expected,
                "{kill:?} of {first}..={last}\n{}",
                world.ladder
            );
        }
    }
}

/// What must be the same whatever happened to the server.
#[derive(Debug, PartialEq)]
struct Told {
    ending: Option<(EndedBy, EndReason)>,
    offers: u32,
    bridged: bool,
    recorded: bool,
    /// To the second: a kill costs time.
    talk_seconds: i64,
}

impl Told {
    fn of(record: &CallRecord) -> Self {
        Self {
            ending: record
                .ending
                .as_ref()
                .map(|Ending { by, reason, .. }| (*by, *reason)),
            offers: record.offers,
            bridged: record.bridged_at.is_some(),
            recorded: record.recording.is_some(),
            talk_seconds: (record.talk_ms + 300) / 1_000,
        }
    }
}

#[test]
fn a_conversation_goes_on() {
    survives_a_kill_at_every_step(1, |world| {
        world.habit("1001", Habit::Answer { after: seconds(1) });
        world.ring("caller", "4008110511");
        world.run_until(seconds(20), |world| {
            world
                .phone("1001")
                .talks
                .iter()
                .any(|it| it.stage == Stage::Up)
        });
        world.run_for(seconds(3));
        world.at("caller", |phone, now| phone.hang_up(now));
        world.run_for(seconds(8));
    });
}

#[test]
fn the_agent_can_still_hang_up() {
    survives_a_kill_at_every_step(1, |world| {
        world.habit("1001", Habit::Answer { after: seconds(1) });
        world.ring("caller", "4008110511");
        world.run_until(seconds(20), |world| {
            world
                .phone("1001")
                .talks
                .iter()
                .any(|it| it.stage == Stage::Up)
        });
        world.run_for(seconds(3));
        world.at("1001", |phone, now| phone.hang_up(now));
        world.run_for(seconds(8));
    });
}

#[test]
fn a_caller_in_the_flow_is_read_their_digits_and_hung_up_on() {
    survives_a_kill_at_every_step(0, |world| {
        world.ring("caller", "4008110512");
        world.run_for(seconds(1));
        world.phone_mut("caller").press("20#");
        world.run_for(seconds(12));
    });
}

#[test]
fn a_caller_who_gives_up_while_it_rings_leaves_no_phone_ringing() {
    survives_a_kill_at_every_step(1, |world| {
        world.ring("caller", "4008110511");
        world.run_until(seconds(20), |world| world.phone("1001").is_busy());
        world.run_for(seconds(2));
        world.at("caller", |phone, now| phone.hang_up(now));
        world.run_for(Duration::from_secs(8));
        assert!(!world.phone("1001").is_busy(), "{}", world.ladder);
    });
}
