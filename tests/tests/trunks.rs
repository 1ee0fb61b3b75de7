//! What a trunk's settings mean to its calls: limits, numbers, codecs, keys, failover.

use model::{
    CallFact, Codec, EndReason, FromNumber, NumberRule, SdpFixup, Trunk, TrunkGateway, TrunkLimits,
    WhenUnavailable,
};
use std::net::IpAddr;
use std::time::Duration;
use tests::demo::{Demo, trunk};
use tests::phone::{Habit, Offer, Stage};
use tests::story::{record, records, seconds, settle};
use tests::tone::{Law, share};
use tests::world::World;

const SECOND: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 3, 2));

/// The trunk by which callers come, and the one to outside numbers.
fn inbound(demo: &mut Demo) -> &mut Trunk {
    &mut demo.trunks[0]
}

fn outbound(demo: &mut Demo) -> &mut Trunk {
    &mut demo.trunks[1]
}

fn with_two_ways_out(seed: u64) -> World {
    let mut world = World::with(seed, 1, |demo| {
        let peer = (SECOND, 5060).into();
        demo.trunks.push(trunk("second", 3, Some(peer)));
    });
    world.add_gateway("second", SECOND);
    world.phone_mut("second").hz = 1_400.0;
    world.habit("second", Habit::Answer { after: seconds(1) });
    world
}

fn failures(world: &World) -> Vec<(EndReason, Option<u16>)> {
    let calls = world.center.journal.calls();
    let facts = calls.values().flatten();
    facts
        .filter_map(|(_, fact)| match fact {
            CallFact::DialFailed {
                reason, sip_code, ..
            } => Some((*reason, *sip_code)),
            _ => None,
        })
        .collect()
}

fn caller_hears(world: &World, hz: f64) -> bool {
    let voice = &world.talk("caller").voice;
    share(&voice.heard(world.now - seconds(1), world.now), hz) > 0.9
}

#[test]
fn a_trunk_carries_no_more_calls_than_it_may_and_says_so() {
    let mut world = World::with(150, 0, |demo| {
        inbound(demo).limits.concurrent_calls = Some(2);
    });
    for name in ["first", "second", "third"] {
        world.ring(name, "4008110513");
    }
    world.run_for(seconds(1));
    assert_eq!(world.talk("third").refused, Some(503));
    world.at("first", |phone, now| phone.hang_up(now));
    world.run_for(seconds(1));
    world.ring("fourth", "4008110513");
    world.run_for(seconds(1));
    assert_eq!(world.talk("fourth").stage, Stage::Up, "{}", world.ladder);
    settle(&mut world);

    let endings = records(&world).into_iter().filter_map(|it| it.ending);
    let full: Vec<_> = endings
        .filter(|ending| ending.reason == EndReason::Overloaded)
        .map(|ending| ending.sip_code)
        .collect();
    assert_eq!(full, [Some(503)]);
}

#[test]
fn a_new_process_knows_how_many_calls_a_trunk_carries() {
    let mut world = World::with(151, 0, |demo| {
        inbound(demo).limits.concurrent_calls = Some(1);
    });
    world.ring("first", "4008110513");
    world.run_for(seconds(1));
    world.kill();
    world.run_for(seconds(1));
    world.ring("second", "4008110513");
    world.run_for(seconds(1));
    assert_eq!(world.talk("second").refused, Some(503), "{}", world.ladder);
    world.at("first", |phone, now| phone.hang_up(now));
    world.run_for(seconds(1));
    world.ring("third", "4008110513");
    world.run_for(seconds(1));
    assert_eq!(world.talk("third").stage, Stage::Up, "{}", world.ladder);
    settle(&mut world);
}

#[test]
fn a_trunk_takes_no_more_calls_a_second_than_it_may() {
    let mut world = World::with(152, 0, |demo| {
        inbound(demo).limits.calls_per_second = Some(2);
    });
    let names: Vec<String> = (0..6).map(|nth| format!("caller{nth}")).collect();
    for name in &names {
        world.ring(name, "4008110513");
    }
    world.run_for(seconds(1));
    let refused = names
        .iter()
        .filter(|name| world.talk(name).refused == Some(503))
        .count();
    assert_eq!(refused, 4, "{}", world.ladder);
    world.run_for(seconds(1));
    world.ring("later", "4008110513");
    world.run_for(seconds(1));
    assert_eq!(world.talk("later").stage, Stage::Up);
    settle(&mut world);
}

