//! What numbers play before they answer, who answers, and faxes: recognised and written down.

use model::{CallFact, EarlyMedia, EndReason, Finding, TrunkDetection};
use tests::announcements::{clip, powered_off, silence, tone};
use tests::demo::Demo;
use tests::phone::{Habit, Offer, Stage};
use tests::story::{record, seconds, settle};
use tests::world::World;

fn detecting(change: impl Fn(&mut TrunkDetection)) -> impl FnOnce(&mut Demo) {
    move |demo| {
        demo.trunks
            .iter_mut()
            .for_each(|trunk| change(&mut trunk.detection));
    }
}

fn findings(world: &World) -> Vec<(bool, Finding)> {
    let calls = world.center.journal.calls();
    let facts = calls.values().flatten();
    facts
        .filter_map(|(_, fact)| match fact {
            CallFact::Found { customer, finding } => Some((*customer, *finding)),
            _ => None,
        })
        .collect()
}

/// How dialling ended: why, and with which status.
fn failure(world: &World) -> Option<(EndReason, Option<u16>)> {
    let calls = world.center.journal.calls();
    calls.values().flatten().find_map(|(_, fact)| match fact {
        CallFact::DialFailed {
            reason, sip_code, ..
        } => Some((*reason, *sip_code)),
        _ => None,
    })
}

fn dial(world: &mut World, number: &'static str) {
    world.at("1001", |phone, now| phone.dial(now, number, Offer::Early));
}

#[test]
fn a_busy_tone_says_more_than_the_status_that_follows_it() {
    let mut world = World::new(520, 0);
    world.phone_mut("outside").says = [tone(450.0, 350), silence(350)].concat();
    let after = seconds(5);
    world.habit("outside", Habit::Explain { after, status: 480 });

    world.ring("caller", "4008110516");
    world.run_for(seconds(9));

    assert_eq!(failure(&world), Some((EndReason::Busy, Some(480))));
    assert_eq!(findings(&world), [(false, Finding::Busy)]);
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);
    assert_eq!(record(&world, 0).early_finding, Some(Finding::Busy));
}

#[test]
fn an_announcement_ends_the_call_of_a_trunk_that_does_not_wait() {
    let mut world = World::with(521, 1, detecting(|it| it.early_media = EarlyMedia::End));
    world.phone_mut("outside").says = powered_off();
    world.habit("outside", Habit::Early { after: seconds(50) });

    dial(&mut world, "13912345678");
    world.run_for(seconds(8));

    assert_eq!(world.talk("1001").refused, Some(480), "{}", world.ladder);
    assert_eq!(world.talk("outside").stage, Stage::Over);
    settle(&mut world);
    let record = record(&world, 0);
    assert_eq!(record.early_finding, Some(Finding::PoweredOff));
    let ending = record.ending.unwrap();
    assert_eq!(
        (ending.reason, ending.sip_code),
        (EndReason::PoweredOff, None)
    );
}

#[test]
fn an_announcement_is_noted_and_heard_to_its_end_otherwise() {
    let mut world = World::new(522, 1);
    world.phone_mut("outside").says = powered_off();
    let after = seconds(12);
    world.habit("outside", Habit::Explain { after, status: 487 });

    dial(&mut world, "13912345678");
    world.run_for(seconds(10));
    assert_eq!(world.talk("1001").stage, Stage::Calling);
    world.run_for(seconds(4));
    settle(&mut world);

    assert_eq!(findings(&world), [(true, Finding::PoweredOff)]);
    let ending = record(&world, 0).ending.unwrap();
    assert_eq!(
        (ending.reason, ending.sip_code),
        (EndReason::PoweredOff, Some(487))
    );
}

#[test]
fn a_new_process_goes_on_listening() {
    let mut world = World::new(523, 1);
    world.phone_mut("outside").says = powered_off();
    let after = seconds(20);
    world.habit("outside", Habit::Explain { after, status: 480 });

    dial(&mut world, "13912345678");
    world.run_for(seconds(2));
    world.kill();
    world.run_for(seconds(22));
    settle(&mut world);

    assert_eq!(findings(&world), [(true, Finding::PoweredOff)]);
    assert_eq!(
        record(&world, 0).ending.unwrap().reason,
        EndReason::PoweredOff
    );
}

#[test]
fn nobody_listens_where_nothing_is_wanted() {
    let mut world = World::with(524, 1, detecting(|it| it.early_media = EarlyMedia::Ignore));
    world.phone_mut("outside").says = [tone(450.0, 350), silence(350)].concat();
    let after = seconds(5);
    world.habit("outside", Habit::Explain { after, status: 480 });

    dial(&mut world, "13912345678");
    world.run_for(seconds(7));
    settle(&mut world);

    assert_eq!(findings(&world), []);
    assert_eq!(
        record(&world, 0).ending.unwrap().reason,
        EndReason::NoAnswer
    );
}

#[test]
fn a_machine_is_told_from_a_human() {
    for (says, answerer) in [
        (
            [silence(400), clip("main_menu"), silence(9_000)].concat(),
            Finding::Machine,
        ),
        (
            [silence(400), clip("please_wait"), silence(9_000)].concat(),
            Finding::Human,
        ),
    ] {
        let mut world = World::with(525, 1, detecting(|it| it.answering_machine = true));
        world.phone_mut("outside").says = says;
        world.habit("outside", Habit::Answer { after: seconds(1) });

        dial(&mut world, "13912345678");
        world.run_for(seconds(9));
        world.at("1001", |phone, now| phone.hang_up(now));
        settle(&mut world);

        assert_eq!(findings(&world), [(true, answerer)]);
        assert_eq!(record(&world, 0).answered_by, Some(answerer));
    }
}

#[test]
fn a_fax_that_calls_is_written_down() {
    let mut world = World::with(526, 0, detecting(|it| it.fax = true));
    world.add_caller("caller", "13800138000");
    world.phone_mut("caller").says = [tone(1_100.0, 500), silence(3_000)].concat();

    world.at("caller", |phone, now| {
        phone.dial(now, "4008110513", Offer::Early);
    });
    world.run_for(seconds(6));
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);

    assert_eq!(findings(&world), [(true, Finding::FaxCalling)]);
    assert_eq!(record(&world, 0).answered_by, Some(Finding::FaxCalling));
}
