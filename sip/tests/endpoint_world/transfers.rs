//! REFER of both sides: accepted, reported, refused, forgotten (RFC 3515).

use bytes::Bytes;
use sip::{
    Config, ConnectionId, Endpoint, Error, Event, Flow, Limits, ReferTo, SessionId, TransferId,
};

use crate::network::{ANSWER, World, address, config, neighbours, pair};
use crate::random::{ROUGH, seeds};
use crate::streams::over_tcp;

pub(crate) const FRIEND: &str = "sip:8002@192.0.2.9";

/// `a` asks `b` to call somebody else; returns the transfer as each side names it.
pub(crate) fn referred(world: &mut World, session: SessionId) -> (TransferId, TransferId) {
    let friend = ReferTo::to(FRIEND).unwrap();
    let ours = world.act(0, |a, now| {
        a.transfer(now, session, &friend, Some("sip:8001@192.0.2.1"))
            .unwrap()
    });
    world.run_for(100);
    (ours, asked(world, 1))
}

/// The transfer that a party was asked for.
pub(crate) fn asked(world: &World, party: usize) -> TransferId {
    let events = world.parties[party].events.iter();
    let mut found = events.filter_map(|event| match event {
        Event::Referred { transfer, .. } => Some(*transfer),
        _ => None,
    });
    found.next_back().expect("a transfer was asked for")
}

fn report(world: &mut World, transfer: TransferId, status: u16) -> Result<(), Error> {
    let told = world.act(1, |b, now| b.report_transfer(now, transfer, status, ""));
    world.run_for(100);
    told
}

fn accepted() -> (World, (SessionId, SessionId), TransferId) {
    let mut world = pair();
    let sessions = world.established();
    let (_, transfer) = referred(&mut world, sessions.0);
    world.act(1, |b, now| b.accept_transfer(now, transfer).unwrap());
    world.run_for(100);
    (world, sessions, transfer)
}

#[test]
fn a_transfer_is_accepted_reported_on_and_done_with_the_final_answer() {
    let (mut world, (caller, _), transfer) = accepted();
    report(&mut world, transfer, 180).unwrap();
    report(&mut world, transfer, 200).unwrap();

    assert_eq!(
        world.ladder,
        [
            "0.2s a REFER →",
            "0.2s b Referred",
            "0.3s b 202 →",
            "0.3s b NOTIFY →",
            "0.3s a Transfer 100",
            "0.3s a 200 →",
            "0.4s b NOTIFY →",
            "0.4s a 200 →",
            "0.4s a Transfer 180",
            "0.5s b NOTIFY →",
            "0.5s a 200 →",
            "0.5s a Transfer 200 last",
        ]
    );
    assert_eq!(
        report(&mut world, transfer, 200),
        Err(Error::UnknownTransfer(transfer))
    );
    world.act(0, |a, now| a.hang_up(now, caller, None).unwrap());
    world.run_until_idle();
    world.assert_at_rest("a transfer");
}

#[test]
fn who_is_asked_learns_whom_to_call_for_whom() {
    let mut world = pair();
    let (caller, _) = world.established();
    let consult = "sip:8002@192.0.2.9?Replaces=42%40h%3Bto-tag%3D1%3Bfrom-tag%3D2";
    let friend = ReferTo::to(consult).unwrap();
    world.act(0, |a, now| {
        a.transfer(now, caller, &friend, Some("sip:8001@h"))
            .unwrap()
    });
    world.run_for(100);

    let Some(Event::Referred {
        refer_to,
        referred_by,
        ..
    }) = world.parties[1].events.pop_front()
    else {
        panic!("nobody was asked");
    };
    assert_eq!(refer_to.uri, FRIEND);
    assert_eq!(refer_to.user, "8002");
    assert_eq!(refer_to.replaces.unwrap().call_id, "42@h");
    assert_eq!(referred_by.as_deref(), Some("sip:8001@h"));
}

#[test]
fn an_accepted_transfer_that_fails_leaves_the_call_as_it_was() {
    let (mut world, (caller, _), transfer) = accepted();
    report(&mut world, transfer, 486).unwrap();

    assert_eq!(world.ladder.last().unwrap(), "0.4s a Transfer 486 last");
    let hung_up = world.act(0, |a, now| a.hang_up(now, caller, None));
    assert_eq!(hung_up, Ok(()));
    world.run_until_idle();
    world.assert_at_rest("a transfer that failed");
}