#[test]
fn a_full_trunk_out_makes_way_for_the_next() {
    let mut world = World::with(153, 0, |demo| {
        outbound(demo).limits = TrunkLimits {
            concurrent_calls: Some(1),
            calls_per_second: None,
        };
        let peer = (SECOND, 5060).into();
        demo.trunks.push(trunk("second", 3, Some(peer)));
    });
    world.add_gateway("second", SECOND);
    for name in ["outside", "second"] {
        world.habit(name, Habit::Answer { after: seconds(1) });
    }
    for name in ["one", "two"] {
        world.ring(name, "4008110516");
        world.run_for(seconds(3));
    }
    for name in ["outside", "second"] {
        assert_eq!(world.phone(name).talks.len(), 1, "{}", world.ladder);
        assert_eq!(world.talk(name).stage, Stage::Up, "{}", world.ladder);
    }
    settle(&mut world);
    assert_eq!(failures(&world), [(EndReason::Overloaded, None)]);
}

#[test]
fn a_trunk_that_fails_makes_way_for_the_next() {
    for (status, seed) in [(500, 154), (503, 155)] {
        let mut world = with_two_ways_out(seed);
        let after = Duration::from_millis(500);
        world.habit("outside", Habit::Decline { after, status });
        world.ring("caller", "4008110516");
        world.run_for(seconds(5));
        assert!(caller_hears(&world, 1_400.0), "{}", world.ladder);
        settle(&mut world);
        let expected = (EndReason::SignallingTimeout, Some(status));
        assert_eq!(failures(&world), [expected]);
        assert!(record(&world, 0).bridged_at.is_some());
    }
}

#[test]
fn a_trunk_that_is_silent_makes_way_for_the_next() {
    let mut world = with_two_ways_out(156);
    world.habit("outside", Habit::Silent);
    world.ring("caller", "4008110516");
    world.run_for(seconds(38));
    assert!(caller_hears(&world, 1_400.0), "{}", world.ladder);
    settle(&mut world);
}

#[test]
fn what_the_callee_said_is_not_asked_again_over_the_next_trunk() {
    for (status, seed) in [(486, 157), (404, 158), (484, 159), (600, 160), (603, 161)] {
        let mut world = with_two_ways_out(seed);
        let after = Duration::from_millis(500);
        world.habit("outside", Habit::Decline { after, status });
        world.ring("caller", "4008110516");
        world.run_for(seconds(5));
        assert!(world.phone("second").talks.is_empty(), "{status}");
        settle(&mut world);
        assert_eq!(failures(&world).len(), 1);
    }
}

#[test]
fn a_caller_hears_what_the_number_plays_before_it_answers() {
    let mut world = World::new(162, 0);
    world.phone_mut("outside").hz = 1_300.0;
    world.habit("outside", Habit::Early { after: seconds(4) });
    world.ring("caller", "4008110516");
    world.run_for(seconds(4));
    assert!(caller_hears(&world, 1_300.0), "{}", world.ladder);
    world.run_for(seconds(4));
    assert!(caller_hears(&world, 1_300.0), "{}", world.ladder);
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);
    let record = record(&world, 0);
    assert!((2_000..4_500).contains(&record.talk_ms), "{record:?}");
}

