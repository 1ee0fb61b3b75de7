//! What the rules of a trunk forbid is dialled by nobody, whichever way it is asked for.

use model::{CallFact, DialRefusal, DialRules, EndReason, NumberRule, Trunk, WorkState};
use std::net::IpAddr;
use tests::demo::{Demo, agent_id, trunk};
use tests::phone::{Habit, Offer, Stage};
use tests::story::{record, seconds, settle};
use tests::tone::share;
use tests::world::World;

const ABROAD: &str = "00447700900000";
const SECOND: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 3, 2));

/// The trunk to outside numbers.
fn outbound(demo: &mut Demo) -> &mut Trunk {
    &mut demo.trunks[1]
}

fn dial(world: &mut World, number: &str) {
    world.at("1001", |phone, now| phone.dial(now, number, Offer::Early));
    world.run_for(seconds(1));
}

/// The numbers that were forbidden, who wanted them, and why they were.
fn forbidden(world: &World) -> Vec<(String, String, Option<model::AgentId>, DialRefusal)> {
    let calls = world.center.journal.calls();
    let facts = calls.values().flatten();
    facts
        .filter_map(|(_, fact)| match fact {
            CallFact::DialForbidden {
                number,
                dialed,
                agent,
                refusal,
                ..
            } => Some((
                number.to_string(),
                dialed.to_string(),
                *agent,
                refusal.clone(),
            )),
            _ => None,
        })
        .collect()
}

fn nothing_left(world: &World) {
    let outside = world.phone("outside");
    assert!(outside.talks.is_empty(), "{}", world.ladder);
    let calls = world.center.journal.calls();
    let mut facts = calls.values().flatten();
    assert!(!facts.any(|(_, fact)| matches!(fact, CallFact::Dialed { .. })));
}

#[test]
fn a_forbidden_number_is_refused_to_the_phone_that_dials_it() {
    let mut world = World::new(400, 1);

    dial(&mut world, ABROAD);

    assert_eq!(world.talk("1001").refused, Some(403), "{}", world.ladder);
    assert_eq!(world.work("1001"), WorkState::Idle);
    settle(&mut world);
    nothing_left(&world);
    let ending = record(&world, 0).ending.unwrap();
    assert_eq!(
        (ending.reason, ending.sip_code),
        (EndReason::Forbidden, Some(403))
    );
    let told = forbidden(&world);
    assert_eq!(
        told,
        [(
            ABROAD.to_owned(),
            ABROAD.to_owned(),
            Some(agent_id("1001")),
            DialRefusal::Abroad
        )]
    );
}

#[test]
fn a_trunk_without_rules_dials_nothing() {
    let mut world = World::with(401, 1, |demo| {
        outbound(demo).dialing = DialRules::default();
    });

    for number in ["13912345678", "2000", "110", "+8613912345678"] {
        dial(&mut world, number);
        assert_eq!(world.talk("1001").refused, Some(403), "{}", world.ladder);
    }

    settle(&mut world);
    nothing_left(&world);
}

#[test]
fn a_number_is_judged_as_the_trunk_writes_it() {
    let mut world = World::with(402, 1, |demo| {
        // A zero for an outside line makes of a number at home one abroad.
        outbound(demo).rules.called_out = vec![NumberRule::replacing("0", "")];
    });

    dial(&mut world, "000447700900000");

    assert_eq!(world.talk("1001").refused, Some(403), "{}", world.ladder);
    settle(&mut world);
    nothing_left(&world);
    let (number, dialed, ..) = forbidden(&world).remove(0);
    assert_eq!((&*number, &*dialed), ("000447700900000", ABROAD));
}

#[test]
fn a_customer_is_not_handed_on_to_a_forbidden_number_and_stays_with_the_agent() {
    let mut world = World::new(403, 1);
    world.habit("1001", Habit::Answer { after: seconds(1) });
    world.ring("caller", "4008110511");
    world.run_for(seconds(3));

    world.at("1001", |phone, now| phone.refer(now, ABROAD));
    world.run_for(seconds(3));

    assert_eq!(world.talk("1001").stage, Stage::Up, "{}", world.ladder);
    let voice = &world.talk("caller").voice;
    let heard = voice.heard(world.now - seconds(1), world.now);
    assert!(share(&heard, 1_000.0) > 0.9, "{}", world.ladder);
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);
    nothing_left(&world);
    let (number, _, agent, _) = forbidden(&world).remove(0);
    assert_eq!((&*number, agent), (ABROAD, Some(agent_id("1001"))));
    let calls = world.center.journal.calls();
    let mut facts = calls.values().flatten();
    assert!(facts.any(|(_, fact)| matches!(fact, CallFact::Transferred { status: 403, .. })));
}

#[test]
fn a_flow_does_not_transfer_to_a_forbidden_number_and_goes_on() {
    let mut world = World::with(404, 0, |demo| {
        outbound(demo).dialing.denied_prefixes = vec!["20".to_owned()];
    });

    world.ring("caller", "4008110516");
    world.run_for(seconds(3));
    settle(&mut world);

    nothing_left(&world);
    let (number, _, agent, refusal) = forbidden(&world).remove(0);
    let prefix = "20".to_owned();
    assert_eq!((&*number, agent), ("2000", None));
    assert_eq!(refusal, DialRefusal::Denied { prefix });
    let ending = record(&world, 0).ending.unwrap();
    assert_eq!(ending.reason, EndReason::FlowEnded);
}

#[test]
fn a_number_that_one_trunk_forbids_goes_over_another_that_allows_it() {
    let mut world = World::with(405, 1, |demo| {
        let mut abroad = trunk("abroad", 3, Some((SECOND, 5060).into()));
        abroad.dialing.allowed_prefixes = vec!["+44".to_owned()];
        demo.trunks.push(abroad);
    });
    world.add_gateway("abroad", SECOND);
    world.habit("abroad", Habit::Answer { after: seconds(1) });

    dial(&mut world, ABROAD);
    world.run_for(seconds(2));

    assert_eq!(world.talk("abroad").stage, Stage::Up, "{}", world.ladder);
    assert!(world.phone("outside").talks.is_empty());
    world.at("1001", |phone, now| phone.hang_up(now));
    settle(&mut world);
    assert_eq!(forbidden(&world), []);
}
