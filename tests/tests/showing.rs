//! What the live engine tells of a call and of devices.

use call::{Answer, Command, CommandError, Rung, RungDirection, Transport};
use model::{CallId, EnterpriseId, Event, SourceFact};
use std::net::IpAddr;
use std::time::Duration;
use tests::demo::enterprise;
use tests::digest::Hash;
use tests::phone::{Account, Habit};
use tests::story::{seconds, settle};
use tests::world::World;

#[test]
fn the_ladder_of_a_call_has_both_legs_in_order_also_when_it_is_over() {
    let mut world = World::new(31, 1);
    world.habit("1001", Habit::Answer { after: seconds(2) });
    world.ring("caller", "4008110511");
    world.run_until(seconds(10), |world| world.phone("1001").is_busy());
    world.run_for(seconds(3));
    let call = world.center.live(world.now).calls[0].id;

    let live = lines(&ladder(&mut world, call).unwrap());
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);
    let over = lines(&ladder(&mut world, call).unwrap());

    assert_eq!(
        live,
        [
            "0 ▶ INVITE",
            "0 ◀ 100",
            "0 ◀ 200",
            "0 ▶ ACK",
            "1 ◀ INVITE",
            "1 ▶ 180",
            "1 ▶ 200",
            "1 ◀ ACK",
        ]
    );
    assert_eq!(over[..live.len()], live);
    assert_eq!(
        over[live.len()..],
        ["0 ▶ BYE", "0 ◀ 200", "1 ◀ BYE", "1 ▶ 200"].map(str::to_owned),
        "{over:#?}"
    );
}

#[test]
fn nobody_sees_the_ladder_of_another_enterprise_or_of_a_call_that_never_was() {
    let mut world = World::new(32, 1);
    world.ring("caller", "4008110512");
    world.run_for(seconds(1));
    let call = world.center.live(world.now).calls[0].id;

    let foreign = Command::Ladder {
        enterprise: EnterpriseId::from_bytes([9; 16]),
        call,
    };
    let now = world.now;
    assert_eq!(
        world.center.ask(now, foreign),
        Err(CommandError::LadderGone)
    );
    assert_eq!(
        ladder(&mut world, CallId::from_bytes([9; 16])),
        Err(CommandError::LadderGone)
    );
}

#[test]
fn a_device_is_shown_from_its_registration_to_its_end() {
    let mut world = World::new(33, 1);
    let device = world.agent("1001").devices[0].clone();
    world.run_for(Duration::from_mins(30));

    assert_eq!(device.transport, Transport::Udp);
    assert_eq!(world.agent("1001").devices[0].since, device.since);
    world.at("1001", |phone, now| phone.unregister(now));
    world.run_for(seconds(1));
    assert!(world.agent("1001").devices.is_empty());
}

fn ladder(world: &mut World, call: CallId) -> Result<Vec<Rung>, CommandError> {
    let now = world.now;
    let enterprise = enterprise();
    match world
        .center
        .ask(now, Command::Ladder { enterprise, call })?
    {
        Answer::Ladder(rungs) => Ok(rungs),
        Answer::Done | Answer::Trial { .. } => panic!("a ladder was asked for"),
    }
}

fn lines(rungs: &[Rung]) -> Vec<String> {
    rungs
        .iter()
        .map(|rung| {
            let text = String::from_utf8_lossy(&rung.message);
            let words: Vec<&str> = text.split(' ').collect();
            let word = if words[0] == "SIP/2.0" {
                words[1]
            } else {
                words[0]
            };
            let arrow = match rung.direction {
                RungDirection::Received => "▶",
                RungDirection::Sent => "◀",
            };
            format!("{} {arrow} {word}", rung.leg)
        })
        .collect()
}

#[test]
fn a_source_that_guesses_passwords_is_written_down_with_whom_it_tried() {
    let mut world = World::new(34, 2);
    for _ in 0..120 {
        world.at("1002", |phone, now| {
            let password = "not the password".to_owned();
            let hash = Hash::Md5;
            phone.register(now, Account { password, hash });
        });
        world.run_for(seconds(1));
        if !barred(&world).is_empty() {
            break;
        }
    }

    let barred = barred(&world);
    let (enterprise_of_it, source, SourceFact::Barred { failures, user, .. }) = &barred[0];
    assert_eq!(*enterprise_of_it, enterprise());
    assert_eq!(source.to_string(), "127.0.2.2");
    assert!(*failures >= 10, "{failures}");
    assert_eq!(user.as_deref(), Some("1002"));
}

fn barred(world: &World) -> Vec<(EnterpriseId, IpAddr, SourceFact)> {
    let facts = world.center.journal.facts.iter();
    facts
        .filter_map(|fact| match &fact.event {
            Event::Source { source, fact: said } => Some((fact.enterprise, *source, said.clone())),
            Event::Call { .. } | Event::Agent { .. } => None,
        })
        .collect()
}