#[test]
fn a_refused_transfer_is_told_with_its_status() {
    let mut world = pair();
    let (caller, _) = world.established();
    let (_, transfer) = referred(&mut world, caller);
    world.act(1, |b, now| b.refuse_transfer(now, transfer, 603).unwrap());
    world.run_for(100);

    assert_eq!(
        world.ladder[2..],
        ["0.3s b 603 →", "0.3s a Transfer 603 last"]
    );
    let again = world.act(1, |b, now| b.accept_transfer(now, transfer));
    assert_eq!(again, Err(Error::UnknownTransfer(transfer)));
}

#[test]
fn a_transfer_that_nobody_decides_on_times_out_at_the_asker_and_ends_the_call() {
    let mut world = pair();
    let (caller, _) = world.established();
    referred(&mut world, caller);
    world.run_until_idle();

    assert!(
        world
            .ladder
            .contains(&"32.2s a Transfer 408 last".to_owned()),
        "{:#?}",
        world.ladder
    );
    assert!(
        world
            .ladder
            .contains(&"32.2s a Ended Unreachable".to_owned())
    );
    world.assert_at_rest("a transfer without an answer");
}

#[test]
fn reports_go_on_after_the_bye_of_the_call_that_was_transferred() {
    let (mut world, (caller, _), transfer) = accepted();
    world.act(0, |a, now| a.hang_up(now, caller, None).unwrap());
    world.run_for(60_000);
    report(&mut world, transfer, 180).unwrap();
    report(&mut world, transfer, 200).unwrap();
    world.run_until_idle();

    let told: Vec<_> = world
        .ladder
        .iter()
        .filter(|line| line.contains("a Transfer"))
        .collect();
    assert_eq!(
        told,
        [
            "0.3s a Transfer 100",
            "60.4s a Transfer 180",
            "60.5s a Transfer 200 last"
        ]
    );
    world.assert_at_rest("a transfer that outlived its call");
}

#[test]
fn news_that_come_while_a_notify_is_on_its_way_are_sent_when_it_is_answered() {
    let (mut world, _, transfer) = accepted();
    world.act(1, |b, now| {
        for (status, phrase) in [(180, "Ringing"), (183, ""), (200, "")] {
            b.report_transfer(now, transfer, status, phrase).unwrap();
        }
    });
    world.run_for(200);

    let told: Vec<_> = world.ladder[6..].iter().map(|line| &line[5..]).collect();
    assert_eq!(
        told,
        [
            "b NOTIFY →",
            "a 200 →",
            "a Transfer 180",
            "b NOTIFY →",
            "a 200 →",
            "a Transfer 200 last",
        ]
    );
}

#[test]
fn a_transfer_without_news_expires_on_both_sides() {
    let (mut world, _, _) = accepted();
    world.run_for(110_000);

    let told: Vec<_> = world.ladder[6..].iter().map(String::as_str).collect();
    assert_eq!(
        told,
        [
            "100.3s b NOTIFY →",
            "100.3s a 200 →",
            "100.3s a Transfer 100 last",
        ]
    );
}

#[test]
fn transfers_survive_the_death_of_both_processes() {
    let (mut world, (caller, _), transfer) = accepted();
    world.restart(0);
    world.restart(1);
    report(&mut world, transfer, 180).unwrap();
    world.act(0, |a, now| a.hang_up(now, caller, None).unwrap());
    world.run_for(100);
    world.restart(1);
    world.restart(0);
    report(&mut world, transfer, 200).unwrap();
    world.run_until_idle();

    assert_eq!(world.ladder.last().unwrap(), "0.6s a Transfer 200 last");
    world.assert_at_rest("transfers and restarts");
}

#[test]
fn transfers_are_bounded_on_both_sides() {
    let mut world = pair();
    let (caller, callee) = world.established();
    for _ in 0..4 {
        referred(&mut world, caller);
    }
    let friend = ReferTo::to(FRIEND).unwrap();
    let fifth = world.act(0, |a, now| a.transfer(now, caller, &friend, None));
    assert_eq!(fifth, Err(Error::TooManyRequests(caller)));

    let unknown = TransferId {
        session: callee,
        number: 9,
    };
    let none = world.act(1, |b, now| b.accept_transfer(now, unknown));
    assert_eq!(none, Err(Error::UnknownTransfer(unknown)));
}

#[test]
fn an_address_that_is_not_fit_to_be_sent_is_refused() {
    let mut world = pair();
    let (caller, _) = world.established();
    let friend = ReferTo::to(FRIEND).unwrap();
    let mut broken = friend.clone();
    broken.uri = "sip:8002@h>\r\nX: y".to_owned();

    let refused = world.act(0, |a, now| a.transfer(now, caller, &broken, None));
    assert_eq!(refused, Err(Error::UnfitHeader("Refer-To".to_owned())));
    let refused = world.act(0, |a, now| a.transfer(now, caller, &friend, Some("8001")));
    assert_eq!(refused, Err(Error::UnfitHeader("Referred-By".to_owned())));
    assert!(ReferTo::to("http://example.com").is_err());
}

