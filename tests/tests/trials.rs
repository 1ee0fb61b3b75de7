//! Calls of drafts, made from the designer (试拨).

use call::{Command, CommandError, FlowEntry, Trial};
use ivr::{Document, Resources};
use model::{
    CallType, EndReason, EndedBy, FlowId, FlowVersion, PhoneNumber, Timestamp, flow_counts,
};
use std::sync::Arc;
use std::time::Duration;
use tests::demo::{PASSWORD, REALM, enterprise};
use tests::digest::{self, Hash};
use tests::phone::{Offer, Stage};
use tests::story::{record, records, seconds, settle};
use tests::tone::share;
use tests::world::World;

const DRAFT: &str = "
name: draft
language: zh-CN
start: ask
nodes:
  ask: { kind: menu, items: [{ clip: ten_seconds }], keys: ['1'] }
  bye: { kind: hangup, items: [{ clip: goodbye }] }
edges:
  - { from: ask, exit: default, to: bye }
";

fn trial(world: &World, user: &str) -> Trial {
    let document = Document::from_yaml(DRAFT).unwrap();
    let flow = ivr::check(&document, &Resources::new(&world.audio.voices)).unwrap();
    Trial {
        enterprise: enterprise(),
        entry: FlowEntry {
            id: FlowId::new(Timestamp::default(), [99; 10]),
            version: FlowVersion(7),
            flow: Arc::new(flow),
            beside: Arc::default(),
        },
        account: call::Account {
            user: user.to_owned(),
            ha1_md5: digest::ha1(Hash::Md5, user, REALM, PASSWORD),
            ha1_sha256: digest::ha1(Hash::Sha256, user, REALM, PASSWORD),
        },
        caller: PhoneNumber::parse("13800138000").unwrap(),
        called: PhoneNumber::parse("4008110510").unwrap(),
    }
}

fn prepare(world: &mut World, user: &str) -> Result<(), CommandError> {
    let trial = trial(world, user);
    world.ask(Command::Try(Box::new(trial)))
}

/// A page with the credentials of a trial, which calls its draft.
fn calling(seed: u64) -> World {
    let mut world = World::new(seed, 0);
    prepare(&mut world, "trial-1").unwrap();
    world.add_device("page", "trial-1");
    dial(&mut world);
    world
}

fn dial(world: &mut World) {
    world.at("page", |phone, now| phone.dial(now, "draft", Offer::Early));
    world.run_for(seconds(2));
}

fn hears(world: &World, clip: &str) -> bool {
    let since = world.now - Duration::from_millis(500);
    let heard = world.talk("page").voice.heard(since, world.now);
    share(&heard, world.audio.hz(clip)) > 0.9
}

#[test]
fn a_draft_is_heard_once_and_counts_nowhere() {
    let mut world = calling(300);
    assert_eq!(world.talk("page").stage, Stage::Up, "{}", world.ladder);
    assert!(hears(&world, "ten_seconds"));
    world.phone_mut("page").press("1");
    world.run_for(seconds(3));
    assert_eq!(world.talk("page").stage, Stage::Over);

    dial(&mut world);
    assert_eq!(world.talk("page").stage, Stage::Over, "used twice");
    settle(&mut world);
    let [record] = &records(&world)[..] else {
        panic!("{:#?}", records(&world));
    };
    assert_eq!(record.call_type, CallType::Trial);
    assert_eq!(record.caller.as_str(), "13800138000");
    let ending = record.ending.clone().unwrap();
    assert_eq!(
        (ending.by, ending.reason),
        (EndedBy::System, EndReason::FlowEnded)
    );
    let calls = world.center.journal.calls();
    let facts = calls.values().next().unwrap();
    let facts = facts
        .iter()
        .map(|(at, fact)| (Timestamp::from_now(*at), fact));
    assert!(flow_counts(facts).is_empty());
}

#[test]
fn who_hears_a_draft_hangs_up_like_any_caller() {
    let mut world = calling(301);
    world.at("page", |phone, now| phone.hang_up(now));
    settle(&mut world);
    let ending = record(&world, 0).ending.unwrap();
    assert_eq!(
        (ending.by, ending.reason),
        (EndedBy::Customer, EndReason::HungUp)
    );
}

#[test]
fn credentials_that_nobody_used_are_gone_after_a_minute() {
    let mut world = World::new(302, 0);
    prepare(&mut world, "trial-1").unwrap();
    world.add_device("page", "trial-1");
    world.run_for(seconds(61));
    dial(&mut world);
    assert_eq!(world.talk("page").stage, Stage::Over);
    assert!(records(&world).is_empty());
    settle(&mut world);
}

#[test]
fn only_so_many_wait_to_be_called() {
    let mut world = World::new(303, 0);
    for nth in 0..8 {
        prepare(&mut world, &format!("trial-{nth}")).unwrap();
    }
    assert_eq!(
        prepare(&mut world, "trial-8"),
        Err(CommandError::TooManyTrials)
    );
    world.run_for(seconds(61));
    assert_eq!(prepare(&mut world, "trial-8"), Ok(()));
}

#[test]
fn a_call_of_a_draft_ends_with_the_process_and_its_record_says_so() {
    let mut world = calling(304);
    world.kill();
    world.run_for(seconds(2));
    assert_eq!(world.talk("page").stage, Stage::Over, "{}", world.ladder);
    let lost = std::mem::take(&mut world.center.lost);
    assert!(
        lost[0].contains("in the version that the call entered"),
        "{lost:?}"
    );
    settle(&mut world);
    let ending = record(&world, 0).ending.unwrap();
    assert_eq!(ending.reason, EndReason::ServerFailure);
}