#[test]
fn numbers_are_rewritten_by_the_rules_of_the_trunk() {
    let mut world = World::with(163, 0, |demo| {
        let rules = &mut inbound(demo).rules;
        rules.called_in = vec![NumberRule::replacing("+86", "")];
        rules.caller_in = vec![NumberRule::replacing("138", "+86138")];
        let out = outbound(demo);
        out.rules.called_out = vec![NumberRule::replacing("2", "0102")];
        out.rules.caller_out = vec![NumberRule::replacing("+86", "0")];
        out.identity.from = FromNumber::Caller;
        out.identity.asserted = true;
        out.identity.diversion = true;
    });
    world.ring("caller", "+864008110516");
    world.run_for(seconds(3));
    let invite = world.talk("outside").invite.clone().unwrap();
    assert!(invite.to.contains("sip:0102000@"), "{}", invite.to);
    assert!(invite.from.contains("sip:013800138000@"), "{}", invite.from);
    let asserted = invite.header("P-Asserted-Identity").unwrap();
    assert!(asserted.contains("013800138000"), "{asserted}");
    let diversion = invite.header("Diversion").unwrap();
    assert!(diversion.contains("4008110516"), "{diversion}");
    settle(&mut world);

    let record = record(&world, 0);
    assert_eq!(record.called.as_str(), "4008110516");
    assert_eq!(record.caller.as_str(), "+8613800138000");
}

/// A caller whose network asserts who they are, and who asks not to be shown.
fn private_caller(seed: u64, trusted: bool) -> World {
    let mut world = World::with(seed, 1, |demo| {
        inbound(demo).inbound.trusts_identity = trusted;
    });
    world.habit("1001", Habit::Answer { after: seconds(1) });
    world.add_caller("caller", "anonymous");
    world.phone_mut("caller").claims = vec![
        "P-Asserted-Identity: <sip:13900001111@carrier.example>".to_owned(),
        "Privacy: id".to_owned(),
    ];
    world.at("caller", |phone, now| {
        phone.dial(now, "4008110511", Offer::Early);
    });
    world.run_for(seconds(3));
    assert_eq!(world.talk("1001").stage, Stage::Up, "{}", world.ladder);
    let invite = world.talk("1001").invite.clone().unwrap();
    assert!(!invite.from.contains("13900001111"), "{}", invite.from);
    settle(&mut world);
    world
}

#[test]
fn a_trusted_trunk_tells_the_record_who_calls_and_the_phone_does_not() {
    let world = private_caller(174, true);
    assert_eq!(record(&world, 0).caller.as_str(), "13900001111");
}

#[test]
fn nobody_believes_what_another_trunk_asserts() {
    let world = private_caller(175, false);
    assert_eq!(record(&world, 0).caller.as_str(), "anonymous");
}

#[test]
fn a_call_that_lives_too_long_is_ended() {
    let mut world = World::new(176, 1);
    let now = world.now;
    world.center.shorten_calls(now, seconds(60));
    world.run_for(seconds(70));
    world.habit("1001", Habit::Answer { after: seconds(1) });
    world.ring("caller", "4008110511");
    world.run_for(seconds(50));
    assert_eq!(world.talk("caller").stage, Stage::Up, "{}", world.ladder);
    world.run_for(seconds(20));
    for name in ["caller", "1001"] {
        assert_eq!(world.talk(name).stage, Stage::Over, "{}", world.ladder);
    }
    settle(&mut world);
    let ending = record(&world, 0).ending.unwrap();
    assert_eq!(ending.reason, EndReason::Expired);
}

#[test]
fn a_trunk_may_show_our_number_or_none() {
    for (seed, private) in [(164, false), (165, true)] {
        let mut world = World::with(seed, 0, |demo| {
            let identity = &mut outbound(demo).identity;
            identity.from = FromNumber::TrunkNumber;
            identity.privacy = private;
        });
        world.ring("caller", "4008110516");
        world.run_for(seconds(3));
        let invite = world.talk("outside").invite.clone().unwrap();
        assert_eq!(
            invite.from.contains("4008110516"),
            !private,
            "{}",
            invite.from
        );
        assert_eq!(invite.header("Privacy").is_some(), private);
        assert_eq!(invite.header("P-Asserted-Identity"), None);
        settle(&mut world);
    }
}