#[test]
fn a_refer_before_the_call_is_answered_is_forbidden() {
    let mut world = pair();
    world.call();
    world.run_for(100);
    let callee = world.incoming(1);
    let friend = ReferTo::to(FRIEND).unwrap();
    let early = world.act(1, |b, now| b.transfer(now, callee, &friend, None));
    assert!(matches!(early, Err(Error::WrongState { .. })));
    world.act(1, |b, now| {
        b.answer(now, callee, Bytes::from_static(ANSWER)).unwrap();
    });
}

#[test]
fn a_dialog_is_named_so_that_the_other_side_finds_it() {
    let mut world = pair();
    let (caller, callee) = world.established();
    let (ours, _) = referred(&mut world, caller);
    assert_eq!(ours.session, caller);
    let dialog = world.parties[0].endpoint.replaces_of(caller).unwrap();
    let found = world.parties[1].endpoint.session_of_replaces(&dialog);
    assert_eq!(found, Some(callee));
}

/// Plays one transfer on a rough network, with restarts between the steps.
fn shaken(seed: u64) -> World {
    let mut world = World::new(seed);
    world.add("a", 1);
    world.add("b", 2);
    let (caller, _) = world.established();
    world.faults = ROUGH;
    let friend = ReferTo::to(FRIEND).unwrap();
    world.act(0, |a, now| a.transfer(now, caller, &friend, None).unwrap());
    world.restart(0);
    world.run_for(20_000);
    let transfer = asked(&world, 1);
    world.restart(1);
    world.act(1, |b, now| b.accept_transfer(now, transfer).unwrap());
    world.restart(1);
    if seed.is_multiple_of(2) {
        world.act(0, |a, now| a.hang_up(now, caller, None).unwrap());
    }
    for status in [180, 183, 200] {
        let wait = world.random_below(3000);
        world.run_for(wait);
        world.act(1, |b, now| {
            b.report_transfer(now, transfer, status, "").unwrap();
        });
        world.restart(usize::from(status == 183));
    }
    world.run_for(90_000);
    let _ = world.act(0, |a, now| a.hang_up(now, caller, None));
    world.run_for(90_000);
    world
}

#[test]
fn on_a_rough_network_with_restarts_every_transfer_is_told_to_its_end_once() {
    for seed in 0..seeds() / 4 {
        let world = shaken(seed);
        let ends: Vec<_> = world
            .ladder
            .iter()
            .filter(|line| line.contains("a Transfer") && line.ends_with("last"))
            .map(|line| line.rsplit_once(" a ").unwrap().1)
            .collect();
        assert_eq!(ends, ["Transfer 200 last"], "seed {seed}");
        let asked = world
            .ladder
            .iter()
            .filter(|line| line.ends_with("Referred"));
        assert_eq!(asked.count(), 1, "seed {seed}");
        world.assert_at_rest(&format!("seed {seed}"));
    }
}

#[test]
fn a_report_over_a_connection_that_is_gone_ends_the_subscription() {
    let mut world = pair();
    let limits = Limits {
        connections: 1,
        ..config(address(2)).limits
    };
    let narrow = Config {
        limits,
        ..config(address(2))
    };
    world.parties[1].endpoint = Endpoint::new(narrow, [9; 32]);
    world.act(1, |b, now| b.set_trunks(now, neighbours(address(2))));
    let caller = world.act(0, |a, now| a.invite(now, over_tcp()).unwrap());
    world.run_for(100);
    let Some(Event::Incoming {
        session, incoming, ..
    }) = world.parties[1].events.pop_front()
    else {
        panic!("no call came in");
    };
    world.act(1, |b, now| {
        b.answer(now, session, Bytes::from_static(ANSWER)).unwrap();
    });
    world.run_for(100);
    let (_, transfer) = referred(&mut world, caller);
    world.act(1, |b, now| b.accept_transfer(now, transfer).unwrap());
    world.run_for(100);
    let lost = incoming.flow.connection.unwrap();
    let other = Flow {
        connection: Some(ConnectionId(1 << 63)),
        remote: address(77),
        ..incoming.flow
    };
    world.act(1, |b, now| {
        b.handle_closed(now, lost);
        b.handle_connected(now, other, &[]);
        b.report_transfer(now, transfer, 180, "").unwrap();
    });

    assert_eq!(
        report(&mut world, transfer, 200),
        Err(Error::UnknownTransfer(transfer))
    );
    world.act(1, |b, now| b.hang_up(now, session, None).unwrap());
    world.run_for(100_000);
    assert_eq!(world.parties[1].endpoint.occupancy().sessions, 0);
}