#[test]
fn a_trunk_speaks_the_codecs_it_is_told_to() {
    let mut world = World::with(166, 0, |demo| {
        inbound(demo).media.codecs = vec![Codec::Pcmu];
        outbound(demo).media.codecs = vec![Codec::Pcma];
    });
    world.phone_mut("outside").hz = 1_300.0;
    world.habit("outside", Habit::Answer { after: seconds(1) });
    world.ring("caller", "4008110516");
    world.run_for(seconds(4));
    assert_eq!(world.talk("caller").voice.law(), Law::Mu);
    assert_eq!(world.talk("outside").voice.law(), Law::A);
    assert!(caller_hears(&world, 1_300.0), "{}", world.ladder);
    settle(&mut world);
}

#[test]
fn a_trunk_without_a_codec_of_the_callers_refuses_them() {
    let mut world = World::new(167, 0);
    world.add_caller("caller", "13800138000");
    world.at("caller", |phone, now| {
        phone.dial(now, "4008110512", Offer::Foreign);
    });
    world.run_for(seconds(1));
    assert_eq!(world.talk("caller").refused, Some(488));
    settle(&mut world);
    assert_eq!(record(&world, 0).ending.unwrap().q850, Some(88));
}

#[test]
fn a_private_address_in_a_description_gives_way_to_the_source() {
    let mut world = World::with(171, 0, |demo| {
        inbound(demo).media.fixups = vec![SdpFixup::AddressFromSource];
    });
    world.add_caller("caller", "13800138000");
    world.phone_mut("caller").inside = Some("10.1.2.3".parse().unwrap());
    world.at("caller", |phone, now| {
        phone.dial(now, "4008110513", Offer::Early);
    });
    world.run_for(seconds(3));
    let voice = &world.talk("caller").voice;
    let heard = voice.heard(world.now - seconds(1), world.now);
    assert!(heard.len() > 7_000, "{} samples", heard.len());
    settle(&mut world);
}

#[test]
fn a_disabled_trunk_takes_no_calls() {
    let mut world = World::with(172, 0, |demo| inbound(demo).enabled = false);
    world.ring("caller", "4008110513");
    world.run_for(seconds(1));
    assert!(world.talk("caller").refused.is_some(), "{}", world.ladder);
    assert!(world.center.journal.calls().is_empty());
    settle(&mut world);
}

#[test]
fn the_cause_of_the_far_end_reaches_the_caller() {
    let mut world = World::new(173, 1);
    world.habit("1001", Habit::Answer { after: seconds(1) });
    world.ring("caller", "4008110511");
    world.run_for(seconds(3));
    world.phone_mut("1001").says_why = Some("Q.850;cause=31;text=\"done\"".to_owned());
    world.at("1001", |phone, now| phone.hang_up(now));
    world.run_for(seconds(1));
    let reason = world.talk("caller").reason.clone().unwrap_or_default();
    assert!(reason.contains("cause=31"), "{reason}");
    settle(&mut world);
    assert_eq!(record(&world, 0).ending.unwrap().q850, Some(31));
}

#[test]
fn an_unavailable_callee_is_asked_for_at_the_next_gateway_where_the_trunk_says_so() {
    for (tries_on, stage) in [(false, Stage::Over), (true, Stage::Up)] {
        let mut world = World::with(170, 1, |demo| {
            let outbound = outbound(demo).outbound.as_mut().unwrap();
            outbound.gateways[0].priority = 0;
            outbound.gateways.push(TrunkGateway {
                priority: 1,
                ..TrunkGateway::udp((SECOND, 5060).into())
            });
            if tries_on {
                outbound.when_unavailable = WhenUnavailable::NextGateway;
            }
        });
        let after = seconds(1);
        world.habit("outside", Habit::Decline { after, status: 480 });
        world.add_gateway("second", SECOND);
        world.habit("second", Habit::Answer { after });

        world.at("1001", |phone, now| {
            phone.dial(now, "13912345678", Offer::Early);
        });
        world.run_for(seconds(4));

        assert_eq!(world.talk("1001").stage, stage, "{}", world.ladder);
        assert_eq!(world.phone("second").talks.is_empty(), !tries_on);
        if tries_on {
            world.at("1001", |phone, now| phone.hang_up(now));
        } else {
            assert_eq!(world.talk("1001").refused, Some(480));
        }
        settle(&mut world);
    }
}
